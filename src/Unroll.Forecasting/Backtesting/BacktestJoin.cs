namespace Unroll.Forecasting;

/// <summary>Joins what forecasters forecast in the folds of a backtest to one forecast each over all origins.</summary>
internal static class BacktestJoin
{
    /// <summary>
    /// One forecast from what one forecaster forecast in every fold. Its intervals are made over the whole sequence: of the errors on the
    /// rows that the first fit held back, then of those on test rows as they become known.
    /// </summary>
    /// <param name="plan">The folds.</param>
    /// <param name="folds">One a fold.</param>
    /// <exception cref="UnrollException">The errors are not finite.</exception>
    public static ForecasterScore Score(BacktestPlan plan, FoldForecast[] folds)
    {
        ForecastTask task = plan.Whole;
        FoldForecast last = folds[^1];
        PartForecast[] parts = [.. task.Parts.Select(part => Join(part, task[part], task, folds))];
        PartScore[] scores = [.. parts.Select(part => new PartScore(part, task[part.Part].Train.Values))];
        if (!Array.TrueForAll(scores, score => double.IsFinite(score.Rmse)))
            throw new UnrollException($"The errors of the {last.Name} are too large to be squared. Train it with a smaller learning rate.");
        return new ForecasterScore
        {
            Metric = task.Metric,
            Name = last.Name,
            Key = last.Key,
            Kind = last.Kind,
            Forecast = new Forecast(parts),
            Parts = scores,
            Parameters = last.Parameters,
            FitTime = folds.Aggregate(TimeSpan.Zero, (sum, fold) => sum + fold.Took),
            Shares = MeanShares(folds),
        };
    }

    private static PartForecast Join(Part part, ForecastSplit split, ForecastTask task, FoldForecast[] folds)
    {
        FoldPart[] own = [.. folds.SelectMany(fold => fold.Parts).Where(each => each.Series == part.Series && each.Target == part.Target)];
        int steps = task.Horizon;
        double[][] values = [.. own.SelectMany(fold => fold.Values)];
        double[] actual = split.Test.ToArray();
        DateTime[] dates = PartRows.TestDates(split, steps);
        if (own[0].Track is not { } track)
            return new PartForecast(part, dates, values, null, actual, split.Table, PartFacts.WithStatedLimits(split, task.Options).Limits);
        HorizonQuantiles? head = Array.TrueForAll(own, fold => fold.Head is not null)
            ? new HorizonQuantiles(steps, [.. own.SelectMany(fold => fold.Head!)])
            : null;
        IntervalLimits limits = PartFacts.Of(split, task.Options).Limits;
        var quantiles = new HorizonQuantiles(steps, track.ToTrack().Calibrate(new RawForecast(values, head), actual, limits));
        return new PartForecast(part, dates, values, quantiles, actual, split.Table, limits);
    }

    /// <summary>Over the folds.</summary>
    private static Dictionary<string, double> MeanShares(FoldForecast[] folds) => folds.SelectMany(fold => fold.Shares.Keys)
        .Distinct()
        .ToDictionary(key => key, key => folds.Average(fold => fold.Shares.GetValueOrDefault(key)));
}
