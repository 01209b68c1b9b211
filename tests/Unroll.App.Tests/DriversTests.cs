using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>What drives a forecast: drivers.csv, <c>drivers</c> of metrics.json, the page, and <c>unroll predict --drivers</c>.</summary>
public sealed class DriversTests : IDisposable
{
    private static readonly string[] s_tiny = ["--ensemble", "1", "--epochs", "1", "--units", "4", "--model", "gru,ridge,naive"];
    private readonly TempFolder _folder = new();

    private Report Report => new(_folder["forecast-report"]);

    public void Dispose() => _folder.Dispose();

    /// <summary>Days of noise, 9 more at an event that is known beforehand, of one shop or of two.</summary>
    private string Days(string name, bool isPanel)
    {
        string[] shops = isPanel ? ["A", "B, C"] : [""];
        IEnumerable<string> Of(string shop) => Enumerable.Range(0, 307).Select(row => Line(isPanel ? $"\"{shop}\"," : "", row));
        IEnumerable<string> lines = shops.SelectMany(Of);
        return _folder.Write(name, lines.Prepend(isPanel ? "date,shop,sold,event,idle" : "date,sold,event,idle"));
    }

    private static string Line(string shop, int row)
    {
        int events = row * row % 97 % 5 == 1 ? 1 : 0;
        string sold = row < 300 ? string.Create(CultureInfo.InvariantCulture, $"{100 + (9 * events) + (row * 7919 % 13 / 6.5)}") : "";
        string date = new DateTime(2021, 1, 1).AddDays(row).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return $"{date},{shop}{sold},{events},{row * 31 % 17}";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Contributions_are_written_and_add_up_to_the_forecast(bool isPanel)
    {
        string file = Days("days.csv", isPanel);
        string[] series = isPanel ? ["--series", "shop"] : [];
        string[] asked = ["forecast", file, "--target", "sold", "--known", "event", "--horizon", "7", .. series, .. s_tiny];
        ToolResult result = Tool.Run(_folder, asked);
        Assert.Equal((0, ""), (result.Code, result.Error));
        IReadOnlyList<IReadOnlyDictionary<string, string>> made = Report.Lines(Report.Text("drivers.csv")), future = Report.Future;
        string[] parts = ["level", "recent", "season", "holidays", "columns", "networks", "limit"];
        string[] named = isPanel ? ["series"] : [];
        Assert.Equal([.. named, "target", "date", "step", .. parts, "forecast"], made[0].Keys);
        Assert.Equal(isPanel ? 14 : 7, made.Count);
        foreach ((IReadOnlyDictionary<string, string> row, IReadOnlyDictionary<string, string> forecast) in made.Zip(future))
        {
            string[] expected = [forecast["target"], forecast["date"], forecast["step"], forecast["value"]];
            Assert.Equal(expected, new[] { "target", "date", "step", "forecast" }.Select(name => row[name]));
            Assert.Equal(isPanel ? forecast["series"] : "", row.GetValueOrDefault("series", ""));
            Assert.Equal(Report.Number(row["forecast"]), parts.Sum(part => Report.Number(row[part])), 1e-7);
        }

        // The same rows from the file of the forecaster; of one series alone where that is asked.
        ToolResult printed = Tool.Run(_folder, "predict", "forecast-report/forecast.unroll", file, "--drivers");
        Assert.Equal((0, "", Report.Text("drivers.csv")), (printed.Code, printed.Error, printed.Output));
        if (isPanel)
        {
            printed = Tool.Run(_folder, "predict", "forecast-report/forecast.unroll", file, "--drivers", "--series-name", "A");
            Assert.Equal(8, printed.Lines.Length);
        }
    }

    [Fact]
    public void The_share_of_each_input_is_in_the_figures_on_the_terminal_and_on_the_page()
    {
        string file = Days("days.csv", isPanel: false);
        ToolResult result = Tool.Run(_folder, ["forecast", file, "--target", "sold", "--known", "event", "--horizon", "2", .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement drivers = Report.Metrics.GetProperty("drivers");
        Assert.Equal(["repeats", "parts", "parts_in_all", "inputs", "by_part"], Report.Names(drivers));
        JsonElement[] inputs = [.. drivers.GetProperty("inputs").EnumerateArray()];
        Assert.All(inputs, input => Assert.Equal(["group", "column", "share", "increase"], Report.Names(input)));
        Assert.Equal(1, inputs.Sum(input => Report.Figure(input, "share")), 1e-9);
        JsonElement known = inputs.Single(input => input.GetProperty("group").GetString() == "known-column");
        Assert.Equal("event", known.GetProperty("column").GetString());
        Assert.True(Report.Figure(known, "share") > 0.6, known.ToString());
        JsonElement idle = inputs.Single(input => input.GetProperty("column").GetString() == "idle");
        Assert.InRange(Report.Figure(idle, "share"), 0, 0.05);
        JsonElement part = Assert.Single(drivers.GetProperty("by_part").EnumerateArray());
        Assert.Equal(["series", "target", "mae", "inputs"], Report.Names(part));

        Assert.Contains(result.Lines, line => line.StartsWith("What drives the forecast: mostly event (", StringComparison.Ordinal));
        string html = Report.Text("report.html");
        Assert.Contains("<h2 id=\"drivers\">What drives this forecast</h2>", html, StringComparison.Ordinal);
        Assert.Contains("<p>Mostly event (", html, StringComparison.Ordinal);
        Assert.Contains("<svg", Report.Text("drivers.svg"), StringComparison.Ordinal);

        ToolResult quiet = Tool.Run(_folder, ["forecast", file, "--target", "sold", "--known", "event", "--quiet", .. s_tiny]);
        Assert.DoesNotContain("What drives", quiet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_ways_to_print_are_refused()
    {
        ToolResult result = Tool.Run(_folder, "predict", "a.unroll", "b.csv", "--csv", "--drivers");
        Assert.Equal((1, "unroll: --csv and --drivers both print on standard output. Give one of them.\n"), (result.Code, result.Error));
    }
}
