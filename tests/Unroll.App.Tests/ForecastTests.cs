using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small forecast of the Apple sample that several tests look at.</summary>
public sealed class AppleForecast : IDisposable
{
    public const string Train = "2014..2016";

    public AppleForecast() =>
        Result = Tool.Run(Folder, ["forecast", "--sample", "aapl", "--train", Train, "--test", "2017", "--model", "lstm", "--model", "gru", "--model", "simple-rnn", .. Tool.Quick]);

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    public string File(string name) => System.IO.Path.Combine(Folder.Path, "forecast-report", name);

    public JsonElement Metrics => JsonDocument.Parse(System.IO.File.ReadAllText(File("metrics.json"))).RootElement;

    /// <summary>The rows of predictions.csv after the heading: date, actual, naive, a value a model.</summary>
    public string[][] Predictions => [.. System.IO.File.ReadLines(File("predictions.csv")).Skip(1).Select(line => line.Split(','))];

    public void Dispose() => Folder.Dispose();
}

public sealed class ForecastTests(AppleForecast run) : IClassFixture<AppleForecast>
{
    private static readonly string[] s_models = ["lstm", "gru", "simple-rnn"];

    [Fact]
    public void It_writes_the_files_of_the_contract_and_no_others()
    {
        Assert.Equal((0, ""), (run.Result.Code, run.Result.Error));
        Assert.Equal(
            ["gru.unroll", "loss.svg", "lstm.unroll", "metrics.json", "prediction.svg", "predictions.csv", "report.html", "simple-rnn.unroll", "split.svg"],
            run.Folder.Entries.Where(entry => entry != "forecast-report").Select(Path.GetFileName));
    }

    /// <summary>Rows are those of the sample: 1260 lines, 756 in 2014 to 2016, 251 in 2017. Parameters follow from the layers.</summary>
    [Fact]
    public void Metrics_hold_the_fields_of_the_contract_in_its_order()
    {
        Assert.Equal(["data", "naive", "models", "baselines"], Names(run.Metrics));
        JsonElement data = run.Metrics.GetProperty("data");
        Assert.Equal(["file", "rows", "target", "train_rows", "test_rows", "train_windows"], Names(data));
        Assert.Equal("""{"file":"aapl.csv","rows":1260,"target":"High","train_rows":756,"test_rows":251,"train_windows":736}""", JsonSerializer.Serialize(data));
        Assert.Equal(["rmse", "mae", "mape"], Names(run.Metrics.GetProperty("naive")));
        JsonElement[] models = [.. run.Metrics.GetProperty("models").EnumerateArray()];
        Assert.All(models, model => Assert.Equal(["model", "parameters", "epochs", "final_loss", "rmse", "mae", "mape", "skill", "seconds", "seed", "members", "weights", "rmse_by_step", "crps", "intervals"], Names(model)));
        Assert.Equal(s_models, models.Select(model => model.GetProperty("model").GetString()));
        int lstm = 4 * ((8 * 1) + (8 * 8) + 8), gru = 3 * ((8 * 1) + (8 * 8) + (2 * 8)), simple = (8 * 1) + (8 * 8) + 8, dense = 8 + 1;
        Assert.Equal([lstm + dense, gru + dense, simple + dense], models.Select(model => model.GetProperty("parameters").GetInt32()));
        Assert.All(models, model => Assert.Equal((2, 455), (model.GetProperty("epochs").GetInt32(), model.GetProperty("seed").GetInt32())));
        Assert.All(models, model => Assert.InRange(model.GetProperty("seconds").GetDouble(), 0.001, 60));
    }

    /// <summary>Apple's prices show no season.</summary>
    [Fact]
    public void Metrics_hold_every_baseline_and_the_naive_forecast_with_the_figures_it_has_above()
    {
        JsonElement[] baselines = [.. run.Metrics.GetProperty("baselines").EnumerateArray()];
        Assert.All(baselines, baseline => Assert.Equal(["model", "rmse", "mae", "mape", "skill", "rmse_by_step", "crps", "intervals"], Names(baseline)));
        Assert.Equal(["naive", "drift", "mean", "least-squares", "ets"], baselines.Select(baseline => baseline.GetProperty("model").GetString()));
        JsonElement naive = run.Metrics.GetProperty("naive");
        Assert.All(new[] { "rmse", "mae", "mape" }, name => Assert.Equal(Figure(naive, name), Figure(baselines[0], name)));
        Assert.All(baselines, baseline => Assert.Equal(1 - (Figure(baseline, "rmse") / Figure(naive, "rmse")), Figure(baseline, "skill"), 1e-12));
        Assert.True(Figure(baselines[2], "skill") < -5, "The mean of earlier years is a poor forecast of a price.");
    }

