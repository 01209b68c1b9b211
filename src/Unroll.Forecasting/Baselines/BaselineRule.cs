using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>
/// A simple rule that a network has to beat, for one target of one series. What it fits it fits on the training rows alone; after that it
/// is only told the values that have come, and is never fitted again.
/// </summary>
internal abstract class BaselineRule
{
    private string? _target;

    public abstract string Name { get; }

    /// <summary>How many of the newest values a prediction needs.</summary>
    public abstract int NeededRows { get; }

    /// <summary>What it predicts with.</summary>
    public abstract BaselineState State { get; }

    /// <summary>In a few words what it says; null where that takes more.</summary>
    public virtual string? Saying => null;

    /// <summary>The columns that it looks at beside the target.</summary>
    public virtual IEnumerable<string> Columns => [];

    /// <summary>The column that is forecast.</summary>
    protected string Target => _target ?? throw new InvalidOperationException($"The {Name} forecaster is not fitted yet. Call Fit first.");

    /// <summary>A fitted rule from its state.</summary>
    /// <exception cref="NotSupportedException">There is no such rule.</exception>
    public static BaselineRule Restore(BaselineState state, string target)
    {
        BaselineRule? rule = ForecastKinds.Forecasters.Has(state.Kind) ? ForecastKinds.Forecasters.Find(state.Kind).Restore(state) : null;
        return RestoreRule(rule ?? throw new NotSupportedException($"it names a baseline {state.Kind}, which there is not"), target);
    }

    /// <summary>A rule that is fitted already, for a target.</summary>
    public static BaselineRule RestoreRule(BaselineRule rule, string target)
    {
        rule._target = target;
        return rule;
    }

    /// <summary>Learns from the training rows of a split.</summary>
    /// <exception cref="UnrollException">They are too few.</exception>
    public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Learn(split, cancellationToken);
        _target = split.Target;
    }

    /// <summary>The forecasts [count][steps] from origins that follow one another.</summary>
    /// <param name="table">The target's values up to the last origin at least.</param>
    /// <param name="first">The row of the first origin.</param>
    /// <param name="count">How many origins.</param>
    /// <param name="steps">H.</param>
    /// <exception cref="UnrollException">There are too few rows, or a value that is needed is missing.</exception>
    public virtual double[][] Ahead(TimeSeries table, int first, int count, int steps)
    {
        int start = Start(table, first, count);
        double[][] ahead = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        Roll(table[_target!].Values[start..(first + count)], table.DateSpan[start..], first + 1 - start, ahead);
        return ahead;
    }

    /// <summary>
    /// What the forecasts from the last of some origins are made of, [steps][contributions]: level, season, and for
    /// the rest recent values.
    /// </summary>
    /// <inheritdoc cref="PartModel.Contributions" path="/param"/>
    public double[][] Contributions(TimeSeries table, int first, int origin, int steps)
    {
        var divided = new DividedRows(Ahead(table, first, origin - first + 1, steps)[^1]);
        int start = Start(table, first, origin - first + 1);
        Divide(table[_target!].Values[start..(origin + 1)], table.DateSpan[start..], first + 1 - start, divided);
        double[][] rows = ContributionRows.Of(divided.Level, Contribution.Level);
        for (int h = 0; h < steps; h++)
            rows[h][(int)Contribution.Season] = divided.Season[h];
        return ContributionRows.WithRest(rows, divided.Ahead, Contribution.Recent);
    }

    /// <summary>Refuses a table that does not say what is needed of the rows to come.</summary>
    /// <exception cref="UnrollException">A known column has no value there.</exception>
    public virtual void RequireKnown(TimeSeries table, int origin, int steps)
    {
    }

    /// <summary>The row from which on a forecast reads values.</summary>
    private protected int Start(TimeSeries table, int first, int count)
    {
        Series column = table[Target];
        int start = FirstRow(table.DateSpan[..(first + 1)]);
        if (first + 1 - start < (IsFirst(table.Dates[start]) ? 1 : NeededRows))
            throw new UnrollException($"{table.Name} has {first + 1} rows, but the {Name} forecast looks at the newest {NeededRows} to "
                + $"predict the next {column.Name}. Give it at least {NeededRows} rows.");
        ReadOnlySpan<double> values = column.Values[start..(first + count)];
        int missing = values.IndexOf(double.NaN);
        if (missing >= 0)
            throw new UnrollException($"{table.Name} has no {column.Name} on {table.Format(table.Dates[start + missing])}, which the "
                + $"{Name} forecast looks at. Choose how to treat missing values, or complete the file.")
            { Subject = "missing" };
        return start;
    }

    /// <summary>Fits what there is to fit, on <see cref="ForecastSplit.Train"/>.</summary>
    private protected abstract void Learn(ForecastSplit split, CancellationToken cancellationToken);

    /// <summary>
    /// Predicts the values after <paramref name="known"/>, over all of <paramref name="ahead"/>, for rules that keep no state.
    /// </summary>
    /// <param name="known">At least <see cref="NeededRows"/> values, oldest first, none missing.</param>
    /// <param name="ahead">Is overwritten.</param>
    private protected virtual void Ahead(ReadOnlySpan<double> known, Span<double> ahead) =>
        throw new NotSupportedException($"The {Name} rule forecasts from several origins at once.");

    /// <summary>From which row of the table a prediction needs the values.</summary>
    private protected virtual int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.Length - NeededRows);

    /// <summary>Whether a row is the first that it was fitted to, so that its first states are known.</summary>
    private protected virtual bool IsFirst(DateTime date) => false;

    /// <summary>
    /// Writes how much of the forecasts after all values is level and how much season; the rest is trend and what else the newest values
    /// say.
    /// Where a rule says no more, all is level.
    /// </summary>
    /// <param name="values">As in <see cref="Roll"/>.</param>
    /// <param name="dates">Those of the values, and more.</param>
    /// <param name="firstOrigin">As in <see cref="Roll"/>: states may begin there.</param>
    /// <param name="rows">Level and season are written, which are 0 before.</param>
    private protected virtual void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows) =>
        rows.Ahead.CopyTo(rows.Level, 0);

    /// <summary>A flat level, the mean of the newest season, and the way that this season went.</summary>
    private protected static void DivideBySeason(ReadOnlySpan<double> season, DividedRows rows)
    {
        double mean = TensorPrimitives.Average(season);
        rows.Level.AsSpan().Fill(mean);
        for (int h = 0; h < rows.Season.Length; h++)
            rows.Season[h] = season[h % season.Length] - mean;
    }

    /// <summary>A flat level, the mean of the newest season, and the way that the newest seasons went on average.</summary>
    /// <param name="values">At least a season of them.</param>
    /// <param name="period">m; 1 for none.</param>
    /// <param name="rows">Level and season are written.</param>
    private protected static void DivideByCourse(ReadOnlySpan<double> values, int period, DividedRows rows)
    {
        rows.Level.AsSpan().Fill(TensorPrimitives.Average(values[^period..]));
        double[] course = SeasonalCourse.Of(values, period);
        for (int h = 0; h < rows.Season.Length; h++)
            rows.Season[h] = course[h % period];
    }

    /// <summary>
    /// Fills ahead[i] from values[..(firstOrigin + i)], for every i; <paramref name="dates"/> are those of the values, and more.
    /// </summary>
    private protected virtual void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, double[][] ahead)
    {
        for (int i = 0; i < ahead.Length; i++)
            Ahead(values[..(firstOrigin + i)], ahead[i]);
    }
}
