using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Which rows of each series are learnt from and which are judged on.</summary>
/// <param name="Train">The rows to learn from; null for all before the test rows.</param>
/// <param name="Test">The rows to judge on; null for the newest <paramref name="TestRows"/>.</param>
/// <param name="TestRows">How many of the newest rows of every series are judged on, where no range says so.</param>
/// <param name="Validation">The share of the training rows that is held back to choose by.</param>
/// <param name="Note">A sentence on what was chosen; null where nothing was.</param>
internal sealed record TaskRanges(DateRange? Train, DateRange? Test, int? TestRows, double Validation, string? Note)
{
    /// <summary>How many rows of the longest series are older than those that are looked at.</summary>
    public int Older { get; private init; }

    /// <summary>The share of the rows, the newest, to judge on where nothing was asked.</summary>
    private const double TestShare = 0.2;

    /// <summary>
    /// The newest rows that are looked at where nothing was asked: of a series, of all together, and of a series at the least.
    /// </summary>
    private const int MostRows = 5_000, MostInAll = 100_000, FewestRows = 1_500;

    /// <param name="longest">The series that has the most rows: its dates say where the newest rows begin.</param>
    /// <param name="targets">The columns to forecast: rows without any of them are for later.</param>
    /// <param name="count">How many series there are.</param>
    /// <param name="options">What was asked.</param>
    /// <exception cref="UnrollException">A range leaves nothing for the other, or both a test range and a number of test
    /// rows are given.</exception>
    public static TaskRanges Choose(TimeSeries longest, string[] targets, int count, TaskOptions options)
    {
        options = options with { Train = options.Train?.For(longest, "train"), Test = options.Test?.For(longest, "test") };
        if (options.TestRows is { } newest)
        {
            if (options.Test is { } range)
                throw new UnrollException($"There is a test range, {range}, and a number of test rows, {newest}. Give one of them.")
                {
                    Subject = "test"
                };
            if (newest < options.Horizon)
                throw new UnrollException($"{newest} test {(newest == 1 ? "row is" : "rows are")} too few to judge {options.Horizon} rows "
                    + $"ahead. Judge on at least {options.Horizon}.")
                { Subject = "test,horizon" };
            return new TaskRanges(options.Train, null, newest, options.Validation, null);
        }

        if (options.Test is { } test)
        {
            return options.Train is not null || test.From is { } from
                ? new TaskRanges(options.Train, test, null, options.Validation,
                    options.Train is null ? $"The model learns from all rows before the test range {test}." : null)
                : throw new UnrollException($"The test range {test} has no beginning, so it leaves no rows to learn from. Give it a "
                    + $"beginning, for example {(longest.IsNumbered ? "80.." : "2021..")}")
                { Subject = "test" };
        }

        if (options.Train is { } train)
        {
            if (train.Until is null)
                throw new UnrollException($"The training range {train} has no end, so it leaves no rows to judge on. Give it an end, for "
                    + $"example {(longest.IsNumbered ? "0..79" : "2016..2020")}.")
                { Subject = "train" };
            return new TaskRanges(
                train, train.After(), null, options.Validation, "The forecasts are judged on all rows after the training range.");
        }

        int told = targets.Max(target => longest[target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        TimeSeries used = longest.Head(told).Tail(options.MostRows ?? Math.Clamp(MostInAll / count, FewestRows, MostRows));
        if (used.Rows < 2)
            throw new UnrollException($"{longest.Name} has {Rows(used.Rows)} with a value of {targets[0]}: too few to learn from some and "
                + $"judge on others. Give it at least {Least(options)}.");
        int testRows = DefaultTestRows(used.Rows, options.Horizon);
        if (testRows >= used.Rows)
            throw new UnrollException($"{longest.Name} has {Rows(used.Rows)} with a value of {targets[0]}, too few to judge "
                + $"{options.Horizon} rows ahead and learn from others. Give it at least {Least(options)}.")
            { Subject = "horizon" };
        DateTime first = used.Dates[0], learnt = used.Dates[used.Rows - testRows - 1], judged = used.Dates[used.Rows - testRows];
        string Of(int rows) => string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows");
        string older = used.Rows < told
            ? $"; the {Of(told - used.Rows)} before are left out, with which networks would take about "
                + string.Create(CultureInfo.InvariantCulture, $"{(double)told / used.Rows:0.##} times as long")
            : "";
        string note = $"The model learns from the {Of(used.Rows - testRows)} from {longest.Format(first)} to {longest.Format(learnt)} "
            + $"and is judged on the {Of(testRows)} from {longest.Format(judged)} to {longest.Format(used.LastDate)}{older}.";
        DateRange? learning = used.Rows < told ? DateRange.Exactly(first, learnt, longest) : DateRange.Before(judged, longest);
        return new TaskRanges(learning, DateRange.Since(judged, longest), null, options.Validation, note) { Older = told - used.Rows };
    }

    /// <summary>The fewest rows that a forecast needs: to learn from some, choose by some and judge on some.</summary>
    private static int Least(TaskOptions options)
    {
        int rows = 2, learnt = LeastTraining(options.Horizon, options.Window ?? 1, options.Validation);
        while (rows - DefaultTestRows(rows, options.Horizon) < learnt)
            rows++;
        return rows;
    }

    /// <summary>The fewest training rows that do for a window.</summary>
    private static int LeastTraining(int horizon, int window, double validation)
    {
        var recipe = new EnsembleRecipe { Steps = horizon, Validation = validation };
        int rows = window + 1;
        while (recipe.LongestWindow(rows) < window)
            rows++;
        return rows;
    }

    private static int DefaultTestRows(int rows, int horizon) => Math.Max(horizon, Math.Max(1, (int)Math.Round(TestShare * rows)));

    /// <summary>How many rows of a series are learnt from.</summary>
    public int TrainRowsOf(TimeSeries series) => Train is { } train ? series.Slice(train).Rows
        : Test is { } test ? series.CountBefore(test.From!.Value)
        : Math.Max(0, series.Rows - TestRows!.Value);

    /// <summary>A part cut into its rows.</summary>
    /// <param name="table">Target and inputs, from the first value on; rows at the end may have no target.</param>
    /// <param name="target">The column.</param>
    /// <param name="window">T.</param>
    /// <param name="inputs">What is looked at beside the target.</param>
    /// <param name="horizon">H.</param>
    /// <param name="mayShrink">Whether a shorter window may be taken where the rows are few.</param>
    /// <exception cref="UnrollException">Too few rows, a missing value, or a target that never changes.</exception>
    public ForecastSplit Split(TimeSeries table, string target, int window, ForecastInputs inputs, int horizon, bool mayShrink)
    {
        TimeSeries told = table.Head(table[target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        DateRange train, test;
        if (Test is { } range)
        {
            (train, test) = (Train ?? DateRange.Before(range.From!.Value, told), range);
        }
        else
        {
            int rows = TestRows!.Value;
            if (told.Rows <= rows)
            {
                int all = rows + LeastTraining(horizon, mayShrink ? 1 : window, Validation);
                throw new UnrollException(
                    $"{told.Name} has {Rows(told.Rows)} with a value of {target}, so the newest {rows} leave none to learn from. At least "
                    + $"{all} are needed, {all - told.Rows} more. Judge on fewer rows, or give it more.")
                { Subject = "test" };
            }

            DateTime first = told.Dates[told.Rows - rows];
            train = Train is { } given ? given.EndingBefore(first, told) : DateRange.Before(first, told);
            test = DateRange.Since(first, told);
        }

        TargetChecks.RequireUsable(told[target]);
        int learnt = told.Slice(train).Rows, fits = new EnsembleRecipe { Steps = horizon, Validation = Validation }.LongestWindow(learnt);
        if (mayShrink && learnt == 1)
        {
            int needed = LeastTraining(horizon, 1, Validation);
            throw new UnrollException(
                $"The training range {train} of {told.Name} has 1 row: too few for {(horizon == 1 ? "1 row" : $"{horizon} rows")} ahead. "
                + $"At least {needed} are needed, {needed - 1} more. Use a longer training "
                + $"range{(horizon == 1 ? "" : " or a shorter horizon")}.");
        }

        var split = new ForecastSplit(told, target, train, test, mayShrink ? Math.Clamp(fits, 1, window) : window, inputs);
        split.RequireTestRows(horizon);
        return split;
    }

    private static string Rows(int count) => count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} rows");
}
