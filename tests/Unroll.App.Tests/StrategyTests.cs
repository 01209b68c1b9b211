using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

public sealed class StrategyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private JsonElement Model(string folder) => Json(File.ReadAllText(_folder[$"{folder}/metrics.json"])).GetProperty("models")[0];

    [Fact]
    public void Recursive_feeds_the_forecast_of_one_row_back_and_says_what_it_leaves_out()
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--model", "gru", "--horizon", "5", "--strategy", "recursive", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        const string LeftOut = "Note: left out Open, Low, Close, Adj Close, Volume: --strategy recursive predicts High alone, and has nothing to put in the place of other columns in rows to come.";
        const string Said = "Strategy recursive: one row ahead is learnt, and predictions take the place of values for rows 2 to 5.";
        Assert.Contains(LeftOut, result.Lines);
        Assert.Contains(Said, result.Lines);
        Assert.Contains(result.Lines, line => line.StartsWith("The GRU is ", StringComparison.Ordinal));
        string report = File.ReadAllText(_folder["forecast-report/report.html"]);
        Assert.Contains(LeftOut, report, StringComparison.Ordinal);
        Assert.Contains(Said, report, StringComparison.Ordinal);

        JsonElement model = Model("forecast-report");
        Assert.Equal("recursive", model.GetProperty("strategy").GetString());
        Assert.Equal(5, model.GetProperty("rmse_by_step").GetArrayLength());
        Assert.Equal([1, 1, 5, 5], model.GetProperty("intervals").EnumerateArray().Select(each => each.GetProperty("step").GetInt32()));

        // One row ahead it is what it feeds back.
        ToolResult one = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--model", "gru", "--features", "calendar", "--out", "one", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (one.Code, one.Error));
        Assert.Equal(Model("one").GetProperty("rmse").GetDouble(), model.GetProperty("rmse").GetDouble());
        Assert.False(Model("one").TryGetProperty("strategy", out _));

        ToolResult predicted = Tool.Run(_folder, "predict", "forecast-report/gru.unroll", "--sample", "aapl", "--json"), next = Tool.Run(_folder, "predict", "one/gru.unroll", "--sample", "aapl", "--json");
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        JsonElement[] ahead = [.. Json(predicted.Output).GetProperty("ahead").EnumerateArray()];
        Assert.Equal(5, ahead.Length);
        Assert.Equal(Json(next.Output).GetProperty("value").GetDouble(), ahead[0].GetProperty("value").GetDouble());
        double[] widths = [.. ahead.Select(each => each.GetProperty("upper_80").GetDouble() - each.GetProperty("lower_80").GetDouble())];
        Assert.True(widths[4] > 1.5 * widths[0], string.Join(' ', widths));
    }

    [Fact]
    public void A_backtest_says_what_is_left_out_too()
    {
        ToolResult result = Tool.Run(_folder, ["backtest", "--sample", "aapl", "--model", "gru", "--horizon", "3", "--refit", "126", "--strategy", "recursive", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Single(result.Lines, line => line.StartsWith("Note: left out Open, Low, Close, Adj Close, Volume: --strategy recursive predicts High alone", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Lines, line => line.Contains("is left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--features names Low, which --strategy recursive has nothing to put in the place of in rows to come. Leave it out, name what is known beforehand with --known, or use --strategy direct.", "--features", "low")]
    [InlineData("--features names Open, Low, Close, Adj Close, Volume, which --strategy recursive has nothing to put in the place of in rows to come. Leave it out, name what is known beforehand with --known, or use --strategy direct.", "--features", "columns")]
    [InlineData("--strategy has no part in --recipe tutorial. Leave it out, or use --recipe default.", "--recipe", "tutorial")]
    [InlineData("--strategy recursive is for one series: with --series each row ahead has its own output. Leave it out.", "--sample", "stations")]
    public void What_cannot_be_fed_back_is_refused(string refusal, params string[] options)
    {
        string[] sample = options.Contains("--sample") ? [] : ["--sample", "aapl"];
        ToolResult result = Tool.Run(_folder, ["forecast", "--strategy", "recursive", .. sample, .. options]);
        Assert.Equal((1, "", $"unroll: {refusal}\n"), (result.Code, result.Output, result.Error));
        Assert.Empty(_folder.Entries);
    }
}