    [Fact]
    public void Predictions_hold_the_file_s_values_and_the_value_before_as_naive_forecast()
    {
        Assert.Equal("date,actual,naive,lstm,gru,simple-rnn", File.ReadLines(run.File("predictions.csv")).First());
        string[][] rows = run.Predictions;
        Assert.Equal(251, rows.Length);
        Assert.Equal(("2017-01-03", "2017-12-29"), (rows[0][0], rows[^1][0]));
        Assert.All(rows, row => Assert.Equal(Apple.High(row[0]), Number(row[1])));
        Assert.Equal(Apple.High("2016-12-30"), Number(rows[0][2]));
        Assert.Equal(rows.SkipLast(1).Select(row => row[1]), rows.Skip(1).Select(row => row[2]));
    }

    [Fact]
    public void Errors_in_the_metrics_are_those_of_the_predictions()
    {
        JsonElement naive = run.Metrics.GetProperty("naive");
        Agrees(naive, 2);
        for (int i = 0; i < s_models.Length; i++)
        {
            JsonElement model = run.Metrics.GetProperty("models")[i];
            Agrees(model, 3 + i);
            Assert.Equal(1 - (model.GetProperty("rmse").GetDouble() / naive.GetProperty("rmse").GetDouble()), model.GetProperty("skill").GetDouble(), 1e-12);
        }

        void Agrees(JsonElement figures, int column)
        {
            (double Actual, double Predicted)[] pairs = [.. run.Predictions.Select(row => (Number(row[1]), Number(row[column])))];
            Assert.Equal(Math.Sqrt(pairs.Average(pair => Math.Pow(pair.Actual - pair.Predicted, 2))), figures.GetProperty("rmse").GetDouble(), 1e-9);
            Assert.Equal(pairs.Average(pair => Math.Abs(pair.Actual - pair.Predicted)), figures.GetProperty("mae").GetDouble(), 1e-9);
            Assert.Equal(100 * pairs.Average(pair => Math.Abs((pair.Actual - pair.Predicted) / pair.Actual)), figures.GetProperty("mape").GetDouble(), 1e-9);
        }
    }

    [Fact]
    public void Redirected_it_prints_all_of_it_without_control_codes()
    {
        string output = run.Result.Output;
        Assert.DoesNotContain(output, character => char.IsControl(character) && character != '\n');
        Assert.All(run.Result.Lines, line => Assert.Equal(line.TrimEnd(), line));
        Assert.StartsWith("aapl.csv (Apple, a sample): 1,260 rows, 2013-05-13 to 2018-05-11\n", output, StringComparison.Ordinal);
        Assert.Contains("mean    114.691429   115.655309   113.732762   114.717975   109.175220  4.990338e+07", run.Result.Lines);
        Assert.Contains("Missing values: none", run.Result.Lines);
        Assert.Contains("train      756 rows  2014-01-02 to 2016-12-30", run.Result.Lines);
        Assert.Contains("test       251 rows  2017-01-03 to 2017-12-29", run.Result.Lines);
        Assert.Contains("736 windows of 20 rows to train on, 23 steps an epoch", run.Result.Lines);
        Assert.Contains("lstm_1 (lstm)    (B, 8)               320", run.Result.Lines);
        foreach (string name in new[] { "LSTM", "GRU", "SimpleRNN" })
        {
            Assert.Contains(run.Result.Lines, line => line.StartsWith($"{name,-9}  epoch 1/2  loss ", StringComparison.Ordinal) && line.EndsWith(" left", StringComparison.Ordinal));
            Assert.Contains(run.Result.Lines, line => line.StartsWith($"{name,-9}  epoch 2/2  loss ", StringComparison.Ordinal) && line.Contains(" ms/step  in ", StringComparison.Ordinal));
        }

        Assert.Contains("Open " + Path.Combine("forecast-report", "report.html"), run.Result.Lines);
    }

