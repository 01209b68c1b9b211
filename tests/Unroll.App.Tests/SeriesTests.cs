using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>
/// A forecast of four shops, of kinds and sizes, two targets, two rows ahead; the tests predict with what it left behind.
/// </summary>
public sealed class ShopForecast : IDisposable
{
    public static readonly string[] Options =
        ["--series", "shop", "--model", "gru", "--ensemble", "1", "--epochs", "2", "--units", "4", "--window", "14",
            "--missing", "forward-fill"];

    public ShopForecast()
    {
        Result = Tool.Run(Folder, ["forecast", Folder.Write("shops.csv", Shops(160)), "--target", "sold,price", "--static", "kind,size",
            "--horizon", "2", "--test", "last:32", .. Options]);
        Assert.Equal((0, ""), (Result.Code, Result.Error));
    }

    public TempFolder Folder { get; } = new();

    internal ToolResult Result { get; }

    internal Report Report => new(Folder["forecast-report"]);

    public void Dispose() => Folder.Dispose();

    /// <summary>The first rows of each shop, a row a day from 2020-01-01 on.</summary>
    public static IEnumerable<string> Shops(int days, string? kindOfWest = null, string? more = null)
    {
        yield return "date,shop,kind,size,sold,price";
        (string Shop, string Kind, double Height)[] shops =
            [("North", "mall", 1.0), ("South, Main St", "street", 100.0), ("West", kindOfWest ?? "mall", 10.0), ("East", "street", 20.0)];
        foreach ((string shop, string kind, double height) in more is null ? shops : [.. shops, (more, "mall", 40.0)])
        {
            for (int day = 0; day < days; day++)
            {
                double sold = height * ((day % 7 < 5 ? 8 : 5) + (day * 7919 % 13 / 13.0));
                string price = day % 50 == 7 ? "" : ((day % 9) + 1).ToString(CultureInfo.InvariantCulture);
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},\"{shop}\",{kind},{height + 3},{sold:0.####},{price}");
            }
        }
    }
}

