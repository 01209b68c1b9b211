namespace Unroll.Training;

/// <summary>Sums of losses over batches, and the weights that they are to be divided by, for each output of a model.</summary>
internal sealed class LossTotals(int outputs)
{
    private readonly double[] _sums = new double[outputs], _counts = new double[outputs];

    public void Add(int output, double sum, double count)
    {
        _sums[output] += sum;
        _counts[output] += count;
    }

    public void Clear()
    {
        Array.Clear(_sums);
        Array.Clear(_counts);
    }

    /// <summary>The mean loss of one output; 0 where nothing counts.</summary>
    public double MeanOf(int output) => _counts[output] > 0 ? _sums[output] / _counts[output] : 0;

    /// <summary>The weighted sum of the outputs' means.</summary>
    public double Mean(Loss loss)
    {
        double mean = 0;
        for (int i = 0; i < _sums.Length; i++)
            mean += loss.WeightOf(i) * MeanOf(i);
        return mean;
    }
}
