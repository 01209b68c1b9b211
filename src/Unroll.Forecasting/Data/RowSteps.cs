namespace Unroll.Forecasting;

/// <summary>The times between neighbouring rows.</summary>
internal readonly struct RowSteps
{
    /// <param name="dates">At least two, strictly increasing.</param>
    public RowSteps(ReadOnlySpan<DateTime> dates)
    {
        var ticks = new long[dates.Length - 1];
        for (int row = 1; row < dates.Length; row++)
            ticks[row - 1] = (dates[row] - dates[row - 1]).Ticks;
        Array.Sort(ticks);
        Median = new TimeSpan(ticks[ticks.Length / 2]);
        int longest = 0;
        for (int start = 0; start < ticks.Length;)
        {
            int end = start;
            while (end < ticks.Length && ticks[end] == ticks[start])
                end++;
            if (end - start > longest)
                (longest, Common) = (end - start, new TimeSpan(ticks[start]));
            start = end;
        }

        IsMostlyCommon = 2 * longest >= ticks.Length;
        AreAllCommon = longest == ticks.Length;
        long common = Common.Ticks;
        AreMultiples = longest >= 3 && Array.TrueForAll(ticks, step => step % common == 0);
    }

    /// <summary>The most common; among equals the shortest.</summary>
    public TimeSpan Common { get; }

    public TimeSpan Median { get; }

    /// <summary>Whether half of them or more are exactly <see cref="Common"/>.</summary>
    public bool IsMostlyCommon { get; }

    public bool AreAllCommon { get; }

    /// <summary>Whether all are the most common or multiples of it, and three or more are that: as no three months in a row.</summary>
    public bool AreMultiples { get; }
}
