using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.Conformance.ForecastAsserts;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>Fourteen years of months, a year ahead, and tables that have fewer rows.</summary>
public partial class ShortTableTests
{
    private const int Year = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static TimeSeries Months(int rows) => Sample.Table("monthly", rows, 21);

    private static TimeSeries FourteenYears(TestFiles files)
    {
        TimeSeries made = Months(14 * Year);
        string Line(int row) => string.Create(CultureInfo.InvariantCulture, $"{made.Dates[row]:yyyy-MM-dd},{made["x"][row]:0.00}\n");
        return TimeSeries.Read(files.Write("months.csv", "month,x\n" + string.Concat(Enumerable.Range(0, made.Rows).Select(Line))));
    }

    private static EnsembleRecipe Small(int steps) => Candidates.Recipe(CellKind.Gru) with { Steps = steps, Members = 1, Window = null };

    private static TaskOptions Ask(int horizon, int? testRows) =>
        new() { Targets = ["x"], Horizon = horizon, TestRows = testRows, Inputs = new ForecastInputs { Calendar = true } };

    private static BacktestResult EveryYear(ForecastTask task)
    {
        var options = new BacktestOptions { RefitEvery = Year };
        return Backtest.Run(task, [() => BlendForecaster.Of([Small(Year)], task)], options, null, Cancel);
    }

    [Fact]
    public void Fourteen_years_of_months_are_forecast_a_year_ahead()
    {
        using var files = new TestFiles();
        TimeSeries table = FourteenYears(files);
        var task = new ForecastTask(table, new TaskOptions { Horizon = Year, TestRows = Year });
        BlendForecaster blend = BlendForecaster.Of([Small(Year)], task);
        blend.Require(task);
        blend.Fit(task, null, Cancel);
        var comparison = new Comparison(task, blend, null, Cancel);
        Assert.Equal(1, comparison.Origins);
        Assert.NotNull(comparison.OriginsWarning);
        Assert.True(comparison.Recommended!.Error < comparison.Naive.Error);
        Assert.Contains(comparison.Scores, score => score.Key == "seasonal-naive");
        blend.Refit(task.Whole(), null, Cancel);
        Forecast future = blend.Predict(table, Year);
        Sound(future);
        Assert.Equal(Enumerable.Range(1, Year).Select(table.LastDate.AddMonths), future.Parts[0].Rows().Select(row => row.Date));
        Assert.All(future.Parts[0].Rows(), row => Assert.True(row.Within95!.Value.Width > 0));
    }

    [Fact]
    public void Fourteen_years_of_months_are_backtested_and_tuned()
    {
        using var files = new TestFiles();
        TimeSeries table = FourteenYears(files);
        var task = new ForecastTask(table, new TaskOptions { Horizon = Year, TestRows = Year });
        BacktestResult result = EveryYear(task);
        Assert.Single(result.Folds);
        Assert.All(result.Comparison.Scores, score => Assert.True(double.IsFinite(score.Error)));

        // Three years of origins, fitted anew every year.
        var longer = new ForecastTask(table, new TaskOptions { Horizon = Year, TestRows = 3 * Year });
        Assert.Equal(3, EveryYear(longer).Folds.Count);

        var objective = ValidationObjective.OfEnsembles(task, Small(Year));
        int window = Math.Min(Year, objective.MostWindow);
        var settings = new TrialSettings { Cell = CellKind.Gru, Layers = 1, Units = 2, Window = window, LearningRate = 0.01, Dropout = 0 };
        TrialOutcome outcome = objective.Evaluate(new TrialRun(1, 1, 1, settings), _ => { }, Cancel);
        Assert.True(double.IsFinite(outcome.Error));
        Assert.True(double.IsFinite(objective.RidgeError(objective.MostWindow)!.Value));
    }

    public static TheoryData<string, int, int> Walks =>
    [
        .. from verb in (string[])["forecast", "backtest", "tune"]
           from horizon in (int[])[1, 3, 12]
           from test in (int[])[0, 1, 2]
           select (verb, horizon, test * horizon),
    ];

    /// <summary>From 2 rows up: a refusal names how many more are needed, and with that many it runs.</summary>
    [Theory]
    [MemberData(nameof(Walks))]
    public void A_refusal_says_how_many_rows_are_missing_and_with_them_it_runs(string verb, int horizon, int testRows)
    {
        int rows = 2, refusals = 0;
        var outcomes = new Dictionary<int, string?>();
        string? Of(int count)
        {
            if (!outcomes.TryGetValue(count, out string? outcome))
                outcomes.Add(count, outcome = Outcome(verb, Months(count), horizon, testRows == 0 ? null : testRows));
            return outcome;
        }

        for (; rows < 400; rows++)
        {
            string? refused = Of(rows);
            if (refused is null)
                break;
            refusals++;
            Assert.DoesNotContain("--", refused, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused);
            Match needed = Needed().Match(refused);
            Assert.True(needed.Success, $"{rows} rows: no number of rows is named in: {refused}");
            int promised = Promised(needed, rows, horizon, testRows);
            Assert.True(promised > rows, $"{rows} rows: {promised} would do by: {refused}");
            string? then = Of(promised);

            // A task cannot know that a search needs more of it; what the search says must do.
            if (verb == "tune" && then is not null && Needed().Match(then) is { Success: true } more)
            {
                promised = Promised(more, promised, horizon, testRows);
                then = Of(promised);
            }

            Assert.True(then is null, $"{rows} rows were refused with: {refused} But {promised} are with: {then}");
        }

        Assert.True(rows < 400);
        Assert.True(refusals > 0);
        Assert.Null(Of(rows + 1));
    }

    /// <summary>
    /// How many rows a table needs by a message. Where it speaks of training rows and the newest fifth is judged on, enough that as
    /// many are left to learn from.
    /// </summary>
    private static int Promised(Match needed, int rows, int horizon, int testRows)
    {
        int total = int.Parse(needed.Groups[1].Value, CultureInfo.InvariantCulture);
        if (!needed.Groups[2].Success)
            return total;
        int more = int.Parse(needed.Groups[2].Value, CultureInfo.InvariantCulture);
        if (testRows > 0)
            return rows + more;
        while (rows - Math.Max(horizon, Math.Max(1, (int)Math.Round(0.2 * rows))) < total)
            rows++;
        return rows;
    }

    /// <summary>What it is refused with before any work; null where it runs.</summary>
    private static string? Outcome(string verb, TimeSeries table, int horizon, int? testRows)
    {
        ForecastTask task;
        BlendForecaster blend;
        ValidationObjective? objective = null;
        try
        {
            task = new ForecastTask(table, Ask(horizon, testRows));
            blend = BlendForecaster.Of([Small(horizon)], task);
            blend.Require(task);
            if (verb == "tune")
                objective = ValidationObjective.OfEnsembles(task, Small(horizon));
        }
        catch (UnrollException refused)
        {
            return refused.Message;
        }

        switch (verb)
        {
            case "forecast":
                blend.Fit(task, null, Cancel);
                _ = new Comparison(task, blend, null, Cancel);
                blend.Refit(task.Whole(), null, Cancel);
                Sound(blend.Predict(task.Data, horizon));
                break;
            case "backtest":
                Assert.NotEmpty(Backtest.Run(task, [() => BlendForecaster.Of([Small(horizon)], task)], null, null, Cancel).Folds);
                break;
            default:
                Assert.True(double.IsFinite(objective!.RidgeError(objective.MostWindow)!.Value));
                break;
        }

        return null;
    }

    [GeneratedRegex(@"[Aa]t least (\d+)(?: are needed, (\d+) more)?")]
    private static partial Regex Needed();
}
