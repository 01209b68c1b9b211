using System.Collections.Concurrent;

namespace Unroll.Forecasting;

/// <summary>A simple rule that a network has to beat, fitted to every part by itself.</summary>
public abstract partial class BaselineForecaster : PartsForecaster
{
    private readonly ConcurrentDictionary<Part, string> _replaced = [];

    private protected BaselineForecaster()
    {
    }

    public override ForecasterKind Kind => ForecasterKind.Baseline;

    /// <summary>What it says, in a few words; null where that takes more.</summary>
    public string? Saying => Models.Count == 1 && Models.Values.First() is BaselineModel model ? model.Rule.Saying : CreateRule().Saying;

    /// <summary>What a file keeps of what it was asked for; null where all of it is in the fitted rules, or found again.</summary>
    internal virtual BaselineOptions? Options => null;

    /// <summary>The parts that have too few rows, or no season, for the rule, so that the newest value takes its place.</summary>
    public override IReadOnlyList<string> Notes
    {
        get
        {
            Part[] parts = [.. Models.Keys.Where(_replaced.ContainsKey)];
            return parts.Length == 0 ? [] :
            [
                $"The {Name} forecast repeats the newest value for {parts.Length} of {Models.Count} series and targets, to which it cannot "
                    + "be fitted; "
                + $"the first, {parts[0]}: {_replaced[parts[0]]}",
            ];
        }
    }

    /// <summary>Whether one model was asked for, which nothing else may stand for.</summary>
    private protected virtual bool IsModelGiven => false;

    /// <summary>What a rule for a series that was not there in training looks at beside the target.</summary>
    private protected virtual ForecastInputs AdaptedInputs => ForecastInputs.TargetOnly;

    /// <summary>The rule of one part, not yet fitted.</summary>
    private protected abstract BaselineRule CreateRule();

    /// <summary>A rule to fit to more rows, with what a fitted one has chosen; null to choose anew.</summary>
    private protected virtual BaselineRule? ToFitAgain(BaselineRule fitted) => null;

    /// <summary>The fitted rule of one part.</summary>
    /// <exception cref="InvalidOperationException"><see cref="PartsForecaster.Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">It was not fitted to the part.</exception>
    private protected BaselineRule RuleOf(Part part)
    {
        _ = Facts;
        return Models.TryGetValue(part, out PartModel? model) && model is BaselineModel known
            ? known.Rule
            : throw new UnrollException($"The {Name} forecaster was not fitted to {part}. Fit it to a task that has it.");
    }

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run) => InGroups(task, FirstFit, FitPart, run);

    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run) => InGroups(task, Again, RefitPart, run);

    private BaselineModel FitPart(ForecastTask task, Part part, CancellationToken cancellation) =>
        new(FitRule(task, part, task[part], cancellation))
        {
            Part = part,
            Facts = PartFacts.Of(task[part], task.Options),
            Track = Validate(task, part, task[part], cancellation),
        };

    private BaselineModel RefitPart(ForecastTask task, Part part, CancellationToken cancellation) =>
        new(RefitRule(task, part, task[part], cancellation)) { Part = part, Facts = PartFacts.Of(task[part], task.Options) };

    /// <summary>
    /// The rule of a part with the model that was chosen for it before, or, where that does not fit to these rows, another one.
    /// </summary>
    private BaselineRule RefitRule(ForecastTask task, Part part, ForecastSplit split, CancellationToken cancellationToken)
    {
        if (Models.TryGetValue(part, out PartModel? model) && model is BaselineModel known && ToFitAgain(known.Rule) is { } again)
        {
            try
            {
                again.Fit(split, cancellationToken);
                return again;
            }
            catch (UnrollException)
            {
                // What was chosen is not defined for the newest values.
            }
        }

        return FitRule(task, part, split, cancellationToken);
    }

    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        ForecastSplit split = ForecastSplit.All(table, part.Target, Window, AdaptedInputs);
        var whole = new ForecastTask(split, Horizon);
        return new BaselineModel(FitRule(whole, null, split, default))
        {
            Part = part,
            Facts = PartFacts.Of(split, whole.Options),
            Track = Validate(whole, whole.Parts[0], split, default)
        };
    }

    /// <summary>The rule of a part; where one of many has too few rows for it, or no season, the newest value takes its place.</summary>
    /// <param name="task">What is asked.</param>
    /// <param name="part">Of which it is to be told; null where it is not kept.</param>
    /// <param name="split">The rows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private BaselineRule FitRule(ForecastTask task, Part? part, ForecastSplit split, CancellationToken cancellationToken)
    {
        BaselineRule rule = CreateRule();
        if (part is { } fitted)
            _replaced.TryRemove(fitted, out _);
        try
        {
            rule.Fit(split, cancellationToken);
        }
        catch (UnrollException reason) when (task.Parts.Count > 1 && !IsModelGiven)
        {
            rule = new NaiveRule();
            rule.Fit(split, cancellationToken);
            if (part is { } replaced)
                _replaced[replaced] = reason.Message;
        }

        return rule;
    }

    /// <summary>
    /// The newest training rows as the rule forecasts them when it is fitted to those before; null where these are too few.
    /// </summary>
    private TrackRecord? Validate(ForecastTask task, Part part, ForecastSplit split, CancellationToken cancellationToken)
    {
        int rows = task.ValidationRows(split);
        if (rows < task.Horizon || split.Train.Count - rows <= split.Window)
            return null;
        try
        {
            ForecastSplit inner = split.WithinTraining(rows);
            var model = new BaselineModel(FitRule(task, null, inner, cancellationToken))
            {
                Part = part,
                Facts = PartFacts.Of(inner, task.Options)
            };
            double[][] ahead = Raw(model, inner, task.Horizon).Values;
            return Array.TrueForAll(ahead, row => Array.TrueForAll(row, double.IsFinite))
                ? new TrackRecord(new HorizonForecast(inner.Test.Values, ahead), null) : null;
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

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps) =>
        new(rule.Ahead(table, first, count, steps), null);

    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps) =>
        rule.Contributions(table, first, origin, steps);

    public override IEnumerable<string> Columns => rule.Columns;

    public override void RequireKnown(TimeSeries table, int origin, int steps) => rule.RequireKnown(table, origin, steps);
}
