namespace Unroll.Forecasting;

/// <summary>Says the mean of the training rows, always. Hyndman and Athanasopoulos, fpp3, section 5.2.</summary>
internal sealed class MeanRule : BaselineRule
{
    internal const string DefaultName = "mean";
    private double _mean;

    public MeanRule()
    {
    }

    public MeanRule(double mean) => _mean = mean;

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Mean: _mean);

    public override int NeededRows => 1;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double sum = 0;
        foreach (double value in split.Train.Values)
            sum += value;
        _mean = sum / split.Train.Count;
    }

    private protected override void Ahead(ReadOnlySpan<double> known, Span<double> ahead) => ahead.Fill(_mean);
}
