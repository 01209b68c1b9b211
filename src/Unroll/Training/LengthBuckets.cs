namespace Unroll.Training;

/// <summary>The order of samples in which a batch has rows of similar length.</summary>
internal static class LengthBuckets
{
    private const int BatchesPerRun = 50;

    /// <summary>
    /// Sorts a shuffled order by length within runs of batches, then shuffles the whole batches of each run. The last batch of all,
    /// which may be smaller, stays the last.
    /// </summary>
    public static void Arrange(int[] order, int batchSize, Func<int, int> lengthOf, RandomSource random)
    {
        int run = (int)Math.Min(order.Length, (long)batchSize * BatchesPerRun);
        for (int from = 0; from < order.Length; from += run)
        {
            int[] sorted = [.. order.AsSpan(from, Math.Min(run, order.Length - from)).ToArray().OrderBy(lengthOf)];
            var batches = new int[sorted.Length / batchSize];
            for (int i = 0; i < batches.Length; i++)
                batches[i] = i;
            random.Shuffle(batches);
            int at = from;
            foreach (int batch in batches)
            {
                sorted.AsSpan(batch * batchSize, batchSize).CopyTo(order.AsSpan(at));
                at += batchSize;
            }

            sorted.AsSpan(batches.Length * batchSize).CopyTo(order.AsSpan(at));
        }
    }
}
