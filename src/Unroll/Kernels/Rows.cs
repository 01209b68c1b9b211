using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>
/// The rows of a matrix inside a larger buffer: element (row, column) is <c>Values[row * Stride + column]</c>. Strides are multiples of 16,
/// so every row starts on a whole vector and ends in padding, which is zero in gradients and finite elsewhere.
/// </summary>
public readonly ref struct Rows<T>(Span<T> values, int stride)
    where T : unmanaged
{
    /// <summary>All values from the first on.</summary>
    public Span<T> Values { get; } = values;

    /// <summary>Values from one row to the next.</summary>
    public int Stride { get; } = stride;

    /// <summary>A row, with its padding.</summary>
    public Span<T> this[int row] => Values.Slice(row * Stride, Stride);

    /// <summary>The same rows from a column on.</summary>
    public Rows<T> FromColumn(int column) => new(Values[column..], Stride);

    /// <summary>The rows from a row on.</summary>
    public Rows<T> FromRow(int row) => new(Values[(row * Stride)..], Stride);

    /// <summary>Throws when a matrix of this many rows and columns would reach beyond the buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Require(int rows, int columns)
    {
        if (columns > Stride || (rows > 0 && (rows - 1) * Stride + columns > Values.Length))
            ThrowTooSmall(rows, columns, Stride, Values.Length);
    }

    private static void ThrowTooSmall(int rows, int columns, int stride, int length) =>
        throw new ArgumentException($"A slab of {length} values with stride {stride} cannot hold {rows} rows of {columns} columns.");
}

/// <summary>The widest vector, in elements, that any kernel uses: the unit in which rows are padded.</summary>
public static class RowPadding
{
    /// <summary>16.</summary>
    public const int Multiple = 16;

    /// <summary>The next multiple of 16: the stride of rows of so many features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Pad(int length) => (length + Multiple - 1) & ~(Multiple - 1);
}
