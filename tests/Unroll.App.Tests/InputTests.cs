using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>What the default recipe looks at beside the target.</summary>
public sealed class InputTests : IDisposable
{
    private static readonly string[] s_tiny = ["--ensemble", "1", "--epochs", "1", "--units", "4", "--model", "gru"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("none", "none")]
    [InlineData("Close", "Close")]
    [InlineData("volume", "Volume")]
    [InlineData("Calendar", "calendar")]
    public void Features_are_those_that_are_named(string word, string shown)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--features", word, .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        string html = File.ReadAllText(_folder["forecast-report/report.html"]);
        Assert.Contains($"<tr><th scope=\"row\">features</th><td>{shown}</td></tr>", html, StringComparison.Ordinal);
        string found = Assert.Single(
            result.Lines, line => line.StartsWith("Inputs found best on the newest training rows: High", StringComparison.Ordinal));
        Assert.Equal(word is not "none", found.Contains(shown == "calendar" ? "the calendar" : shown, StringComparison.Ordinal));
        Assert.All(new[] { "Open", "Low", "Close", "Volume" }.Where(name => name != shown),
            name => Assert.DoesNotContain(name, found, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--features Price", "aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("--known Price", "aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("--features high", "--features names High, which is the target itself. Name other columns, or leave the option out.")]
    [InlineData("--known High", "--known names High, which is the target itself. Name other columns, or leave the option out.")]
    [InlineData("--features none --features Close", "--features none stands alone. Leave out the others, or none.")]
    [InlineData("--scaler none", "--scaler is part of --recipe tutorial: the default recipe measures each input on the training rows. "
        + "Leave it out, or use --recipe tutorial.")]
    [InlineData("--recipe tutorial --features Close",
        "--features has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --known Close", "--known has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --holidays US", "--holidays has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--holidays GB-XX",
        "The public holidays of \"GB-XX\" are not known. Give GB, GB-ENG, GB-NIR, GB-SCT, GB-WLS. (--holidays)")]
    [InlineData("--recipe tutorial --transform none",
        "--transform has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --ensemble 2", "--ensemble has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --validation 0.3",
        "--validation has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --head quantile", "--head has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--head normal", "--head is \"normal\"; choose none, quantile, gaussian or student-t. See unroll forecast --help.")]
    [InlineData("--recipe tutorial --model ridge",
        "--model ridge has no part in --recipe tutorial, which trains networks alone. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --min 0", "--min has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--min 5 --max 4", "--min 5 is not below --max 4. Swap them, or leave one out.")]
    [InlineData("--model seasonal-naive", "--model seasonal-naive does not apply to aapl.csv: it shows no such season, or has too few "
        + "rows. Choose ridge, naive, drift, mean, least-squares, theta, ets, arima or a network.")]
    [InlineData("--static Open",
        "--static is for a file of several series. Name the column that tells them apart with --series, or leave it out.")]
    [InlineData("--test last:0",
        "--test: \"last:0\" names no number of rows. Write last:12 for the newest 12 rows of every series. See unroll forecast --help.")]
    [InlineData("--test last:3 --horizon 4", "3 test rows are too few to judge 4 rows ahead. Judge on at least 4. (--test, --horizon)")]
    [InlineData("--recipe best", "--recipe is \"best\"; choose default or tutorial. See unroll forecast --help.")]
    [InlineData("--validation 1", "--validation is \"1\"; it takes a number above 0 and below 1. See unroll forecast --help.")]
    [InlineData("--window 900", "The training range ..2016 has 918 rows: too few for windows of 900 rows and 1 row ahead. At least 1127 "
        + "are needed, 209 more. Use a longer training range or a shorter window. (--train, --window)")]
    [InlineData("--horizon 252", "The test range 2017 has 251 rows, 1 too few to judge 252 rows ahead. Choose a longer test range or a "
        + "shorter horizon. (--test, --horizon)")]
    public void What_does_not_go_together_is_refused_in_one_line(string options, string message)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", .. options.Split(' ')]);
        Assert.Equal((1, "", $"unroll: {message}\n"), (result.Code, result.Output, result.Error));
        Assert.Empty(_folder.Entries);
    }

    /// <summary>Visits are 50 and 30 more on promotion days, which follow no rule.</summary>
    [Fact]
    public void A_known_column_tells_of_the_rows_to_come()
    {
        string file = Visits("visits.csv", daysToCome: 7);
        ToolResult result = Tool.Run(_folder, ["forecast", file, "--target", "visits", "--known", "promo", "--horizon", "7", .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        var report = new Report(_folder["forecast-report"]);
        Assert.All(report["gru"].GetProperty("rmse_by_step").EnumerateArray(), rmse => Assert.InRange(rmse.GetDouble(), 0, 8));
        Assert.Equal(("2023-07-21", "2023-07-27", 7), (report.Future[0]["date"], report.Future[^1]["date"], report.Future.Count));
        for (int i = 0; i < 7; i++)
            Assert.Equal(50 + (30 * Promotion(200 + i)), Report.Number(report.Future[i]["value"]), 10.0);

        // Whatever is to be done with gaps, rows to come are none.
        string[] predict = ["predict", "forecast-report/gru.unroll", file, "--csv"];
        ToolResult predicted = Tool.Run(_folder, predict);
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        foreach (string policy in new[] { "drop", "forward-fill" })
            Assert.Equal(predicted.Output, Tool.Run(_folder, [.. predict, "--missing", policy]).Output);

        ToolResult untold = Tool.Run(_folder, "predict", "forecast-report/gru.unroll", Visits("past.csv", daysToCome: 3));
        Assert.Equal(
            (1, "", "unroll: past.csv does not say what promo will be in the 7 rows after 2023-07-20. Add rows with a date, the known "
                + "columns and an empty visits.\n"),
            (untold.Code, untold.Output, untold.Error));

        // A forecast of such a file is judged all the same, and says why there are no rows to come.
        ToolResult judged = Tool.Run(
            _folder, ["forecast", "past.csv", "--target", "visits", "--known", "promo", "--horizon", "7", .. s_tiny]);
        Assert.Equal((0, ""), (judged.Code, judged.Error));
        Assert.Contains(judged.Lines, line =>
            line.StartsWith("The rows to come cannot be forecast yet: past.csv does not say what promo will be", StringComparison.Ordinal));
        Assert.False(File.Exists(report.Path("future.csv")));
    }

    [Fact]
    public void A_known_column_with_a_gap_is_refused_in_one_line()
    {
        string file = _folder.Write("prices.csv", Apple.With(300, 6, ""));
        ToolResult result = Tool.Run(_folder, ["forecast", file, "--target", "High", "--known", "Volume", .. s_tiny]);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Matches("^unroll: [^\n]*Volume[^\n]*2014-07-18[^\n]*\n$", result.Error);
    }

    [Fact]
    public void Gaps_of_other_columns_and_of_the_target_are_treated_and_that_is_said()
    {
        string[] lines = Apple.With(300, 2, "");
        foreach (int line in new[] { 400, 401 })
            lines[line - 1] = Apple.With(line, 6, "")[line - 1];
        ToolResult result = Tool.Run(
            _folder, ["forecast", _folder.Write("prices.csv", lines), "--target", "High", "--missing", "forward-fill", .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains(result.Lines, line => line.Contains("filled 1 value of High forward", StringComparison.Ordinal));
        Assert.Contains("2 missing values of Volume filled with the value before.", result.Lines);
    }

    [Theory]
    [InlineData("births", "1984..1987", "1988", 1461, 366)]
    [InlineData("ridership", "2011..2014", "2015", 1461, 365)]
    public void Samples_with_a_season_are_forecast_better_than_by_the_naive_forecast(
        string sample, string trainRange, string testRange, int train, int test)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", sample, "--train", trainRange, "--test", testRange, .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        var report = new Report(_folder["forecast-report"]);
        JsonElement data = report.Metrics.GetProperty("data");
        Assert.Equal((train, test),
            (data.GetProperty("train").GetProperty("rows").GetInt32(), data.GetProperty("test").GetProperty("rows").GetInt32()));
        Assert.InRange(Report.Figure(report["blend"], "skill"), 0.5, 1);
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(30, 3)]
    [InlineData(168, 12)]
    public void Few_months_are_enough(int months, int horizon)
    {
        string file = _folder.Write("months.csv", Enumerable.Range(0, months).Select(i => string.Create(
            CultureInfo.InvariantCulture,
                $"{2010 + (i / 12)}-{1 + (i % 12):00}-01,{100 + (10 * Math.Sin(i * Math.PI / 6)) + (i * i % 7):0.00}"))
                .Prepend("date,sales"));
        string[] options = ["--horizon", horizon.ToString(CultureInfo.InvariantCulture), "--test", "last:12", .. s_tiny];
        ToolResult result = Tool.Run(_folder, ["forecast", file, .. options]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("Forecasting sales, the only column of numbers.", result.Lines);
        Assert.Contains($"The next {(horizon == 1 ? "month" : $"{horizon} months")} of sales", result.Lines);
    }

    /// <summary>How many rows are missing is said before any work.</summary>
    [Fact]
    public void Too_few_rows_are_refused_with_the_number_that_is_needed()
    {
        string file = _folder.Write("days.csv", Enumerable.Range(1, 20).Select(day => $"2020-01-{day:00},{day % 5}").Prepend("date,sales"));
        ToolResult result = Tool.Run(_folder, ["forecast", file, "--horizon", "12", .. s_tiny]);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Matches("^unroll: .*[0-9]+.*\\n$", result.Error);
        Assert.Equal(["days.csv"], _folder.Entries);
    }

    private static int Promotion(int day) => day * day % 11 % 3 == 0 ? 1 : 0;

    /// <summary>200 days from 2023-01-02 on, and after them days without visits.</summary>
    private string Visits(string name, int daysToCome)
    {
        static string Row(int day)
        {
            int? visits = day < 200 ? 50 + (30 * Promotion(day)) + (day * 37 % 5) : null;
            return string.Create(
                CultureInfo.InvariantCulture, $"{new DateTime(2023, 1, 2).AddDays(day):yyyy-MM-dd},{visits},{Promotion(day)}");
        }

        return _folder.Write(name, Enumerable.Range(0, 200 + daysToCome).Select(Row).Prepend("date,visits,promo"));
    }
}
