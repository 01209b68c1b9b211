namespace Unroll.Forecasting;

/// <summary>
/// Which rows each fit of a backtest learns from and which it predicts. Origin i (from 0) of a stage knows every row up to its own,
/// the first being the newest training row.
/// </summary>
internal sealed class BacktestPlan
{
    private const int MostCalibrationRows = 250;

    /// <summary>As many errors as an interval of 95 % needs.</summary>
    private const int LeastErrors = 19;

    private const int DefaultRefits = 4, TestShare = 5;

    private readonly TimeSeries _series;
    private readonly string _target;
    private readonly ForecastInputs _inputs;

    /// <summary>One fit: it learns from the rows Start .. End − 1 and predicts from Origins rows, of which End − 1 is the first.</summary>
    internal readonly record struct Stage(int Start, int End, int Origins)
    {
        public int Rows => End - Start;
    }

    public BacktestPlan(TimeSeries series, string target, BacktestOptions options)
    {
        (_series, _target, _inputs, Window, Horizon) = (series, series[target].Name, options.Inputs, options.Window, options.Horizon);
        if (Horizon < 1)
            throw new UnrollException($"A horizon of {Horizon} rows predicts nothing. Use a --horizon of at least 1.");
        foreach (double level in options.Levels)
            Metrics.CheckLevel(level);
        (FirstTest, TestCount) = TestRowsOf(series, options);
        TestDates = [.. series.Dates.Skip(FirstTest).Take(TestCount)];
        string test = $"the test rows from {series.Format(TestDates[0])} on";
        if (TestCount < Horizon)
            throw new UnrollException($"There are {TestCount} test rows, too few to judge {Horizon} rows ahead. Choose a longer --test range or a shorter --horizon.");
        Windows.CheckRows(FirstTest, Window, $" before {test}");
        TrainRows = options.TrainRows;
        if (TrainRows is { } length)
        {
            Windows.CheckRows(length, Window, " in the sliding range");
            if (length > FirstTest)
                throw new UnrollException($"A sliding range of {length} rows is longer than the {FirstTest} rows before {test}. Use at most {FirstTest}, or none for all rows.");
        }

        RefitEvery = options.RefitEvery ?? ((TestCount + DefaultRefits - 1) / DefaultRefits);
        if (RefitEvery < 1)
            throw new UnrollException($"Models cannot be fitted anew every {RefitEvery} rows. Use a --refit of at least 1.");
        Column(0, FirstTest + TestCount).Fill(MissingPolicy.Error);
        Actual = Column(FirstTest, TestCount)[_target].ToArray();
        Folds = [.. FoldsOf()];
        Calibration = CalibrationOf(options);
    }

    public int Window { get; }

    public int Horizon { get; }

    public int RefitEvery { get; }

    public int? TrainRows { get; }

    /// <summary>The row of the table that is the first to be predicted.</summary>
    public int FirstTest { get; }

    public int TestCount { get; }

    public DateTime[] TestDates { get; }

    public double[] Actual { get; }

    public IReadOnlyList<Stage> Folds { get; }

    /// <summary>The fit that the first intervals come from; null where there are none.</summary>
    public Stage? Calibration { get; private set; }

    /// <summary>Why there are no intervals though none were refused; null where that is not so.</summary>
    public string? NoIntervals { get; private set; }

    /// <summary>The training values of the first fold.</summary>
    public double[] FirstTraining => Column(Folds[0].Start, Folds[0].Rows)[_target].ToArray();

    /// <summary>
    /// What a fit is given: its training rows and, because a split has a test row, one more on the next date that repeats the newest of
    /// them. No later value is in it, so none can be learnt from.
    /// </summary>
    public ForecastSplit TrainingSplit(Stage stage)
    {
        DateTime[] dates = [.. _series.Dates.Skip(stage.Start).Take(stage.Rows + 1)];
        (string, double[])[] columns = [.. _series.ColumnNames.Select(name =>
        {
            ReadOnlySpan<double> values = _series[name].Values[stage.Start..stage.End];
            return (name, (double[])[.. values, values[^1]]);
        })];
        return new ForecastSplit(
            new TimeSeries(_series.Name, dates, columns),
            _target,
            DateRange.Exactly(dates[0], dates[^2], _series.Format),
            DateRange.Exactly(dates[^1], dates[^1], _series.Format),
            Window,
            _inputs);
    }

