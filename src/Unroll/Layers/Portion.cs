using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A part of some work. Every element is computed by one thread alone and in the order it always has, so the count of parts changes no
/// bits. The default value is the whole.
/// </summary>
public readonly struct Portion
{
    private readonly int _count;

    /// <param name="index">Which part, from 0.</param>
    /// <param name="count">How many there are.</param>
    internal Portion(int index, int count) => (Index, _count) = (index, count);

    /// <summary>True for the first part, which takes on what is not worth dividing.</summary>
    public bool IsFirst => Index == 0;

    internal int Index { get; }

    /// <summary>This part's run of <paramref name="length"/> items, cut at multiples of <paramref name="unit"/>.</summary>
    public ColumnRange Of(int length, int unit = 1)
    {
        if (_count <= 1)
            return new ColumnRange(0, length);
        long units = (length + unit - 1) / unit;
        return new ColumnRange(
            (int)Math.Min(length, units * Index / _count * unit), (int)Math.Min(length, units * (Index + 1) / _count * unit));
    }
}
