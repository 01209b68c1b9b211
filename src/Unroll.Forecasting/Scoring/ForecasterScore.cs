namespace Unroll.Forecasting;

/// <summary>
/// The errors of one forecaster on the test rows: means over all origins and over 1..H rows ahead. Of several parts they are means of
/// errors in units of each part's own changes, so that parts of any scale compare.
/// </summary>
public sealed record ForecasterScore
{
    /// <summary>What tables call it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the name is that of a file or otherwise given: shown as it is, without an article.</summary>
    public bool HasGivenName { get; init; }

    /// <summary>What files call it.</summary>
    public required string Key { get; init; }

    /// <summary>What kind of forecaster it is.</summary>
    public required ForecasterKind Kind { get; init; }

    /// <summary>One a part, in the order of the task.</summary>
    public required IReadOnlyList<PartScore> Parts { get; init; }

    /// <summary>What forecasters are compared by.</summary>
    public required ForecastMetric Metric { get; init; }

    /// <summary>What was forecast.</summary>
    public required Forecast Forecast { get; init; }

    /// <summary>How many numbers training set; 0 for a rule.</summary>
    public long Parameters { get; init; }

    /// <summary>How long the fit took.</summary>
    public TimeSpan FitTime { get; init; }

    /// <summary>
    /// What a blend is made of, by the key of the forecaster: means over parts and steps, above 0, that sum to 1; empty for others.
    /// </summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether there is one part, so that errors have its unit.</summary>
    public bool IsSingle => Parts.Count == 1;

    /// <summary>
    /// The error that forecasters are compared by, as <see cref="Metric"/> says; of several parts the mean of errors in units of each
    /// part's changes, infinite where a part never changes in training.
    /// </summary>
    public double Error => ErrorOf(Metric);

    /// <summary>What tables call <see cref="Error"/>: RMSE of one part, RMSSE of several.</summary>
    public string ErrorName => Metric.NameOf(IsSingle);

    /// <summary>What tables show beside <see cref="Metric"/>: the MAE, or where that is it already, the RMSE.</summary>
    public ForecastMetric OtherMetric => Metric is ForecastMetric.Mae or ForecastMetric.Mase ? ForecastMetric.Rmse : ForecastMetric.Mae;

    /// <summary>The error by any metric, in the units of <see cref="Error"/>; NaN where it is not defined.</summary>
    public double ErrorOf(ForecastMetric metric) => Parts.Average(part => part.ErrorOf(metric) / (IsSingle ? 1 : part.UnitOf(metric)));

    /// <summary>Mean RMSSE (<see cref="Metrics.Rmsse"/>, m = 1) over the parts; infinite where a part never changes in training.</summary>
    public double Rmsse => Parts.Average(part => part.Rmsse);

    /// <summary>Mean MASE (<see cref="Metrics.Mase"/>, m = 1) over the parts.</summary>
    public double Mase => Parts.Average(part => part.Mase);

    /// <summary>1 − error / error of the naive forecast; null where that makes none.</summary>
    public double? Skill { get; init; }

    /// <summary>1 − error / error of the best single baseline; null where that makes none.</summary>
    public double? SkillAgainstBest { get; init; }

    /// <summary>The error (as <see cref="Error"/>) at each step ahead, 1..H.</summary>
    public IReadOnlyList<double> ErrorByStep => ErrorByStepOf(Metric);

    /// <summary>
    /// CRPS over all steps, of one part in its unit, of several in units of the parts' changes; null where there are no intervals.
    /// </summary>
    public double? Crps => Parts.All(part => part.Crps is not null)
        ? Parts.Average(part => part.Crps!.Value / (IsSingle ? 1 : part.MeanChange)) : null;

    /// <summary>
    /// The share of test values inside the intervals of a level, over all steps, mean over the parts; null where there are none.
    /// </summary>
    public double? Coverage(double level) => Mean(part => part.Coverage(level));

    /// <summary>
    /// The mean width of these intervals, of one part in its unit, of several in units of the parts' changes; null where there are none.
    /// </summary>
    public double? Width(double level) => Mean(part => part.Width(level) / (IsSingle ? 1 : part.MeanChange));

    /// <summary>The mean interval score (Winkler), in the same units; null where there are no intervals.</summary>
    public double? Winkler(double level) => Mean(part => part.Winkler(level) / (IsSingle ? 1 : part.MeanChange));

    /// <summary>The mean width at each step ahead, 1..H, in the same units; empty where there are no intervals.</summary>
    public IReadOnlyList<double> WidthByStep(double level) => Parts.All(part => part.HasIntervals)
        ? [.. Enumerable.Range(0, Parts[0].RmseByStep.Count)
            .Select(h => Parts.Average(part => part.WidthByStep(level)[h] / (IsSingle ? 1 : part.MeanChange)))]
        : [];

    /// <summary>On how many parts it beats the naive forecast.</summary>
    public int PartsBeatNaive => Parts.Count(part => part.Skill > 0);

    /// <summary>On how many parts it beats every baseline.</summary>
    public int PartsBeatBest => Parts.Count(part => part.SkillAgainstBest > 0);

    /// <summary>The errors on a part.</summary>
    /// <exception cref="UnrollException">There is no such part.</exception>
    public PartScore this[Part part] => Parts.FirstOrDefault(each => each.Part == part)
        ?? throw new UnrollException($"The {Name} was not judged on {part}.");

    /// <summary>The error by any metric at each step ahead, 1..H, in the units of <see cref="Error"/>.</summary>
    public IReadOnlyList<double> ErrorByStepOf(ForecastMetric metric)
    {
        IReadOnlyList<double>[] errors = [.. Parts.Select(part => part.ErrorByStep(metric))];
        return [.. errors[0].Select((_, h) => Parts.Select((part, i) => errors[i][h] / (IsSingle ? 1 : part.UnitOf(metric))).Average())];
    }

    private double? Mean(Func<PartScore, double?> figure) => Parts.All(part => part.HasIntervals)
        ? Parts.Average(part => figure(part)!.Value) : null;
}
