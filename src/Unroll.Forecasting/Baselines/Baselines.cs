namespace Unroll.Forecasting;

/// <summary>The simple rules that a network is judged against.</summary>
public static class Baselines
{
    /// <summary>Fewer training rows than this are too few to choose among the models of exponential smoothing.</summary>
    private const int RowsForEts = 12;

    /// <summary>
    /// All that apply to every part of a task, not yet fitted, the naive forecast first: seasonal naive, without and with drift, where a
    /// season is found in the training rows of some parts, drift, mean, least squares on the window where the training rows are at least twice
    /// its weights, and Theta and exponential smoothing from 12 training rows on.
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
        return baselines;
    }

    /// <summary>The season that most of the parts show that show any; null where fewer than a tenth do, which may be chance.</summary>
    private static int? CommonSeason(int?[] seasons)
    {
        const int OneOf = 10;
        IGrouping<int, int>? most = seasons.OfType<int>().GroupBy(each => each).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).FirstOrDefault();
        return most is not null && OneOf * most.Count() >= seasons.Length ? most.Key : null;
    }
}
