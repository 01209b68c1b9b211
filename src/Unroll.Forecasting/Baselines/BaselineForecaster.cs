using System.Runtime.InteropServices;

namespace Unroll.Forecasting;

/// <summary>
/// A simple rule that a network has to beat. What it fits it fits on the training rows alone; after that it is only told the
/// values that have come, and is never fitted again.
/// </summary>
public abstract class BaselineForecaster : IHorizonForecaster
{
    private string? _target;

    private protected BaselineForecaster()
    {
    }

    public abstract string Name { get; }

    /// <summary>How many of the newest values a prediction needs.</summary>
    private protected abstract int NeededRows { get; }

    /// <summary>What it predicts with, where it can be written to a file.</summary>
    internal virtual BaselineState State => throw new NotSupportedException($"The {Name} forecast is not written to files.");

    /// <summary>A fitted baseline from its state.</summary>
    /// <exception cref="NotSupportedException">There is no such baseline.</exception>
    internal static BaselineForecaster Restore(BaselineState state, string target)
    {
        BaselineForecaster baseline = state switch
        {
            { Kind: NaiveForecaster.DefaultName } => new NaiveForecaster(),
            { Kind: SeasonalNaiveForecaster.DefaultName, Period: >= 2 } => new SeasonalNaiveForecaster(state.Period),
            { Kind: DriftForecaster.DefaultName } => new DriftForecaster(state.Slope),
            { Ets: { } parameters } => new EtsForecaster(parameters, state.FirstDate),
            _ => throw new NotSupportedException($"it names a baseline {state.Kind}, which there is not"),
        };
        baseline._target = target;
        return baseline;
    }

    /// <inheritdoc/>
    public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        cancellationToken.ThrowIfCancellationRequested();
        Learn(split, cancellationToken);
        _target = split.Target;
    }

    /// <inheritdoc/>
    public double[] Predict(ForecastSplit split) => PredictAhead(split, 1).Predicted(1);

    /// <inheritdoc/>
    public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

    /// <inheritdoc/>
    public double[] PredictAhead(TimeSeries series, int steps)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Series values = series[FittedTarget()];
        (int first, bool fromTraining) = FirstRow(series.DateSpan);
        int needed = fromTraining ? 1 : NeededRows;
        if (values.Count == 0)
            throw new UnrollException($"{series.Name} has no rows to predict the next {values.Name} from. Add at least {(needed == 1 ? "one" : needed)}.");
        if (values.Count - first < needed)
            throw new UnrollException($"{series.Name} has {values.Count} rows, but the {Name} forecast looks at the newest {needed} to predict the next {values.Name}. Give it at least {needed} rows.");
        ReadOnlySpan<double> known = values.Values[first..];
        int missing = known.IndexOf(double.NaN);
        if (missing >= 0)
            throw new UnrollException(known.Length == 1
                ? $"The newest {values.Name} of {series.Name}, on {series.Format(series.LastDate)}, is missing. Choose --missing drop, forward-fill or interpolate, or complete the file."
                : $"{series.Name} has no {values.Name} on {series.Format(values.Dates[first + missing])}, within the newest {known.Length} rows. Choose --missing drop, forward-fill or interpolate, or complete the file.");
        var ahead = new double[steps];
        Ahead(known, fromTraining, ahead);
        return ahead;
    }

    /// <inheritdoc/>
    public HorizonForecast PredictAhead(ForecastSplit split, int steps)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _ = FittedTarget();
        split.RequireTestRows(steps);
        Series known = split.TrainThroughTest;
        int firstOrigin = known.Count - split.Test.Count;
        if (firstOrigin < NeededRows)
            throw new UnrollException($"Only {firstOrigin} rows come before the test range {split.TestRange}, but the {Name} forecast looks at {NeededRows}. Use a longer --train range.");
        double[][] ahead = [.. Enumerable.Range(0, split.Test.Count - steps + 1).Select(_ => new double[steps])];
        Roll(known.Values, split.Train.Dates[0], firstOrigin, ahead);
        return new HorizonForecast(split.Test.Values, ahead);
    }

    /// <summary>Predictions one row ahead, told the values one by one: a call with the next value, at first with none, gives the one after it.</summary>
    /// <param name="dates">Of the rows that are known.</param>
    /// <param name="values">As many, none missing.</param>
    /// <exception cref="UnrollException">There are too few rows.</exception>
    internal Func<double?, double> After(ReadOnlySpan<DateTime> dates, ReadOnlySpan<double> values)
    {
        (int first, bool fromTraining) = FirstRow(dates);
        if (!fromTraining && values.Length - first < NeededRows)
            throw new UnrollException($"There are {values.Length} rows, but the {Name} forecast looks at the newest {NeededRows}. Give it at least {NeededRows} rows.");
        return RowByRow(values[first..], fromTraining);
    }

    private protected virtual Func<double?, double> RowByRow(ReadOnlySpan<double> known, bool fromTraining)
    {
        List<double> values = [.. known];
        double[] next = new double[1];
        return value =>
        {
            if (value is { } told)
                values.Add(told);
            Ahead(CollectionsMarshal.AsSpan(values), fromTraining, next);
            return next[0];
        };
    }

    /// <summary>Fits what there is to fit, on <see cref="ForecastSplit.Train"/>.</summary>
    private protected abstract void Learn(ForecastSplit split, CancellationToken cancellationToken);

    /// <summary>Predicts the values after <paramref name="known"/>, over all of <paramref name="ahead"/>.</summary>
    /// <param name="known">At least <see cref="NeededRows"/> values, oldest first, none missing.</param>
    /// <param name="fromTraining">Whether <paramref name="known"/> begins with the first training row.</param>
    /// <param name="ahead">Is overwritten.</param>
    private protected abstract void Ahead(ReadOnlySpan<double> known, bool fromTraining, Span<double> ahead);

    /// <summary>From which row of the table a prediction needs the values, and whether that is the first training row.</summary>
    private protected virtual (int First, bool FromTraining) FirstRow(ReadOnlySpan<DateTime> dates) => (Math.Max(0, dates.Length - NeededRows), false);

    /// <summary>Fills ahead[i] from values[..(firstOrigin + i)], for every i; <paramref name="firstDate"/> is that of values[0].</summary>
    private protected virtual void Roll(ReadOnlySpan<double> values, DateTime firstDate, int firstOrigin, double[][] ahead)
    {
        for (int i = 0; i < ahead.Length; i++)
            Ahead(values[..(firstOrigin + i)], false, ahead[i]);
    }

    private string FittedTarget() => _target ?? throw new InvalidOperationException($"The {Name} forecaster does not know its target yet. Call Fit first.");
}
