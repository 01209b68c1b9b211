namespace Unroll.Exchange.OnnxFormat.Reading;

/// <summary>Axes and ranges as nodes give them, counted from either end.</summary>
internal static class Extents
{
    public static int AxisOf(long axis, int rank) => axis < -rank || axis >= rank
        ? throw new LiftException($"it has no axis {axis}")
        : (int)(axis < 0 ? axis + rank : axis);

    /// <summary>A slice of one axis: its first, one after its last, and the step, in order.</summary>
    public static (long From, long To, long Step) Range(long from, long to, long step, long extent)
    {
        if (step == 0)
            throw new LiftException("its step is 0");
        from = from < 0 ? Math.Max(from, -extent - 1) + extent : Math.Min(from, extent);
        to = to < 0 ? Math.Max(to, -extent - 1) + extent : Math.Min(to, extent);
        return step > 0 ? (Math.Max(0, from), Math.Max(0, to), step) : (Math.Min(from, extent - 1), Math.Max(to, -1), step);
    }
}
