namespace Unroll.Forecasting;

/// <summary>The simple rules that a network is judged against.</summary>
public static class Baselines
{
    /// <summary>Fewer training rows than this are too few to choose among the models of exponential smoothing.</summary>
    private const int RowsForEts = 12;

    /// <summary>
    /// All that apply to every part of a task, not yet fitted, the naive forecast first: seasonal naive where a season is found in the
    /// training rows of most parts, drift, mean, least squares on the window where the training rows are at least twice its weights, and
    /// exponential smoothing from 12 training rows on.
    /// </summary>
    /// <param name="task">What is asked; only the training rows are looked at.</param>
    public static IReadOnlyList<BaselineForecaster> For(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        ForecastSplit[] splits = [.. task.Parts.Select(part => task[part])];
        int?[] seasons = Array.ConvertAll(splits, split => SeasonalPeriod.Find(split.Train));
        var baselines = new List<BaselineForecaster> { new NaiveForecaster() };
        if (CommonSeason(seasons) is { } season && splits.All(split => split.Train.Count >= season))
            baselines.Add(new SeasonalNaiveForecaster(season));
        baselines.Add(new DriftForecaster());
        baselines.Add(new MeanForecaster());
        if (splits.All(split => split.TrainWindowCount >= 2 * (split.Window + 1)))
            baselines.Add(new LeastSquaresForecaster());
        if (splits.All(split => split.Train.Count >= RowsForEts))
            baselines.Add(new EtsForecaster());
        return baselines;
    }

    /// <summary>The season of most parts, where more than half have one; null for none.</summary>
    private static int? CommonSeason(int?[] seasons)
    {
        int[] found = [.. seasons.OfType<int>()];
        return 2 * found.Length <= seasons.Length ? null
            : found.GroupBy(each => each).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
    }
}
