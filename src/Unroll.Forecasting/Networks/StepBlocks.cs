namespace Unroll.Forecasting;

/// <summary>
/// Steps ahead in up to three blocks: the next row, the rows to the middle, and the rest. What is chosen on few rows is chosen for a block,
/// because near and far rows differ, and for no less than a block, because their neighbours do not.
/// </summary>
internal static class StepBlocks
{
    /// <summary>The blocks of H steps: first and last step of each.</summary>
    public static (int First, int Last)[] Of(int steps)
    {
        int middle = (steps + 1) / 2;
        return [.. new[] { (First: 1, Last: 1), (First: 2, Last: middle), (First: Math.Max(2, middle + 1), Last: steps) }.Where(block => block.First <= block.Last)];
    }

    /// <summary>The step of each block that is tried for it: its last.</summary>
    public static int[] Probes(int steps) => Array.ConvertAll(Of(steps), block => block.Last);

    /// <summary>All steps of the block that a step is in.</summary>
    public static IEnumerable<int> Around(int steps, int step)
    {
        (int first, int last) = Of(steps).First(block => step >= block.First && step <= block.Last);
        return Enumerable.Range(first, last - first + 1);
    }
}
