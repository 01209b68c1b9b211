namespace Unroll.Forecasting;

/// <summary>The intervals that forecasters are judged by: which levels, what calibrates a baseline, and those of each of many series.</summary>
internal static class JudgedIntervals
{
    private const int MostCalibrationRows = 250, LeastCalibrationRows = 40;

    /// <summary>The nominal levels of intervals.</summary>
    public static readonly double[] Levels = [0.8, 0.95];

    /// <summary>Predictions of the newest training rows by a baseline that is fitted to those before; null where these are too few.</summary>
    /// <remarks>The baseline stays fitted so: fit it again to predict test rows.</remarks>
    public static HorizonForecast? Calibration(ForecastSplit split, IHorizonForecaster baseline, int steps, CancellationToken cancellation)
    {
        int rows = Math.Min(MostCalibrationRows, split.Train.Count / 5);
        if (rows < LeastCalibrationRows + steps - 1)
            return null;
        try
        {
            ForecastSplit inner = split.WithinTraining(rows);
            baseline.Fit(inner, cancellation);
            HorizonForecast calibration = baseline.PredictAhead(inner, steps);
            return Array.TrueForAll(calibration.Predicted(steps), double.IsFinite) ? calibration : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>Intervals one row ahead, and where more are judged H rows ahead; none without a calibration.</summary>
    /// <param name="next">One row ahead: every test row has an interval, also those that nothing further is judged from.</param>
    /// <param name="forecast">H rows ahead.</param>
    /// <param name="calibration">Rows before the test rows, predicted without having been learnt from.</param>
    public static IntervalScore[] Of(HorizonForecast next, HorizonForecast forecast, HorizonForecast? calibration)
    {
        if (calibration is null)
            return [];
        IEnumerable<IntervalScore> intervals = Levels.Select(level => IntervalScore.Of(next, calibration, 1, level));
        return forecast.Steps == 1 ? [.. intervals] : [.. intervals, .. Levels.Select(level => IntervalScore.Of(forecast, calibration, forecast.Steps, level))];
    }
}
