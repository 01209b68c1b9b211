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
    public double MeanOf(int output) => MeanOf(_sums[output], _counts[output]);

    /// <summary>The weighted sum of the outputs' means.</summary>
    public double Mean(Loss loss) => Mean(loss, _sums, _counts);

    public static double Mean(Loss loss, ReadOnlySpan<double> sums, ReadOnlySpan<double> counts)
    {
        double mean = 0;
        for (int i = 0; i < sums.Length; i++)
            mean += loss.WeightOf(i) * MeanOf(sums[i], counts[i]);
        return mean;
    }

    private static double MeanOf(double sum, double count) => count > 0 ? sum / count : 0;
}
