using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>A forecast of four shops, of kinds and sizes, two rows ahead; the tests predict with what it left behind.</summary>
public sealed class ShopForecast : IDisposable
{
    public ShopForecast()
    {
        ToolResult result = Tool.Run(Folder, "forecast", Folder.Write("shops.csv", Shops(160)), "--series", "shop", "--target", "sold", "--static", "kind,size", "--model", "gru", "--ensemble", "1", "--epochs", "2", "--units", "4", "--window", "14", "--horizon", "2", "--test", "2020-05-08..", "--missing", "forward-fill");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Output = result.Output;
    }

    public TempFolder Folder { get; } = new();

    public string Output { get; }

    public string Model => Path.Combine("forecast-report", "gru.panel.unroll");

    public void Dispose() => Folder.Dispose();

    /// <summary>The first rows of each shop, a row a day from 2020-01-01 on.</summary>
    public static IEnumerable<string> Shops(int days, string? kindOfWest = null)
    {
        yield return "date,shop,kind,size,sold,price";
        foreach ((string shop, string kind, double height) in new[] { ("North", "mall", 1.0), ("South, Main St", "street", 100.0), ("West", kindOfWest ?? "mall", 10.0), ("East", "street", 20.0) })
        {
            for (int day = 0; day < days; day++)
                yield return string.Create(CultureInfo.InvariantCulture, $"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},\"{shop}\",{kind},{height + 3},{height * ((day % 7 < 5 ? 8 : 5) + (day * 7919 % 13 / 13.0)):0.####},{(day % 50 == 7 ? "" : (day % 9).ToString(CultureInfo.InvariantCulture))}");
        }
    }
}

/// <summary><c>unroll predict</c> with a network of several series.</summary>
public sealed class PredictPanelTests(ShopForecast run) : IClassFixture<ShopForecast>
{
    private ToolResult Predict(params string[] arguments) => Tool.Run(run.Folder, ["predict", run.Model, .. arguments]);

