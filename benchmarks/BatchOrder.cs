namespace Unroll.Benchmarks;

/// <summary>
/// The order in which Unroll's trainer visits the samples, epoch after epoch, so that another library can train on the same batches.
/// </summary>
internal sealed class BatchOrder
{
    private readonly int[] _order;
    private readonly int _seed;
    private int _epoch;

    public BatchOrder(int count, int seed)
    {
        _seed = seed;
        _order = new int[count];
        for (int i = 0; i < count; i++)
            _order[i] = i;
    }

    /// <summary>The order of the next epoch. The array is used again by the one after.</summary>
    public int[] Next()
    {
        new RandomSource((ulong)_seed, (1UL << 40) + (ulong)++_epoch).Shuffle(_order);
        return _order;
    }
}
