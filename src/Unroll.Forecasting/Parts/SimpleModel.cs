namespace Unroll.Forecasting;

/// <summary>
/// What a part is forecast with that has too few rows for anything to learn from: the mean of ETS and Theta, of one of them where the other
/// needs more rows, or the newest value where both do.
/// </summary>
/// <param name="rules">Fitted, at least one.</param>
internal sealed class SimpleModel(BaselineRule[] rules) : PartModel
{
    public BaselineRule[] Rules => rules;

    public override int NeededRows => rules.Max(rule => rule.NeededRows);

    /// <summary>The model of a part, with its errors on the newest training rows where there are enough.</summary>
    public static SimpleModel Of(ForecastTask task, Part part, CancellationToken cancellationToken)
    {
        ForecastSplit split = task[part];
        SimpleModel model = FitTo(split, part, PartFacts.Of(split, task.Options), cancellationToken);
        int rows = task.ValidationRows(split), before = split.Train.Count - rows;
        if (rows < task.Horizon || before <= split.Window)
            return model;
        ForecastSplit inner = split.WithinTraining(rows);
        SimpleModel judged = FitTo(inner, part, model.Facts, cancellationToken);
        if (before < judged.NeededRows)
            return model;
        RawForecast raw = judged.Ahead(inner.Table, before - 1, rows - task.Horizon + 1, task.Horizon).Within(model.Facts.Limits);
        if (Array.TrueForAll(raw.Values, ahead => Array.TrueForAll(ahead, double.IsFinite)))
            model.Track = new TrackRecord(new HorizonForecast(inner.Test.Values, raw.Values), null);
        return model;
    }

    /// <summary>
    /// Whether readers of its forecasts are told; where only one of several simple rules had too few rows, nothing is lost.
    /// </summary>
    public bool IsTold { get; init; } = true;

    /// <summary>The same for a part of another name.</summary>
    public SimpleModel For(Part part, bool isTold) => new(rules) { Part = part, Facts = Facts, Track = Track, IsTold = isTold };

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
    {
        double[][][] all = Array.ConvertAll(rules, rule => rule.Ahead(table, first, count, steps));
        return new RawForecast([.. Enumerable.Range(0, count)
            .Select(i => Enumerable.Range(0, steps).Select(h => all.Average(ahead => ahead[i][h])).ToArray())], null);
    }

    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps)
    {
        double[][] rows = ContributionRows.Empty(steps);
        foreach (BaselineRule rule in rules)
            ContributionRows.Add(rows, rule.Contributions(table, first, origin, steps), _ => 1.0 / rules.Length);
        return rows;
    }

    public override string? NoteOn(TimeSeries table) => !IsTold
        ? null
        : $"{Part} has too few rows to learn from: it is forecast by {string.Join(" and ", rules.Select(rule => rule.Name))}.";

    private static SimpleModel FitTo(ForecastSplit split, Part part, PartFacts facts, CancellationToken cancellationToken)
    {
        var fitted = new List<BaselineRule>();
        foreach (BaselineRule rule in (BaselineRule[])[new EtsRule(), new ThetaRule()])
        {
            try
            {
                rule.Fit(split, cancellationToken);
                fitted.Add(rule);
            }
            catch (UnrollException)
            {
                // It needs more rows.
            }
        }

        if (fitted.Count == 0)
        {
            fitted.Add(new NaiveRule());
            fitted[0].Fit(split, cancellationToken);
        }

        return new SimpleModel([.. fitted]) { Part = part, Facts = facts };
    }
}
