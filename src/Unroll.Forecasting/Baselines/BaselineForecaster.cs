namespace Unroll.Forecasting;

/// <summary>A simple rule that a network has to beat, fitted to every part by itself.</summary>
public abstract class BaselineForecaster : PartsForecaster
{
    private protected BaselineForecaster()
    {
    }

    public sealed override ForecasterKind Kind => ForecasterKind.Baseline;

    /// <summary>What it says, in a few words; null where that takes more.</summary>
    public string? Saying => Models.Count == 1 && Models.Values.First() is BaselineModel model ? model.Rule.Saying : CreateRule().Saying;

    /// <summary>What a file keeps of what it was asked for; null where all of it is in the fitted rules, or found again.</summary>
    internal virtual BaselineOptions? Options => null;

    /// <summary>The rule of one part, not yet fitted.</summary>
    private protected abstract BaselineRule CreateRule();

    /// <summary>The fitted rule of one part.</summary>
    private protected BaselineRule RuleOf(Part part) => Models.TryGetValue(part, out PartModel? model) && model is BaselineModel known
        ? known.Rule
        : throw new InvalidOperationException($"The {Name} forecaster is not fitted to {part}. Call Fit first.");

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, IProgress<TrainingEvent>? progress, CancellationToken cancellationToken) =>
        Each<PartModel>(task, (part, split) => new BaselineModel(Fitted(task, split, cancellationToken))
        {
            Part = part,
            Facts = PartFacts.Of(split, task.Options),
            Track = Validate(task, part, split, cancellationToken),
        }, cancellationToken);

    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, IProgress<TrainingEvent>? progress, CancellationToken cancellationToken) =>
        Each<PartModel>(task, (part, split) => new BaselineModel(Fitted(task, split, cancellationToken)) { Part = part, Facts = PartFacts.Of(split, task.Options) }, cancellationToken);

    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        ForecastSplit split = ForecastSplit.All(table, part.Target, Window, ForecastInputs.TargetOnly);
        var whole = new ForecastTask(split, Horizon);
        return new BaselineModel(Fitted(whole, split, default)) { Part = part, Facts = PartFacts.Of(split, whole.Options), Track = Validate(whole, whole.Parts[0], split, default) };
    }

    /// <summary>The rule of a part; of one of many that has too few rows for it the newest value takes its place.</summary>
    private BaselineRule Fitted(ForecastTask task, ForecastSplit split, CancellationToken cancellationToken)
    {
        BaselineRule rule = CreateRule();
        try
        {
            rule.Fit(split, cancellationToken);
        }
        catch (UnrollException) when (task.Parts.Count > 1)
        {
            rule = new NaiveRule();
            rule.Fit(split, cancellationToken);
        }

        return rule;
    }

    /// <summary>The newest training rows as the rule forecasts them when it is fitted to those before; null where these are too few.</summary>
    private TrackRecord? Validate(ForecastTask task, Part part, ForecastSplit split, CancellationToken cancellationToken)
    {
        int rows = task.ValidationRows(split);
        if (rows < task.Horizon || split.Train.Count - rows <= split.Window)
            return null;
        try
        {
            ForecastSplit inner = split.WithinTraining(rows);
            var model = new BaselineModel(Fitted(task, inner, cancellationToken)) { Part = part, Facts = PartFacts.Of(inner, task.Options) };
            double[][] ahead = Raw(model, inner, task.Horizon).Values;
            return Array.TrueForAll(ahead, row => Array.TrueForAll(row, double.IsFinite)) ? new TrackRecord(new HorizonForecast(inner.Test.Values, ahead), null) : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }
}

/// <summary>A fitted rule of one part.</summary>
internal sealed class BaselineModel(BaselineRule rule) : PartModel
{
    public BaselineRule Rule => rule;

    public override int NeededRows => rule.NeededRows;

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps) => new(rule.Ahead(table, first, count, steps), null);
}
