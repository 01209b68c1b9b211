namespace Unroll.Forecasting;

/// <summary>
/// Intervals h rows ahead (<see cref="AdaptiveConformal"/>; of a model that says how sure it is <see cref="AdaptiveConformalQuantiles"/>):
/// calibrated before the test rows, then led by the errors that were known when each prediction was made.
/// </summary>
/// <param name="Level">The nominal level.</param>
/// <param name="Intervals">One an origin.</param>
/// <param name="Coverage">The share of actual values inside, from 0 to 1.</param>
/// <param name="Width">Their mean width, in the target's units.</param>
/// <param name="Winkler">The mean interval score, in the target's units; lower is better.</param>
public sealed record IntervalScore(double Level, IReadOnlyList<PredictionInterval> Intervals, double Coverage, double Width, double Winkler)
{
    /// <summary>h, how many rows ahead.</summary>
    public int Step { get; init; } = 1;

    /// <summary>The mean pinball loss of the two ends as quantiles, in the target's units; lower is better.</summary>
    public double Pinball => Winkler * (1 - Level) / 4;

    internal static IntervalScore Of(HorizonForecast forecast, HorizonForecast calibration, int step, double level)
    {
        double[] actual = forecast.Actual(step), predicted = forecast.Predicted(step);
        return Of(actual, new AdaptiveConformal(calibration.Actual(step), calibration.Predicted(step), level, step).Over(actual, predicted), step, level);
    }

    internal static IntervalScore Of(double[] actual, PredictionInterval[] intervals, int step, double level)
    {
        double[] lower = Array.ConvertAll(intervals, interval => interval.Lower), upper = Array.ConvertAll(intervals, interval => interval.Upper);
        return new IntervalScore(level, intervals, Metrics.Coverage(actual, lower, upper), Metrics.IntervalWidth(lower, upper), Metrics.Winkler(actual, lower, upper, level)) { Step = step };
    }
}
