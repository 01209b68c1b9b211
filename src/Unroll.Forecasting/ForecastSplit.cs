namespace Unroll.Forecasting;

/// <summary>
/// One target column cut into training rows and, later in time, test rows. Everything a forecaster may learn from is in
/// <see cref="Train"/>; each test row is predicted from the <see cref="Window"/> rows before it.
/// </summary>
public sealed class ForecastSplit
{
    /// <summary>From the first training row on, past the test rows; null where the table ends with them.</summary>
    private readonly TimeSeries? _whole;

    /// <param name="series">The table; the target must have no missing value between the first training and the last test row.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="test">The rows to predict; must begin after <paramref name="train"/> ends.</param>
    /// <param name="window">T, how many rows before a row its prediction may look at.</param>
    /// <param name="inputs">What forecasters may look at beside the target; null for nothing.</param>
    /// <exception cref="UnrollException">
    /// No such column, no rows in a range, a test range that begins before the training range ends, fewer training rows than
    /// T + 1, a missing value, or a target that never changes in training.
    /// </exception>
    public ForecastSplit(TimeSeries series, string target, DateRange train, DateRange test, int window = 60, ForecastInputs? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(target);
        Series column = series[target];
        Inputs = inputs ?? ForecastInputs.TargetOnly;
        Inputs.Validate();
        if (Inputs.Holidays is { } code)
            Inputs = Inputs with { Holidays = HolidayCountries.CodeOf(code) };
        if (series.IsNumbered)
            Inputs = Inputs.WithoutCalendar(series.Name);
        TimeSeries table = series.Select([column.Name, .. Inputs.Columns]);
        (train, test) = (train.For(series, "train"), test.For(series, "test"));
        (Target, TrainRange, TestRange, Window) = (column.Name, train, test, window);
        if (!train.EndsBefore(test))
            throw new UnrollException($"The test range {test} begins before the training range {train} ends, so the model would be judged "
                + "on rows it has seen. End training before the first test row.")
            { Subject = "train,test" };

        TimeSeries trainRows = NotEmpty(table, train, "training"), testRows = NotEmpty(table, test, "test");
        SplitWindows.CheckRows(trainRows.Rows, window, $" in {train}");
        (Train, Test) = (trainRows[Target], testRows[Target]);

        // Training rows outnumber the window and lie before the test, so the window before the first test row always exists.
        int firstTest = table.CountBefore(testRows.FirstDate), firstTrain = table.CountBefore(trainRows.FirstDate);
        TestWithHistory = table.View(firstTest - window, window + testRows.Rows)[Target];
        TimeSeries all = table.View(firstTrain, firstTest - firstTrain + testRows.Rows);
        all.Fill(MissingPolicy.Error);
        (Table, TrainThroughTest) = (all, all[Target]);
        _whole = table.View(firstTrain, all.Rows + Complete(table, firstTrain + all.Rows));

        double first = Train[0];
        if (Train.Values.IndexOfAnyExcept(first) < 0)
            throw new UnrollException(
                FormattableString.Invariant(
                $"{Target} is {first} on every row of {train}: there is nothing to learn. Choose another target or training range."))
            {
                Subject = "target,train"
            };
    }

    /// <summary>The training rows but the newest as training rows, and those as test rows.</summary>
    /// <param name="split">The split whose training rows are cut.</param>
    /// <param name="newest">How many of them become test rows.</param>
    private ForecastSplit(ForecastSplit split, int newest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(newest, 1);
        int train = Math.Max(0, split.Train.Count - newest);
        SplitWindows.CheckRows(train, split.Window, $" in {split.TrainRange} before the newest {newest}");
        (Target, Inputs, Window) = (split.Target, split.Inputs, split.Window);
        Table = split.Table.Head(split.Train.Count);
        (TrainRange, TestRange) = (DateRange.Exactly(Table.FirstDate, Table.Dates[train - 1], Table),
            DateRange.Exactly(Table.Dates[train], Table.LastDate, Table));
        Train = Table.Head(train)[Target];
        Test = Table.Tail(newest)[Target];
        TestWithHistory = Table.Tail(newest + Window)[Target];
        TrainThroughTest = Table[Target];
    }

