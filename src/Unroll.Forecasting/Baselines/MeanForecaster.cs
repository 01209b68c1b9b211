namespace Unroll.Forecasting;

/// <summary>Says the mean of the training rows, always. Hyndman and Athanasopoulos, fpp3, section 5.2.</summary>
public sealed class MeanForecaster : BaselineForecaster
{
    private double _mean;

    public override string Name => "mean";

    private protected override int NeededRows => 1;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double sum = 0;
        foreach (double value in split.Train.Values)
            sum += value;
        _mean = sum / split.Train.Count;
    }

    private protected override void Ahead(ReadOnlySpan<double> known, bool fromTraining, Span<double> ahead) => ahead.Fill(_mean);
}
