namespace Unroll.Forecasting;

/// <summary>The simple rules that a network is judged against.</summary>
public static class Baselines
{
    /// <summary>Fewer training rows than this are too few to choose among the models of exponential smoothing.</summary>
    private const int RowsForEts = 12;

    /// <summary>
    /// All that apply to a split, not yet fitted, the naive forecast first: seasonal naive where a period is given or found in the training
    /// rows, drift, mean, least squares on the split's window where the training rows are at least twice its weights, and exponential
    /// smoothing from 12 training rows on.
    /// </summary>
    /// <param name="split">What is to be predicted; only the training rows are looked at.</param>
    /// <param name="period">The rows of one season; null to find it (<see cref="SeasonalPeriod.Find"/>), 1 for none.</param>
    public static IReadOnlyList<BaselineForecaster> For(ForecastSplit split, int? period = null)
    {
        ArgumentNullException.ThrowIfNull(split);
        int rows = split.Train.Count;
        int season = period ?? SeasonalPeriod.Find(split.Train) ?? 1;
        var baselines = new List<BaselineForecaster> { new NaiveForecaster() };
        if (season > 1 && season <= rows)
            baselines.Add(new SeasonalNaiveForecaster(season));
        baselines.Add(new DriftForecaster());
        baselines.Add(new MeanForecaster());
        if (split.TrainWindowCount >= 2 * (split.Window + 1))
            baselines.Add(new LeastSquaresForecaster());
        if (rows >= RowsForEts)
            baselines.Add(new EtsForecaster(period: season <= EtsForecaster.LongestPeriod ? season : null));
        return baselines;
    }
}
