using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small forecast of two targets, two rows ahead, that several tests look at.</summary>
public sealed class TwoTargets : IDisposable
{
    public TwoTargets() =>
        Result = Tool.Run(Folder, ["forecast", "--sample", "aapl", "--target", "high,LOW", "--horizon", "2", .. Tool.QuickDefault]);

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    public string Text(string name) => File.ReadAllText(Path.Combine(Folder.Path, "forecast-report", name));

    public JsonElement[] Metrics => [.. JsonDocument.Parse(Text("metrics.json")).RootElement.GetProperty("targets").EnumerateArray()];

    public void Dispose() => Folder.Dispose();
}

/// <summary><c>unroll forecast --target A,B</c>: one ensemble for several targets, each judged on its own.</summary>
public sealed partial class ForecastTargetsTests(TwoTargets run) : IClassFixture<TwoTargets>, IDisposable
{
    private static readonly string[] s_tiny = ["--ensemble", "1", "--epochs", "1", "--units", "4", "--model", "gru"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_target_has_its_table_and_verdict_and_its_files()
    {
        Assert.Equal((0, ""), (run.Result.Code, run.Result.Error));
        string[] lines = run.Result.Lines;
        Assert.Contains("Split of High, Low", lines);
        Assert.Contains("Each network predicts High, Low together.", lines);
        Assert.Contains("Baselines of Low: naive, drift, mean, least squares, ETS, ridge", lines);
        int high = Array.IndexOf(lines, "High"), low = Array.IndexOf(lines, "Low");
        Assert.InRange(high, 1, low);
        foreach ((int at, JsonElement target) in new[] { (high, run.Metrics[0]), (low, run.Metrics[1]) })
        {
            Assert.StartsWith("Model ", lines[at + 1], StringComparison.Ordinal);
            foreach (JsonElement model in target.GetProperty("models").EnumerateArray())
            {
                string row = lines.Skip(at).First(line => line.StartsWith(model.GetProperty("model").GetString()!.ToUpperInvariant() + " ", StringComparison.Ordinal));
                Assert.Contains(Figure(model, "rmse").ToString("0.000", CultureInfo.InvariantCulture), row, StringComparison.Ordinal);
            }

            Assert.Equal(2, lines.Skip(at).TakeWhile(line => line != "Low" || at == low).Count(line => VerdictLine().IsMatch(line)));
        }

        Assert.Equal("Open forecast-report/report.html", lines[^3]);
        Assert.Equal("Also there: lstm.unroll, gru.unroll, predictions.csv, metrics.json, and for each target a folder with its page and charts: High, Low.", lines[^2]);
        string[] files = ["loss.svg", "prediction.svg", "report.html", "split.svg"];
        Assert.Equal(
            ["High", .. files.Select(name => $"High/{name}"), "Low", .. files.Select(name => $"Low/{name}"), "gru.unroll", "lstm.unroll", "metrics.json", "predictions.csv", "report.html"],
            run.Folder.Entries.Skip(1).Select(entry => entry.Replace('\\', '/')["forecast-report/".Length..]));
    }

    [Fact]
    public void Metrics_follow_from_the_predictions_and_baselines_are_those_of_each_target_alone()
    {
        string[][] lines = [.. run.Text("predictions.csv").TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
        string[] own = ["actual", "naive", "lstm", "gru", "lstm_lower_80", "lstm_upper_80", "lstm_lower_95", "lstm_upper_95", "gru_lower_80", "gru_upper_80", "gru_lower_95", "gru_upper_95"];
        Assert.Equal(["date", .. own.Select(column => "High_" + column), .. own.Select(column => "Low_" + column)], lines[0]);
        Assert.Equal(("2017-01-03", "2017-12-29", 252), (lines[1][0], lines[^1][0], lines.Length));
        Assert.Equal(Apple.High("2017-12-29"), Number(lines[^1][1]));
        Assert.All(lines, line => Assert.Equal(25, line.Length));
        foreach ((JsonElement target, string name) in run.Metrics.Zip(["High", "Low"]))
        {
            Assert.Equal(name, target.GetProperty("data").GetProperty("target").GetString());
            double At(string[] line, string column) => Number(line[Array.IndexOf(lines[0], $"{name}_{column}")]);
            foreach (JsonElement model in target.GetProperty("models").EnumerateArray())
            {
                string key = model.GetProperty("model").GetString()!;
                Assert.Equal(Math.Sqrt(lines.Skip(1).Average(line => Math.Pow(At(line, "actual") - At(line, key), 2))), Figure(model, "rmse"), 1e-9);
                Assert.Equal(lines.Skip(1).Average(line => At(line, $"{key}_lower_80") <= At(line, "actual") && At(line, "actual") <= At(line, $"{key}_upper_80") ? 1.0 : 0), Figure(model.GetProperty("intervals")[0], "coverage"), 1e-9);
            }

            ToolResult alone = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--target", name, "--horizon", "2", "--json", .. s_tiny]);
            Assert.Equal(JsonDocument.Parse(alone.Output).RootElement.GetProperty("baselines").GetRawText(), target.GetProperty("baselines").GetRawText().Replace("\n    ", "\n", StringComparison.Ordinal));
        }

        Assert.Equal(Figure(run.Metrics[0].GetProperty("models")[0], "seconds"), Figure(run.Metrics[1].GetProperty("models")[0], "seconds"));
    }

    [Fact]
    public void The_pages_lead_to_each_other_and_the_first_has_all_verdicts()
    {
        string all = run.Text("report.html"), high = run.Text("High/report.html"), low = run.Text("Low/report.html");
        Assert.Contains("<h1>Apple: High, Low</h1>", all, StringComparison.Ordinal);
        foreach ((string page, string name, string other) in new[] { (high, "High", "Low"), (low, "Low", "High") })
        {
            Assert.Contains($"<a href=\"{name}/report.html\">The whole report of {name}</a>", all, StringComparison.Ordinal);
            Assert.Contains($"<nav class=\"links\" aria-label=\"Pages\"><a href=\"../report.html\">All targets</a> <a href=\"../{other}/report.html\">{other}</a></nav>", page, StringComparison.Ordinal);
            string verdict = Verdict().Match(page).Groups[1].Value;
            Assert.Matches("^<p>The LSTM .*\n<p>The GRU ", verdict);
            Assert.Contains(verdict, all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_saved_model_predicts_all_targets_as_the_pages_do()
    {
        string[] predict = ["predict", Path.Combine(run.Folder.Path, "forecast-report", "gru.unroll"), "--sample", "aapl"];
        ToolResult json = Tool.Run(_folder, [.. predict, "--json"]);
        Assert.Equal((0, ""), (json.Code, json.Error));
        JsonElement[] targets = [.. JsonDocument.Parse(json.Output).RootElement.GetProperty("targets").EnumerateArray()];
        Assert.Equal(["High", "Low"], targets.Select(target => target.GetProperty("target").GetString()));
        foreach (JsonElement target in targets)
        {
            JsonElement[] ahead = [.. target.GetProperty("ahead").EnumerateArray()];
            Assert.Equal(["2018-05-14", "2018-05-15"], ahead.Select(each => each.GetProperty("date").GetString()));
            string page = run.Text($"{target.GetProperty("target").GetString()}/report.html");
            Assert.All(ahead, each => Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"<td data-name=\"GRU\">{Figure(each, "value"):0.000} ({Figure(each, "lower_80"):0.000} to {Figure(each, "upper_80"):0.000})</td>"),
                page, StringComparison.Ordinal));
        }

        string[] lines = Tool.Run(_folder, predict).Lines;
        Assert.Equal("The next 2 rows of High after 2018-05-11 in aapl.csv", lines[0]);
        Assert.Equal("The next 2 rows of Low after 2018-05-11 in aapl.csv", lines[6]);
        Assert.Equal(11, lines.Length);
    }

    [Theory]
    [InlineData("forecast --sample aapl --target High,Price", "aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("forecast --sample aapl --target High,Low,high", "--target names High twice. Name each column once.")]
    [InlineData("forecast --sample aapl --target High --target High", "--target names High twice. Name each column once.")]
    [InlineData("forecast --sample aapl --target High,", "--target is \"High,\": a name is missing. Give the columns with one comma between, as --target High,Low.")]
    [InlineData("forecast --sample aapl --target High,Low --features low", "--features names Low, which is a target. The past of each target is an input of the others anyway: name other columns, or leave the option out.")]
    [InlineData("forecast --sample aapl --target High,Low --known High", "--known names High, which is a target. The past of each target is an input of the others anyway: name other columns, or leave the option out.")]
    [InlineData("forecast --sample aapl --target High,Low --recipe tutorial", "--recipe tutorial predicts one column from its own past, but --target names High, Low. Leave --recipe out, or run it once for each target.")]
    [InlineData("forecast --sample aapl --target High,Low --horizon 260", "The training range ..2016 has 918 rows: too few for windows of 60 rows, 260 rows ahead and 183 rows to choose by, where at least 520 are needed. Use a longer --train range, a shorter --horizon or a larger --validation share.")]
    [InlineData("forecast --sample stations --target ridership,riders", "--target names several columns, ridership,riders, but of several series one column is forecast at a time. Name one --target, and run it once for each.")]
    [InlineData("backtest --sample aapl --target High,Low", "--target names several columns, High,Low: only unroll forecast of one series takes them together. Name one --target here, and run it once for each.")]
    [InlineData("tune --sample aapl --target High,Low", "--target names several columns, High,Low: only unroll forecast of one series takes them together. Name one --target here, and run it once for each.")]
    public void What_does_not_do_is_refused_in_one_line(string commandLine, string message)
    {
        ToolResult result = Tool.Run(_folder, commandLine.Split(' '));
        Assert.Equal((1, "", $"unroll: {message}\n"), (result.Code, result.Output, result.Error));
        Assert.Empty(_folder.Entries);
    }

    [Fact]
    public void The_same_seed_gives_the_same_files_on_any_number_of_threads_however_targets_are_named()
    {
        string[] forecast = ["forecast", "--sample", "aapl", "--json", .. s_tiny];
        ToolResult one = Tool.Run(_folder, [.. forecast, "--target", "Low, Volume", "--threads", "1", "--out", "one"]);
        ToolResult two = Tool.Run(_folder, [.. forecast, "--target", "Low", "--target", "Volume", "--threads", "2", "--out", "two"]);
        Assert.Equal((0, 0), (one.Code, two.Code));
        Assert.Equal(Seconds().Replace(one.Output, ""), Seconds().Replace(two.Output, ""));
        Assert.Equal(File.ReadAllText(_folder["one/predictions.csv"]), File.ReadAllText(_folder["two/predictions.csv"]));
        Assert.Equal(File.ReadAllBytes(_folder["one/gru.unroll"]), File.ReadAllBytes(_folder["two/gru.unroll"]));
    }

    /// <summary>Two targets of a shop, of which one has a gap, and promotions known beforehand; the columns have awkward names.</summary>
    private string Shop(int daysToCome)
    {
        IEnumerable<string> lines = Enumerable.Range(0, 200 + daysToCome).Select(day =>
        {
            int promotion = day * 7919 % 11 < 3 ? 1 : 0;
            double noise = day * 104729 % 17 / 17.0;
            string sold = day < 200 && day != 40 ? (50 + (30 * promotion) + noise).ToString(CultureInfo.InvariantCulture) : "";
            string left = day < 200 ? (200 - (20 * promotion) + (3 * noise)).ToString(CultureInfo.InvariantCulture) : "";
            return string.Create(CultureInfo.InvariantCulture, $"{new DateTime(2023, 1, 2).AddDays(day):yyyy-MM-dd},{sold},{left},{promotion}");
        });
        return _folder.Write(string.Create(CultureInfo.InvariantCulture, $"shop{daysToCome}.csv"), lines.Prepend("date,\"sold: food, drinks\",left/over,promo"));
    }

    [Fact]
    public void Gaps_of_any_target_are_treated_and_a_known_column_tells_of_the_rows_to_come()
    {
        string file = Shop(daysToCome: 3);
        string[] forecast = ["forecast", file, "--target", "left/over", "--known", "promo", "--horizon", "3", .. s_tiny];
        ToolResult whole = Tool.Run(_folder, ["forecast", file, "--target", "sold: food, drinks", .. forecast[4..], "--missing", "drop", "--out", "whole"]);
        Assert.Equal((0, "sold: food, drinks"), (whole.Code, JsonDocument.Parse(File.ReadAllText(_folder["whole/metrics.json"])).RootElement.GetProperty("data").GetProperty("target").GetString()));

        File.WriteAllText(_folder[file], File.ReadAllText(_folder[file]).Replace("\"sold: food, drinks\"", "\"sold: \"\"food\"\"\"", StringComparison.Ordinal));
        forecast[3] = "left/over,sold: \"food\"";
        ToolResult gap = Tool.Run(_folder, forecast);
        Assert.Equal((1, "unroll: Column sold: \"food\" of shop3.csv has 1 value missing, the first on 2023-02-11. Choose --missing drop, forward-fill or interpolate, or complete the file.\n"), (gap.Code, gap.Error));
        ToolResult result = Tool.Run(_folder, [.. forecast, "--missing", "drop"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("Note: dropped 1 of 200 rows: a value was missing", result.Lines);
        Assert.Contains("for each target a folder with its page and charts: left-over, sold- -food-.", result.Lines[^2], StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["forecast-report/sold- -food-/report.html"]));
        Assert.Contains("href=\"sold-%20-food-/report.html\"", File.ReadAllText(_folder["forecast-report/report.html"]), StringComparison.Ordinal);
        Assert.StartsWith("date,left/over_actual,left/over_naive,left/over_gru,", File.ReadLines(_folder["forecast-report/predictions.csv"]).First(), StringComparison.Ordinal);
        Assert.Contains(",\"sold: \"\"food\"\"_actual\",", File.ReadLines(_folder["forecast-report/predictions.csv"]).First(), StringComparison.Ordinal);

        ToolResult predicted = Tool.Run(_folder, "predict", "forecast-report/gru.unroll", file, "--missing", "drop", "--json");
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        foreach ((JsonElement target, double usual, double promoted) in JsonDocument.Parse(predicted.Output).RootElement.GetProperty("targets").EnumerateArray().Zip([201.4, 50.5], [-20.0, 30.0]))
        {
            Assert.Equal("2023-07-20", target.GetProperty("after").GetString());
            for (int i = 0; i < 3; i++)
                Assert.Equal(usual + (promoted * ((200 + i) * 7919 % 11 < 3 ? 1 : 0)), target.GetProperty("ahead")[i].GetProperty("value").GetDouble(), 10.0);
        }
    }

    [Fact]
    public void A_loss_that_becomes_infinite_ends_the_run_in_one_line_and_leaves_nothing()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", "aapl", "--target", "High,Low", "--model", "simple-rnn", "--optimizer", "sgd", "--learning-rate", "3", "--clip-norm", "1e30", "--batch", "64", "--units", "32", "--ensemble", "1");
        Assert.Equal(1, result.Code);
        Assert.Matches("^unroll: The loss of the SimpleRNN became infinite at epoch [1-9], step [0-9]+\\. Try --learning-rate 0\\.3 or less, or --clip-norm 1\\. Nothing was written\\.\n$", result.Error);
        Assert.Empty(_folder.Entries);
    }

    [Fact]
    public void An_interruption_leaves_no_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        ToolResult result = Tool.Signal(_folder, "INT", line => line.StartsWith("GRU  epoch", StringComparison.Ordinal), "forecast", "--sample", "aapl", "--target", "High,Low", "--units", "64", "--batch", "8", "--ensemble", "100", "--model", "gru");
        Assert.Equal((130, ""), (result.Code, result.Error));
        Assert.EndsWith("\nInterrupted before all networks were trained: nothing was written.\n", result.Output, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries);
    }

    private static double Figure(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^The (LSTM|GRU) (beats|does not beat) the best baseline, the ")]
    private static partial Regex VerdictLine();

    [GeneratedRegex("<div class=\"verdict\"[^>]*>\n(.*?)\n</div>", RegexOptions.Singleline)]
    private static partial Regex Verdict();

    [GeneratedRegex("\"seconds\": [0-9.]+")]
    private static partial Regex Seconds();
}
