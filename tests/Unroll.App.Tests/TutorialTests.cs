using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>One small forecast of the Apple sample with the tutorial's recipe that several tests look at.</summary>
public sealed class AppleForecast : IDisposable
{
    public const string Train = "2014..2016";

    public AppleForecast() =>
        Result = Tool.Run(Folder, ["forecast", "--sample", "aapl", "--train", Train, "--test", "2017", "--model", "lstm", "--model", "gru",
            "--model", "simple-rnn", .. Tool.Quick]);

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    internal Report Report => new(Folder["forecast-report"]);

    public void Dispose() => Folder.Dispose();
}

/// <summary><c>unroll forecast --recipe tutorial</c>: networks alone, as the tutorial trains and prints them.</summary>
public sealed class TutorialTests(AppleForecast run) : IClassFixture<AppleForecast>
{
    private static readonly string[] s_models = ["lstm", "gru", "simple-rnn"];

    [Fact]
    public void It_writes_no_blend_and_no_rows_to_come()
    {
        Assert.Equal((0, ""), (run.Result.Code, run.Result.Error));
        Assert.Equal(
            ["gru.unroll", "lstm.unroll", "metrics.json", "predictions.csv", "report.html", "simple-rnn.unroll"],
            Directory.GetFiles(run.Report.Folder).Select(path => Path.GetFileName(path)!)
                .Where(file => file[0] != '.' && !file.EndsWith(".svg", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// Rows are those of the sample: 756 in 2014 to 2016, 251 in 2017. Parameters follow from the layers; the errors are those that the
    /// tutorial's recipe has always had.
    /// </summary>
    [Fact]
    public void Metrics_have_no_recommended_forecast_and_the_networks_as_they_were()
    {
        JsonElement metrics = run.Report.Metrics, data = metrics.GetProperty("data");
        Assert.Equal(JsonValueKind.Null, metrics.GetProperty("recommended").ValueKind);
        Assert.Equal("""{"from":"2014-01-02","to":"2016-12-30","rows":756,"windows":736}""",
            JsonSerializer.Serialize(data.GetProperty("train")));
        Assert.Equal((251, 20), (data.GetProperty("test").GetProperty("rows").GetInt32(), data.GetProperty("window").GetInt32()));
        int lstm = 4 * ((8 * 1) + (8 * 8) + 8), gru = 3 * ((8 * 1) + (8 * 8) + (2 * 8)), simple = (8 * 1) + (8 * 8) + 8, dense = 8 + 1;
        Assert.Equal([lstm + dense, gru + dense, simple + dense],
            s_models.Select(name => run.Report[name].GetProperty("parameters").GetInt32()));
        Assert.Equal(["naive", "drift", "mean", "least-squares", "theta", "ets", "arima"], run.Report.Forecasters.Where(
            each => each.GetProperty("kind").GetString() == "baseline").Select(each => each.GetProperty("name").GetString()));
        Assert.True(Report.Figure(run.Report["mean"], "skill") < -5, "The mean of earlier years is a poor forecast of a price.");
    }

    [Fact]
    public void Predictions_are_one_row_ahead_without_intervals()
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> lines = run.Report.Predictions;
        Assert.Equal(["series", "target", "origin", "date", "step", "actual", .. s_models, "naive", "drift", "mean", "least-squares",
            "theta", "ets", "arima"], lines[0].Keys);
        Assert.Equal((251, "2017-01-03", "2017-12-29"), (lines.Count, lines[0]["date"], lines[^1]["date"]));
        Assert.All(lines, line => Assert.Equal((Apple.High(line["date"]), Apple.High(line["origin"]), "1"),
            (Report.Number(line["actual"]), Report.Number(line["naive"]), line["step"])));
        foreach (string name in s_models)
        {
            double rmse = Math.Sqrt(lines.Average(line => Math.Pow(Report.Number(line["actual"]) - Report.Number(line[name]), 2)));
            Assert.Equal(rmse, Report.Figure(run.Report[name], "rmse"), 1e-9);
        }
    }

    [Fact]
    public void Redirected_it_prints_what_the_tutorial_prints()
    {
        string[] lines = run.Result.Lines;
        Assert.DoesNotContain(run.Result.Output, character => char.IsControl(character) && character != '\n');
        Assert.StartsWith("aapl.csv (Apple, a sample): 1,260 rows, 2013-05-13 to 2018-05-11\n", run.Result.Output,
            StringComparison.Ordinal);
        Assert.Contains("mean    114.691429   115.655309   113.732762   114.717975   109.175220  4.990338e+07", lines);
        Assert.Contains("Missing values: none", lines);
        Assert.Contains("train      756 rows  2014-01-02 to 2016-12-30", lines);
        Assert.Contains("test       251 rows  2017-01-03 to 2017-12-29", lines);
        Assert.Contains("736 windows of 20 rows to train on, 23 steps an epoch", lines);
        Assert.Contains("lstm_1 (lstm)    (B, 8)               320", lines);
        Assert.Contains("Baselines: naive, drift, mean, least squares, Theta, ETS, ARIMA", lines);
        foreach (string name in new[] { "LSTM", "GRU", "SimpleRNN" })
        {
            Assert.Contains(lines, line => line.StartsWith($"{name,-9}  epoch 1/2  loss ", StringComparison.Ordinal)
                && line.EndsWith(" left", StringComparison.Ordinal));
            Assert.Contains(lines, line => line.StartsWith($"{name,-9}  epoch 2/2  loss ", StringComparison.Ordinal)
                && line.Contains(" ms/step  in ", StringComparison.Ordinal));
            Assert.Contains(lines, line => line.StartsWith($"The {name} has RMSE ", StringComparison.Ordinal)
                && line.Contains(". Use the ", StringComparison.Ordinal));
        }

        int heading = Array.FindIndex(lines, line => line.StartsWith("Model ", StringComparison.Ordinal));
        Assert.Equal(["Model", "Parameters", "Training time", "RMSE", "MAE", "MAPE", "Naive RMSE", "Skill", "Skill vs best"],
            Report.Cells(lines[heading]));
        Assert.Contains("Open " + Path.Combine("forecast-report", "report.html"), lines);
        Assert.Contains($"The next value: unroll predict {Path.Combine("forecast-report", "lstm.unroll")} --sample aapl", lines);
    }

    /// <summary>The command that the advice names is there to be pasted, and forecasts with the best baseline.</summary>
    [Fact]
    public void Advice_can_be_followed()
    {
        using var folder = new TempFolder();
        string command = Assert.Single(
            run.Result.Lines, line => line.StartsWith("unroll forecast --sample aapl --target High --model ", StringComparison.Ordinal));
        ToolResult result = Tool.Run(folder, command.Split(' ')[1..]);
        Assert.Equal((0, ""), (result.Code, result.Error));
    }

    /// <summary>
    /// The file ends a day before the last test row, so the saved network must say for that row what it said in the forecast. The
    /// difference allowed is what one window alone and 251 together may differ by in single precision.
    /// </summary>
    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("simple-rnn")]
    public void A_saved_network_predicts_what_it_predicted_before(string model)
    {
        using var folder = new TempFolder();
        IReadOnlyDictionary<string, string> last = run.Report.Predictions[^1];
        string file = folder.Write("prices.csv", Apple.Lines.TakeWhile(line => !line.StartsWith("2017-12-29", StringComparison.Ordinal)));
        ToolResult result = Tool.Run(folder, "predict", run.Report.Path(model + ".unroll"), file, "--json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement json = JsonDocument.Parse(result.Output).RootElement, part = json.GetProperty("parts")[0];
        Assert.Equal(["model", "file", "series_column", "horizon", "window", "trained_from", "trained_to", "frequency", "parts",
            "left_out"], Report.Names(json));
        Assert.Equal(["series", "target", "after", "naive", "ahead"], Report.Names(part));
        double expected = Report.Number(last[model]);
        Assert.Equal(expected, Report.Figure(part.GetProperty("ahead")[0], "value"), 1e-6 * expected);
        Assert.Equal(("2017-12-28", Apple.High("2017-12-28")), (part.GetProperty("after").GetString(), Report.Figure(part, "naive")));
        Assert.Equal((model, 20, "2014-01-02", "2016-12-30"), (
            json.GetProperty("model").GetString(),
            json.GetProperty("window").GetInt32(),
            json.GetProperty("trained_from").GetString(),
            json.GetProperty("trained_to").GetString()));
    }

    [Fact]
    public void In_words_the_naive_forecast_stands_below()
    {
        using var folder = new TempFolder();
        ToolResult result = Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), "--sample", "aapl");
        Assert.Equal(6, result.Lines.Length);
        Assert.Equal("The next business day of High after 2018-05-11 in aapl.csv", result.Lines[0]);
        Assert.Equal("GRU, trained on 2014-01-02 to 2016-12-30", result.Lines[1]);
        Assert.StartsWith("2018-05-14  ", result.Lines[4], StringComparison.Ordinal);
        Assert.Equal("Naive: 190.060, the value of 2018-05-11.", result.Lines[5]);
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public void As_csv_a_row_is_a_line_of_future_csv_and_options_for_several_series_are_refused()
    {
        using var folder = new TempFolder();
        ToolResult result = Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), "--sample", "aapl", "--csv");
        Assert.Equal(["series,target,date,step,value,lower_80,upper_80,lower_95,upper_95", ",High,2018-05-14,1,"],
            result.Lines.Select((line, i) => i == 0 ? line : line[..19]));
        Assert.EndsWith(",,,,", result.Lines[1], StringComparison.Ordinal);
        Assert.Equal(
            $"unroll: {run.Report.Path("gru.unroll")} forecasts one series, but --series and --series-name are for several. Give it a file "
                + "of one series.\n",
            Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), "--sample", "aapl", "--series-name", "x").Error);
        Assert.Equal(
            $"unroll: {run.Report.Path("gru.unroll")} forecasts one series, but the sample stations holds several. Give it a file of one "
                + "series.\n",
            Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), "--sample", "stations").Error);
    }

    /// <summary>The row after the newest that has a value is the one that is forecast.</summary>
    [Fact]
    public void A_row_without_a_value_at_the_end_changes_nothing()
    {
        using var folder = new TempFolder();
        string empty = folder.Write("empty.csv", Apple.With(1261, 2, "")), cut = folder.Write("cut.csv", Apple.Lines[..^1]);
        ToolResult first = Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), cut, "--csv"),
            second = Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), empty, "--csv");
        Assert.Equal((0, first.Output), (second.Code, second.Output));
        Assert.Contains(",High,2018-05-11,1,", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_within_the_window_is_refused_or_treated_as_asked()
    {
        using var folder = new TempFolder();
        string file = folder.Write("prices.csv", Apple.With(1259, 2, ""));
        ToolResult refused = Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), file);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Matches("^unroll: .*High.* 2018-05-09.*\\(--missing\\)\n$", refused.Error);
        foreach (string policy in new[] { "drop", "forward-fill", "interpolate" })
            Assert.Equal(0, Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), file, "--missing", policy).Code);
    }

    [Fact]
    public void A_file_without_the_target_or_with_too_few_rows_is_refused()
    {
        using var folder = new TempFolder();
        Assert.Equal(
            "unroll: prices.csv has no column High. Choose one of Date, Open, Top, Low, Close, Adj Close, Volume.\n",
            Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), folder.Write("prices.csv", Apple.With(1, 2, "Top"))).Error);
        Assert.Equal(
            "unroll: prices.csv has 19 rows with a High, but the GRU looks at the newest 20. Give it at least 20 rows.\n",
            Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), folder.Write("prices.csv", Apple.Lines.Take(20))).Error);
        Assert.Equal(
            $"unroll: {run.Report.Path("gru.unroll")} was fitted to forecast 1 row ahead, not 2. Fit it with unroll forecast "
                + "--horizon 2.\n",
            Tool.Run(folder, "predict", run.Report.Path("gru.unroll"), "--sample", "aapl", "--horizon", "2").Error);
    }

    [Theory]
    [InlineData("missing",
        "There is no model file bad.unroll. Check the path; a forecast writes one for each network into its report folder.")]
    [InlineData("truncated",
        "bad.unroll is damaged: its checksum does not fit its contents. Train the model again or restore the file from a copy.")]
    [InlineData("altered",
        "bad.unroll is damaged: its checksum does not fit its contents. Train the model again or restore the file from a copy.")]
    [InlineData("newer", "bad.unroll has format version 5, newer than the 4 that this Unroll reads. Update Unroll, or save the model again "
        + "with this version.")]
    [InlineData("csv", "bad.unroll is no Unroll model file. Give the file that a forecast or Model.Save wrote.")]
    public void A_bad_model_file_is_refused_in_one_line(string flaw, string message)
    {
        using var folder = new TempFolder();
        byte[] bytes = File.ReadAllBytes(run.Report.Path("lstm.unroll"));
        byte[]? bad = flaw switch
        {
            "truncated" => bytes[..(bytes.Length / 2)],
            "altered" => [.. bytes[..^100], (byte)(bytes[^100] ^ 1), .. bytes[^99..]],
            "newer" => Newer(bytes),
            "csv" => File.ReadAllBytes(Tool.SamplePath("aapl.csv")),
            _ => null,
        };
        if (bad is not null)
            File.WriteAllBytes(folder["bad.unroll"], bad);
        ToolResult result = Tool.Run(folder, "predict", "bad.unroll", "--sample", "aapl");
        Assert.Equal((1, "", $"unroll: {message}\n"), (result.Code, result.Output, result.Error));
    }

    private static byte[] Newer(byte[] bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 5);
        return bytes;
    }
}