    /// <summary>The printed table and sentences say what metrics.json says, networks first, then baselines.</summary>
    [Fact]
    public void The_table_and_the_verdicts_are_those_of_the_metrics()
    {
        int heading = Array.FindIndex(run.Result.Lines, line => line.StartsWith("Model ", StringComparison.Ordinal));
        Assert.Equal(["Model", "Parameters", "Training time", "RMSE", "MAE", "MAPE", "Naive RMSE", "Skill", "Skill vs best"], run.Result.Lines[heading].Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim()));
        double naive = Figure(run.Metrics.GetProperty("naive"), "rmse");
        JsonElement[] baselines = [.. run.Metrics.GetProperty("baselines").EnumerateArray()];
        JsonElement best = baselines.MinBy(baseline => Figure(baseline, "rmse"));
        double lowest = Figure(best, "rmse");
        string bestName = best.GetProperty("model").GetString() switch { "least-squares" => "least squares", "ets" => "ETS", { } name => name, null => "" };
        string[] names = ["LSTM", "GRU", "SimpleRNN"];
        for (int i = 0; i < names.Length; i++)
        {
            JsonElement model = run.Metrics.GetProperty("models")[i];
            double rmse = Figure(model, "rmse"), skill = Figure(model, "skill");
            string[] cells = Cells(heading + 2 + i);
            Assert.Equal([names[i], model.GetProperty("parameters").GetRawText()], cells[..2]);
            Assert.Equal([.. Errors(model), Text(skill, "0.000"), Text(1 - (rmse / lowest), "0.000")], cells[3..]);
            Assert.True(rmse > lowest, "Two epochs are too few to beat the best baseline.");
            string verdict = Assert.Single(run.Result.Lines, line => line.StartsWith($"The {names[i]} does not beat the best baseline, the {bestName} forecast", StringComparison.Ordinal));
            Assert.Contains($": RMSE {Text(rmse, "G4")} against {Text(lowest, "G4")}, ", verdict, StringComparison.Ordinal);
            Assert.EndsWith($" Use the {bestName} forecast instead.", verdict, StringComparison.Ordinal);
        }

        for (int i = 0; i < baselines.Length; i++)
        {
            string[] cells = Cells(heading + 3 + names.Length + i);
            Assert.Equal(baselines[i].GetProperty("model").GetString() + (Figure(baselines[i], "rmse") == lowest ? "-*" : ""), cells[0].ToLowerInvariant().Replace(' ', '-'));
            Assert.Equal(["–", "–", .. Errors(baselines[i]), Text(Figure(baselines[i], "skill"), "0.000"), Text(1 - (Figure(baselines[i], "rmse") / lowest), "0.000")], cells[1..]);
        }

        string[] Errors(JsonElement figures) => [Text(Figure(figures, "rmse"), "0.000"), Text(Figure(figures, "mae"), "0.000"), Text(Figure(figures, "mape"), "0.00 '%'"), Text(naive, "0.000")];

        string[] Cells(int line) => [.. run.Result.Lines[line].Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim())];
    }

    [Fact]
    public void The_report_is_about_this_run()
    {
        string html = File.ReadAllText(run.File("report.html"));
        Assert.Contains("<h1>Apple, High</h1>", html, StringComparison.Ordinal);
        Assert.Contains("trained on 756 rows", html, StringComparison.Ordinal);
        foreach (string baseline in new[] { "Naive (the value before)", "Drift", "Mean", "Least squares", "ETS" })
            Assert.Contains($"</span>{baseline}<", html.Replace(" <span class=\"tag\">", "<", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("<p>The LSTM does not beat the best baseline, the ", html, StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">units</th><td>8</td></tr>", html, StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">train</th><td>2014..2016</td></tr>", html, StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">seed</th><td>455</td></tr>", html, StringComparison.Ordinal);
        foreach (string chart in new[] { "prediction", "split", "loss" })
            Assert.Contains(File.ReadAllText(run.File(chart + ".svg")).TrimEnd(), html, StringComparison.Ordinal);
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private static double Figure(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(double value, string format) =>
        value.ToString(format, CultureInfo.InvariantCulture) is "-0.000" ? "0.000" : value.ToString(format, CultureInfo.InvariantCulture);
}
