using System.Globalization;
using System.Text.Json;
using Unroll.Exchange;
using Xunit;

namespace Unroll.App.Tests;

/// <summary><c>unroll judge</c>: networks that were trained elsewhere, on the rows of a file.</summary>
public sealed class JudgeTests : IDisposable
{
    private const int Window = 4;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A network that gives a weighted sum of its window: the naive forecast where all weight is on the newest row.</summary>
    /// <param name="name">The file.</param>
    /// <param name="features">F.</param>
    /// <param name="weights">[T, F].</param>
    private string Sum(string name, int features, params float[] weights)
    {
        Model model = new Model(new Flatten(), new Dense(1)).Build(new Shape(Window, features), 1);
        model.SetWeights("dense_1/kernel", weights);
        ExchangeFormats.Save(model, _folder[name]);
        return name;
    }

    private string Newest(string name) => Sum(name, 1, 0, 0, 0, 1);

    private ToolResult Judge(params string[] arguments) => Tool.Run(_folder, ["judge", .. arguments]);

    private JsonElement Metrics(string folder = "judge-report") =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder[folder], "metrics.json"))).RootElement;

    private static double Rmse(JsonElement metrics, string name) =>
        metrics.GetProperty("forecasters").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name).GetProperty("rmse")
            .GetDouble();

    [Theory]
    [InlineData("newest.unroll")]
    [InlineData("newest.keras")]
    [InlineData("newest.pt")]
    [InlineData("newest.onnx")]
    public void A_network_is_judged_beside_naive_and_ridge(string file)
    {
        Newest(file);
        ToolResult result = Judge(file, "--sample", "aapl", "--trained-until", "2016");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains($"{file} reads windows of 4 rows of High and gives the value of High in the next row.", result.Lines);
        Assert.Contains(result.Lines,
            line => line.StartsWith($"{file} has RMSE 1.924 one row ahead; the best baseline, ridge, has 1.91", StringComparison.Ordinal));
        Assert.Contains($"{file} follows the actual values 1 row late and does not foresee changes: a chart of both looks better than the "
            + "forecast is.", result.Lines);
        Assert.DoesNotContain(result.Lines, line => line.Contains("is not known", StringComparison.Ordinal));
        JsonElement metrics = Metrics();
        Assert.Equal(Rmse(metrics, "naive"), Rmse(metrics, file), 1e-5);
        Assert.Equal("2017-01-03", metrics.GetProperty("data").GetProperty("test").GetProperty("from").GetString());
        JsonElement judged = metrics.GetProperty("judged");
        Assert.Equal((file, true, 0), (judged.GetProperty("name").GetString(), judged.GetProperty("is_training_known").GetBoolean(),
            judged.GetProperty("doubts").GetArrayLength()));
        Assert.Equal(["judge-report", "judge-report/judged.unroll", "judge-report/metrics.json", "judge-report/prediction.svg",
            "judge-report/predictions.csv", "judge-report/report.html", file], _folder.Entries);

        // What was judged forecasts the next row: the newest value.
        ToolResult next = Tool.Run(_folder, "predict", "judge-report/judged.unroll", "--sample", "aapl", "--csv");
        Assert.Equal((0, ""), (next.Code, next.Error));
        Assert.Equal(190.06, double.Parse(next.Lines[1].Split(',')[4], CultureInfo.InvariantCulture), 1e-3);
    }

    [Fact]
    public void Columns_are_named_in_the_order_of_the_network()
    {
        // Of two columns the second, in the newest row.
        string file = Sum("two.keras", 2, 0, 0, 0, 0, 0, 0, 0, 1);
        ToolResult result = Judge(file, "--sample", "aapl", "--target", "Close", "--inputs", "volume,close", "--test", "2017",
            "--train", "..2016", "--json", "--out", "out");
        Assert.Equal(0, result.Code);
        Assert.Contains("two.keras reads windows of 4 rows of 2 columns (Volume, Close) and gives the value of Close in the next row.",
            result.Error, StringComparison.Ordinal);
        Assert.Contains("Up to which row two.keras was trained is not known: it may have seen the rows that it is judged on, and then its "
            + "error here is lower than in use.", result.Error, StringComparison.Ordinal);
        JsonElement metrics = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(File.ReadAllText(_folder["out/metrics.json"]), result.Output);
        Assert.Equal(Rmse(metrics, "naive"), Rmse(metrics, file), 1e-4);
        Assert.Equal(["Volume", "Close"], metrics.GetProperty("judged").GetProperty("columns").EnumerateArray()
            .Select(name => name.GetString()));
        Assert.Equal("Volume, Close", metrics.GetProperty("settings").GetProperty("inputs").GetString());
    }

    [Theory]
    [InlineData("--scaling", "minmax:-1,1")]
    [InlineData("--scaling", "standard")]
    [InlineData("--scaling", "robust")]
    [InlineData("--scaler", "10,250")]
    [InlineData("--scaler", "High=10:250")]
    [InlineData("--scaling", "standard", "--scaler", "100:25")]
    public void Any_scale_gives_the_naive_forecast_back(params string[] options)
    {
        ToolResult result = Judge([Newest("newest.keras"), "--sample", "aapl", "--quiet", .. options]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(Rmse(Metrics(), "naive"), Rmse(Metrics(), "newest.keras"), 1e-4);
    }

    [Fact]
    public void What_does_not_fit_is_said_with_what_to_try()
    {
        ToolResult result = Judge(Newest("newest.keras"), "--sample", "aapl", "--scaling", "none", "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        const string Doubt = "The inputs of newest.keras reach 177 in High after scaling, where networks are trained on numbers near -1 to "
            + "1: its scale is not that of the training. Try another scaling, or give the numbers that the training used.";
        Assert.Contains(Doubt, result.Lines);
        Assert.Equal(Doubt, Metrics().GetProperty("judged").GetProperty("doubts")[0].GetString());
        Assert.Contains(Doubt, File.ReadAllText(_folder["judge-report/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_is_added_to_the_newest_value_and_further_rows_are_fed_back()
    {
        // No change at all.
        string file = Sum("nothing.keras", 1, 0, 0, 0, 0);
        foreach (string gives in (string[])["difference", "return", "log-return"])
        {
            ToolResult result = Judge(file, "--sample", "aapl", "--gives", gives, "--horizon", "3", "--quiet");
            Assert.Equal((0, ""), (result.Code, result.Error));
            Assert.Equal(Rmse(Metrics(), "naive"), Rmse(Metrics(), file), 1e-9);
        }
    }

    [Fact]
    public void Each_series_of_a_file_is_scaled_by_itself()
    {
        ToolResult result = Judge(Newest("newest.keras"), "--sample", "stations", "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains(result.Lines,
            line => line.StartsWith("newest.keras has a mean MASE of 1.031 one row ahead;", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_alone_go_into_the_layers_of_another_file()
    {
        Newest("newest.weights.h5");
        Sum("layers.unroll", 1, 9, 9, 9, 9);
        ToolResult result = Judge("newest.weights.h5", "--into", "layers.unroll", "--sample", "aapl", "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(Rmse(Metrics(), "naive"), Rmse(Metrics(), "newest.weights.h5"), 1e-5);
    }

    public static TheoryData<string, string[]> Refusals => new()
    {
        { "There is no file nowhere.keras. Check the path.", ["nowhere.keras"] },
        { "The ending of prices.csv says no format. Name the file with one of .unroll, .keras, .weights.h5, .h5, .hdf5, .pt, .pth, .tar, "
            + ".ckpt, .safetensors, .npz, .npy, .onnx.", ["prices.csv"] },
        { "two.keras reads 2 numbers a row (its input is (4, 2)), so the target alone is not enough. Name the 2 columns in the order in "
            + "which it was trained on them. (--inputs)", ["two.keras"] },
        { "newest.keras reads 1 number a row (its input is (4, 1)), but 2 columns are named. Name the 1 in the order in which it was "
            + "trained on them. (--inputs)", ["newest.keras", "--inputs", "High,Low"] },
        { "--scaler has numbers for Low, which the network does not read. It reads High.", ["newest.keras", "--scaler", "Low=1:2"] },
        { "--scaler has two numbers for 2 columns. Name them, as --scaler \"High=10:250,Low=0:1e6\".",
            ["two.keras", "--inputs", "High,Low", "--scaler", "1,2"] },
        { "--scaler is \"5,3\", but the smallest value comes first: give the smaller number before the larger.",
            ["newest.keras", "--scaler", "5,3"] },
        { "--scaler is \"5\"; it takes the smallest and the largest value of the training, as 10,250, or of each column, as "
            + "Close=10:250,Volume=0:1e6.", ["newest.keras", "--scaler", "5"] },
        { "--scaler gives the numbers of a scaler, but --scaling none asks for none. Leave one of them out.",
            ["newest.keras", "--scaling", "none", "--scaler", "1,2"] },
        { "--scaling: \"max\" is no scaling; choose minmax, minmax:-1,1, standard, robust or none. See unroll judge --help.",
            ["newest.keras", "--scaling", "max"] },
        { "--scaling: \"minmax:1,-1\" is no range: give the smaller number first and a larger one behind it, as minmax:-1,1. See unroll "
            + "judge --help.", ["newest.keras", "--scaling", "minmax:1,-1"] },
        { "newest.keras forecasts one target, but --target names 2: Close, Open. Judge each by itself.",
            ["newest.keras", "--target", "Close,Open"] },
        { "--window is 30, but windows of newest.keras have 4 rows: the file says 4. Leave --window out.",
            ["newest.keras", "--window", "30"] },
        { "The test range 2016 begins before the training range ..2017 ends, so the model would be judged on rows it has seen. End "
            + "training before the first test row. (--trained-until, --test)",
            ["newest.keras", "--trained-until", "2017", "--test", "2016"] },
        { "two.keras forecasts 1 row ahead, and for 2 nothing would take the place of its other columns. Ask for fewer rows. (--horizon)",
            ["two.keras", "--inputs", "High,Low", "--horizon", "2"] },
        { "The test range 2016 begins before the rows ..2016 end that newest.keras was trained on. Judge it on rows after them. (--test)",
            ["newest.keras", "--trained-until", "2016", "--train", "..2015", "--test", "2016"] },
        { "--rows says how far back to look where no range does, but --trained-until is one. Leave one of them out.",
            ["newest.keras", "--trained-until", "2016", "--rows", "500"] },
        { "--subtree says how weights without layers are read. Add --into with a file that has the layers, or leave it out.",
            ["newest.keras", "--subtree", "model"] },
    };

    [Theory]
    [InlineData("2030", "(--trained-until)")]
    [InlineData("2005", "(--trained-until)")]
    [InlineData("yesterday", "--trained-until: \"yesterday\" is no last date. Write a year, month or date, as 2020 or 2020-06-30")]
    [InlineData("2010..2016", "--trained-until: \"2010..2016\" is no last date.")]
    [InlineData("2016", "(--trained-until)", "--train", "..2015")]
    public void An_error_names_the_option_that_was_given(string until, string named, params string[] more)
    {
        ToolResult result = Judge([Newest("newest.keras"), "--sample", "aapl", "--trained-until", until, .. more]);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("--test", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(--train)", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trained elsewhere, until when is not known")]
    [InlineData("trained elsewhere, until 2016 as given", "--trained-until", "2016")]
    public void It_is_never_said_that_the_network_learnt_from_these_rows(string training, params string[] options)
    {
        ToolResult result = Judge([Newest("newest.keras"), "--sample", "aapl", .. options]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        string page = File.ReadAllText(_folder["judge-report/report.html"]);
        string told = Tool.Run(_folder, "predict", "judge-report/judged.unroll", "--sample", "aapl").Output;
        string inspected = Tool.Run(_folder, "inspect", "judge-report/judged.unroll").Output;
        Assert.Contains(result.Lines, line => line.StartsWith("Scaling and baselines are fitted to the ", StringComparison.Ordinal)
            && line.Contains($"the network was {training}", StringComparison.Ordinal));
        Assert.Contains("scaling and baselines fitted to ", page, StringComparison.Ordinal);
        Assert.Contains($"newest.keras, {training}; scaling fitted to ", told, StringComparison.Ordinal);
        Assert.Contains("Scaling fitted to rows from ", inspected, StringComparison.Ordinal);
        Assert.Contains($"The network was {training}.", inspected, StringComparison.Ordinal);
        foreach (string text in (string[])[result.Output, page, told, inspected])
        {
            foreach (string wrong in (string[])["learns from", "learnt from", ", trained on", "Fitted to rows", "Newest.keras",
                "The newest.keras"])
                Assert.DoesNotContain(wrong, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Quiet_keeps_what_the_verdict_needs()
    {
        ToolResult result = Judge(Newest("newest.keras"), "--sample", "aapl", "--quiet");
        Assert.Contains("Up to which row newest.keras was trained is not known: it may have seen the rows that it is judged on, and then "
            + "its error here is lower than in use.", result.Lines);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_judged_is_refused_in_one_line(string message, string[] arguments)
    {
        Newest("newest.keras");
        Sum("two.keras", 2, 0, 0, 0, 0, 0, 0, 0, 1);
        string[] before = _folder.Entries;
        ToolResult result = Judge([.. arguments, "--sample", "aapl"]);
        Assert.Equal((1, "", $"unroll: {message}\n"), (result.Code, result.Output, result.Error));
        Assert.Equal(before, _folder.Entries);
    }

    [Fact]
    public void A_forecaster_is_no_network_of_others()
    {
        Assert.Equal(0, Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--model", "gru", "--out", "own", "--quiet", .. Tool.Quick]).Code);
        ToolResult result = Judge("own/gru.unroll", "--sample", "aapl");
        Assert.Equal(
            (1, "unroll: own/gru.unroll holds a forecaster, its scales with it: unroll forecast has judged it, and unroll predict uses it. "
            + "To judge its network alone, take it out: unroll convert own/gru.unroll network.keras.\n"), (result.Code, result.Error));
    }
}