/// <summary>Forecasts of several series and several targets, and predictions with what they leave behind.</summary>
public sealed class SeriesTests(ShopForecast run) : IClassFixture<ShopForecast>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_part_is_shown_and_written()
    {
        string[] lines = run.Result.Lines;
        Assert.StartsWith("shops.csv: 4 series, 640 rows, 2020-01-01 to 2020-06-08", lines[0], StringComparison.Ordinal);
        Assert.Contains("train  4 series      512 rows  2020-01-01 to 2020-05-07", lines);
        Assert.Contains("test   4 series      128 rows  2020-05-08 to 2020-06-08, 31 origins", lines);
        Assert.Contains(lines, line => line.StartsWith("The recommended forecast, the blend, has a mean MASE of ", StringComparison.Ordinal)
            && line.Contains(" of 8 ", StringComparison.Ordinal));
        Assert.Contains("The next 2 days of 2 targets of 4 series", lines);
        Assert.Equal(2, lines.Count(line => line.StartsWith("South, Main St, sold", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("The blend is ", StringComparison.Ordinal)
            && line.EndsWith(", on average over 2 rows ahead and 2 targets of 4 series.", StringComparison.Ordinal));
        JsonElement metrics = run.Report.Metrics, data = metrics.GetProperty("data");
        Assert.Equal((4, 640, """["sold","price"]"""),
            (data.GetProperty("series").GetInt32(), data.GetProperty("rows").GetInt32(), data.GetProperty("targets").GetRawText()
            .Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal(8, metrics.GetProperty("parts").GetArrayLength());
        Assert.Equal("size, kind", metrics.GetProperty("settings").GetProperty("static").GetString());
        JsonElement blend = run.Report["blend"];
        Assert.Equal(["name", "kind", "rmsse", "mape", "smape", "mase", "crps", "skill", "skill_vs_best", "rmse_by_step", "coverage",
            "width", "parameters", "seconds", "shares"], Report.Names(blend));
        IReadOnlyList<IReadOnlyDictionary<string, string>> future = run.Report.Future;
        Assert.Equal(4 * 2 * 2, future.Count);
        Assert.Equal(("South, Main St", "sold", "2020-06-09", "1"),
            (future[4]["series"], future[4]["target"], future[4]["date"], future[4]["step"]));
    }

    [Fact]
    public void Metrics_of_a_part_follow_from_its_predictions()
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> lines = run.Report.Predictions;
        Assert.Equal(8 * 31 * 2, lines.Count);
        foreach (JsonElement part in run.Report.Metrics.GetProperty("parts").EnumerateArray())
        {
            (string? series, string? target) = (part.GetProperty("series").GetString(), part.GetProperty("target").GetString());
            IReadOnlyDictionary<string, string>[] own = [.. lines.Where(line => line["series"] == series && line["target"] == target)];
            Assert.Equal(62, own.Length);
            foreach (JsonElement each in part.GetProperty("forecasters").EnumerateArray())
            {
                string name = each.GetProperty("name").GetString()!;
                double rmse = Math.Sqrt(own.Average(line => Math.Pow(Report.Number(line["actual"]) - Report.Number(line[name]), 2)));
                Assert.Equal(rmse, Report.Figure(each, "rmse"), 1e-9);
            }
        }

        JsonElement[] blends =
            [.. run.Report.Metrics.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("forecasters")[0])];
        Assert.Equal(blends.Average(each => Report.Figure(each, "rmsse")), Report.Figure(run.Report["blend"], "rmsse"), 1e-9);
        Assert.Equal(blends.Average(each => Report.Figure(each, "coverage", "80")), Report.Figure(run.Report["blend"], "coverage", "80"),
            1e-9);
    }

    [Fact]
    public void Prediction_gives_what_the_report_gives_and_the_order_of_rows_does_not_matter()
    {
        ToolResult result = Tool.Run(run.Folder, "predict", "forecast-report/forecast.unroll", "shops.csv", "--missing", "forward-fill",
            "--csv");
        Assert.Equal((0, "", run.Report.Text("future.csv")), (result.Code, result.Error, result.Output));
        string[] lines = [.. ShopForecast.Shops(160)];
        _folder.Write("turned.csv", [lines[0], .. lines.Skip(1).Reverse()]);
        ToolResult turned = Tool.Run(_folder, "predict", run.Report.Path("forecast.unroll"), "turned.csv", "--missing", "forward-fill",
            "--csv");
        Assert.Equal(result.Lines.Order(StringComparer.Ordinal), turned.Lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void One_series_or_some_are_named()
    {
        ToolResult result = Tool.Run(run.Folder, "predict", "forecast-report/forecast.unroll", "shops.csv", "--missing", "forward-fill",
            "--series-name", "west", "--series-name", "South, Main St", "--json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(["South, Main St", "South, Main St", "West", "West"], json.GetProperty("parts").EnumerateArray()
            .Select(each => each.GetProperty("series").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal("shop", json.GetProperty("series_column").GetString());
        result = Tool.Run(run.Folder, "predict", "forecast-report/forecast.unroll", "shops.csv", "--missing", "forward-fill");
        Assert.Equal("The next 2 days of 8 series and targets in shops.csv", result.Lines[0]);
        Assert.Equal(["shop, target", "Date", "Value", "80 %", "Date of row 2", "Its value", "Its 80 %"], Report.Cells(result.Lines[2]));
    }

    /// <summary>A shop that opened later is forecast by what the others taught.</summary>
    [Fact]
    public void A_series_that_was_not_there_in_training_is_forecast_too()
    {
        _folder.Write("more.csv", ShopForecast.Shops(160, more: "New"));
        ToolResult result = Tool.Run(_folder, "predict", run.Report.Path("forecast.unroll"), "more.csv", "--missing", "forward-fill",
            "--csv");
        Assert.Equal((0, ""), (result.Code, result.Error));
        IReadOnlyDictionary<string, string> row = Report.Lines(result.Output)
            .First(line => line["series"] == "New" && line["target"] == "sold");
        Assert.InRange(Report.Number(row["value"]), 100, 500);
    }

    [Fact]
    public void An_update_learns_the_new_rows_and_goes_where_it_is_told()
    {
        _folder.Write("more.csv", ShopForecast.Shops(170));
        byte[] before = File.ReadAllBytes(run.Report.Path("forecast.unroll"));
        ToolResult result = Tool.Run(_folder, "predict", run.Report.Path("forecast.unroll"), "more.csv", "--missing", "forward-fill",
            "--update", "--out", "new.unroll");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("new.unroll was fitted on: it knew rows to 2020-06-08, and now knows rows to 2020-06-18.", result.Lines);
        Assert.Equal(before, File.ReadAllBytes(run.Report.Path("forecast.unroll")));
        JsonElement json = JsonDocument.Parse(
            Tool.Run(_folder, "predict", "new.unroll", "more.csv", "--missing", "forward-fill", "--json").Output).RootElement;
        Assert.Equal("2020-06-18", json.GetProperty("trained_to").GetString());
        File.WriteAllBytes(_folder["old.unroll"], before);
        Assert.Equal(0, Tool.Run(_folder, "predict", "old.unroll", "more.csv", "--missing", "forward-fill", "--update").Code);
        Assert.Equal(File.ReadAllBytes(_folder["new.unroll"]), File.ReadAllBytes(_folder["old.unroll"]));
    }

    [Theory]
    [InlineData("predict MODEL shops.csv --series-name South",
        "^unroll: shops.csv has no series South. Choose one of North, South, Main St, West, East.")]
    [InlineData("predict MODEL shops.csv --series place",
        "^unroll: shops.csv has no column place. Choose one of date, shop, kind, size, sold, price.")]
    [InlineData("predict MODEL shops.csv --horizon 3",
        "was fitted to forecast 2 days ahead, not 3. Fit it with unroll forecast --horizon 3.")]
    [InlineData("predict MODEL shops.csv --json --csv", "^unroll: --json and --csv both print on standard output. Give one of them.")]
    [InlineData("predict MODEL shops.csv --out x.unroll",
        "^unroll: --out says where --update writes the forecaster. Add --update, or leave it out.")]
    [InlineData("predict MODEL --sample aapl",
        "^unroll: aapl.csv has no column shop. Choose one of Date, Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("forecast shops.csv --series store",
        "^unroll: shops.csv has no column store. Choose one of date, shop, kind, size, sold, price.")]
    [InlineData("forecast shops.csv --series shop",
        "^unroll: shops.csv has the columns sold, price. Say which of them to forecast, for example --target sold.")]
    [InlineData("forecast shops.csv --series shop --target profit", "has no column profit. Choose one of sold, price.")]
    [InlineData("forecast shops.csv --static kind",
        "^unroll: --static is for a file of several series. Name the column that tells them apart with --series, or leave it out.")]
    [InlineData("forecast shops.csv --series shop --target sold --static height", "^unroll: shops.csv has no column height.")]
    [InlineData("forecast shops.csv --series shop --target sold --test 2021",
        "^unroll: No series of shops.csv can be used. The first, North: .*no rows in the test range 2021.*\\(--test\\)")]
    [InlineData("forecast shops.csv --series shop --target sold --test last:200",
        "^unroll: No series of shops.csv can be used. The first, North: .*160 rows.*\\(--test\\)")]
    public void What_cannot_be_done_is_refused_in_one_line(string commandLine, string pattern)
    {
        _folder.Write("shops.csv", ShopForecast.Shops(160));
        ToolResult result = Tool.Run(
            _folder, [.. commandLine.Split(' ').Select(word => word == "MODEL" ? run.Report.Path("forecast.unroll") : word)]);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Matches(pattern, result.Error);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
        Assert.Equal(["shops.csv"], _folder.Entries);
    }

    [Fact]
    public void A_series_that_cannot_be_used_is_named()
    {
        File.AppendAllLines(_folder[_folder.Write("shops.csv", ShopForecast.Shops(160))],
            ["2020-06-07,Kiosk,mall,5,3,1", "2020-06-08,Kiosk,mall,5,4,1"]);
        ToolResult result = Tool.Run(_folder, ["forecast", "shops.csv", "--target", "sold", "--test", "last:20", .. ShopForecast.Options]);
        Assert.Equal(0, result.Code);
        Assert.Contains(result.Lines,
            line => line.StartsWith("Left out Kiosk: shops.csv, Kiosk has 2 rows with a value of sold, ", StringComparison.Ordinal));
        JsonElement left = Assert.Single(new Report(_folder["forecast-report"]).Metrics.GetProperty("left_out").EnumerateArray());
        Assert.Equal("Kiosk", left.GetProperty("series").GetString());
    }

    [Fact]
    public void The_sample_of_stations_needs_no_series_option()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", "stations", "--train", "2014", "--test", "2015-01..2015-02",
            "--window", "7", "--units", "2", "--epochs", "1", "--ensemble", "1", "--model", "simple-rnn,naive");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("train  20 series    7,300 rows  2014-01-01 to 2014-12-31", result.Lines);
        result = Tool.Run(_folder, "predict", "forecast-report/simple-rnn.unroll", "--sample", "ridership");
        Assert.StartsWith("unroll: ridership.csv has no column station. Choose one of date, ridership, ", result.Error,
            StringComparison.Ordinal);
        result = Tool.Run(_folder, "predict", "forecast-report/forecast.unroll", "--sample", "stations");
        Assert.Equal((0, "The next day of 20 series in stations.csv"), (result.Code, result.Lines[0]));
    }

    [Fact]
    public void Gaps_of_any_target_are_treated_and_a_known_column_tells_of_the_rows_to_come()
    {
        IEnumerable<string> lines = Enumerable.Range(0, 203).Select(day =>
        {
            int promotion = day * 7919 % 11 < 3 ? 1 : 0;
            double noise = day * 104729 % 17 / 17.0;
            string sold = day < 200 && day != 40 ? (50 + (30 * promotion) + noise).ToString(CultureInfo.InvariantCulture) : "";
            string left = day < 200 ? (200 - (20 * promotion) + (3 * noise)).ToString(CultureInfo.InvariantCulture) : "";
            return string.Create(
                CultureInfo.InvariantCulture, $"{new DateTime(2023, 1, 2).AddDays(day):yyyy-MM-dd},{sold},{left},{promotion}");
        });
        _folder.Write("shop.csv", lines.Prepend("date,\"sold: food, drinks\",left/over,promo"));
        string[] forecast = ["forecast", "shop.csv", "--target", "left/over", "--target", "sold: food, drinks", "--known", "promo",
            "--horizon", "3", "--ensemble", "1", "--epochs", "1", "--units", "4", "--model", "gru"];
        ToolResult gap = Tool.Run(_folder, forecast);
        Assert.Equal(1, gap.Code);
        Assert.Matches("^unroll: .*sold: food, drinks.* missing.*2023-02-11.*\\(--missing\\)\n$", gap.Error);
        ToolResult result = Tool.Run(_folder, [.. forecast, "--missing", "drop"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        var report = new Report(_folder["forecast-report"]);
        Assert.Equal(["left/over", "sold: food, drinks"], report.Future.Select(row => row["target"]).Distinct());
        (string, double, double)[] targets = [("left/over", 201.4, -20.0), ("sold: food, drinks", 50.5, 30.0)];
        foreach ((string target, double usual, double promoted) in targets)
        {
            IReadOnlyDictionary<string, string>[] rows = [.. report.Future.Where(row => row["target"] == target)];
            Assert.Equal(["2023-07-21", "2023-07-22", "2023-07-23"], rows.Select(row => row["date"]));
            for (int i = 0; i < 3; i++)
                Assert.Equal(usual + (promoted * ((200 + i) * 7919 % 11 < 3 ? 1 : 0)), Report.Number(rows[i]["value"]), 10.0);
        }
    }

    [Theory]
    [InlineData("forecast --sample aapl --target High,Price",
        "^unroll: aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("forecast --sample aapl --target High,Low,high", "^unroll: --target names High twice. Name each column once.")]
    [InlineData("forecast --sample aapl --target High --target High", "^unroll: --target names High twice. Name each column once.")]
    [InlineData("forecast --sample aapl --target High,",
        "^unroll: --target is \"High,\": a name is missing. Give the columns with one comma between, as --target High,Low.")]
    [InlineData("forecast --sample aapl --target High,Low --features low", "^unroll: --features names Low, which is a target. The past of "
        + "each target is an input of the others anyway: name other columns, or leave the option out.")]
    [InlineData("forecast --sample aapl --target High,Low --known High", "^unroll: --known names High, which is a target.")]
    public void Targets_that_are_not_usable_are_refused_in_one_line(string commandLine, string pattern)
    {
        ToolResult result = Tool.Run(_folder, commandLine.Split(' '));
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Matches(pattern, result.Error);
        Assert.Empty(_folder.Entries);
    }
}
