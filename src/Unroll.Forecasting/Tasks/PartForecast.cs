namespace Unroll.Forecasting;

/// <summary>
/// What was forecast of one part: from n origins that follow one another the H rows after each, with their dates and quantiles, and where
/// they are known by now the actual values. A forecast of rows to come has one origin.
/// </summary>
public sealed class PartForecast
{
    private readonly DateTime[] _dates;
    private readonly double[] _actual;
    private readonly double[][] _values;
    private readonly HorizonQuantiles? _quantiles;
    private readonly IntervalLimits _limits;

    /// <param name="part">What was forecast.</param>
    /// <param name="dates">n + H: that of the first origin and of every row after it.</param>
    /// <param name="values">[n][H], in the target's units.</param>
    /// <param name="quantiles">[n][H, K] of <see cref="Heads.Levels"/>; null where nothing could calibrate them.</param>
    /// <param name="actual">The values after the first origin, as far as they are known; at most n + H − 1.</param>
    /// <param name="table">The rows of the part: it says how dates are written, and whether rows have numbers in their place.</param>
    /// <param name="limits">No value and no end of an interval lies outside; null for none.</param>
    internal PartForecast(Part part, DateTime[] dates, double[][] values, HorizonQuantiles? quantiles, double[] actual, TimeSeries table,
        IntervalLimits? limits = null)
    {
        _limits = limits ?? IntervalLimits.None;
        (Part, _dates, _values, _quantiles, _actual, Table) = (part, dates, _limits.Within(values), quantiles, actual, table);
        (Origins, Steps) = (values.Length, values[0].Length);
        if (dates.Length != Origins + Steps)
            throw new ArgumentException($"{Origins} origins with {Steps} rows ahead have {Origins + Steps} dates, not {dates.Length}.",
                nameof(dates));
    }

