namespace Unroll.Forecasting;

/// <summary>What was forecast before it is calibrated: values, and quantiles where the model says how sure it is.</summary>
/// <param name="Values">[n][H], in the target's units.</param>
/// <param name="Head">From the same origins; null where the model predicts values alone.</param>
internal sealed record RawForecast(double[][] Values, HorizonQuantiles? Head)
{
    /// <summary>The same with no value beyond the limits.</summary>
    public RawForecast Within(IntervalLimits limits) =>
        limits is { Min: null, Max: null }
            ? this
            : this with { Values = Array.ConvertAll(Values, ahead => Array.ConvertAll(ahead, limits.Within)) };
}

/// <summary>What is known of a part beside its model.</summary>
/// <param name="TrainedFrom">The first training row.</param>
/// <param name="TrainedTo">The last training row.</param>
/// <param name="Limits">No value lies outside.</param>
/// <param name="Window">T.</param>
internal sealed record PartFacts(DateTime TrainedFrom, DateTime TrainedTo, IntervalLimits Limits, int Window)
{
    public static PartFacts Of(ForecastSplit split, TaskOptions options) =>
        new(split.Train.Dates[0], split.Train.Dates[^1], IntervalLimits.Of(options.Min, options.Max, split.Train.Values), split.Window);

    /// <summary>The same with no limits but those that were stated: for what has no intervals, counts are not looked for.</summary>
    public static PartFacts WithStatedLimits(ForecastSplit split, TaskOptions options) =>
        new(split.Train.Dates[0], split.Train.Dates[^1], new IntervalLimits(options.Min, options.Max), split.Window);
}

/// <summary>One part of a fitted forecaster: what one target of one series is forecast with, and its errors so far.</summary>
internal abstract class PartModel
{
    public required Part Part { get; init; }

    public required PartFacts Facts { get; init; }

    /// <summary>What it forecast of rows that it had not learnt from; null where too few rows could be held back.</summary>
    public TrackRecord? Track { get; set; }

    /// <summary>Whether it says quantiles itself.</summary>
    public virtual bool HasHead => false;

    /// <summary>How many rows up to an origin a forecast needs.</summary>
    public abstract int NeededRows { get; }

    /// <summary>The forecasts from origins that follow one another.</summary>
    /// <param name="table">Target and inputs, values up to the last origin at least, with the rows after it where anything is
    /// known of them.</param>
    /// <param name="first">The row of the first origin.</param>
    /// <param name="count">n, how many origins.</param>
    /// <param name="steps">H, at most what was fitted.</param>
    /// <exception cref="UnrollException">A value that is needed is missing.</exception>
    public abstract RawForecast Ahead(TimeSeries table, int first, int count, int steps);

    /// <summary>
    /// What the forecasts from the last of some origins are made of, [steps][contributions]; they add up to what <see cref="Ahead"/> says
    /// of it.
    /// Where a model says no more, all is level.
    /// </summary>
    /// <param name="table">As for <see cref="Ahead"/>.</param>
    /// <param name="first">The row of the first origin: states of rules may begin there.</param>
    /// <param name="origin">The row of the last.</param>
    /// <param name="steps">H, at most what was fitted.</param>
    public virtual double[][] Contributions(TimeSeries table, int first, int origin, int steps) =>
        ContributionRows.Of(Ahead(table, first, origin - first + 1, steps).Values[^1], Contribution.Level);

    /// <summary>
    /// Forecasts in which groups of inputs are those of other origins; where a model says no more it looks at the target's past.
    /// </summary>
    /// <param name="table">As for <see cref="Ahead"/>.</param>
    /// <param name="origins">Rows.</param>
    /// <param name="steps">H, at most what was fitted.</param>
    public virtual PermutedInputs Permute(TimeSeries table, int[] origins, int steps) => new PermutedRule(this, table, origins, steps);

    /// <summary>The same model with the static columns of another series; this where it sees none.</summary>
    public virtual PartModel WithStaticOf(PartModel other) => this;

    /// <summary>Refuses a table that does not say what is needed of the rows to come.</summary>
    /// <exception cref="UnrollException">A known column has no value there.</exception>
    public virtual void RequireKnown(TimeSeries table, int origin, int steps)
    {
    }

    /// <summary>The columns beside the target that it looks at.</summary>
    public virtual IEnumerable<string> Columns => [];

    /// <summary>What a reader of forecasts of these rows must know; null for nothing.</summary>
    public virtual string? NoteOn(TimeSeries table) => null;
}
