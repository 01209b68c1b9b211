using Xunit;

namespace Unroll.App.Tests;

public sealed class StrategyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Recursive_feeds_the_forecast_of_one_row_back_and_says_what_it_leaves_out()
    {
        ToolResult result = Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--model", "gru", "--horizon", "5", "--strategy", "recursive", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        const string LeftOut = "Left out Open, Low, Close, Adj Close, Volume: --strategy recursive predicts High alone, and has nothing to "
            + "put in the place of other columns in rows to come.";
        const string Fed = "Strategy recursive: one row ahead is learnt, and predictions take the place of values for rows 2 to 5.";
        Assert.Contains(LeftOut, result.Lines);
        Assert.Contains(Fed, result.Lines);
        var report = new Report(_folder["forecast-report"]);
        Assert.Contains(LeftOut, report.Text("report.html"), StringComparison.Ordinal);
        Assert.Contains(Fed, report.Text("report.html"), StringComparison.Ordinal);
        Assert.Equal("recursive", report.Metrics.GetProperty("settings").GetProperty("strategy").GetString());
        Assert.Equal(5, report["gru"].GetProperty("rmse_by_step").GetArrayLength());
        Assert.Equal(5, report.Future.Count);

        // One row ahead it is what it feeds back.
        ToolResult one = Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--model", "gru", "--features", "calendar", "--out", "one", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (one.Code, one.Error));
        string[] predict = ["--sample", "aapl", "--csv"];
        string first = Tool.Run(_folder, ["predict", "forecast-report/gru.unroll", .. predict]).Lines[1],
            next = Tool.Run(_folder, ["predict", "one/gru.unroll", .. predict]).Lines[1];
        Assert.Equal(next.Split(',')[..5], first.Split(',')[..5]);
    }

    [Fact]
    public void A_backtest_says_what_is_left_out_too()
    {
        ToolResult result = Tool.Run(_folder, ["backtest", "--sample", "aapl", "--model", "gru,naive", "--horizon", "3", "--refit", "126",
            "--strategy", "recursive", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Single(result.Lines, line => line.StartsWith(
            "Left out Open, Low, Close, Adj Close, Volume: --strategy recursive predicts High alone", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--features names Low, which --strategy recursive has nothing to put in the place of in rows to come. Leave it out, name "
        + "what is known beforehand with --known, or use --strategy direct.", "--features", "low")]
    [InlineData("--features names Open, Low, Close, Adj Close, Volume, which --strategy recursive has nothing to put in the place of in "
        + "rows to come. Leave it out, name what is known beforehand with --known, or use --strategy direct.", "--features", "columns")]
    [InlineData("--strategy has no part in --recipe tutorial. Leave it out, or use --recipe default.", "--recipe", "tutorial")]
    public void What_cannot_be_fed_back_is_refused(string refusal, params string[] options)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--strategy", "recursive", "--sample", "aapl", .. options]);
        Assert.Equal((1, "", $"unroll: {refusal}\n"), (result.Code, result.Output, result.Error));
        Assert.Empty(_folder.Entries);
    }
}
