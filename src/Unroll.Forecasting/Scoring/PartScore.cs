namespace Unroll.Forecasting;

/// <summary>The errors of one forecaster on one part, over all origins and steps ahead.</summary>
public sealed class PartScore
{
    private readonly double[][] _coverage, _width, _winkler;

    /// <param name="forecast">What was forecast; all actual values are known.</param>
    /// <param name="training">The training values: what scaled errors are measured in.</param>
    internal PartScore(PartForecast forecast, ReadOnlySpan<double> training)
    {
        Forecast = forecast;
        int steps = forecast.Steps, count = forecast.Origins;
        (var actual, var predicted) = (new double[steps * count], new double[steps * count]);
        RmseByStep = new double[steps];
        for (int h = 1; h <= steps; h++)
        {
            Span<double> a = actual.AsSpan((h - 1) * count, count), p = predicted.AsSpan((h - 1) * count, count);
            for (int i = 0; i < count; i++)
                (a[i], p[i]) = (forecast.Actual(i, h), forecast[i, h]);
            ((double[])RmseByStep)[h - 1] = Metrics.Rmse(a, p);
        }

        (Rmse, Mae) = (Metrics.Rmse(actual, predicted), Metrics.Mae(actual, predicted));
        Mape = actual.Contains(0.0) ? null : Metrics.Mape(actual, predicted);
        Smape = actual.Contains(0.0) ? null : Metrics.Smape(actual, predicted);
        MeanChange = Metrics.Mae(training[1..], training[..^1]);
        RootMeanSquareChange = Metrics.Rmse(training[1..], training[..^1]);
        (Rmsse, Mase) = (Rmse / RootMeanSquareChange, Mae / MeanChange);
        (_coverage, _width, _winkler) =
            ([new double[steps], new double[steps]], [new double[steps], new double[steps]], [new double[steps], new double[steps]]);
        if (forecast.HasIntervals)
            Crps = JudgeIntervals(actual);
    }

    /// <summary>The levels of intervals that are judged.</summary>
    public static IReadOnlyList<double> Levels { get; } = [0.8, 0.95];

    /// <summary>What was forecast.</summary>
    public Part Part => Forecast.Part;

    /// <summary>What was forecast, with the actual values.</summary>
    public PartForecast Forecast { get; }

    /// <summary>Root mean squared error, in the target's unit.</summary>
    public double Rmse { get; }

    /// <summary>Mean absolute error, in the target's unit.</summary>
    public double Mae { get; }

    /// <summary>Mean absolute percentage error, in percent; null where a value is 0.</summary>
    public double? Mape { get; }

    /// <summary>Symmetric mean absolute percentage error (<see cref="Metrics.Smape"/>), in percent; null where a value is 0.</summary>
    public double? Smape { get; }

    /// <summary>RMSE divided by that of the training rows' changes from row to row (Hyndman and Koehler 2006, m = 1).</summary>
    public double Rmsse { get; }

    /// <summary>MAE divided by the mean absolute change of the training rows (Hyndman and Koehler 2006, m = 1).</summary>
    public double Mase { get; }

    /// <summary>The mean absolute change from row to row in training, in the target's unit.</summary>
    public double MeanChange { get; }

    /// <summary>The root mean square of these changes.</summary>
    public double RootMeanSquareChange { get; }

    /// <summary>RMSE at each step ahead, 1..H, in the target's unit.</summary>
    public IReadOnlyList<double> RmseByStep { get; }

    /// <summary>1 − error / that of the naive forecast of this part, by the task's metric; null where that is 0.</summary>
    public double? Skill { get; internal set; }

    /// <summary>1 − error / that of this part's best baseline, by the task's metric; null where that is 0.</summary>
    public double? SkillAgainstBest { get; internal set; }

    /// <summary>Whether there are intervals.</summary>
    public bool HasIntervals => Forecast.HasIntervals;

    /// <summary>
    /// The continuous ranked probability score over all steps, from 13 quantiles (<see cref="Metrics.CrpsQuantiles"/>), in the target's
    /// unit; null where there are no intervals. Without any spread it would be the MAE.
    /// </summary>
    public double? Crps { get; }

    /// <summary>The share of values inside the intervals of a level (0.8 or 0.95), over all steps; null where there are none.</summary>
    public double? Coverage(double level) => HasIntervals ? CoverageByStep(level).Average() : null;

