using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small backtest of the Apple sample that several tests look at.</summary>
public sealed class AppleBacktest : IDisposable
{
    public AppleBacktest() =>
        Result = Tool.Run(Folder,
            ["backtest", "--sample", "aapl", "--test", "2017", "--refit", "100", "--horizon", "2", "--model", "gru", .. Tool.QuickDefault]);

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
        Assert.Equal(
            ["backtest-report", .. new[] { "backtest.json", "errors.svg", "prediction.svg", "predictions.csv", "report.html" }
                .Select(name => Path.Combine("backtest-report", name))],
            run.Folder.Entries);
    }

    /// <summary>The sample has 918 rows before 2017 and 251 in it.</summary>
    [Fact]
    public void The_figures_are_those_of_a_forecast_with_the_fits_beside_them()
    {
        JsonElement figures = run.Figures;
        Assert.Equal(["version", "data", "metric", "recommended", "verdict", "forecasters", "without_networks", "parts", "settings",
            "left_out", "folds"], Names(figures));
        Assert.Equal((2, "blend"), (Whole(figures, "version"), figures.GetProperty("recommended").GetString()));
        Assert.Equal(
            [(918, 0, 100, "2016-12-30"), (1018, 100, 100, "2017-05-25"), (1118, 200, 50, "2017-10-17")],
            figures.GetProperty("folds").EnumerateArray().Select(fold => (Whole(fold.GetProperty("train"), "rows"),
                Whole(fold, "first_origin"), Whole(fold, "origins"), fold.GetProperty("train").GetProperty("to").GetString()!)));
        string[] names = [.. figures.GetProperty("forecasters").EnumerateArray().Select(Name)];
        Assert.Equal(["blend", "gru", "ridge", "naive"], names[..4]);
        Assert.Equal(["arima", "drift", "ets", "least-squares", "mean", "theta"], names[4..].Order());
        Assert.Equal(("100", "all"), (figures.GetProperty("settings").GetProperty("refit").GetString(),
            figures.GetProperty("settings").GetProperty("sliding").GetString()));
        Assert.Equal((250, 251), (Whole(figures.GetProperty("data").GetProperty("test"), "origins"),
            Whole(figures.GetProperty("data").GetProperty("test"), "rows")));
        JsonElement blend = figures.GetProperty("forecasters")[0];
        Assert.InRange(Figure(blend.GetProperty("coverage"), "80"), 0.6, 0.95);
        Assert.Equal(1, blend.GetProperty("shares").EnumerateObject().Sum(share => share.Value.GetDouble()), 1e-9);
    }

    [Fact]
    public void The_figures_are_those_of_the_predictions()
    {
        string[] heading = File.ReadLines(run.File("predictions.csv")).First().Split(',');
        string[] names = [.. run.Figures.GetProperty("forecasters").EnumerateArray().Select(Name)];
        Assert.Equal(["series", "target", "origin", "date", "step", "actual", .. names, "blend_lower_80", "blend_upper_80",
            "blend_lower_95", "blend_upper_95"], heading);
        string[][] rows = [.. File.ReadLines(run.File("predictions.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(250 * 2, rows.Length);
        Assert.Equal(["", "High", "2016-12-30", "2017-01-03", "1"], rows[0][..5]);
        Assert.All(rows, row =>
            Assert.Equal((Apple.High(row[3]), Apple.High(row[2])), (Number(row[5]), Number(row[Array.IndexOf(heading, "naive")]))));
        double naive = Figure(run.Figures.GetProperty("forecasters")[3], "rmse");
        foreach (JsonElement forecaster in run.Figures.GetProperty("forecasters").EnumerateArray())
        {
            int column = Array.IndexOf(heading, Name(forecaster));
            Assert.Equal(Math.Sqrt(rows.Average(row => Math.Pow(Number(row[5]) - Number(row[column]), 2))), Figure(forecaster, "rmse"),
                1e-9);
            Assert.Equal(1 - (Figure(forecaster, "rmse") / naive), Figure(forecaster, "skill"), 1e-12);
        }

        int lower = Array.IndexOf(heading, "blend_lower_95");
        JsonElement blend = run.Figures.GetProperty("forecasters")[0];
        Assert.Equal(rows.Average(row => Number(row[lower]) <= Number(row[5]) && Number(row[5]) <= Number(row[lower + 1]) ? 1.0 : 0.0),
            Figure(blend.GetProperty("coverage"), "95"), 1e-12);
        Assert.Equal(rows.Average(row => Number(row[lower + 1]) - Number(row[lower])), Figure(blend.GetProperty("width"), "95"), 1e-9);
    }

    [Fact]
    public void Redirected_it_prints_a_line_for_each_fit_then_the_verdict_and_the_tables()
    {
        string[] lines = run.Result.Lines;
        Assert.DoesNotContain(run.Result.Output, character => char.IsControl(character) && character != '\n');
        Assert.Equal("aapl.csv (Apple, a sample): 1,260 rows, 2013-05-13 to 2018-05-11", lines[0]);
        Assert.Contains("Backtest of High, 1 to 2 rows ahead", lines);
        Assert.Contains("test           251 rows  2017-01-03 to 2017-12-29", lines);
        Assert.Contains("first fit      918 rows  2013-05-13 to 2016-12-30", lines);
        Assert.Contains("last fit     1,118 rows  2013-05-13 to 2017-10-17", lines);
        Assert.Contains("3 fits of each forecaster, one every 100 rows, on all rows before.", lines);
        Assert.Single(lines, line => line.StartsWith("baselines  9 fits in ", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("blend      fit 1/3  918 rows to 2016-12-30  in ", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("blend      fit 3/3  1,118 rows to 2017-10-17  in ", StringComparison.Ordinal));
        string verdict = run.Figures.GetProperty("verdict").GetString()!;
        Assert.Equal(verdict,
            string.Join(' ', lines.SkipWhile(line => !line.StartsWith("The recommended forecast, ", StringComparison.Ordinal)).Take(3)));
        Assert.Single(lines, line => line.StartsWith("Model ", StringComparison.Ordinal));
        Assert.Equal("Also there: predictions.csv, backtest.json and the charts as SVG.", lines[^1]);
    }

    /// <summary>Hours from midnight on; the newest fifth of them begins within a day.</summary>
    [Fact]
    public void The_tutorials_network_is_judged_several_hours_ahead_in_a_sliding_range()
    {
        static string Row(int hour)
        {
            double load = 20 + (5 * Math.Sin(hour * Math.PI / 12)) + Math.Sin(hour * hour);
            return string.Create(CultureInfo.InvariantCulture, $"{new DateTime(2024, 3, 1).AddHours(hour):yyyy-MM-dd HH:mm},{load:0.000}");
        }

        string file = _folder.Write("hours.csv", Enumerable.Range(0, 480).Select(Row).Prepend("time,load"));
        ToolResult result = Tool.Run(
            _folder, ["backtest", file, "--horizon", "6", "--sliding", "200", "--json", "--model", "simple-rnn", .. Tool.Quick]);

        Assert.Equal(0, result.Code);
        Assert.Equal(File.ReadAllText(Path.Combine(_folder["backtest-report"], "backtest.json")), result.Output);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement;
        Assert.All(figures.GetProperty("folds").EnumerateArray(), fold => Assert.Equal(200, Whole(fold.GetProperty("train"), "rows")));
        Assert.Equal("2024-03-16 23:00:00", figures.GetProperty("folds")[0].GetProperty("train").GetProperty("to").GetString());
        Assert.Equal(("200", JsonValueKind.Null),
            (figures.GetProperty("settings").GetProperty("sliding").GetString(), figures.GetProperty("recommended").ValueKind));
        JsonElement network = figures.GetProperty("forecasters")[0];
        Assert.Equal(("simple-rnn", 6), (Name(network), network.GetProperty("rmse_by_step").GetArrayLength()));
        Assert.Contains(figures.GetProperty("verdict").GetString()!, result.Error.Replace('\n', ' '), StringComparison.Ordinal);
        Assert.Contains("seasonal-naive", figures.GetProperty("forecasters").EnumerateArray().Select(Name));
        string[][] lines = [.. File.ReadLines(Path.Combine(_folder["backtest-report"], "predictions.csv")).Select(line => line.Split(','))];
        Assert.Equal(["", "load", "2024-03-16 23:00:00", "2024-03-17 05:00:00", "6"], lines[6][..5]);
        int column = Array.IndexOf(lines[0], "simple-rnn");
        double meanSquare = lines.Where(line => line[4] == "6").Average(line => Math.Pow(Number(line[5]) - Number(line[column]), 2));
        Assert.Equal(Math.Sqrt(meanSquare), network.GetProperty("rmse_by_step")[5].GetDouble(), 1e-9);
    }

    /// <summary>Series by targets, with heads, strategies and lists of forecasters.</summary>
    [Theory]
    [InlineData("--model", "gru", "--head", "quantile")]
    [InlineData("--model", "lstm", "--strategy", "recursive")]
    [InlineData("--model", "ets,ridge")]
    [InlineData("--model", "naive")]
    [InlineData("--recipe", "tutorial", "--model", "gru")]
    public void Several_series_and_targets_are_judged_part_by_part(params string[] options)
    {
        string file = Shops();
        string[] few = options is [_, "gru" or "lstm", ..] ? ["--ensemble", "1", "--epochs", "1", "--units", "4"] : options[0] == "--recipe"
            ? ["--epochs", "1", "--units", "4", "--window", "8"] : [];
        ToolResult result = Tool.Run(_folder, ["backtest", file, "--series", "shop", "--target", "x,y", "--static", "size",
            "--horizon", "3", "--test", "last:20", "--refit", "9", "--json", .. options, .. few]);
        Assert.True(result.Code == 0, result.Error);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(["North x", "North y", "South x", "South y"], figures.GetProperty("parts").EnumerateArray()
            .Select(part => $"{part.GetProperty("series").GetString()} {part.GetProperty("target").GetString()}"));
        Assert.Equal([9, 9], figures.GetProperty("folds").EnumerateArray().Select(fold => Whole(fold, "origins")));
        Assert.All(figures.GetProperty("forecasters").EnumerateArray(), forecaster => Assert.True(Figure(forecaster, "rmsse") > 0));
        string[] lines = File.ReadAllLines(Path.Combine(_folder["backtest-report"], "predictions.csv"));
        Assert.Equal(1 + (4 * 18 * 3), lines.Length);
        Assert.StartsWith("South,y,2020-04-25,2020-04-28,3,", lines[^1], StringComparison.Ordinal);
    }

    /// <summary>South ends three days before North; size says which shop is large.</summary>
    private string Shops()
    {
        static string Row(string shop, int size, int day)
        {
            double x = size * (50 + (5 * Math.Sin(day * 0.9)) + Math.Sin(day * day)), y = 20 + (day % 7) + Math.Cos(day * day);
            return string.Create(
                CultureInfo.InvariantCulture, $"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},{shop},{x:0.000},{y:0.000},{size}");
        }

        return _folder.Write("shops.csv", new[] { ("North", 120, 3), ("South", 119, 1) }
            .SelectMany(shop => Enumerable.Range(0, shop.Item2).Select(day => Row(shop.Item1, shop.Item3, day)))
            .Prepend("date,shop,x,y,size"));
    }

    /// <summary>Fourteen years of months, a year ahead.</summary>
    [Fact]
    public void Few_rows_get_windows_that_fit_them_or_a_refusal_that_says_how_many_are_missing()
    {
        static string Row(int month)
        {
            double passengers = 100 + month + (20 * Math.Sin(month * Math.PI / 6)) + (3 * Math.Sin(month * month));
            return string.Create(
                CultureInfo.InvariantCulture, $"{new DateTime(2010, 1, 1).AddMonths(month):yyyy-MM-dd},{passengers:0.0}");
        }

        string[] months = ["date,passengers", .. Enumerable.Range(0, 168).Select(Row)];
        string[] tiny = ["--epochs", "1", "--ensemble", "1", "--model", "lstm", "--units", "4"];
        ToolResult result = Tool.Run(_folder, ["backtest", _folder.Write("air.csv", months), "--target", "passengers", "--horizon", "12",
            "--test", "2019..", "--refit", "12", .. tiny]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("5 fits of each forecaster, one every 12 rows, on all rows before.", result.Lines);
        Assert.Equal(0, Tool.Run(_folder, ["backtest", "air.csv", "--horizon", "12", "--test", "last:12", .. tiny]).Code);

        ToolResult simple = Tool.Run(
            _folder, ["backtest", _folder.Write("few.csv", months[..40]), "--horizon", "12", "--test", "last:12", "--out", "simple"]);
        Assert.True(simple.Code == 0, simple.Error);
        Assert.Contains("The LSTM forecast has no share: The training range ", simple.Output, StringComparison.Ordinal);

        ToolResult refused = Tool.Run(
            _folder, ["backtest", _folder.Write("few.csv", months[..40]), "--horizon", "12", "--test", "last:12", "--out", "few", .. tiny]);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Matches(@"At least \d+ are needed, \d+ more\.", refused.Error);
        Assert.DoesNotContain(_folder.Entries, entry => entry.StartsWith("few" + Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_seed_gives_the_same_predictions_on_any_number_of_threads()
    {
        string[] arguments = ["backtest", "--sample", "aapl", "--test", "2018", "--model", "lstm", "--seed", "7", .. Tool.QuickDefault];
        Assert.Equal(0, Tool.RunAlone(_folder, [.. arguments, "--threads", "1", "--out", "one"]).Code);
        Assert.Equal(0, Tool.Run(_folder, [.. arguments, "--threads", "3", "--out", "three"]).Code);
        foreach (string name in new[] { "predictions.csv", "prediction.svg" })
            Assert.Equal(File.ReadAllText(Path.Combine(_folder["one"], name)), File.ReadAllText(Path.Combine(_folder["three"], name)));
    }

    /// <summary>Killed in the second fit of the blend, it goes on there.</summary>
    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public void After_a_signal_the_same_command_goes_on_and_ends_as_if_it_had_not_been_interrupted(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        string[] arguments = ["backtest", "--sample", "aapl", "--test", "2017", "--refit", "63", "--model", "gru", "--ensemble", "2",
            "--epochs", "4", "--units", "8"];
        Tool.Signal(_folder, signal, line => line.StartsWith("blend      fit 1/4", StringComparison.Ordinal), arguments);
        Assert.DoesNotContain(_folder.Entries, entry => entry.EndsWith(".csv", StringComparison.Ordinal));
        ToolResult again = Tool.Run(_folder, arguments);
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.Contains("Going on where the same command was interrupted.", again.Lines);
        Assert.Single(again.Lines, line => line.StartsWith("blend      fit 1/4", StringComparison.Ordinal)
            && line.EndsWith("was finished", StringComparison.Ordinal));
        Assert.Equal(0, Tool.Run(_folder, [.. arguments, "--out", "whole"]).Code);
        Assert.Equal(File.ReadAllText(_folder["whole/predictions.csv"]), File.ReadAllText(_folder["backtest-report/predictions.csv"]));
        Assert.Equal(Directory.GetFiles(_folder["whole"]).Select(Path.GetFileName).Order(),
            Directory.GetFiles(_folder["backtest-report"]).Select(Path.GetFileName).Order());
        Assert.DoesNotContain(_folder.Entries, entry => entry.Contains(".unroll-work", StringComparison.Ordinal));
    }

    [Fact]
    public void Training_that_breaks_down_ends_in_one_line_and_leaves_nothing()
    {
        ToolResult result = Tool.Run(
            _folder, ["backtest", "--sample", "aapl", "--model", "gru", "--optimizer", "sgd", "--learning-rate", "1e30", .. Tool.Quick]);
        Assert.Equal(1, result.Code);
        Assert.StartsWith("unroll: The loss of the GRU in fit 1 of 4 became infinite at epoch ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(". Try --learning-rate 0.01 or less, or --clip-norm 1. Nothing was written.\n", result.Error,
            StringComparison.Ordinal);
        Assert.Empty(_folder.Entries);
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private static string Name(JsonElement element) => element.GetProperty("name").GetString()!;

    private static double Figure(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static int Whole(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
