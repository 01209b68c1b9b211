using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary><c>unroll forecast --series</c>: one ensemble for all series of a file.</summary>
public sealed partial class ForecastPanelTests : IDisposable
{
    private static readonly string[] s_quick = ["--epochs", "1", "--units", "4", "--window", "14"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Three shops with a week's course, of which West opens late; dates from 2020-01-01 on.</summary>
    private string Shops(bool reversed = false)
    {
        var lines = new List<string>();
        foreach ((string shop, double height, int first) in new[] { ("North", 1.0, 0), ("South, Main St", 100.0, 0), ("West", 10.0, 80) })
        {
            for (int day = first; day < 160; day++)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},\"{shop}\",{height * ((day % 7 < 5 ? 8 : 5) + (day * 7919 % 13 / 13.0)):0.####}"));
        }

        if (reversed)
            lines.Reverse();
        return _folder.Write("shops.csv", lines.Prepend("date,shop,sold"));
    }

    [Fact]
    public void All_series_are_shown_beside_their_baselines()
    {
        ToolResult result = Tool.Run(_folder, ["forecast", Shops(), "--series", "shop", .. s_quick]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("shops.csv: 3 series, 400 rows", result.Lines[0]);
        Assert.Contains("No --train and --test given: the rows, the last fifth to test on, --train ..2020-05-07 --test 2020-05-08...", result.Lines);
        Assert.Contains("train  3 series        304 rows  2020-01-01 to 2020-05-07", result.Lines);
        Assert.Contains("test   3 series         96 rows  2020-05-08 to 2020-06-08", result.Lines);
        Assert.Contains("Training on all series: 5 networks (LSTM) of 4 units, at most 1 epochs, to choose and then anew on all training rows; 2 threads, seed 455", string.Join('\n', result.Lines).Replace($"; {Environment.ProcessorCount} threads", "; 2 threads", StringComparison.Ordinal));
        Assert.Equal(10, result.Lines.Count(line => NetworkLine().IsMatch(line)));
        int heading = Array.FindIndex(result.Lines, line => line.StartsWith("shop ", StringComparison.Ordinal));
        Assert.Equal(["shop", "Naive RMSE", "Seasonal naive", "LSTM RMSE", "Skill", "Best baseline", "Its RMSE", "Skill vs best", "In 80 %", "In 95 %", "Winkler 80 %"], Columns().Split(result.Lines[heading]));
        Assert.Equal(["North", "South, Main St", "West"], result.Lines[(heading + 2)..(heading + 5)].Select(line => Columns().Split(line)[0]));
        Assert.StartsWith("all 3, RMSSE", result.Lines[heading + 6], StringComparison.Ordinal);
        Assert.Contains(result.Lines, line => VerdictLine().IsMatch(line));
        int intervals = Array.FindIndex(result.Lines, line => line.StartsWith("Intervals ", StringComparison.Ordinal));
        Assert.Equal(["Intervals", "Rows ahead", "Nominal", "Measured", "Lowest", "Mean width", "Winkler score", "Pinball loss"], Columns().Split(result.Lines[intervals]));
        Assert.Equal(["LSTM", "1", "80.0 %"], Columns().Split(result.Lines[intervals + 2])[..3]);
        Assert.Equal(
            [
                $"Open {Path.Combine("forecast-report", "report.html")}",
                "Also there: lstm.panel.unroll, predictions.csv, metrics.json with every series, and the charts as SVG.",
                $"The next values: unroll predict {Path.Combine("forecast-report", "lstm.panel.unroll")} shops.csv",
            ],
            result.Lines[^3..]);
        Assert.Equal(["forecast-report", .. new[] { "loss.svg", "lstm.panel.unroll", "metrics.json", "predictions.csv", "report.html", "series.svg", "skill.svg" }.Select(name => "forecast-report/" + name), "shops.csv"], _folder.Entries.Select(entry => entry.Replace('\\', '/')));
    }

    /// <summary>The errors in metrics.json are those of predictions.csv, computed here from its cells.</summary>
    [Fact]
    public void Metrics_follow_from_the_predictions_and_the_order_of_rows_does_not_matter()
    {
        ToolResult result = Tool.Run(_folder, ["forecast", Shops(), "--series", "SHOP", "--model", "gru", "--json", .. s_quick]);
        Assert.Equal((0, File.ReadAllText(_folder["forecast-report/metrics.json"])), (result.Code, result.Output));
        string csv = File.ReadAllText(_folder["forecast-report/predictions.csv"]);
        string[] lines = csv.TrimEnd('\n').Split('\n');
        Assert.Equal((97, "shop,origin,date,step,actual,naive,gru,gru_lower_80,gru_upper_80,gru_lower_95,gru_upper_95"), (lines.Length, lines[0]));
        Assert.StartsWith("\"South, Main St\",2020-05-07,2020-05-08,1,", lines[33], StringComparison.Ordinal);
        using JsonDocument metrics = JsonDocument.Parse(result.Output);
        Assert.Equal(["data", "setup", "models", "baselines", "series", "left_out"], metrics.RootElement.EnumerateObject().Select(entry => entry.Name));
        JsonElement[] series = [.. metrics.RootElement.GetProperty("series").EnumerateArray()];
        Assert.Equal(["North", "South, Main St", "West"], series.Select(each => each.GetProperty("series").GetString()));
        for (int s = 0; s < 3; s++)
        {
            double[][] cells = [.. lines[(1 + (32 * s))..(33 + (32 * s))].Select(line => Array.ConvertAll(line.Split(',')[^7..], cell => double.Parse(cell, CultureInfo.InvariantCulture)))];
            JsonElement model = series[s].GetProperty("models")[0], naive = series[s].GetProperty("baselines")[0];
            double Rmse(int column) => Math.Sqrt(cells.Average(row => (row[column] - row[0]) * (row[column] - row[0])));
            Assert.Equal(("gru", "naive"), (model.GetProperty("model").GetString(), naive.GetProperty("model").GetString()));
            Assert.Equal(Rmse(2), model.GetProperty("rmse").GetDouble(), 1e-9);
            Assert.Equal(Rmse(1), naive.GetProperty("rmse").GetDouble(), 1e-9);
            Assert.Equal(1 - (Rmse(2) / Rmse(1)), model.GetProperty("skill").GetDouble(), 1e-9);
            JsonElement held = model.GetProperty("intervals")[0];
            Assert.Equal((1, 0.8), (held.GetProperty("step").GetInt32(), held.GetProperty("nominal").GetDouble()));
            Assert.Equal(cells.Average(row => row[0] >= row[3] && row[0] <= row[4] ? 1.0 : 0), held.GetProperty("coverage").GetDouble(), 1e-12);
            Assert.Equal(cells.Average(row => row[4] - row[3] + (10 * Math.Max(0, row[3] - row[0])) + (10 * Math.Max(0, row[0] - row[4]))), held.GetProperty("winkler").GetDouble(), 1e-9);
            Assert.Equal(cells.Average(row => row[6] - row[5]), model.GetProperty("intervals")[1].GetProperty("width").GetDouble(), 1e-9);
            Assert.Equal(cells[..^1].Select(row => row[0]), cells[1..].Select(row => row[1]));
        }

        JsonElement all = metrics.RootElement.GetProperty("models")[0];
        Assert.Equal(series.Average(each => each.GetProperty("models")[0].GetProperty("rmsse").GetDouble()), all.GetProperty("rmsse").GetDouble(), 1e-12);
        Assert.Equal(series.Average(each => each.GetProperty("models")[0].GetProperty("intervals")[1].GetProperty("coverage").GetDouble()), all.GetProperty("intervals")[1].GetProperty("coverage").GetDouble(), 1e-12);
        Assert.Equal(series.Count(each => each.GetProperty("models")[0].GetProperty("skill").GetDouble() > 0), all.GetProperty("beats_naive").GetInt32());

        Assert.Equal(0, Tool.Run(_folder, ["forecast", Shops(reversed: true), "--series", "shop", "--model", "gru", .. s_quick]).Code);
        Assert.Equal(lines.Order(StringComparer.Ordinal), File.ReadAllText(_folder["forecast-report/predictions.csv"]).TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_options_of_the_recipe_are_those_of_one_series()
    {
        ToolResult result = Tool.Run(_folder, ["forecast", Shops(), "--series", "shop", "--json", "--horizon", "2", "--ensemble", "1", "--features", "none", "--transform", "relative", "--seed", "7", .. s_quick]);
        Assert.Equal(0, result.Code);
        using JsonDocument metrics = JsonDocument.Parse(result.Output);
        JsonElement setup = metrics.RootElement.GetProperty("setup");
        Assert.Equal((2, 14, 1, 7), (setup.GetProperty("horizon").GetInt32(), setup.GetProperty("window").GetInt32(), setup.GetProperty("members").GetInt32(), setup.GetProperty("seed").GetInt32()));
        Assert.Equal("sold as relative", setup.GetProperty("inputs").GetString());
        string[] lines = File.ReadAllLines(_folder["forecast-report/predictions.csv"]);
        Assert.Equal(1 + (3 * 31 * 2), lines.Length);
        Assert.StartsWith("North,2020-05-07,2020-05-09,2,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_of_stations_needs_no_series_option()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", "stations", "--train", "2014", "--test", "2015-01..2015-02", "--window", "7", "--units", "2", "--epochs", "1", "--model", "simple-rnn");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("train  20 series      7,300 rows  2014-01-01 to 2014-12-31", result.Lines);
        Assert.Contains(result.Lines, line => line.StartsWith("California ", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.StartsWith("The SimpleRNN beats the naive forecast \"tomorrow equals today\" on 20 of 20 series", StringComparison.Ordinal));
        result = Tool.Run(_folder, "predict", "forecast-report/simple-rnn.panel.unroll", "--sample", "ridership");
        Assert.StartsWith("unroll: ridership.csv has no column station. Choose one of date, ridership, ", result.Error, StringComparison.Ordinal);
        result = Tool.Run(_folder, "predict", "forecast-report/simple-rnn.panel.unroll", "--sample", "stations");
        Assert.Equal((0, "The next ridership of 20 series in stations.csv", 25), (result.Code, result.Lines[0], result.Lines.Length));
    }

    [Fact]
    public void A_series_that_cannot_be_used_is_named()
    {
        File.AppendAllLines(_folder[Shops()], ["2020-06-07,East,3", "2020-06-08,East,4"]);
        ToolResult result = Tool.Run(_folder, ["forecast", "shops.csv", "--series", "shop", .. s_quick]);
        Assert.Equal(0, result.Code);
        Assert.Contains("Left out East: shops.csv, East has no rows in the training range ..2020-05-07: its dates run from 2020-06-07 to 2020-06-08. Choose a range within them.", result.Lines);
    }

    [Theory]
    [InlineData("--series store", "shops.csv has no column store. Choose one of date, shop, sold.")]
    [InlineData("--series shop --target price", "shops.csv, North has no column price. Choose one of sold.")]
    [InlineData("--series shop --model lstm --model gru", "--model names 2 networks, but with --series one is trained on all series. Name one, for example --model lstm.")]
    [InlineData("--series shop --scaler standard", "--scaler is for one series: with --series every series is measured in its own changes from row to row. Leave it out.")]
    [InlineData("--series shop --head gaussian", "--head is for one series: with --series the networks say values. Leave it out.")]
    [InlineData("--series shop --recipe tutorial", "--recipe tutorial is for one series: with --series one ensemble of the default recipe is trained on all series. Leave it out.")]
    [InlineData("--series shop --static height", "shops.csv has no column height. Choose one of date, shop, sold.")]
    [InlineData("--series shop --static sold", "shops.csv has no column of numbers beside its dates; sold was left out, as it is a static column of the panel. Add one.")]
    [InlineData("--static shop", "--static is for a file of several series. Name the column that tells them apart with --series, or leave it out.")]
    [InlineData("--series shop --features price", "shops.csv, North has no column price. Choose one of sold.")]
    [InlineData("--series shop --test 2021", "No series of shops.csv can be used. The first, North: shops.csv, North has no rows in the test range 2021: its dates run from 2020-01-01 to 2020-06-08. Choose a range within them.")]
    public void What_cannot_be_done_is_refused_in_one_line(string options, string message)
    {
        ToolResult result = Tool.Run(_folder, ["forecast", Shops(), .. options.Split(' ')]);
        Assert.Equal((1, "", "unroll: " + message + "\n"), (result.Code, result.Output, result.Error));
        Assert.Equal(["shops.csv"], _folder.Entries);
    }

    [GeneratedRegex("^LSTM  network [0-9]+/10, epoch 1  loss [0-9.e+-]+  0:[0-9]{2}$")]
    private static partial Regex NetworkLine();

    [GeneratedRegex("  +")]
    private static partial Regex Columns();

    [GeneratedRegex("^The LSTM beats the naive forecast \"tomorrow equals today\" on [0-3] of 3 series, and the best baseline of each series on [0-3]\\. Its mean RMSSE is 0\\.[0-9]{4}, against [01]\\.[0-9]{4} of the naive forecast, ")]
    private static partial Regex VerdictLine();
}
