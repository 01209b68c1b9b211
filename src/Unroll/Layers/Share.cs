using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// Part <paramref name="index"/> of <paramref name="count"/> of some work. Every element is computed by one thread alone and in
/// the order it always has, so the count changes no bits. The default value is the whole.
/// </summary>
internal readonly struct Share(int index, int count)
{
    /// <summary>True for the first part, which takes on what is not worth dividing.</summary>
    public bool IsFirst => Index == 0;

    public int Index => index;

    /// <summary>This part's run of <paramref name="length"/> items, cut at multiples of <paramref name="unit"/>.</summary>
    public ColumnRange Of(int length, int unit = 1)
    {
        if (count <= 1)
            return new ColumnRange(0, length);
        long units = (length + unit - 1) / unit;
        return new ColumnRange((int)Math.Min(length, units * index / count * unit), (int)Math.Min(length, units * (index + 1) / count * unit));
    }
}
