using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small backtest of the Apple sample that several tests look at.</summary>
public sealed class AppleBacktest : IDisposable
{
    public AppleBacktest() =>
        Result = Tool.Run(Folder, ["backtest", "--sample", "aapl", "--test", "2017", "--refit", "100", "--model", "gru", "--model", "simple-rnn", .. Tool.Quick]);

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    public string File(string name) => Path.Combine(Folder.Path, "backtest-report", name);

    public JsonElement Figures => JsonDocument.Parse(System.IO.File.ReadAllText(File("backtest.json"))).RootElement;

    public void Dispose() => Folder.Dispose();
}

public sealed class BacktestTests(AppleBacktest run) : IClassFixture<AppleBacktest>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_writes_the_files_of_the_contract_and_no_others()
    {
        Assert.Equal((0, ""), (run.Result.Code, run.Result.Error));
        Assert.Equal(["backtest-report", "backtest-report/backtest.json", "backtest-report/prediction.svg", "backtest-report/predictions.csv"], run.Folder.Entries);
    }

    /// <summary>The sample has 918 rows before 2017 and 251 in it; the window is 20, and a fifth of 918 calibrates.</summary>
    [Fact]
    public void The_figures_hold_the_fits_and_the_setup()
    {
        JsonElement figures = run.Figures;
        Assert.Equal(["data", "setup", "fits", "calibration", "best_baseline", "models", "baselines", "notes"], Names(figures));
        Assert.Equal("""{"file":"aapl.csv","rows":1260,"target":"High","test_rows":251,"test_from":"2017-01-03","test_to":"2017-12-29"}""", JsonSerializer.Serialize(figures.GetProperty("data")));
        Assert.Equal("""{"horizon":1,"origins":251,"window":20,"refit":100,"sliding":null,"period":1,"levels":[0.8,0.95],"seed":455}""", JsonSerializer.Serialize(figures.GetProperty("setup")));
        Assert.Equal(
            [(918, 0, 100, "2016-12-30"), (1018, 100, 100, "2017-05-25"), (1118, 200, 51, "2017-10-17")],
            figures.GetProperty("fits").EnumerateArray().Select(fit => (Whole(fit, "train_rows"), Whole(fit, "first_origin"), Whole(fit, "origins"), fit.GetProperty("train_to").GetString()!)));
        Assert.Equal((735, -183, 183), (Whole(figures.GetProperty("calibration"), "train_rows"), Whole(figures.GetProperty("calibration"), "first_origin"), Whole(figures.GetProperty("calibration"), "origins")));
        Assert.Equal(["gru", "simple-rnn"], figures.GetProperty("models").EnumerateArray().Select(Model));
        Assert.Equal(["naive", "drift", "mean", "least-squares", "ets"], figures.GetProperty("baselines").EnumerateArray().Select(Model));
        JsonElement gru = figures.GetProperty("models")[0], step = gru.GetProperty("steps")[0];
        Assert.Equal(["model", "rmse", "mae", "skill", "skill_vs_best", "verdict", "warning", "steps"], Names(gru));
        Assert.Equal(["step", "rmse", "mae", "mape", "mase", "rmsse", "skill", "best_baseline", "skill_vs_best", "diebold_mariano", "intervals"], Names(step));
        Assert.Equal(["level", "coverage", "width", "winkler"], Names(step.GetProperty("intervals")[0]));
    }

    [Fact]
    public void The_figures_are_those_of_the_predictions()
    {
        string[] heading = File.ReadLines(run.File("predictions.csv")).First().Split(',');
        Assert.Equal(["origin", "date", "step", "actual", "naive", "drift", "mean", "least-squares", "ets", "gru", "simple-rnn", "naive-lower-80", "naive-upper-80", "naive-lower-95", "naive-upper-95"], heading[..15]);
        string[][] rows = [.. File.ReadLines(run.File("predictions.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.Equal((251, 11 + (7 * 4)), (rows.Length, heading.Length));
        Assert.Equal(("2016-12-30", "2017-01-03", "1"), (rows[0][0], rows[0][1], rows[0][2]));
        Assert.All(rows, row => Assert.Equal((Apple.High(row[1]), Apple.High(row[0])), (Number(row[3]), Number(row[4]))));
        foreach (JsonElement model in run.Figures.GetProperty("models").EnumerateArray().Concat(run.Figures.GetProperty("baselines").EnumerateArray()))
        {
            int column = Array.IndexOf(heading, Model(model)), lower = Array.IndexOf(heading, Model(model) + "-lower-95");
            double naive = Figure(run.Figures.GetProperty("baselines")[0], "rmse");
            Assert.Equal(Math.Sqrt(rows.Average(row => Math.Pow(Number(row[3]) - Number(row[column]), 2))), Figure(model, "rmse"), 1e-9);
            Assert.Equal(1 - (Figure(model, "rmse") / naive), Figure(model, "skill"), 1e-12);
            JsonElement interval = model.GetProperty("steps")[0].GetProperty("intervals")[1];
            Assert.Equal(rows.Average(row => Number(row[lower]) <= Number(row[3]) && Number(row[3]) <= Number(row[lower + 1]) ? 1.0 : 0.0), Figure(interval, "coverage"), 1e-12);
            Assert.Equal(rows.Average(row => Number(row[lower + 1]) - Number(row[lower])), Figure(interval, "width"), 1e-9);
        }
    }

    [Fact]
    public void Redirected_it_prints_a_line_for_each_fit_then_the_table_and_the_verdicts()
    {
        string[] lines = run.Result.Lines;
        Assert.DoesNotContain(run.Result.Output, character => char.IsControl(character) && character != '\n');
        Assert.Equal("aapl.csv (Apple, a sample): 1,260 rows, 2013-05-13 to 2018-05-11", lines[0]);
        Assert.Contains("Backtest of High, 1 row ahead", lines);
        Assert.Contains("test           251 rows  2017-01-03 to 2017-12-29", lines);
        Assert.Contains("first fit      918 rows  2013-05-13 to 2016-12-30", lines);
        Assert.Contains("last fit     1,118 rows  2013-05-13 to 2017-10-17", lines);
        Assert.Contains("3 fits of each model, one every 100 rows, on all rows before; one more on the 735 rows to 2016-04-12, to calibrate the first intervals.", lines);
        Assert.Single(lines, line => line.StartsWith("baselines  20 fits in ", StringComparison.Ordinal));
        foreach (string name in new[] { "GRU", "SimpleRNN" })
        {
            Assert.Single(lines, line => line.StartsWith($"{name,-9}  fit 1/4  735 rows to 2016-04-12, for the intervals  loss ", StringComparison.Ordinal));
            Assert.Single(lines, line => line.StartsWith($"{name,-9}  fit 4/4  1,118 rows to 2017-10-17  loss ", StringComparison.Ordinal));
        }

        int heading = Array.FindIndex(lines, line => line.StartsWith("Model ", StringComparison.Ordinal));
        Assert.Equal(["Model", "RMSE", "MAE", "Skill", "Skill vs best", "Inside 80 %", "Inside 95 %"], Cells(lines[heading]));
        JsonElement gru = run.Figures.GetProperty("models")[0], step = gru.GetProperty("steps")[0];
        Assert.Equal(
            [
                "GRU", Text(Figure(gru, "rmse"), "0.000"), Text(Figure(gru, "mae"), "0.000"), Text(Figure(gru, "skill"), "0.000"), Text(Figure(gru, "skill_vs_best"), "0.000"),
                .. step.GetProperty("intervals").EnumerateArray().Select(interval => Text(100 * Figure(interval, "coverage"), "0.0") + " %"),
            ],
            Cells(lines[heading + 2]));
        Assert.All(run.Figures.GetProperty("models").EnumerateArray(), model => Assert.Contains(model.GetProperty("verdict").GetString(), lines));
        Assert.StartsWith("The GRU does not beat the best baseline, the ", gru.GetProperty("verdict").GetString(), StringComparison.Ordinal);
        Assert.Equal($"In {"backtest-report"}: backtest.json, predictions.csv, prediction.svg.", lines[^1]);
    }

    /// <summary>Hours from midnight on; the newest fifth of them begins within a day.</summary>
    [Fact]
    public void Several_steps_ahead_of_hours_networks_and_baselines_are_judged_and_charts_drawn()
    {
        string file = _folder.Write("hours.csv", Enumerable.Range(0, 480).Select(hour => string.Create(
            CultureInfo.InvariantCulture, $"{new DateTime(2024, 3, 1).AddHours(hour):yyyy-MM-dd HH:mm},{20 + (5 * Math.Sin(hour * Math.PI / 12)) + Math.Sin(hour * hour):0.000}")).Prepend("time,load"));
        ToolResult result = Tool.Run(_folder, ["backtest", file, "--target", "load", "--horizon", "6", "--sliding", "200", "--json", "--model", "simple-rnn", .. Tool.Quick]);

        Assert.Equal(0, result.Code);
        Assert.Equal(File.ReadAllText(Path.Combine(_folder["backtest-report"], "backtest.json")), result.Output);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((24, 200), (Whole(figures.GetProperty("setup"), "period"), Whole(figures.GetProperty("setup"), "sliding")));
        Assert.All(figures.GetProperty("fits").EnumerateArray(), fit => Assert.Equal(200, Whole(fit, "train_rows")));
        Assert.Equal("2024-03-16 23:00:00", figures.GetProperty("fits")[0].GetProperty("train_to").GetString());
        Assert.Equal([1, 2, 3, 4, 5, 6], figures.GetProperty("baselines")[1].GetProperty("steps").EnumerateArray().Select(step => Whole(step, "step")));
        Assert.Equal("seasonal-naive", Model(figures.GetProperty("baselines")[1]));
        JsonElement network = Assert.Single(figures.GetProperty("models").EnumerateArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], network.GetProperty("steps").EnumerateArray().Select(step => Whole(step, "step")));
        Assert.Contains($"\n{network.GetProperty("verdict").GetString()}\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["backtest-report", "backtest-report/backtest.json", "backtest-report/errors.svg", "backtest-report/prediction-6.svg", "backtest-report/prediction.svg", "backtest-report/predictions.csv", file],
            _folder.Entries);
        string[][] lines = [.. File.ReadLines(Path.Combine(_folder["backtest-report"], "predictions.csv")).Select(line => line.Split(','))];
        Assert.Equal(["2024-03-16 23:00:00", "2024-03-17 05:00:00", "6"], lines[6][..3]);
        int column = Array.IndexOf(lines[0], "simple-rnn");
        double meanSquare = lines.Where(line => line[2] == "6").Average(line => Math.Pow(Number(line[3]) - Number(line[column]), 2));
        Assert.Equal(Math.Sqrt(meanSquare), Figure(network.GetProperty("steps")[5], "rmse"), 1e-9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_files_on_any_number_of_threads()
    {
        string[] arguments = ["backtest", "--sample", "aapl", "--test", "2018", "--model", "lstm", "--seed", "7", .. Tool.Quick];
        Assert.Equal(0, Tool.Run(_folder, [.. arguments, "--threads", "1", "--out", "one"]).Code);
        Assert.Equal(0, Tool.Run(_folder, [.. arguments, "--threads", "3", "--out", "three"]).Code);
        foreach (string name in new[] { "backtest.json", "predictions.csv", "prediction.svg" })
            Assert.Equal(File.ReadAllText(Path.Combine(_folder["one"], name)), File.ReadAllText(Path.Combine(_folder["three"], name)));
    }

    [Fact]
    public void Training_that_breaks_down_ends_in_one_line_and_leaves_nothing()
    {
        ToolResult result = Tool.Run(_folder, ["backtest", "--sample", "aapl", "--model", "gru", "--optimizer", "sgd", "--learning-rate", "1e30", .. Tool.Quick]);
        Assert.Equal(1, result.Code);
        Assert.StartsWith("unroll: The loss of the GRU became infinite in fit 1 of 5, at epoch ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(". Try --learning-rate 1E+29 or less, or --clip-norm 1. Nothing was written.\n", result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries);
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private static string Model(JsonElement element) => element.GetProperty("model").GetString()!;

    private static double Figure(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static int Whole(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string[] Cells(string line) => [.. line.Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim())];
}
