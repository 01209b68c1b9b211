namespace Unroll.Kernels;

/// <summary>
/// One of the products of <see cref="Kernels{T}.AddOuterProducts"/>, c += aᵀ·b: a is [K × M], c [M × N] with its rows padded
/// (<see cref="PadRows"/>). The default value is no product.
/// </summary>
internal readonly ref struct OuterProduct<T>(int rows, Rows<T> a, Rows<T> c)
    where T : unmanaged
{
    /// <summary>M.</summary>
    public readonly int Rows = rows;

    public readonly Rows<T> A = a, C = c;

    /// <summary>Rows of c that are written where M are asked for: whole tiles. Those beyond M are nobody's.</summary>
    public static int PadRows(int rows) => rows <= 1 ? rows : (rows + 3) & ~3;

    /// <summary>The same product for the columns of b and c from here on.</summary>
    public OuterProduct<T> FromColumn(int column) => Rows == 0 ? default : new(Rows, A, C.FromColumn(column));
}
