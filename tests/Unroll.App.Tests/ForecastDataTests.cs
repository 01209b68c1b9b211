using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Forecasts on data with a flaw that can be dealt with, and choices that the tool makes and says.</summary>
public sealed class ForecastDataTests : IDisposable
{
    private static readonly string[] s_ranges = ["--train", "2014..2016", "--test", "2017"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_is_alone_on_standard_output_and_the_progress_on_standard_error()
    {
        ToolResult result = Forecast("--sample", "aapl", "--json");
        Assert.Equal(File.ReadAllText(Path.Combine(_folder["forecast-report"], "metrics.json")), result.Output);
        Assert.Equal("aapl.csv", JsonDocument.Parse(result.Output).RootElement.GetProperty("data").GetProperty("file").GetString());
        Assert.Contains("epoch 2/2", result.Error, StringComparison.Ordinal);
        Assert.Contains("The SimpleRNN has RMSE ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001B', result.Error);
    }

    /// <summary>Line 300 of the file is 2014-07-18, in the training range.</summary>
    [Theory]
    [InlineData("drop", 755, "dropped 1 of 1260 rows: a value was missing")]
    [InlineData("forward-fill", 756, "filled 1 value of High forward")]
    [InlineData("interpolate", 756, "interpolated 1 value of High")]
    public void A_missing_value_is_treated_as_asked_and_that_is_said(string policy, int rows, string note)
    {
        string file = _folder.Write("prices.csv", Apple.With(300, 2, ""));
        ToolResult result = Forecast([file, "--target", "High", "--missing", policy, .. s_ranges]);
        Assert.Contains(result.Lines, line => line.Contains(note, StringComparison.Ordinal));
        Assert.Contains("High         1", result.Lines);
        Assert.Equal(rows, Data("train").GetProperty("rows").GetInt32());
    }

    /// <summary>Line 3 is 2013-05-14, before the training range; Volume is not the target.</summary>
    [Fact]
    public void Missing_values_that_are_not_used_do_not_matter()
    {
        string[] lines = Apple.With(300, 6, "");
        lines[2] = Apple.With(3, 2, "")[2];
        ToolResult result = Forecast([_folder.Write("prices.csv", lines), "--target", "High", .. s_ranges]);
        Assert.Contains("High         1", result.Lines);
        Assert.Equal(756, Data("train").GetProperty("rows").GetInt32());
    }

    [Fact]
    public void Rows_out_of_order_are_sorted_and_that_is_said()
    {
        Forecast(["--sample", "aapl", "--out", "sorted", .. s_ranges]);
        ToolResult result = Forecast(
            [_folder.Write("prices.csv", Apple.Lines.Take(1).Concat(Apple.Lines.Skip(1).Reverse())), "--target", "High", .. s_ranges]);
        Assert.Contains("Note: sorted 1260 rows by date: they were not in order", result.Lines);
        Assert.Equal(File.ReadAllText(Path.Combine(_folder["sorted"], "predictions.csv")),
            File.ReadAllText(Path.Combine(_folder["forecast-report"], "predictions.csv")));
    }

    /// <summary>A wave through zero, 20 rows a period, on 200 days from 2020-01-01: the last fifth begins on 2020-06-09.</summary>
    [Fact]
    public void Where_a_value_is_zero_there_is_no_percentage_and_without_ranges_the_newest_fifth_is_the_test()
    {
        var start = new DateTime(2020, 1, 1);
        string file = _folder.Write("wave.csv", Enumerable.Range(0, 200)
            .Select(i => string.Create(CultureInfo.InvariantCulture,
                $"{start.AddDays(i):yyyy-MM-dd},{(i % 10 == 0 ? 0 : Math.Sin(i * Math.PI / 10))}")).Prepend("date,level"));
        ToolResult result = Forecast(file, "--target", "LEVEL");
        Assert.Contains("The model learns from the 160 rows from 2020-01-01 to 2020-06-08 and is judged on the 40 rows from 2020-06-09 to "
            + "2020-07-18.", result.Lines);
        Assert.Equal((160, 40), (Data("train").GetProperty("rows").GetInt32(), Data("test").GetProperty("rows").GetInt32()));
        Assert.All(Forecasters, each => Assert.Equal(JsonValueKind.Null, each.GetProperty("mape").ValueKind));
        Assert.Equal(Forecasters.Length, result.Lines.Count(line => Report.Cells(line).ElementAtOrDefault(5) == "–"));
    }

    [Fact]
    public void As_many_rows_are_looked_at_as_are_asked_for_and_what_all_would_cost_is_said()
    {
        string file = _folder.Write("days.csv", Enumerable.Range(0, 5200)
            .Select(i => string.Create(CultureInfo.InvariantCulture,
                $"{new DateTime(2006, 1, 1).AddDays(i):yyyy-MM-dd},{100 + (10 * Math.Sin(i)) + (i % 7)}")).Prepend("date,level"));
        Assert.Contains(Rules(file, "naive").Lines,
            line => line.StartsWith("The model learns from the 4,000 rows from ", StringComparison.Ordinal)
            && line.EndsWith("; the 200 rows before are left out, with which networks would take about 1.04 times as long. --rows all "
                + "looks at them too.", StringComparison.Ordinal));
        Assert.Contains(Rules(file, "naive", "--rows", "2000").Lines,
            line => line.StartsWith("The model learns from the 1,600 rows from ", StringComparison.Ordinal)
            && line.EndsWith("; the 3,200 rows before are left out, with which networks would take about 2.6 times as long.",
                StringComparison.Ordinal));
        Assert.Contains(Rules(file, "naive", "--rows", "ALL").Lines,
            line => line.StartsWith("The model learns from the 4,160 rows from ", StringComparison.Ordinal)
            && !line.Contains("left out", StringComparison.Ordinal));
    }

    /// <summary>The metric heads the table, is in the file, and is what skill is measured by.</summary>
    [Fact]
    public void Forecasters_are_compared_by_the_metric_that_is_asked_for()
    {
        ToolResult result = Rules("aapl", "ridge,naive", "--metric", "mae");
        Assert.Contains(result.Lines, line => line.StartsWith("The recommended forecast, the blend, has MAE ", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.StartsWith("* the lowest MAE. Skill is 1 − MAE ÷ naive MAE", StringComparison.Ordinal));
        using var figures = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["forecast-report"], "metrics.json")));
        Assert.Equal("mae", figures.RootElement.GetProperty("metric").GetString());
        double Figure(string name, string figure) => figures.RootElement.GetProperty("forecasters").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == name).GetProperty(figure).GetDouble();
        Assert.Equal(1 - (Figure("ridge", "mae") / Figure("naive", "mae")), Figure("ridge", "skill"), 1e-9);
    }

    /// <summary>
    /// The same week again and again: least squares cannot tell its inputs apart, and nothing beats the value a week before.
    /// </summary>
    [Fact]
    public void Where_the_weeks_repeat_the_seasonal_baseline_is_recommended_and_one_that_fails_is_left_out()
    {
        int[] week = [40, 52, 47, 61, 58, 20, 15];
        string file = _folder.Write("weeks.csv", Enumerable.Range(0, 200)
            .Select(day => string.Create(CultureInfo.InvariantCulture,
                $"{new DateTime(2020, 1, 6).AddDays(day):yyyy-MM-dd},{week[day % 7]}")).Prepend("date,visitors"));
        ToolResult result = Forecast(file, "--target", "visitors");
        string html = File.ReadAllText(Path.Combine(_folder["forecast-report"], "report.html"));
        string left = Assert.Single(
            result.Lines, line => line.StartsWith("The least squares forecast is left out: ", StringComparison.Ordinal));
        Assert.Contains("The least squares forecast is left out: ", html, StringComparison.Ordinal);
        Assert.EndsWith(".", left, StringComparison.Ordinal);
        Assert.Contains(result.Lines, line => line.StartsWith("The SimpleRNN has RMSE ", StringComparison.Ordinal)
            && line.EndsWith(" Use the seasonal naive forecast instead.", StringComparison.Ordinal));
        Assert.Contains("unroll forecast weeks.csv --target visitors --model seasonal-naive --out seasonal-naive-report", result.Lines);
        Assert.Contains(result.Lines, line => line.StartsWith("seasonal naive *  ", StringComparison.Ordinal));
        JsonElement seasonal = Forecasters.Single(each => each.GetProperty("name").GetString() == "seasonal-naive");
        Assert.Equal((0.0, 1.0), (seasonal.GetProperty("rmse").GetDouble(), seasonal.GetProperty("skill").GetDouble()));
    }

    [Fact]
    public void One_range_alone_gives_the_other()
    {
        Assert.Contains("The forecasts are judged on all rows after the training range.",
            Forecast("--sample", "aapl", "--train", "2014..2016").Lines);
        Assert.Equal((756, 342), (Data("train").GetProperty("rows").GetInt32(), Data("test").GetProperty("rows").GetInt32()));
        Assert.Contains("The model learns from all rows before the test range 2017.", Forecast("--sample", "aapl", "--test", "2017").Lines);
        Assert.Equal((918, 251), (Data("train").GetProperty("rows").GetInt32(), Data("test").GetProperty("rows").GetInt32()));
    }

    /// <summary>
    /// A learning rate of 0.15 on values that are not scaled lets the error grow by a steady factor, beyond what a float holds in the third
    /// epoch.
    /// </summary>
    [Fact]
    public void A_loss_that_becomes_infinite_ends_the_run_and_the_last_good_weights_are_kept()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--recipe", "tutorial", "--sample", "aapl", "--model", "simple-rnn",
            "--optimizer", "sgd", "--learning-rate", "0.15", "--scaler", "none", "--units", "8", "--window", "20");
        string kept = Path.Combine("forecast-report", "simple-rnn.partial.unroll");
        Assert.Equal(1, result.Code);
        Assert.Matches($"^unroll: The loss of the SimpleRNN became infinite at epoch 3, step [0-9]+\\. Try --learning-rate 0\\.01 or less, "
            + $"or --clip-norm 1\\. Its weights after epoch 2, the last good ones, are in {kept}\\.\n$", result.Error);
        Assert.Equal(["forecast-report", kept], _folder.Entries);
        Assert.Equal(0, Tool.Run(_folder, "predict", kept, "--sample", "aapl").Code);
    }

    [Fact]
    public void Nothing_is_left_where_no_epoch_went_well()
    {
        ToolResult result = Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--optimizer", "sgd", "--learning-rate", "1e6", .. Tool.Quick]);
        Assert.Equal(1, result.Code);
        Assert.Matches("^unroll: The loss of the LSTM became infinite at epoch 1, step [0-9]+\\. Try --learning-rate 0\\.01 or less, or "
            + "--clip-norm 1\\. No epoch was finished, so there is nothing to keep\\.\n$", result.Error);
        Assert.Empty(_folder.Entries);
    }

    private JsonElement[] Forecasters => [.. Metrics.GetProperty("forecasters").EnumerateArray()];

    private JsonElement Metrics =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["forecast-report"], "metrics.json"))).RootElement;

    private JsonElement Data(string name) => Metrics.GetProperty("data").GetProperty(name);

    /// <summary>Without networks.</summary>
    private ToolResult Rules(string file, string models, params string[] arguments)
    {
        ToolResult result = Tool.Run(
            _folder, ["forecast", .. file == "aapl" ? ["--sample", file] : new[] { file }, "--model", models, .. arguments]);
        Assert.True(result.Code == 0, result.Error);
        return result;
    }

    private ToolResult Forecast(params string[] arguments)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--model", "simple-rnn", .. Tool.Quick, .. arguments]);
        Assert.True(result.Code == 0, result.Error);
        return result;
    }
}
