namespace Unroll.Forecasting;

/// <summary>Says that nothing changes: p(t) = a(t − 1). On prices it is hard to beat, so every other forecast is shown beside it.</summary>
public sealed class NaiveForecaster : IForecaster
{
    private string? _target;

    public string Name => "naive";

    public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        cancellationToken.ThrowIfCancellationRequested();
        _target = split.Target;
    }

    public double[] Predict(ForecastSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        _ = FittedTarget();
        return split.TestWithHistory.Values.Slice(split.Window - 1, split.Test.Count).ToArray();
    }

    public double PredictNext(TimeSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        Series values = series[FittedTarget()];
        if (values.Count == 0)
            throw new UnrollException($"{series.Name} has no rows to predict the next {values.Name} from. Add at least one.");
        double last = values[^1];
        return double.IsNaN(last)
            ? throw new UnrollException($"The newest {values.Name} of {series.Name}, on {series.Format(series.LastDate)}, is missing. Choose --missing drop, forward-fill or interpolate, or complete the file.")
            : last;
    }

    private string FittedTarget() => _target ?? throw new InvalidOperationException("The naive forecaster does not know its target yet. Call Fit first.");
}