    [Fact]
    public void The_forecast_says_what_it_was_told()
    {
        string[] lines = run.Output.Split('\n');
        Assert.Contains("Note: 16 missing values of price filled with the value before.", lines);
        Assert.Contains(lines, line => line.StartsWith("Inputs: sold as ", StringComparison.Ordinal) && line.Contains("; the same on all rows of a series: size, kind; least squares ", StringComparison.Ordinal));
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllText(run.Folder["forecast-report/metrics.json"]));
        Assert.Equal(["size", "kind"], metrics.RootElement.GetProperty("setup").GetProperty("static").EnumerateArray().Select(name => name.GetString()));
    }

    /// <summary>The file ends where the last origin of the forecast was: the saved network says what it said then, intervals too.</summary>
    [Fact]
    public void A_saved_network_predicts_what_it_predicted_before()
    {
        run.Folder.Write("cut.csv", ShopForecast.Shops(158));
        ToolResult result = Predict("cut.csv", "--csv");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal((9, "shop,date,step,value,lower_80,upper_80,lower_95,upper_95,naive"), (result.Lines.Length, result.Lines[0]));
        string[] before = [.. File.ReadAllLines(run.Folder["forecast-report/predictions.csv"]).Where(line => line.Contains(",2020-06-06,2020-06-0", StringComparison.Ordinal))];
        for (int i = 0; i < 8; i++)
        {
            string[] now = result.Lines[i + 1].Split(','), then = before[i].Split(',');
            Assert.Equal([.. then[..^10], then[^9], then[^8]], now[..^6]);
            double[] expected = Array.ConvertAll(then[^4..].Prepend(then[^5]).ToArray(), Number), actual = Array.ConvertAll(now[^6..^1], Number);
            for (int k = 0; k < 5; k++)
                Assert.Equal(expected[k], actual[k], 1e-5 * Math.Abs(expected[0]));
            Assert.Equal(then[^6], now[^1]);
        }
    }

    [Fact]
    public void One_series_or_some_are_named_and_json_has_the_same()
    {
        ToolResult result = Predict("shops.csv", "--series-name", "west", "--series-name", "South, Main St", "--json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(["model", "file", "target", "series_column", "horizon", "series", "left_out"], json.EnumerateObject().Select(property => property.Name));
        JsonElement[] series = [.. json.GetProperty("series").EnumerateArray()];
        Assert.Equal(["West", "South, Main St"], series.Select(each => each.GetProperty("series").GetString()));
        JsonElement west = series[0], next = west.GetProperty("ahead")[1];
        Assert.Equal(("2020-01-01", "2020-05-07", "2020-06-08", "2020-06-10"), (west.GetProperty("trained_from").GetString(), west.GetProperty("trained_to").GetString(), west.GetProperty("after").GetString(), next.GetProperty("date").GetString()));
        Assert.Equal(Number(ShopForecast.Shops(160).Single(line => line.StartsWith("2020-06-08,\"West\"", StringComparison.Ordinal)).Split(',')[4]), west.GetProperty("naive").GetDouble());
        double[] ends = [.. new[] { "lower_95", "lower_80", "value", "upper_80", "upper_95" }.Select(name => next.GetProperty(name).GetDouble())];
        Assert.Equal(ends.Order(), ends);

        result = Predict("shops.csv", "--series-name", "West", "--horizon", "1");
        Assert.Equal(["The next sold of West in shops.csv", "GRU: trained on 2020-01-01 to 2020-05-07"], result.Lines[..2]);
        Assert.Equal(["shop", "Date", "sold", "80", "%", "95", "%", "Naive"], result.Lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["West", "2020-06-09", west.GetProperty("value").GetDouble().ToString("G7", CultureInfo.InvariantCulture)], result.Lines[4].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
    }

    [Fact]
    public void A_series_that_it_has_not_seen_is_left_out_and_said()
    {
        run.Folder.Write("more.csv", ShopForecast.Shops(160).Concat(["2020-06-07,New,mall,5,1,2", "2020-06-08,New,mall,5,1,2"]));
        ToolResult result = Predict("more.csv");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("The next 2 rows of sold of 4 series in more.csv", result.Lines[0]);
        Assert.Equal("Left out New: the GRU was not trained on it.", result.Lines[^1]);
        Assert.Equal((1, "unroll: The GRU was not trained on a series New. It knows East, North, South, Main St, West.\n"), (Predict("more.csv", "--series-name", "New").Code, Predict("more.csv", "--series-name", "New").Error));
        run.Folder.Write("new.csv", ["date,shop,kind,size,sold,price", "2020-06-07,New,mall,5,1,2", "2020-06-08,New,mall,5,1,2"]);
        Assert.Equal("unroll: No series of new.csv can be predicted. The first, New: the GRU was not trained on it. The GRU knows East, North, South, Main St, West.\n", Predict("new.csv").Error);
    }

    [Fact]
    public void A_kind_that_it_has_not_seen_is_refused()
    {
        run.Folder.Write("kiosk.csv", ShopForecast.Shops(160, "kiosk"));
        Assert.Equal((1, "unroll: kiosk.csv, West: the kind \"kiosk\" was not there in training, which knows mall, street. Correct it, or train on a file that has it.\n"), (Predict("kiosk.csv").Code, Predict("kiosk.csv").Error));
        run.Folder.Write("turn.csv", ShopForecast.Shops(160).Select(line => line.StartsWith("2020-02-02,\"West\"", StringComparison.Ordinal) ? line.Replace("mall", "street", StringComparison.Ordinal) : line));
        Assert.Equal("unroll: turn.csv: the static column kind of series West is \"mall\" on line 322 and \"street\" on line 354. Make it the same on all rows of the series, or leave it out of --static.\n", Predict("turn.csv").Error);
    }

    [Theory]
    [InlineData("shops.csv --series-name South", "shops.csv has no series South. Choose one of North, South, Main St, West, East.")]
    [InlineData("shops.csv --series place", "shops.csv has no column place. Choose one of date, shop, kind, size, sold, price.")]
    [InlineData("shops.csv --horizon 3", "The GRU was trained to predict 2 rows ahead, not 3. Train it with --horizon 3.")]
    [InlineData("shops.csv --json --csv", "--json and --csv both print on standard output. Give one of them.")]
    [InlineData("--sample aapl", "aapl.csv has no column shop. Choose one of Date, Open, High, Low, Close, Adj Close, Volume.")]
    public void What_cannot_be_done_is_refused_in_one_line(string arguments, string message) =>
        Assert.Equal((1, "", "unroll: " + message + "\n"), Predict(arguments.Split(' ')) is var result ? (result.Code, result.Output, result.Error) : default);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