    /// <summary>The rows of a split with another window.</summary>
    private ForecastSplit(int window, ForecastSplit split)
    {
        (Table, Target, Inputs, Window, TrainRange, TestRange) =
            (split.Table, split.Target, split.Inputs, window, split.TrainRange, split.TestRange);
        (Train, Test, TrainThroughTest) = (split.Train, split.Test, split.TrainThroughTest);
        TestWithHistory = Table.Tail(window + Test.Count)[Target];
        _whole = split._whole;
    }

    /// <summary>
    /// Rows that stand next to each other in a table: those to learn from, and behind them those to predict, which may be none.
    /// </summary>
    /// <param name="table">Target and inputs without missing values.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">How many of the rows are learnt from; the others are to be predicted.</param>
    /// <param name="window">T.</param>
    /// <param name="inputs">What forecasters may look at beside the target.</param>
    private ForecastSplit(TimeSeries table, string target, int train, int window, ForecastInputs inputs)
    {
        int test = table.Rows - train;
        (Table, Target, Inputs, Window) = (table, target, inputs, window);
        TrainRange = DateRange.Exactly(table.FirstDate, table.Dates[train - 1], table);
        TestRange = test > 0 ? DateRange.Exactly(table.Dates[train], table.LastDate, table) : new DateRange(null, null);
        (Train, Test, TrainThroughTest) = (table.Head(train)[target], table.Tail(test)[target], table[target]);
        TestWithHistory = table.Tail(Math.Min(table.Rows, window + test))[target];
    }

    /// <summary>The first rows of <see cref="Table"/> to learn from and the next to predict: what a fit knew in the past.</summary>
    /// <param name="train">How many rows are learnt from.</param>
    /// <param name="test">How many are predicted.</param>
    /// <param name="newest">Of the rows to learn from the newest; null for all.</param>
    /// <exception cref="UnrollException">Too few rows are left to learn from.</exception>
    internal ForecastSplit Past(int train, int test, int? newest = null)
    {
        int learnt = Math.Min(train, newest ?? train);
        SplitWindows.CheckRows(learnt, Window, $" up to {Table.Format(Table.Dates[Math.Max(0, train - 1)])}");
        return new ForecastSplit(Table.View(train - learnt, learnt + test), Target, learnt, Window, Inputs);
    }

    /// <summary>The same rows, seen through windows of another length.</summary>
    /// <exception cref="UnrollException">There are too few rows to learn from.</exception>
    internal ForecastSplit WithWindow(int window)
    {
        if (window == Window)
            return this;
        SplitWindows.CheckRows(Train.Count, window, $" in {TrainRange}");
        return new ForecastSplit(window, this);
    }

    /// <summary>
    /// All rows to learn from and none to predict: also those behind the test rows, up to the first that lacks a value.
    /// </summary>
    internal ForecastSplit Whole()
    {
        TimeSeries whole = _whole ?? Table;
        return new ForecastSplit(whole, Target, whole.Rows, Window, Inputs);
    }

    /// <summary>How many rows from one on have all their values.</summary>
    private static int Complete(TimeSeries table, int first)
    {
        int count = table.Rows - first;
        foreach (string column in table.ColumnNames)
        {
            int missing = table[column].Values[first..].IndexOf(double.NaN);
            count = missing < 0 ? count : Math.Min(count, missing);
        }

        return count;
    }

