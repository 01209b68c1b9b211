using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Forecasts whose networks say how sure they are.</summary>
public sealed class HeadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("quantile", "quantiles")]
    [InlineData("gaussian", "normal distributions")]
    [InlineData("Student-T", "Student-t distributions")]
    public void Intervals_of_a_head_are_in_the_report_the_tables_and_the_prediction(string head, string words)
    {
        ToolResult result = Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--horizon", "2", "--model", "gru", "--head", head, .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        head = head.ToLowerInvariant();
        string sentence = $"The networks were trained to say {words} (--head {head}); their intervals are made of that, calibrated on the "
            + $"newest training rows.";
        Assert.Contains(sentence, result.Lines);
        var report = new Report(_folder["forecast-report"]);
        Assert.Equal(head, report.Metrics.GetProperty("settings").GetProperty("head").GetString());
        Assert.InRange(Report.Figure(report["gru"], "coverage", "80"), 0.6, 0.95);
        Assert.True(Report.Figure(report["gru"], "crps") < Report.Figure(report["gru"], "mae"));
        Assert.Contains($"<tr><th scope=\"row\">head</th><td>{head}</td></tr>", report.Text("report.html"), StringComparison.Ordinal);

        // The rows to come of the network itself, two days after the newest.
        ToolResult predicted = Tool.Run(_folder, "predict", "forecast-report/gru.unroll", "--sample", "aapl", "--csv");
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        Assert.All(Report.Lines(predicted.Output), row => Assert.True(
            Report.Number(row["lower_95"]) < Report.Number(row["lower_80"]) && Report.Number(row["lower_80"]) < Report.Number(row["value"])
            && Report.Number(row["value"]) < Report.Number(row["upper_80"])
                && Report.Number(row["upper_80"]) < Report.Number(row["upper_95"])));
    }

    [Fact]
    public void A_backtest_takes_a_head()
    {
        string[] backtest = ["backtest", "--sample", "aapl", "--ensemble", "1", "--epochs", "1", "--units", "4", "--refit", "300", "--json",
            "--model", "gru,naive"];
        ToolResult with = Tool.Run(_folder, [.. backtest, "--head", "gaussian"]),
            without = Tool.Run(_folder, [.. backtest, "--out", "other"]);
        Assert.Equal((0, 0), (with.Code, without.Code));
        Assert.NotEqual(Widths(with), Widths(without));

        static string Widths(ToolResult result) =>
            JsonDocument.Parse(result.Output).RootElement.GetProperty("forecasters").EnumerateArray()
                .First(each => each.GetProperty("name").GetString() == "gru").GetProperty("width").GetRawText();
    }
}