    /// <summary>The mean width of these intervals, in the target's unit; null where there are none.</summary>
    public double? Width(double level) => HasIntervals ? WidthByStep(level).Average() : null;

    /// <summary>The mean interval score of Winkler, in the target's unit; null where there are no intervals.</summary>
    public double? Winkler(double level) => HasIntervals ? _winkler[Place(level)].Average() : null;

    /// <summary>The share inside at each step ahead, 1..H.</summary>
    public IReadOnlyList<double> CoverageByStep(double level) => _coverage[Place(level)];

    /// <summary>The mean width at each step ahead, 1..H.</summary>
    public IReadOnlyList<double> WidthByStep(double level) => _width[Place(level)];

    /// <summary>
    /// The error by any metric, in the target's unit, for <see cref="ForecastMetric.Mase"/> in units of its mean change, for
    /// <see cref="ForecastMetric.Smape"/> in percent; NaN where it is not defined.
    /// </summary>
    public double ErrorOf(ForecastMetric metric) => metric switch
    {
        ForecastMetric.Rmse => Rmse,
        ForecastMetric.Mae => Mae,
        ForecastMetric.Mase => Mase,
        ForecastMetric.Smape => Smape ?? double.NaN,
        _ => Crps ?? double.NaN,
    };

    /// <summary>What the errors of a part are divided by so that those of several parts compare.</summary>
    internal double UnitOf(ForecastMetric metric) => metric switch
    {
        ForecastMetric.Rmse => RootMeanSquareChange,
        ForecastMetric.Mae or ForecastMetric.Crps => MeanChange,
        _ => 1,
    };

    /// <summary>The error at each step ahead, 1..H, in the units of <see cref="ErrorOf"/>.</summary>
    internal IReadOnlyList<double> ErrorByStep(ForecastMetric metric)
    {
        if (metric == ForecastMetric.Rmse)
            return RmseByStep;
        var errors = new double[Forecast.Steps];
        for (int h = 1; h <= errors.Length; h++)
        {
            for (int i = 0; i < Forecast.Origins; i++)
                errors[h - 1] += Cost(metric, i, h) / Forecast.Origins;
        }

        return metric == ForecastMetric.Mase ? Array.ConvertAll(errors, error => error / MeanChange) : errors;
    }

    /// <summary>The mean cost of each origin over its H rows ahead: what two forecasts are compared by.</summary>
    internal double[] Costs(ForecastMetric metric)
    {
        var costs = new double[Forecast.Origins];
        for (int i = 0; i < costs.Length; i++)
        {
            for (int h = 1; h <= Forecast.Steps; h++)
                costs[i] += Cost(metric, i, h) / Forecast.Steps;
        }

        return costs;
    }

    private double Cost(ForecastMetric metric, int origin, int step) => metric == ForecastMetric.Crps
        ? Metrics.CrpsQuantiles([Forecast.Actual(origin, step)], Forecast.QuantilesAt(origin, step), Heads.Levels)
        : metric.CostOf(Forecast[origin, step], Forecast.Actual(origin, step));

    private double? JudgeIntervals(double[] actual)
    {
        int count = Forecast.Origins, each = Heads.Levels.Length;
        var quantiles = new double[actual.Length * each];
        for (int h = 1; h <= Forecast.Steps; h++)
        {
            for (int i = 0; i < count; i++)
            {
                Forecast.QuantilesAt(i, h).CopyTo(quantiles.AsSpan((((h - 1) * count) + i) * each));
                for (int level = 0; level < Levels.Count; level++)
                {
                    PredictionInterval interval = Forecast.Interval(i, h, Levels[level])!.Value;
                    double value = actual[((h - 1) * count) + i], tail = 2 / (1 - interval.Level);
                    _coverage[level][h - 1] += interval.Contains(value) ? 1.0 / count : 0;
                    _width[level][h - 1] += interval.Width / count;
                    _winkler[level][h - 1] +=
                        (interval.Width + (tail * (Math.Max(0, interval.Lower - value) + Math.Max(0, value - interval.Upper)))) / count;
                }
            }
        }

        return Array.TrueForAll(quantiles, double.IsFinite) ? Metrics.CrpsQuantiles(actual, quantiles, Heads.Levels) : null;
    }

    private static int Place(double level) => level switch
    {
        0.8 => 0,
        0.95 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Intervals of 0.8 and 0.95 are judged."),
    };
}
