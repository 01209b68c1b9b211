namespace Unroll.Forecasting;

/// <summary>The simple rules that a network is judged against.</summary>
public static class Baselines
{
    /// <summary>Fewer training rows than this are too few to choose among the models of exponential smoothing.</summary>
    private const int RowsForEts = 12;

    /// <summary>On more rows than this ARIMA takes many seconds, and ridge regression sees as many lags and more.</summary>
    private const int MostRowsForArima = 1500;

    /// <summary>
    /// All that apply to every part of a task, not yet fitted, the naive forecast first: seasonal naive, without and with drift, where a
    /// season is found in the training rows of some parts, drift, mean, least squares on the window where the training rows are at least
    /// twice its weights, Theta, exponential smoothing and, up to 1,500 rows, ARIMA from 12 training rows on, exponential smoothing of what
    /// STL leaves where a season is longer than 24 rows, and Croston and TSB where a third of the rows of most parts are 0.
    /// </summary>
    /// <param name="task">What is asked; only the training rows are looked at.</param>
    public static IReadOnlyList<BaselineForecaster> For(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        ForecastSplit[] splits = [.. task.Parts.Select(part => task[part])];
        int?[] seasons = Array.ConvertAll(splits, split => SeasonalPeriod.Find(split.Train));
        var baselines = new List<BaselineForecaster> { new NaiveForecaster() };
        if (CommonSeason(seasons) is { } season)
            baselines.AddRange([new SeasonalNaiveForecaster(season), new SeasonalNaiveDriftForecaster(season)]);
        baselines.Add(new DriftForecaster());
        baselines.Add(new MeanForecaster());
        if (splits.Where(split => split.Window == task.Window).All(split => split.TrainWindowCount >= 2 * (split.Window + 1)))
            baselines.Add(new LeastSquaresForecaster());
        if (splits.Any(split => split.Train.Count >= RowsForEts))
            baselines.AddRange([new ThetaForecaster(), new EtsForecaster()]);
        if (splits.Any(split => split.Train.Count >= RowsForEts) && splits.All(split => split.Train.Count <= MostRowsForArima))
            baselines.Add(new ArimaForecaster());
        if (Array.Exists(seasons, found => found is not null) && splits.Any(HasLongSeason))
            baselines.Add(new StlEtsForecaster());
        if (2 * splits.Count(IsIntermittent) > splits.Length)
            baselines.AddRange([new CrostonForecaster(), new TsbForecaster()]);
        return baselines;
    }

    /// <summary>Whether there is a season that exponential smoothing cannot learn, seen three times.</summary>
    private static bool HasLongSeason(ForecastSplit split) =>
        split.Train.Calendar.SeasonalPeriods.Any(period => period > EtsRule.LongestPeriod && 3L * period <= split.Train.Count);

    /// <summary>Whether many rows have no demand: a third or more are 0, and none is below.</summary>
    private static bool IsIntermittent(ForecastSplit split)
    {
        ReadOnlySpan<double> values = split.Train.Values;
        return 3 * values.Count(0.0) >= values.Length && values.IndexOfAnyInRange(double.NegativeInfinity, -double.Epsilon) < 0;
    }

    /// <summary>The season that most of the parts show that show any; null where fewer than a tenth do, which may be chance.</summary>
    private static int? CommonSeason(int?[] seasons)
    {
        const int OneOf = 10;
        IGrouping<int, int>? most = seasons.OfType<int>().GroupBy(each => each).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key).FirstOrDefault();
        return most is not null && OneOf * most.Count() >= seasons.Length ? most.Key : null;
    }
}