    /// <summary>All rows of a table to learn from, and none to predict.</summary>
    /// <exception cref="UnrollException">There are too few for the window, or a value is missing.</exception>
    internal static ForecastSplit All(TimeSeries table, string target, int window, ForecastInputs inputs)
    {
        TimeSeries own = table.Select([target, .. inputs.Columns]).Fill(MissingPolicy.Error);
        int shortened = Math.Clamp(window, 1, Math.Max(1, own.Rows / 2));
        SplitWindows.CheckRows(own.Rows, shortened, $" of {table.Name}");
        return new ForecastSplit(own, target, own.Rows, shortened, inputs);
    }

    /// <summary>The target column's name as the file spells it.</summary>
    public string Target { get; }

    /// <summary>What forecasters may look at beside the target.</summary>
    public ForecastInputs Inputs { get; }

    /// <summary>Target and input columns, every row from the first training row to the last test row.</summary>
    public TimeSeries Table { get; }

    /// <summary>The range of the training rows.</summary>
    public DateRange TrainRange { get; }

    /// <summary>The range of the test rows.</summary>
    public DateRange TestRange { get; }

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window { get; }

    /// <summary>The target's values and dates in the training range, in its own units.</summary>
    public Series Train { get; }

    /// <summary>The target's values and dates in the test range, in its own units.</summary>
    public Series Test { get; }

    /// <summary>The T rows before the first test row, whatever range they are in, and the test rows: T + Test.Count rows.</summary>
    public Series TestWithHistory { get; }

    /// <summary>
    /// Every row from the first training row to the last test row, also those between the ranges; the last Test.Count are the test rows.
    /// </summary>
    public Series TrainThroughTest { get; }

    /// <summary>
    /// This split's training rows cut once more in time: those before the newest to learn from, the newest to choose by. The test rows are
    /// not in it.
    /// </summary>
    /// <exception cref="UnrollException">Too few rows are left to learn from.</exception>
    public ForecastSplit WithinTraining(int newest) => new(this, newest);

    /// <summary>The choices for series of which this is the first.</summary>
    internal Dictionary<PlanChoice.Key, (ForecastSplit[] Series, PlanChoice Choice)> Choices { get; } = [];

    /// <summary>Refuses a horizon that reaches beyond the test rows.</summary>
    /// <exception cref="UnrollException">There are fewer test rows than <paramref name="steps"/>.</exception>
    public void RequireTestRows(int steps)
    {
        if (Test.Count < steps)
            throw new UnrollException(
                $"The test range {TestRange} has {Test.Count} {(Test.Count == 1 ? "row" : "rows")}, {steps - Test.Count} too few to judge "
                + $"{steps} rows ahead. Choose a longer test range or a shorter horizon.")
            { Subject = "test,horizon" };
    }

    /// <summary>How many pairs of window and target the training rows give: Train.Count − T.</summary>
    public int TrainWindowCount => Train.Count - Window;

    /// <summary>The training pairs, scaled. No window reaches outside the training range.</summary>
    public SplitWindows TrainWindows(Scaler scaler) => Scale(Train, scaler);

    /// <summary>One pair for each test row, scaled: the T rows before it and the row itself as target.</summary>
    public SplitWindows TestWindows(Scaler scaler) => Scale(TestWithHistory, scaler);

    private SplitWindows Scale(Series rows, Scaler scaler)
    {
        ArgumentNullException.ThrowIfNull(scaler);
        return new SplitWindows(scaler.Transform(rows.Values), Window);
    }

    private static TimeSeries NotEmpty(TimeSeries table, DateRange range, string purpose)
    {
        TimeSeries rows = table.Slice(range);
        if (rows.Rows > 0)
            return rows;
        throw new UnrollException(table.Rows == 0
            ? $"{table.Name} has no rows."
            : $"{table.Name} has no rows in the {purpose} range {range}: its {(table.IsNumbered ? "numbers" : "dates")} run from "
                + $"{table.Format(table.FirstDate)} to {table.Format(table.LastDate)}. Choose a range within them.")
        {
            Subject = purpose == "training" ? "train" : "test",
        };
    }
}
