namespace Unroll.Forecasting;

/// <summary>Some of many, spread evenly over all: what is asked where asking all takes too long.</summary>
internal static class EvenChoice
{
    /// <summary>As many as are asked for, the first among them, in their order; all where there are no more.</summary>
    public static T[] Of<T>(IReadOnlyList<T> all, int most)
    {
        int count = Math.Min(all.Count, most);
        return [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])];
    }
}
