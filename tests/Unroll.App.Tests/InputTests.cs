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
        string found = Assert.Single(result.Lines, line => line.StartsWith("Inputs found best on the newest training rows: High", StringComparison.Ordinal));
        Assert.All(new[] { "Open", "Low", "Close", "Volume" }.Where(name => name != shown), name => Assert.DoesNotContain(name, found, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--features Price", "aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("--known Price", "aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("--features high", "--features names High, which is the target itself. Name other columns, or leave the option out.")]
    [InlineData("--known High", "--known names High, which is the target itself. Name other columns, or leave the option out.")]
    [InlineData("--features none --features Close", "--features none stands alone. Leave out the others, or none.")]
    [InlineData("--scaler none", "--scaler is part of --recipe tutorial: the default recipe measures each input on the training rows. Leave it out, or use --recipe tutorial.")]
    [InlineData("--recipe tutorial --features Close", "--features has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --known Close", "--known has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --transform none", "--transform has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --ensemble 2", "--ensemble has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --validation 0.3", "--validation has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--recipe tutorial --head quantile", "--head has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("--head normal", "--head is \"normal\"; choose none, quantile, gaussian or student-t. See unroll forecast --help.")]
    [InlineData("--recipe best", "--recipe is \"best\"; choose default or tutorial. See unroll forecast --help.")]
    [InlineData("--validation 1", "--validation is \"1\"; it takes a number above 0 and below 1. See unroll forecast --help.")]
    [InlineData("--validation 0.001", "The training range ..2016 has 918 rows: too few for windows of 60 rows, 1 row ahead and 1 row to choose by, where at least 2 are needed. Use a longer --train range or a larger --validation share.")]
    [InlineData("--window 900", "The training range ..2016 has 918 rows: too few for windows of 900 rows, 1 row ahead and 183 rows to choose by. Use a longer --train range or a smaller --window.")]
    [InlineData("--horizon 252", "The training range ..2016 has 918 rows: too few for windows of 60 rows, 252 rows ahead and 183 rows to choose by, where at least 504 are needed. Use a longer --train range, a shorter --horizon or a larger --validation share.")]
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
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"])).RootElement;
        Assert.All(Enumerable.Range(0, 7), step => Assert.InRange(metrics.GetProperty("models")[0].GetProperty("rmse_by_step")[step].GetDouble(), 0, 8));

        string[] predict = ["predict", "forecast-report/gru.unroll", file, "--json"];
        ToolResult predicted = Tool.Run(_folder, predict);
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        JsonElement json = JsonDocument.Parse(predicted.Output).RootElement;
        Assert.Equal("2023-07-20", json.GetProperty("after").GetString());
        JsonElement[] ahead = [.. json.GetProperty("ahead").EnumerateArray()];
        Assert.Equal(("2023-07-21", "2023-07-27"), (ahead[0].GetProperty("date").GetString(), ahead[^1].GetProperty("date").GetString()));
        for (int i = 0; i < 7; i++)
            Assert.Equal(50 + (30 * Promotion(200 + i)), ahead[i].GetProperty("value").GetDouble(), 10.0);

        // Whatever is to be done with gaps, rows to come are none.
        foreach (string policy in new[] { "drop", "forward-fill" })
            Assert.Equal(predicted.Output, Tool.Run(_folder, [.. predict, "--missing", policy]).Output);

        ToolResult untold = Tool.Run(_folder, "predict", "forecast-report/gru.unroll", Visits("past.csv", daysToCome: 3));
        Assert.Equal(
            (1, "", "unroll: past.csv does not say what promo will be in the 7 rows after 2023-07-20. Add rows with a date, the known columns and an empty visits.\n"),
            (untold.Code, untold.Output, untold.Error));
    }

    [Fact]
    public void A_known_column_with_a_gap_is_refused_in_one_line()
    {
        string file = _folder.Write("prices.csv", Apple.With(300, 6, ""));
        ToolResult result = Tool.Run(_folder, ["forecast", file, "--known", "Volume", .. s_tiny]);
        Assert.Equal(
            (1, "", "unroll: prices.csv has no Volume on 2014-07-18. A column that is known for the rows to come must be whole up to the last High: complete the file, or name it with --features, which fills gaps with the value before.\n"),
            (result.Code, result.Output, result.Error));
    }

    [Fact]
    public void Gaps_of_other_columns_and_of_the_target_are_treated_and_that_is_said()
    {
        string[] lines = Apple.With(300, 2, "");
        foreach (int line in new[] { 400, 401 })
            lines[line - 1] = Apple.With(line, 6, "")[line - 1];
        ToolResult result = Tool.Run(_folder, ["forecast", _folder.Write("prices.csv", lines), "--missing", "forward-fill", .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("Note: filled 1 value of High forward", result.Lines);
        Assert.Contains("Note: 2 missing values of Volume filled with the value before.", result.Lines);
    }

    [Theory]
    [InlineData("births", "1984..1987", "1988", 1461, 366)]
    [InlineData("ridership", "2011..2014", "2015", 1461, 365)]
    public void Samples_with_a_season_are_forecast_better_than_by_the_naive_forecast(string sample, string trainRange, string testRange, int train, int test)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", sample, "--train", trainRange, "--test", testRange, .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"])).RootElement;
        JsonElement data = metrics.GetProperty("data");
        Assert.Equal((train, test), (data.GetProperty("train_rows").GetInt32(), data.GetProperty("test_rows").GetInt32()));
        Assert.InRange(metrics.GetProperty("models")[0].GetProperty("skill").GetDouble(), 0.5, 1);
    }

    [Fact]
    public void Thirty_months_are_enough_for_one_row_ahead_and_for_more_it_says_what_to_do()
    {
        string file = _folder.Write("months.csv", Enumerable.Range(0, 30).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{2020 + (i / 12)}-{1 + (i % 12):00}-01,{100 + (10 * Math.Sin(i * Math.PI / 6)) + (i * i % 7):0.00}")).Prepend("date,sales"));
        string[] forecast = ["forecast", file, "--target", "sales", .. s_tiny];
        Assert.Equal(0, Tool.Run(_folder, forecast).Code);
        ToolResult three = Tool.Run(_folder, [.. forecast, "--horizon", "3"]);
        Assert.Equal(
            (1, "unroll: The training range ..2021-12-31 has 24 rows: too few for windows of 4 rows, 3 rows ahead and 4 rows to choose by, where at least 6 are needed. Use a longer --train range, a shorter --horizon or a larger --validation share.\n"),
            (three.Code, three.Error));
        Assert.Equal(0, Tool.Run(_folder, [.. forecast, "--horizon", "3", "--validation", "0.25"]).Code);
    }

    private static int Promotion(int day) => day * day % 11 % 3 == 0 ? 1 : 0;

    /// <summary>200 days from 2023-01-02 on, and after them days without visits.</summary>
    private string Visits(string name, int daysToCome) => _folder.Write(name, Enumerable.Range(0, 200 + daysToCome).Select(day => string.Create(
        CultureInfo.InvariantCulture,
        $"{new DateTime(2023, 1, 2).AddDays(day):yyyy-MM-dd},{(day < 200 ? (50 + (30 * Promotion(day)) + (day * 37 % 5)).ToString(CultureInfo.InvariantCulture) : "")},{Promotion(day)}")).Prepend("date,visits,promo"));
}
