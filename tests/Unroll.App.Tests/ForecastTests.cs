using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small forecast of the Apple sample, five rows ahead, that several tests look at.</summary>
public sealed class FiveAhead : IDisposable
{
    public FiveAhead() => Result = Tool.Run(Folder, ["forecast", "--sample", "aapl", "--horizon", "5", .. Tool.QuickDefault]);

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    internal Report Report => new(Folder["forecast-report"]);

    public void Dispose() => Folder.Dispose();
}

/// <summary><c>unroll forecast</c> with the default recipe.</summary>
public sealed partial class ForecastTests(FiveAhead run) : IClassFixture<FiveAhead>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_writes_the_files_of_the_contract()
    {
        Assert.Equal((0, ""), (run.Result.Code, run.Result.Error));
        string[] files = [.. run.Folder.Entries.Where(entry => entry != "forecast-report").Select(entry => Path.GetFileName(entry)!)];
        string[] contract =
            ["drivers.csv", "forecast.unroll", "future.csv", "gru.unroll", "lstm.unroll", "metrics.json", "predictions.csv", "report.html"];
        Assert.Equal(contract, files.Where(file => !file.EndsWith(".svg", StringComparison.Ordinal) && file[0] != '.'));
        Assert.Contains(files, file => file.EndsWith(".svg", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Contains("work", StringComparison.Ordinal));
    }

    [Fact]
    public void Metrics_hold_the_fields_of_the_contract_in_its_order()
    {
        JsonElement metrics = run.Report.Metrics;
        string[] fields =
        [
            "version", "data", "metric", "recommended", "verdict", "forecasters", "without_networks", "parts", "settings", "left_out",
            "drivers",
        ];
        Assert.Equal(fields, Report.Names(metrics));
        Assert.Equal((2, "blend"), (metrics.GetProperty("version").GetInt32(), metrics.GetProperty("recommended").GetString()));
        JsonElement data = metrics.GetProperty("data");
        Assert.Equal(["file", "rows", "series", "targets", "horizon", "window", "train", "test"], Report.Names(data));
        Assert.Equal(
            """{"file":"aapl.csv","rows":1260,"series":1,"targets":["High"],"horizon":5,"window":60,"train":{"from":"2013-05-13","to":"2016-12-30","rows":918,"windows":858},"test":{"from":"2017-01-03","to":"2017-12-29","rows":251,"origins":247}}""",
            JsonSerializer.Serialize(data));
        string[] figures =
        [
            "name", "kind", "rmse", "mae", "mape", "smape", "mase", "crps", "skill", "skill_vs_best", "rmse_by_step", "coverage", "width",
            "parameters", "seconds", "shares",
        ];
        Assert.All(run.Report.Forecasters, each => Assert.Equal(figures, Report.Names(each)));
        Assert.Equal(
            [("blend", "blend"), ("lstm", "network"), ("gru", "network"), ("ridge", "ridge"), ("naive", "baseline"), ("drift", "baseline"),
                ("mean", "baseline"), ("least-squares", "baseline"), ("theta", "baseline"), ("ets", "baseline"), ("arima", "baseline")],
            run.Report.Forecasters.Select(each => (each.GetProperty("name").GetString(), each.GetProperty("kind").GetString())));
        Assert.Equal(["rmse", "error", "p"], Report.Names(metrics.GetProperty("without_networks")));
        JsonElement part = Assert.Single(metrics.GetProperty("parts").EnumerateArray());
        Assert.Equal(("", "High", run.Report.Forecasters.Length), (part.GetProperty("series").GetString(),
            part.GetProperty("target").GetString(), part.GetProperty("forecasters").GetArrayLength()));
        Assert.Equal("5", metrics.GetProperty("settings").GetProperty("horizon").GetString());
    }

    /// <summary>Errors are means over all origins and all five rows ahead, computed here from the lines of predictions.csv.</summary>
    [Fact]
    public void Metrics_follow_from_the_predictions()
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> lines = run.Report.Predictions;
        string[] names = [.. run.Report.Forecasters.Select(each => each.GetProperty("name").GetString()!)];
        Assert.Equal(
            ["series", "target", "origin", "date", "step", "actual", .. names, "blend_lower_80", "blend_upper_80", "blend_lower_95",
                "blend_upper_95"],
            lines[0].Keys);
        Assert.Equal(247 * 5, lines.Count);
        Assert.Equal(("2016-12-30", "2017-01-03", "1"), (lines[0]["origin"], lines[0]["date"], lines[0]["step"]));
        Assert.Equal(("2017-12-21", "2017-12-29", "5"), (lines[^1]["origin"], lines[^1]["date"], lines[^1]["step"]));
        Assert.All(lines, line => Assert.Equal(Apple.High(line["date"]), Report.Number(line["actual"])));
        Assert.All(lines, line => Assert.Equal(Apple.High(line["origin"]), Report.Number(line["naive"])));
        double naive = Rmse(lines, "naive"), best = run.Report.Forecasters.Where(IsBaseline).Min(each => Report.Figure(each, "rmse"));
        foreach (JsonElement each in run.Report.Forecasters)
        {
            string name = each.GetProperty("name").GetString()!;
            double rmse = Rmse(lines, name);
            Assert.Equal(rmse, Report.Figure(each, "rmse"), 1e-9);
            Assert.Equal(lines.Average(line => Math.Abs(Report.Number(line["actual"]) - Report.Number(line[name]))),
                Report.Figure(each, "mae"), 1e-9);
            Assert.Equal(1 - (rmse / naive), Report.Figure(each, "skill"), 1e-9);
            Assert.Equal(1 - (rmse / best), Report.Figure(each, "skill_vs_best"), 1e-9);
            for (int step = 1; step <= 5; step++)
                Assert.Equal(Rmse([.. lines.Where(line => line["step"] == step.ToString(CultureInfo.InvariantCulture))], name),
                    each.GetProperty("rmse_by_step")[step - 1].GetDouble(), 1e-9);
        }

        foreach (string level in new[] { "80", "95" })
        {
            JsonElement blend = run.Report["blend"];
            (double Lower, double Upper, double Actual)[] held =
                [.. lines.Select(line => (Report.Number(line[$"blend_lower_{level}"]), Report.Number(line[$"blend_upper_{level}"]),
                    Report.Number(line["actual"])))];
            Assert.Equal(held.Average(each => each.Lower <= each.Actual && each.Actual <= each.Upper ? 1.0 : 0),
                Report.Figure(blend, "coverage", level), 1e-9);
            Assert.Equal(held.Average(each => each.Upper - each.Lower), Report.Figure(blend, "width", level), 1e-9);
        }

        Assert.Equal(1, run.Report["blend"].GetProperty("shares").EnumerateObject().Sum(share => share.Value.GetDouble()), 1e-9);
        Assert.Empty(run.Report["lstm"].GetProperty("shares").EnumerateObject());

        static double Rmse(IReadOnlyList<IReadOnlyDictionary<string, string>> lines, string name) =>
            Math.Sqrt(lines.Average(line => Math.Pow(Report.Number(line["actual"]) - Report.Number(line[name]), 2)));
    }

    /// <summary>Heading, ranges, progress, then the verdict and the rows to come, then the tables.</summary>
    [Fact]
    public void The_verdict_and_the_rows_to_come_stand_before_the_details()
    {
        string[] lines = run.Result.Lines;
        Assert.DoesNotContain(run.Result.Output, character => char.IsControl(character) && character != '\n');
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
        Assert.Equal("aapl.csv (Apple, a sample): 1,260 rows, 2013-05-13 to 2018-05-11", lines[0]);
        Assert.Equal("Calendar: business days (Mon to Fri)", lines[1]);
        Assert.Equal("Note: 45 of 1,305 business days are not in the file, most likely holidays.", lines[2]);
        Assert.Contains("The model learns from ..2016 and is judged on 2017, the last full year of the sample.", lines);
        Assert.Contains("train      918 rows  2013-05-13 to 2016-12-30", lines);
        Assert.Contains("test       251 rows  2017-01-03 to 2017-12-29, 247 origins", lines);
        string[] order =
        [
            "Training LSTM and GRU: 2 networks each", "LSTM  epoch ", "GRU   epoch ", "Again on all rows, for the next 5 business days",
            "The recommended forecast, the blend, has RMSE ",
            "Without its networks ", "Its intervals of 80 % ", "The next 5 business days of High", "Date ", "Model ", "blend ",
            "LSTM ", "ridge ",
            "RMSE, rows ahead ", "Intervals ",
            "What drives the forecast: mostly its own past values (", "The blend is ",
            "Open " + Path.Combine("forecast-report", "report.html"),
            "Also there: future.csv, drivers.csv, forecast.unroll, lstm.unroll, gru.unroll, predictions.csv, metrics.json and the charts ",
            "When there are new rows: unroll predict " + Path.Combine("forecast-report", "forecast.unroll") + " --sample aapl",
        ];
        int at = 0;
        foreach (string start in order)
        {
            int found = Array.FindIndex(lines, at, line => line.StartsWith(start, StringComparison.Ordinal));
            Assert.True(found >= at, $"\"{start}\" does not follow line {at} of\n{run.Result.Output}");
            at = found;
        }

        Assert.Equal(string.Join(' ', lines[Array.FindIndex(lines, line => line.StartsWith(
            "The recommended forecast", StringComparison.Ordinal))..][..3]), run.Report.Metrics.GetProperty("verdict").GetString());
    }

    [Fact]
    public void The_printed_tables_are_those_of_the_metrics()
    {
        string[] tables = [.. run.Result.Lines.SkipWhile(line => !line.StartsWith("Model ", StringComparison.Ordinal))];
        Assert.Equal(["Model", "Parameters", "Training time", "RMSE", "MAE", "MAPE", "Naive RMSE", "Skill", "Skill vs best"],
            Report.Cells(tables[0]));
        double lowest = run.Report.Forecasters.Min(each => Report.Figure(each, "rmse"));
        foreach (JsonElement each in run.Report.Forecasters)
        {
            string name = each.GetProperty("name").GetString()!;
            string[][] rows = [.. tables.Where(line => line.Length > 0 && Key(Report.Cells(line)[0]) == name).Select(Report.Cells)];
            Assert.Equal(Report.Figure(each, "rmse") == lowest, rows[0][0].EndsWith(" *", StringComparison.Ordinal));
            Assert.Equal([Text(Report.Figure(each, "rmse")), Text(Report.Figure(each, "mae"))], rows[0][3..5]);
            Assert.Equal(new[] { 0, 1, 2, 4 }.Select(step => Text(each.GetProperty("rmse_by_step")[step].GetDouble())), rows[1][1..]);
            Assert.Equal([Share(each, "80"), Text(Report.Figure(each, "width", "80")), Share(each, "95"),
                Text(Report.Figure(each, "width", "95"))], rows[2][1..5]);
            Assert.EndsWith(Text(Report.Figure(each, "crps")), rows[2][^1], StringComparison.Ordinal);
        }

        string shares = Assert.Single(run.Result.Lines, line => line.StartsWith("The blend is ", StringComparison.Ordinal));
        Assert.All(run.Report["blend"].GetProperty("shares").EnumerateObject(), share =>
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value.GetDouble():0} % "), shares,
                StringComparison.Ordinal));

        static string Text(double value) => value.ToString("N3", CultureInfo.InvariantCulture);

        static string Share(JsonElement each, string level) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * Report.Figure(each, "coverage", level):0.0} %");

        static string Key(string cell) => cell.Replace(" *", "", StringComparison.Ordinal).Replace(' ', '-').ToLowerInvariant();
    }

    [Fact]
    public void The_rows_to_come_are_printed_written_and_predicted_alike()
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> future = run.Report.Future;
        Assert.Equal(["series", "target", "date", "step", "value", "lower_80", "upper_80", "lower_95", "upper_95"], future[0].Keys);
        Assert.Equal(["2018-05-14", "2018-05-15", "2018-05-16", "2018-05-17", "2018-05-18"], future.Select(row => row["date"]));
        Assert.All(future, row =>
        {
            double[] ends = [.. new[] { "lower_95", "lower_80", "value", "upper_80", "upper_95" }
                .Select(column => Report.Number(row[column]))];
            Assert.Equal(ends.Order(), ends);
        });
        string[] printed = [.. run.Result.Lines.SkipWhile(
            line => !line.StartsWith("The next 5 business days of High", StringComparison.Ordinal)).Skip(3).Take(5)];
        Assert.Equal(future.Select(row => row["date"]), printed.Select(line => Report.Cells(line)[0]));
        Assert.Equal(future.Select(row => Report.Number(row["value"]).ToString("N3", CultureInfo.InvariantCulture)),
            printed.Select(line => Report.Cells(line)[1]));
        ToolResult predicted = Tool.Run(_folder, "predict", run.Report.Path("forecast.unroll"), "--sample", "aapl", "--csv");
        Assert.Equal((0, "", run.Report.Text("future.csv")), (predicted.Code, predicted.Error, predicted.Output));
    }

    /// <summary>A second is too short for networks on twenty years of days, and long enough for a forecast.</summary>
    [Theory]
    [InlineData("forecast", "metrics.json")]
    [InlineData("backtest", "backtest.json")]
    public void A_run_with_a_budget_says_what_it_left_out(string verb, string figures)
    {
        ToolResult result = Tool.Run(_folder, verb, "--sample", "births", "--horizon", "7", "--budget", "1s", "--out", "r");
        Assert.Equal((0, ""), (result.Code, result.Error));
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(_folder[$"r/{figures}"]));
        System.Text.Json.JsonElement budget = json.RootElement.GetProperty("budget");
        Assert.Equal(1, budget.GetProperty("seconds").GetDouble());
        Assert.True(budget.GetProperty("spent").GetDouble() > 0);
        Assert.Equal("1s", json.RootElement.GetProperty("settings").GetProperty("budget").GetString());
        string[] givenUp = [.. budget.GetProperty("given_up").EnumerateArray().Select(sentence => sentence.GetString()!)];
        Assert.Contains(givenUp,
            sentence => sentence.Contains("The LSTM forecast is left out for want of time: ", StringComparison.Ordinal));
        Assert.Contains(givenUp,
            sentence => sentence.Contains("The GRU forecast is left out for want of time: ", StringComparison.Ordinal));
        Assert.All(givenUp, sentence => Assert.Contains(sentence, result.Lines));
        string page = System.Net.WebUtility.HtmlDecode(File.ReadAllText(_folder["r/report.html"]));
        Assert.All(givenUp, sentence => Assert.Contains(sentence, page, StringComparison.Ordinal));
        Assert.Equal(verb == "forecast", File.Exists(_folder["r/future.csv"]));
    }

    [Fact]
    public void Without_a_refit_the_rows_to_come_are_of_what_was_learnt_before_the_test_rows()
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--model", "naive,drift", "--no-refit", "--quiet"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("2016-12-30", TrainedTo("forecast-report"));
        Assert.Equal(0, Tool.Run(_folder, ["forecast", "--sample", "aapl", "--model", "naive,drift", "--quiet", "--out", "refit"]).Code);
        Assert.NotEqual("2016-12-30", TrainedTo("refit"));
        Assert.NotEqual(File.ReadAllText(_folder["forecast-report/future.csv"]), File.ReadAllText(_folder["refit/future.csv"]));

        string? TrainedTo(string folder) => JsonDocument.Parse(Tool.Run(_folder, "predict", $"{folder}/forecast.unroll", "--sample", "aapl",
            "--json").Output).RootElement.GetProperty("trained_to").GetString();
    }

    [Fact]
    public void Quiet_it_prints_the_verdict_and_the_files_alone()
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--quiet", "--model", "gru", .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("\nThe recommended forecast, the blend, has RMSE ", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Lines.Length, 6, 10);
        Assert.StartsWith("When there are new rows: ", result.Lines[^1], StringComparison.Ordinal);
    }

    /// <summary>Networks alone stand for the default blend with these networks; a list that names anything else is the blend.</summary>
    [Theory]
    [InlineData("gru", "blend,gru,ridge,naive,drift,mean,least-squares,theta,ets,arima", "gru.unroll")]
    [InlineData("naive,Drift", "blend,naive,drift,mean,least-squares,theta,ets,arima", "")]
    [InlineData("gru,ridge", "blend,gru,ridge,naive,drift,mean,least-squares,theta,ets,arima", "gru.unroll")]
    [InlineData("ets", "blend,naive,drift,mean,least-squares,theta,ets,arima", "")]
    public void Any_list_of_models_is_a_forecast(string models, string names, string files)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", "--sample", "aapl", "--model", models, .. Tool.QuickDefault]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        var report = new Report(_folder["forecast-report"]);
        Assert.Equal(names.Split(','), report.Forecasters.Select(each => each.GetProperty("name").GetString()));
        Assert.Equal(
            files.Split(',', StringSplitOptions.RemoveEmptyEntries),
            Directory.GetFiles(report.Folder, "*.unroll").Select(Path.GetFileName).Where(name => name != "forecast.unroll"));
        string[] blended = [.. report["blend"].GetProperty("shares").EnumerateObject().Select(share => share.Name)];
        if (models != "gru")
            Assert.Subset(models.ToLowerInvariant().Split(',').ToHashSet(), blended.ToHashSet());
        Assert.Equal(report.Forecasters.Any(each => each.GetProperty("kind").GetString() == "network"),
            result.Output.Contains("Without its networks", StringComparison.Ordinal));
        Assert.Equal(0, Tool.Run(_folder, "predict", "forecast-report/forecast.unroll", "--sample", "aapl").Code);
    }

    [Fact]
    public void The_newest_rows_are_judged_on_where_their_number_is_given()
    {
        ToolResult result = Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--test", "last:12", "--horizon", "4", "--model", "naive,drift"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement test = new Report(_folder["forecast-report"]).Metrics.GetProperty("data").GetProperty("test");
        Assert.Equal(("2018-05-11", 12, 9),
            (test.GetProperty("to").GetString(), test.GetProperty("rows").GetInt32(), test.GetProperty("origins").GetInt32()));
        Assert.Contains(result.Lines, line => line.StartsWith("The errors come from 9 origins: too few", StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_hold_for_values_and_intervals()
    {
        ToolResult result = Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--min", "189.5", "--max", "190.5", "--horizon", "3", "--model", "naive,drift"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.All(new Report(_folder["forecast-report"]).Future, row =>
            Assert.All(new[] { "lower_95", "lower_80", "value", "upper_80", "upper_95" },
                column => Assert.InRange(Report.Number(row[column]), 189.5, 190.5)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_files_on_any_number_of_threads()
    {
        string[] forecast = ["forecast", "--sample", "aapl", "--model", "gru", "--dropout", "0.2", .. Tool.QuickDefault];
        Assert.Equal(0, Tool.RunAlone(_folder, [.. forecast, "--threads", "1", "--out", "one"]).Code);
        Assert.Equal(0, Tool.Run(_folder, [.. forecast, "--threads", "2", "--out", "two"]).Code);
        Assert.Equal(0, Tool.Run(_folder, [.. forecast, "--seed", "456", "--out", "other"]).Code);
        string Text(string folder, string name) => Seconds().Replace(File.ReadAllText(Path.Combine(_folder[folder], name)), "");
        foreach (string name in new[] { "metrics.json", "predictions.csv", "future.csv" })
        {
            Assert.Equal(Text("one", name), Text("two", name));
            Assert.NotEqual(Text("one", name), Text("other", name));
        }

        foreach (string name in new[] { "forecast.unroll", "gru.unroll" })
            Assert.Equal(File.ReadAllBytes(_folder[$"one/{name}"]), File.ReadAllBytes(_folder[$"two/{name}"]));
    }

    [Fact]
    public void A_loss_that_becomes_infinite_ends_the_run_in_one_line_and_leaves_nothing()
    {
        ToolResult result = Tool.Run(
            _folder, "forecast", "--sample", "aapl", "--model", "simple-rnn", "--optimizer", "sgd", "--learning-rate", "1",
                "--clip-norm", "1e30", "--batch", "200", "--units", "8", "--ensemble", "1");
        Assert.Equal(1, result.Code);
        Assert.Matches("^unroll: The loss of the SimpleRNN became infinite at epoch [2-9], step [0-9]+\\. Try --learning-rate 0\\.01 or "
            + "less, or --clip-norm 1\\. Nothing was written\\.\n$", result.Error);
        Assert.Empty(_folder.Entries);
    }

    private static bool IsBaseline(JsonElement each) => each.GetProperty("kind").GetString() is "ridge" or "baseline";

    [GeneratedRegex("\"seconds\": [0-9.]+")]
    private static partial Regex Seconds();
}