    /// <summary>
    /// Forecasts of test rows by something that implements <see cref="IForecaster"/> itself; without intervals, which
    /// <see cref="OwnForecaster"/> has from the library.
    /// </summary>
    /// <param name="part">What was forecast.</param>
    /// <param name="split">The rows of the part: the first origin is the row before its test rows.</param>
    /// <param name="values">[n][H], in the target's units, from each of the n = test rows − H + 1 origins that H test rows follow.</param>
    /// <exception cref="ArgumentException">There are not as many values.</exception>
    public static PartForecast OfTestRows(Part part, ForecastSplit split, double[][] values)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(values);
        int steps = values.Length == 0 ? 0 : values[0].Length, origins = split.Test.Count - steps + 1;
        if (steps < 1 || values.Length != origins || Array.Exists(values, ahead => ahead.Length != steps))
            throw new ArgumentException(
                $"{split.Test.Count} test rows are forecast from {split.Test.Count} − H + 1 origins, H values each; "
                + $"there are {values.Length} with {steps}.", nameof(values));
        return new PartForecast(part, PartRows.TestDates(split, steps), values, null, split.Test.ToArray(), split.Table);
    }

    /// <summary>The same of the rows after the newest value of a series.</summary>
    /// <param name="part">What was forecast.</param>
    /// <param name="series">Rows after the newest value of the target give dates.</param>
    /// <param name="values">H values, in the target's units, the nearest first.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static PartForecast OfRowsToCome(Part part, TimeSeries series, double[] values)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length == 0)
            throw new ArgumentException("A forecast has at least one value.", nameof(values));
        int origin = series[part.Target].Values.LastIndexOfAnyExcept(double.NaN);
        return new PartForecast(part, PartRows.DatesFrom(series, Math.Max(0, origin), values.Length), [values], null, [], series);
    }

    /// <summary>What was forecast.</summary>
    public Part Part { get; }

    /// <summary>n.</summary>
    public int Origins { get; }

    /// <summary>H.</summary>
    public int Steps { get; }

    /// <summary>What a reader must know of it, a sentence; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Whether there are intervals.</summary>
    public bool HasIntervals => _quantiles is not null;

    /// <summary>The forecast of the row <paramref name="step"/> (1..H) after an origin, counted from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such origin or step.</exception>
    public double this[int origin, int step] => _values[CheckOrigin(origin)][CheckStep(step) - 1];

    /// <summary>The date of an origin: of the newest row that its forecast saw.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such origin.</exception>
    public DateTime OriginDate(int origin) => _dates[CheckOrigin(origin)];

    /// <summary>The date of the row <paramref name="step"/> (1..H) after an origin.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such origin or step.</exception>
    public DateTime Date(int origin, int step) => _dates[CheckOrigin(origin) + CheckStep(step)];

    /// <summary>What came there; NaN where that is not known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such origin or step.</exception>
    public double Actual(int origin, int step)
    {
        int row = CheckOrigin(origin) + CheckStep(step) - 1;
        return row < _actual.Length ? _actual[row] : double.NaN;
    }

    /// <summary>The central interval of a level around a forecast; null where nothing could calibrate it.</summary>
    /// <param name="origin">From 0.</param>
    /// <param name="step">1..H.</param>
    /// <param name="level">The nominal share of values inside, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such origin or step, or the level is not between 0 and 1.</exception>
    public PredictionInterval? Interval(int origin, int step, double level)
    {
        CheckOrigin(origin);
        CheckStep(step);
        Metrics.CheckLevel(level);
        if (_quantiles is null)
            return null;
        CentralQuantiles ends = _quantiles.Central(origin, step, level);
        return new PredictionInterval(_limits.Within(ends.Lower), _limits.Within(ends.Upper), level);
    }

    /// <summary>The rows after one origin, counted from 0, the nearest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such origin.</exception>
    public IReadOnlyList<ForecastRow> Rows(int origin = 0) =>
        [.. Enumerable.Range(1, Steps).Select(step =>
            new ForecastRow(Date(origin, step), step, this[origin, step], Interval(origin, step, 0.8), Interval(origin, step, 0.95)))];

    /// <summary>
    /// The root mean squared error of the rows 1..H after the origins, [H], each over the origins of which the actual value is known; NaN
    /// where none is.
    /// </summary>
    public double[] RmseByStep()
    {
        var errors = new double[Steps];
        for (int step = 1; step <= Steps; step++)
        {
            double sum = 0;
            int count = 0;
            for (int origin = 0; origin < Origins && origin + step - 1 < _actual.Length; origin++)
            {
                double error = this[origin, step] - Actual(origin, step);
                (sum, count) = (sum + (error * error), count + 1);
            }

            errors[step - 1] = Math.Sqrt(sum / count);
        }

        return errors;
    }

    /// <summary>A date as the series writes it, or where its rows are numbered the number.</summary>
    public string Format(DateTime date) => Table.Format(date);

    /// <summary>Whether the rows have a running number in the place of dates, which <see cref="Format"/> writes.</summary>
    public bool IsNumbered => Table.IsNumbered;

    internal TimeSeries Table { get; }

    /// <summary>All H forecasts from an origin.</summary>
    internal double[] From(int origin) => _values[origin];

    internal HorizonQuantiles? Quantiles => _quantiles;

    /// <summary>All forecasts [n][H].</summary>
    internal double[][] Values => _values;

    /// <summary>The known values after the first origin.</summary>
    internal double[] Known => _actual;

    /// <summary>Values and actual values, where all of these are known.</summary>
    internal HorizonForecast Judged => new(_actual, _values);

    /// <summary>The quantiles of <see cref="Heads.Levels"/> after an origin; null where there are none.</summary>
    internal ReadOnlySpan<double> QuantilesAt(int origin, int step) =>
        _quantiles!.Ahead[origin].AsSpan((step - 1) * Heads.Levels.Length, Heads.Levels.Length);

    private int CheckOrigin(int origin) => (uint)origin < (uint)Origins ? origin
        : throw new ArgumentOutOfRangeException(nameof(origin), origin, $"There are {Origins} origins, counted from 0.");

    private int CheckStep(int step) => step >= 1 && step <= Steps ? step
        : throw new ArgumentOutOfRangeException(nameof(step), step, $"Steps ahead run from 1 to {Steps}.");
}
