namespace Unroll.Forecasting;

/// <summary>
/// Steps ahead in blocks, each as long as all before it: 1, 2, 3 to 4, 5 to 8 and so on. What is chosen on few rows is chosen for a block,
/// because near and far rows differ, and for no less than a block, because their neighbours do not.
/// </summary>
internal static class StepBlocks
{
    /// <summary>The blocks of H steps: first and last step of each; a rest of less than half a block belongs to the one before.</summary>
    public static (int First, int Last)[] Of(int steps)
    {
        var blocks = new List<(int First, int Last)>();
        for (int first = 1, length = 1; first <= steps;)
        {
            int last = first + length - 1, left = steps - last;
            last = left < length ? steps : last;
            blocks.Add((first, last));
            (length, first) = (last, last + 1);
        }

        return [.. blocks];
    }

    /// <summary>The step of each block that is tried for it: its last.</summary>
    public static int[] Probes(int steps) => Array.ConvertAll(Of(steps), block => block.Last);

    /// <summary>All steps of the block that a step is in.</summary>
    public static IEnumerable<int> BlockOf(int steps, int step)
    {
        (int first, int last) = Of(steps).First(block => step >= block.First && step <= block.Last);
        return Enumerable.Range(first, last - first + 1);
    }
}
