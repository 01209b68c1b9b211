using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

public sealed class PredictTests(AppleForecast run) : IClassFixture<AppleForecast>
{
    /// <summary>
    /// The file ends a day before the last test row, so the saved network must say for that row what it said in the forecast. The
    /// difference allowed is what one window alone and 251 together may differ by in single precision.
    /// </summary>
    [Theory]
    [InlineData("lstm", 3)]
    [InlineData("gru", 4)]
    [InlineData("simple-rnn", 5)]
    public void A_saved_network_predicts_what_it_predicted_before(string model, int column)
    {
        using var folder = new TempFolder();
        string[] last = run.Predictions[^1];
        Assert.Equal("2017-12-29", last[0]);
        string file = folder.Write("prices.csv", Apple.Lines.TakeWhile(line => !line.StartsWith("2017-12-29", StringComparison.Ordinal)));
        ToolResult result = Tool.Run(folder, "predict", run.File(model + ".unroll"), file, "--json");

        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(["model", "file", "target", "window", "trained_from", "trained_to", "after", "value", "naive", "ahead"], json.EnumerateObject().Select(property => property.Name));
        double expected = double.Parse(last[column], CultureInfo.InvariantCulture);
        Assert.Equal(expected, json.GetProperty("value").GetDouble(), 1e-6 * expected);
        Assert.Equal(Apple.High("2017-12-28"), json.GetProperty("naive").GetDouble());
        Assert.Equal(("High", 20, "2014-01-02", "2016-12-30", "2017-12-28"), (
            json.GetProperty("target").GetString(),
            json.GetProperty("window").GetInt32(),
            json.GetProperty("trained_from").GetString(),
            json.GetProperty("trained_to").GetString(),
            json.GetProperty("after").GetString()));
    }

    [Fact]
    public void In_words_the_naive_forecast_stands_below()
    {
        using var folder = new TempFolder();
        ToolResult result = Tool.Run(folder, "predict", run.File("gru.unroll"), "--sample", "aapl");
        double value = JsonDocument.Parse(Tool.Run(folder, "predict", run.File("gru.unroll"), "--sample", "aapl", "--json").Output).RootElement.GetProperty("value").GetDouble();

        Assert.Equal(4, result.Lines.Length);
        Assert.Equal("The next High after 2018-05-11 in aapl.csv", result.Lines[0]);
        Assert.Equal("GRU: from the newest 20 rows; trained on 2014-01-02 to 2016-12-30", result.Lines[1]);
        Assert.Equal(["2018-05-14", value.ToString("G7", CultureInfo.InvariantCulture)], result.Lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["naive", "190.06", "the", "value", "of", "2018-05-11:", "\"tomorrow", "equals", "today\""], result.Lines[3].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public void As_csv_a_row_is_a_line_and_options_for_several_series_are_refused()
    {
        using var folder = new TempFolder();
        ToolResult result = Tool.Run(folder, "predict", run.File("gru.unroll"), "--sample", "aapl", "--csv", "--horizon", "2");
        Assert.Equal(["date,step,value,lower_80,upper_80,lower_95,upper_95,naive", "2018-05-14,1,", "2018-05-15,2,"], result.Lines.Select((line, i) => i == 0 ? line : line[..13]));
        Assert.EndsWith(",,,,,190.059998", result.Lines[1], StringComparison.Ordinal);
        Assert.Equal($"unroll: {run.File("gru.unroll")} holds the network of one series, but --series and --series-name are for several. Leave them out.\n", Tool.Run(folder, "predict", run.File("gru.unroll"), "--sample", "aapl", "--series-name", "x").Error);
    }

    [Fact]
    public void A_missing_newest_value_is_refused_or_treated_as_asked()
    {
        using var folder = new TempFolder();
        string file = folder.Write("prices.csv", Apple.With(1261, 2, ""));
        ToolResult refused = Tool.Run(folder, "predict", run.File("gru.unroll"), file);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Equal("unroll: prices.csv has no High on 2018-05-11, within the newest 20 rows. Choose --missing drop, forward-fill or interpolate, or complete the file.\n", refused.Error);

        JsonElement dropped = JsonDocument.Parse(Tool.Run(folder, "predict", run.File("gru.unroll"), file, "--missing", "drop", "--json").Output).RootElement;
        Assert.Equal(("2018-05-10", Apple.High("2018-05-10")), (dropped.GetProperty("after").GetString(), dropped.GetProperty("naive").GetDouble()));
        JsonElement filled = JsonDocument.Parse(Tool.Run(folder, "predict", run.File("gru.unroll"), file, "--missing", "forward-fill", "--json").Output).RootElement;
        Assert.Equal(("2018-05-11", Apple.High("2018-05-10")), (filled.GetProperty("after").GetString(), filled.GetProperty("naive").GetDouble()));
    }

    [Fact]
    public void A_file_without_the_target_or_with_too_few_rows_is_refused()
    {
        using var folder = new TempFolder();
        Assert.Equal(
            "unroll: prices.csv has no column High. Choose one of Open, Top, Low, Close, Adj Close, Volume.\n",
            Tool.Run(folder, "predict", run.File("gru.unroll"), folder.Write("prices.csv", Apple.With(1, 2, "Top"))).Error);
        Assert.Equal(
            "unroll: prices.csv has 19 rows, but the GRU looks at the newest 20 to predict the next High. Give it at least 20 rows.\n",
            Tool.Run(folder, "predict", run.File("gru.unroll"), folder.Write("prices.csv", Apple.Lines.Take(20))).Error);
    }

    [Theory]
    [InlineData("missing", "There is no model file bad.unroll. Check the path; a forecast writes one for each network into its report folder.")]
    [InlineData("truncated", "bad.unroll is damaged: its checksum does not fit its contents. Train the model again or restore the file from a copy.")]
    [InlineData("altered", "bad.unroll is damaged: its checksum does not fit its contents. Train the model again or restore the file from a copy.")]
    [InlineData("newer", "bad.unroll has format version 3, newer than the 2 that this Unroll reads. Update Unroll, or save the model again with this version.")]
    [InlineData("csv", "bad.unroll is no Unroll model file. Give the file that a forecast or Model.Save wrote.")]
    public void A_bad_model_file_is_refused_in_one_line(string flaw, string message)
    {
        using var folder = new TempFolder();
        byte[] bytes = File.ReadAllBytes(run.File("lstm.unroll"));
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
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 3);
        return bytes;
    }
}
