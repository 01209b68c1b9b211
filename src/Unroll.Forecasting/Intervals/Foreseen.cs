namespace Unroll.Forecasting;

/// <summary>Forecasts of rows that are known by now, with quantiles where the model says any, and how to make calibrated intervals of them.</summary>
/// <param name="Values">The point forecasts.</param>
/// <param name="Quantiles">From the same origins; null where the model predicts values alone.</param>
internal sealed record Foreseen(HorizonForecast Values, HorizonQuantiles? Quantiles)
{
    /// <summary>The levels of the intervals whose ends are, with the median, the quantiles of <see cref="Heads.Levels"/>.</summary>
    public static readonly double[] Levels = [0.2, 0.4, 0.6, 0.8, 0.9, 0.95];

    /// <summary>The test rows as a forecaster predicts them.</summary>
    public static Foreseen Of(IHorizonForecaster forecaster, ForecastSplit split, int steps) =>
        forecaster is EnsembleForecaster { Head: not ForecastHead.None } ensemble ? ensemble.Foresee(split, steps) : new Foreseen(forecaster.PredictAhead(split, steps), null);

    /// <summary>Intervals of any levels and the CRPS, <paramref name="step"/> rows ahead.</summary>
    /// <param name="calibration">Rows before, predicted without having been learnt from.</param>
    /// <param name="step">How many rows ahead.</param>
    /// <param name="shown">The levels wanted.</param>
    public (IntervalScore[] Intervals, CrpsScore? Crps) Judge(Foreseen calibration, int step, IReadOnlyList<double> shown)
    {
        double[] actual = Values.Actual(step), predicted = Values.Predicted(step);
        double[] levels = WithLevels(shown);
        PredictionInterval[][] intervals = Over(calibration, step, levels);
        PredictionInterval[][] grid = Array.ConvertAll(Levels, level => intervals[Array.IndexOf(levels, level)]);
        var quantiles = new double[actual.Length * Heads.Levels.Length];
        for (int i = 0; i < actual.Length; i++)
        {
            Span<double> row = quantiles.AsSpan(i * Heads.Levels.Length, Heads.Levels.Length);
            row[Heads.Median] = predicted[i];
            for (int k = 0; k < Levels.Length; k++)
                (row[Heads.Median - 1 - k], row[Heads.Median + 1 + k]) = (grid[k][i].Lower, grid[k][i].Upper);
            // Each level adapts by itself.
            row.Sort();
        }

        CrpsScore? crps = Array.TrueForAll(quantiles, double.IsFinite) ? new CrpsScore(step, Metrics.CrpsQuantiles(actual, quantiles, Heads.Levels)) : null;
        return ([.. shown.Select(level => IntervalScore.Of(actual, intervals[Array.IndexOf(levels, level)], step, level))], crps);
    }

    private static double[] WithLevels(IReadOnlyList<double> levels) => [.. levels.Concat(Levels).Distinct().Order()];

    /// <summary>[levels][origins].</summary>
    private PredictionInterval[][] Over(Foreseen calibration, int step, double[] levels)
    {
        double[] actual = Values.Actual(step);
        if (Quantiles is null || calibration.Quantiles is null)
            return Array.ConvertAll(levels, level => new AdaptiveConformal(calibration.Values.Actual(step), calibration.Values.Predicted(step), level, step).Over(actual, Values.Predicted(step)));
        PredictionInterval[][] intervals = Array.ConvertAll(levels, level =>
            new AdaptiveConformalQuantiles(calibration.Values.Actual(step), calibration.Quantiles.Central(step, level), level, step).Over(actual, Quantiles.Central(step, level)));
        for (int i = 0; i < actual.Length; i++)
        {
            PredictionInterval[] row = Nested([.. intervals.Select(level => level[i])]);
            for (int k = 0; k < row.Length; k++)
                intervals[k][i] = row[k];
        }

        return intervals;
    }

    /// <summary>The intervals of the row that is <paramref name="step"/> rows after the last origin, for any levels; they are nested.</summary>
    /// <param name="calibration">Rows before, predicted without having been learnt from.</param>
    /// <param name="since">What came after each of the first origins of <paramref name="said"/>, step rows later: fewer than there are origins.</param>
    /// <param name="said">Quantiles from origins that follow one another, the last of them the newest row.</param>
    /// <param name="step">How many rows ahead.</param>
    /// <param name="levels">The levels wanted.</param>
    public static PredictionInterval[] Next(Foreseen calibration, double[] since, HorizonQuantiles said, int step, IReadOnlyList<double> levels)
    {
        double[] all = WithLevels(levels);
        PredictionInterval[] nested = Nested(Array.ConvertAll(all, level =>
        {
            var conformal = new AdaptiveConformalQuantiles(calibration.Values.Actual(step), calibration.Quantiles!.Central(step, level), level, step);
            CentralQuantiles[] central = said.Central(step, level);
            if (since.Length > 0)
                conformal.Over(since, central.AsSpan(0, since.Length));
            return conformal.Around(central[^1]);
        }));
        return [.. levels.Select(level => nested[Array.IndexOf(all, level)])];
    }

    /// <summary>Of increasing levels each interval with those before it inside: wider where need be, so that no promise is broken.</summary>
    private static PredictionInterval[] Nested(PredictionInterval[] row)
    {
        for (int k = 1; k < row.Length; k++)
            row[k] = row[k] with { Lower = Math.Min(row[k].Lower, row[k - 1].Lower), Upper = Math.Max(row[k].Upper, row[k - 1].Upper) };
        return row;
    }
}