    /// <summary>
    /// What a prediction from an origin, counted from 0, is made from: every row up to it, and no other; but of the H rows after it what the
    /// known columns hold, where there are any.
    /// </summary>
    public TimeSeries Known(Stage stage, int origin)
    {
        int rows = stage.End + origin;
        if (_inputs.Known.Count == 0)
            return _series.Head(rows);
        TimeSeries told = _series.Head(rows + Horizon);
        return new TimeSeries(told.Name, told.Dates, [.. told.ColumnNames.Select(name =>
        {
            double[] values = told[name].ToArray();
            if (!_inputs.Known.Contains(name))
                Array.Fill(values, double.NaN, rows, values.Length - rows);
            return (name, values);
        })]);
    }

    /// <summary>The values that a stage's origins predict: one for each, and H − 1 more.</summary>
    public double[] ActualOf(Stage stage) => Column(stage.End, stage.Origins + Horizon - 1)[_target].ToArray();

    public BacktestFold FoldOf(Stage stage) =>
        new(_series.Dates[stage.Start], _series.Dates[stage.End - 1], stage.Rows, stage.End - FirstTest, stage.Origins);

    public DateTime LastTrainDate(Stage stage) => _series.Dates[stage.End - 1];

    private TimeSeries Column(int first, int rows) => _series.Head(first + rows).Tail(rows).Select(_target);

    private IEnumerable<Stage> FoldsOf()
    {
        int origins = TestCount - Horizon + 1;
        for (int first = 0; first < origins; first += RefitEvery)
            yield return StageAt(FirstTest + first, Math.Min(RefitEvery, origins - first));
    }

    private Stage StageAt(int end, int origins) => new(TrainRows is { } rows ? Math.Max(0, end - rows) : 0, end, origins);

    /// <summary>By default a fifth of the first training rows, at most 250, but enough for an interval of 95 %.</summary>
    private Stage? CalibrationOf(BacktestOptions options)
    {
        if (options.Levels.Count == 0 || options.CalibrationRows == 0)
            return null;
        int rows = options.CalibrationRows ?? Math.Max(Math.Min(MostCalibrationRows, Folds[0].Rows / TestShare), LeastErrors + Horizon - 1);
        if (rows < Horizon)
            throw new UnrollException($"{rows} calibration rows are too few for {Horizon} rows ahead. Use at least {Horizon + LeastErrors - 1}, or 0 for no intervals.");
        if (FirstTest - rows > Window)
            return StageAt(FirstTest - rows, rows - Horizon + 1);
        string few = $"the {FirstTest} rows before the test rows leave no more than a window of {Window} to fit to before {rows} rows to calibrate on";
        if (options.CalibrationRows is not null)
            throw new UnrollException($"There can be no intervals: {few}. Use fewer calibration rows, or 0 for no intervals.");
        NoIntervals = $"There are no intervals: {few}.";
        return null;
    }

    private static (int First, int Count) TestRowsOf(TimeSeries series, BacktestOptions options)
    {
        if (series.Rows == 0)
            throw new UnrollException($"{series.Name} has no rows.");
        if (options.Test is { } range)
        {
            if (options.TestRows is { } both)
                throw new UnrollException($"There is a test range, {range}, and a number of test rows, {both}. Give one of them.");
            TimeSeries test = series.Slice(range);
            return test.Rows > 0
                ? (series.CountBefore(test.FirstDate), test.Rows)
                : throw new UnrollException($"{series.Name} has no rows in the test range {range}: its dates run from {series.Format(series.FirstDate)} to {series.Format(series.LastDate)}. Choose a range within them.");
        }

        int rows = options.TestRows ?? Math.Max(1, series.Rows / TestShare);
        if (rows < 1)
            throw new UnrollException($"{rows} test rows judge nothing. Use at least 1.");
        return rows < series.Rows
            ? (series.Rows - rows, rows)
            : throw new UnrollException($"{series.Name} has {series.Rows} rows, so {rows} test rows leave none to learn from. Use fewer test rows.");
    }
}
