namespace Unroll.Layers;

/// <summary>
/// Sums as a fixed binary tree: the sum of the first half plus the sum of the second, and so on down. So the sums of two halves of a batch
/// can be made apart, by two processes, and give the bits of the whole when they are added.
/// </summary>
internal static class SumTree
{
    /// <summary>The most terms.</summary>
    public const int Most = 8;

    private static readonly (int Target, int Source)[][] s_trees = [.. Enumerable.Range(0, Most + 1).Select(Make)];

    /// <summary>The additions target += source, in order, after which term 0 is the sum.</summary>
    public static ReadOnlySpan<(int Target, int Source)> Of(int terms) => s_trees[terms];

    /// <summary>How many of so many terms are the first half, whose sum is added to that of the others at the end.</summary>
    public static int FirstHalf(int terms) => terms / 2;

    private static (int Target, int Source)[] Make(int terms)
    {
        var additions = new List<(int, int)>();
        Add(0, terms);
        return [.. additions];

        void Add(int from, int count)
        {
            if (count < 2)
                return;
            int half = FirstHalf(count);
            Add(from, half);
            Add(from + half, count - half);
            additions.Add((from, from + half));
        }
    }
}
