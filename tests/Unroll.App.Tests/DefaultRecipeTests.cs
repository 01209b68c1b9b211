using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small forecast with the default recipe, five rows ahead, that several tests look at.</summary>
public sealed class FiveAhead : IDisposable
{
    public FiveAhead() =>
        Result = Tool.Run(Folder, ["forecast", "--sample", "aapl", "--horizon", "5", .. Tool.QuickDefault]);

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    public string File(string name) => Path.Combine(Folder.Path, "forecast-report", name);

    public JsonElement Metrics => JsonDocument.Parse(System.IO.File.ReadAllText(File("metrics.json"))).RootElement;

    public void Dispose() => Folder.Dispose();
}

public sealed partial class DefaultRecipeTests(FiveAhead run) : IClassFixture<FiveAhead>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_metrics_are_those_of_the_predictions()
    {
        Assert.Equal((0, ""), (run.Result.Code, run.Result.Error));
        string[][] lines = [.. File.ReadLines(run.File("predictions.csv")).Select(line => line.Split(','))];
        Assert.Equal("date,actual,naive,lstm,gru,lstm_lower_80,lstm_upper_80,lstm_lower_95,lstm_upper_95,gru_lower_80,gru_upper_80,gru_lower_95,gru_upper_95", string.Join(',', lines[0]));
        Assert.Equal(251, lines.Length - 1);
        double naive = Figure(run.Metrics.GetProperty("naive"), "rmse");
        foreach (JsonElement model in Models)
        {
            string key = model.GetProperty("model").GetString()!;
            double rmse = Math.Sqrt(lines.Skip(1).Average(line => Math.Pow(At(line, "actual") - At(line, key), 2)));
            Assert.Equal(rmse, Figure(model, "rmse"), 1e-9);
            Assert.Equal(1 - (rmse / naive), Figure(model, "skill"), 1e-9);
            foreach ((int i, int level) in new[] { (0, 80), (1, 95) })
            {
                JsonElement interval = model.GetProperty("intervals")[i];
                double[] lower = [.. lines.Skip(1).Select(line => At(line, $"{key}_lower_{level}"))], upper = [.. lines.Skip(1).Select(line => At(line, $"{key}_upper_{level}"))];
                Assert.Equal((1, level / 100.0), (interval.GetProperty("step").GetInt32(), Figure(interval, "nominal")));
                Assert.Equal(lines.Skip(1).Select((line, row) => lower[row] <= At(line, "actual") && At(line, "actual") <= upper[row] ? 1.0 : 0).Average(), Figure(interval, "coverage"), 1e-12);
                Assert.Equal(lower.Zip(upper, (low, high) => high - low).Average(), Figure(interval, "width"), 1e-9);
            }
        }

        double At(string[] line, string column) => Number(line[Array.IndexOf(lines[0], column)]);
    }

    [Fact]
    public void Every_forecaster_is_judged_at_each_of_five_rows_ahead_and_ridge_is_a_baseline()
    {
        Assert.Equal(["naive", "drift", "mean", "least-squares", "ets", "ridge"], run.Metrics.GetProperty("baselines").EnumerateArray().Select(each => each.GetProperty("model").GetString()));
        Assert.Contains("Baselines: naive, drift, mean, least squares, ETS, ridge", run.Result.Lines);
        Assert.All(Models.Concat(run.Metrics.GetProperty("baselines").EnumerateArray()), each => Assert.Equal(5, each.GetProperty("rmse_by_step").GetArrayLength()));
        // RMSE of the value h rows before, over the 247 origins that five test rows follow, computed from the file.
        string[] dates = [.. Apple.Lines.Skip(1).Select(line => line[..10])];
        int origin = Array.IndexOf(dates, "2016-12-30");
        for (int step = 1; step <= 5; step++)
        {
            double expected = Math.Sqrt(Enumerable.Range(origin, 247).Average(row => Math.Pow(Apple.High(dates[row + step]) - Apple.High(dates[row]), 2)));
            Assert.Equal(expected, run.Metrics.GetProperty("baselines")[0].GetProperty("rmse_by_step")[step - 1].GetDouble(), 1e-9);
        }

        Assert.All(Models, model => Assert.Equal([1, 1, 5, 5], model.GetProperty("intervals").EnumerateArray().Select(interval => interval.GetProperty("step").GetInt32())));
        Assert.All(Models, model => Assert.Equal((2, 455), (model.GetProperty("members").GetInt32(), model.GetProperty("seed").GetInt32())));
        Assert.All(Models, model => Assert.Equal(1, model.GetProperty("weights").EnumerateObject().Sum(part => part.Value.GetDouble()), 1e-9));
    }

    [Fact]
    public void The_printed_tables_are_those_of_the_metrics()
    {
        string[] lines = run.Result.Lines, tables = [.. lines.SkipWhile(line => !line.StartsWith("Model ", StringComparison.Ordinal))];
        foreach (JsonElement each in Models.Concat(run.Metrics.GetProperty("baselines").EnumerateArray()))
        {
            string key = each.GetProperty("model").GetString()!;
            string[] rows = [.. tables.Where(line => line.Split("  ")[0].Replace(" *", "", StringComparison.Ordinal).Replace(' ', '-').Equals(key, StringComparison.OrdinalIgnoreCase))];
            string[] errors = Cells(rows[0]), steps = Cells(rows[1]);
            Assert.Equal([Text(Figure(each, "rmse")), Text(Figure(each, "mae"))], errors[3..5]);
            Assert.Equal(new[] { 0, 1, 2, 4 }.Select(step => Text(each.GetProperty("rmse_by_step")[step].GetDouble())), steps[1..]);
            if (key is "lstm" or "gru" or "naive")
            {
                Assert.Equal(
                    each.GetProperty("intervals").EnumerateArray().Select(interval => string.Create(CultureInfo.InvariantCulture, $"{interval.GetProperty("step").GetInt32()} {100 * Figure(interval, "nominal"):0.0} % {100 * Figure(interval, "coverage"):0.0} %")),
                    rows[2..6].Select(row => string.Join(' ', Cells(row)[1..4])));
            }
        }

        foreach ((JsonElement model, string name) in Models.Zip(["LSTM", "GRU"]))
        {
            string made = Assert.Single(lines, line => line.StartsWith($"The {name} one row ahead is ", StringComparison.Ordinal));
            Assert.All(model.GetProperty("weights").EnumerateObject(), part => Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{100 * part.Value.GetDouble():0} % "), made, StringComparison.Ordinal));
            // The closing line of the training and the table tell the same time, to a tenth of a second.
            Match took = Took().Match(Assert.Single(lines, line => line.StartsWith($"{name,-4}  epoch 8/8  ", StringComparison.Ordinal)));
            Assert.Equal(Figure(model, "seconds"), Number(took.Groups[1].Value), 0.11);
        }

        static string Text(double value) => value.ToString("N3", CultureInfo.InvariantCulture);

        static string[] Cells(string line) => [.. line.Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim())];
    }

    [Fact]
    public void A_saved_ensemble_predicts_the_next_values_of_the_report_each_time_the_same()
    {
        string[] predict = ["predict", run.File("gru.unroll"), "--sample", "aapl"];
        ToolResult first = Tool.Run(_folder, [.. predict, "--json"]), again = Tool.Run(_folder, [.. predict, "--json"]);
        Assert.Equal((0, "", first.Output), (first.Code, first.Error, again.Output));
        JsonElement json = JsonDocument.Parse(first.Output).RootElement;
        JsonElement[] ahead = [.. json.GetProperty("ahead").EnumerateArray()];
        Assert.Equal(["2018-05-14", "2018-05-15", "2018-05-16", "2018-05-17", "2018-05-18"], ahead.Select(each => each.GetProperty("date").GetString()));
        Assert.Equal(Figure(json, "value"), Figure(ahead[0], "value"));
        Assert.All(ahead, each => Assert.True(Figure(each, "lower_95") < Figure(each, "lower_80") && Figure(each, "lower_80") < Figure(each, "value")
            && Figure(each, "value") < Figure(each, "upper_80") && Figure(each, "upper_80") < Figure(each, "upper_95")));
        string html = File.ReadAllText(run.File("report.html"));
        Assert.All(ahead, each => Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"<td data-name=\"GRU\">{Figure(each, "value"):0.000} ({Figure(each, "lower_80"):0.000} to {Figure(each, "upper_80"):0.000})</td>"),
            html, StringComparison.Ordinal));

        string[] words = Tool.Run(_folder, predict).Lines;
        Assert.Equal("The next 5 rows of High after 2018-05-11 in aapl.csv", words[0]);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"2018-05-14  {Figure(ahead[0], "value"):G7}   80 %: {Figure(ahead[0], "lower_80"):G7} to {Figure(ahead[0], "upper_80"):G7}   95 %: {Figure(ahead[0], "lower_95"):G7} to {Figure(ahead[0], "upper_95"):G7}"),
            words[2]);
        Assert.Equal(1 + 1 + 5 + 1, words.Length);
        ToolResult tooFar = Tool.Run(_folder, [.. predict, "--horizon", "6"]);
        Assert.Equal((1, "unroll: The GRU was trained to predict 5 rows ahead, not 6. Train it with --horizon 6.\n"), (tooFar.Code, tooFar.Error));
    }

    [Fact]
    public void The_same_seed_gives_the_same_files_on_any_number_of_threads()
    {
        string[] forecast = ["forecast", "--sample", "aapl", "--model", "gru", "--dropout", "0.2", .. Tool.QuickDefault];
        Assert.Equal(0, Tool.Run(_folder, [.. forecast, "--threads", "1", "--out", "one"]).Code);
        Assert.Equal(0, Tool.Run(_folder, [.. forecast, "--threads", "2", "--out", "two"]).Code);
        Assert.Equal(0, Tool.Run(_folder, [.. forecast, "--seed", "456", "--out", "other"]).Code);
        string Text(string folder, string name) => Seconds().Replace(File.ReadAllText(Path.Combine(_folder[folder], name)), "");
        foreach (string name in new[] { "metrics.json", "predictions.csv" })
        {
            Assert.Equal(Text("one", name), Text("two", name));
            Assert.NotEqual(Text("one", name), Text("other", name));
        }
    }

    [Fact]
    public void A_loss_that_becomes_infinite_ends_the_run_in_one_line_and_leaves_nothing()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", "aapl", "--model", "simple-rnn", "--optimizer", "sgd", "--learning-rate", "1", "--clip-norm", "1e30", "--batch", "200", "--units", "8", "--ensemble", "1");
        Assert.Equal(1, result.Code);
        Assert.Matches("^unroll: The loss of the SimpleRNN became infinite at epoch [2-9], step [0-9]+\\. Try --learning-rate 0\\.1 or less, or --clip-norm 1\\. Nothing was written\\.\n$", result.Error);
        Assert.Empty(_folder.Entries);
    }

    [Fact]
    public void An_interruption_leaves_no_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        ToolResult result = Tool.Signal(_folder, "INT", line => line.StartsWith("GRU  epoch", StringComparison.Ordinal), "forecast", "--sample", "aapl", "--units", "64", "--batch", "8", "--ensemble", "100", "--model", "gru");
        Assert.Equal((130, ""), (result.Code, result.Error));
        Assert.EndsWith("\nInterrupted before a network was ready: nothing to keep.\n", result.Output, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries);
    }

    [Fact]
    public void A_backtest_has_ridge_among_its_baselines()
    {
        ToolResult result = Tool.Run(_folder, "backtest", "--sample", "aapl", "--ensemble", "1", "--epochs", "1", "--units", "4", "--refit", "300", "--json", "--model", "gru");
        Assert.Equal(0, result.Code);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(["naive", "drift", "mean", "least-squares", "ets", "ridge"], figures.GetProperty("baselines").EnumerateArray().Select(each => each.GetProperty("model").GetString()));
        Assert.Equal(1, figures.GetProperty("fits").GetArrayLength());
        Assert.Contains($"\n{figures.GetProperty("models")[0].GetProperty("verdict").GetString()}\n", result.Error, StringComparison.Ordinal);
    }

    private JsonElement[] Models => [.. run.Metrics.GetProperty("models").EnumerateArray()];

    private static double Figure(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("\"seconds\": [0-9.]+")]
    private static partial Regex Seconds();

    [GeneratedRegex(" ms/step  in ([0-9.]+) s$")]
    private static partial Regex Took();
}
