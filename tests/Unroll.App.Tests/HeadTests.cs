using System.Globalization;
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
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--horizon", "2", "--model", "gru", "--head", head, .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        head = head.ToLowerInvariant();
        Assert.Contains($"The networks were trained to say {words} (--head {head}); their intervals are made of that, calibrated on the newest training rows.", result.Lines);
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"])).RootElement, model = metrics.GetProperty("models")[0];
        Assert.Equal(head, model.GetProperty("head").GetString());
        Assert.Equal([1, 2], model.GetProperty("crps").EnumerateArray().Select(each => each.GetProperty("step").GetInt32()));

        // The CRPS of the table are those of the metrics, for all baselines too, and the lowest is marked.
        string[] table = [.. result.Lines.SkipWhile(line => !line.StartsWith("CRPS ", StringComparison.Ordinal))];
        double[] all = [.. metrics.GetProperty("baselines").EnumerateArray().Prepend(model).Select(each => each.GetProperty("crps")[0].GetProperty("crps").GetDouble())];
        foreach ((string line, double crps) in new[] { table[2] }.Concat(table[4..10]).Zip(all))
            Assert.EndsWith((crps == all.Min() ? "* " : "  ") + crps.ToString("N3", CultureInfo.InvariantCulture), line[..(table[0].IndexOf("row ahead", StringComparison.Ordinal) + "row ahead".Length)], StringComparison.Ordinal);
        Assert.Contains(result.Lines, line => line.StartsWith("As a distribution, middle and spread together, the GRU is ", StringComparison.Ordinal));

        string html = File.ReadAllText(_folder["forecast-report/report.html"]);
        Assert.Contains($"<tr><th scope=\"row\">head</th><td>{head}</td></tr>", html, StringComparison.Ordinal);
        Assert.Contains("<h2 id=\"crps\">CRPS</h2>", html, StringComparison.Ordinal);
        ToolResult predicted = Tool.Run(_folder, "predict", "forecast-report/gru.unroll", "--sample", "aapl", "--json");
        JsonElement json = JsonDocument.Parse(predicted.Output).RootElement, ahead = json.GetProperty("ahead")[1];
        Assert.Equal(head, json.GetProperty("head").GetString());
        double Figure(string name) => ahead.GetProperty(name).GetDouble();
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"<td data-name=\"GRU\">{Figure("value"):0.000} ({Figure("lower_80"):0.000} to {Figure("upper_80"):0.000})</td>"), html, StringComparison.Ordinal);
        Assert.EndsWith($"; intervals of its {head} head", Tool.Run(_folder, "predict", "forecast-report/gru.unroll", "--sample", "aapl").Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_backtest_takes_a_head()
    {
        string[] backtest = ["backtest", "--sample", "aapl", "--ensemble", "1", "--epochs", "1", "--units", "4", "--refit", "300", "--json", "--model", "gru"];
        ToolResult with = Tool.Run(_folder, [.. backtest, "--head", "gaussian"]), without = Tool.Run(_folder, [.. backtest, "--out", "other"]);
        Assert.Equal((0, 0), (with.Code, without.Code));
        Assert.NotEqual(Intervals(with), Intervals(without));

        static string Intervals(ToolResult result) => JsonDocument.Parse(result.Output).RootElement.GetProperty("models")[0].GetProperty("steps")[0].GetProperty("intervals").GetRawText();
    }
}
