using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>
/// The rows of a matrix inside a larger buffer: element (row, column) is <c>Values[row * Stride + column]</c>.
/// Strides are multiples of <see cref="Lanes"/>, so every row starts on a whole vector and ends in zero padding.
/// </summary>
internal readonly ref struct Slab<T>(Span<T> values, int stride)
    where T : unmanaged
{
    public readonly Span<T> Values = values;
    public readonly int Stride = stride;

    public Slab<T> FromColumn(int column) => new(Values[column..], Stride);

    public Slab<T> FromRow(int row) => new(Values[(row * Stride)..], Stride);

    /// <summary>Throws when a matrix of this many rows and columns would reach beyond the buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Require(int rows, int columns)
    {
        if (columns > Stride || (rows > 0 && (rows - 1) * Stride + columns > Values.Length))
            ThrowTooSmall(rows, columns, Stride, Values.Length);
    }

    private static void ThrowTooSmall(int rows, int columns, int stride, int length) =>
        throw new ArgumentException($"A slab of {length} values with stride {stride} cannot hold {rows} rows of {columns} columns.");
}

/// <summary>The widest vector, in elements, that any kernel uses: the unit in which rows are padded.</summary>
internal static class Lanes
{
    public const int Count = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Pad(int length) => (length + Count - 1) & ~(Count - 1);
}
