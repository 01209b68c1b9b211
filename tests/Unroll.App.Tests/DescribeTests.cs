using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

public sealed class DescribeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Figures computed from the file with Python's statistics module and quantiles linear between neighbours.</summary>
    [Fact]
    public void The_sample_is_described_by_figures_computed_elsewhere()
    {
        ToolResult result = Tool.Run(_folder, "describe", "--sample", "aapl");

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("aapl.csv (Apple, a sample): 1,260 rows, 2013-05-13 to 2018-05-11", result.Lines[0]);
        string[][] cells = [.. result.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Contains(["2013-05-13", "64.501427", "65.414284", "64.500000", "64.962860", "50.961628", "79237200"], cells);
        Assert.Contains(["2013-05-17", "62.721428", "62.869999", "61.572857", "61.894287", "48.554409", "106976100"], cells);
        Assert.Contains(["count", "1260.000000", "1260.000000", "1260.000000", "1260.000000", "1260.000000", "1.260000e+03"], cells);
        Assert.Contains(["mean", "114.691429", "115.655309", "113.732762", "114.717975", "109.175220", "4.990338e+07"], cells);
        Assert.Contains(["std", "31.685469", "31.904005", "31.479318", "31.705475", "34.629223", "2.921146e+07"], cells);
        Assert.Contains(["min", "55.908573", "57.181427", "55.552856", "56.254284", "44.129971", "1.147590e+07"], cells);
        Assert.Contains(["25%", "94.522503", "95.422501", "93.570000", "94.467502", "89.743780", "2.898593e+07"], cells);
        Assert.Contains(["50%", "111.630001", "112.520000", "110.239998", "111.774998", "106.876373", "4.243940e+07"], cells);
        Assert.Contains(["75%", "132.975002", "133.655006", "131.562496", "132.737495", "129.636414", "6.295770e+07"], cells);
        Assert.Contains(["max", "189.490005", "190.369995", "187.649994", "190.039993", "189.309998", "2.663808e+08"], cells);
        Assert.Contains(["Adj", "Close", "0"], cells);
    }

    /// <summary>45 = the weekdays between the first and the last date, 1305, less the 1260 rows.</summary>
    [Fact]
    public void Gaps_in_the_calendar_are_counted()
    {
        ToolResult result = Tool.Run(_folder, "describe", "--sample", "aapl");
        Assert.EndsWith("Calendar\n2013-05-13 to 2018-05-11\nbusiness days (Mon to Fri), 45 gaps, all of a single date, 45 dates missing\n",
            result.Output, StringComparison.Ordinal);
    }

    /// <summary>At most ten rows, the largest first; a row that is wrong in several columns stands once; flags are left alone.</summary>
    [Fact]
    public void Rows_that_no_forecast_explains_are_listed()
    {
        string Row(int day, double wrong)
        {
            double sold = 50 + (day % 7) + (day * 37 % 11 / 10.0) + wrong, visits = 10 + (day * 53 % 17 / 10.0) + (wrong / 2);
            return FormattableString.Invariant($"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},{sold},{visits},{day % 40 / 39}");
        }

        string[] Lines(int rows, int[] wrong) =>
            ["date,sold,visits,promotion",
                .. Enumerable.Range(0, rows).Select(day => Row(day, wrong.Contains(day) ? 40 + (day / 10.0) : 0))];
        string[] Shown(string[] lines) =>
        [
            .. Tool.Run(_folder, "describe", _folder.Write("shop.csv", lines)).Lines
                .SkipWhile(line => !line.StartsWith("Rows that", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0),
        ];

        string[] two = Shown(Lines(400, [200, 300]));
        Assert.Equal("Rows that no forecast explains", two[0]);
        Assert.Matches("^date +column +value +expected +usual deviations +what$", two[1]);
        Assert.Matches("^2020-10-27 +(sold|visits) and 1 more .* [+][0-9.]+ +one row$", two[3]);
        Assert.Matches("^2020-07-19 +(sold|visits) and 1 more .* [+][0-9.]+ +one row$", two[4]);
        Assert.Equal(5, two.Length);
        Assert.Equal(["Rows that no forecast explains: none"], Shown(Lines(400, [])));
        Assert.Equal([], Shown(Lines(20, [10])));
        string[] many = Shown(Lines(1200, [.. Enumerable.Range(1, 14).Select(i => 80 * i)]));
        Assert.Equal((14, "and 4 more"), (many.Length, many[^1]));
        Assert.StartsWith("2023-01-25", many[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_values_and_rows_out_of_order_are_told()
    {
        string[] lines = Apple.With(300, 2, "");
        (lines[10], lines[11]) = (lines[11], lines[10]);
        ToolResult result = Tool.Run(_folder, "describe", _folder.Write("prices.csv", lines));

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("prices.csv: 1,260 rows, 2013-05-13 to 2018-05-11", result.Lines[0]);
        Assert.Equal("Note: sorted 1260 rows by date: they were not in order", result.Lines[2]);
        Assert.Contains("High         1", result.Lines);
        Assert.Contains("Low          0", result.Lines);
    }

    [Fact]
    public void What_was_understood_is_said_and_printed_as_json()
    {
        string file = _folder.Write("umsatz.csv",
            ["Datum;Umsatz;Ort", .. Enumerable.Range(1, 28).Select(day => $"{day:00}.02.2023;{(day == 5 ? "-" : "1.234,50")};Ulm")]);
        Assert.StartsWith(
            "Read as text, UTF-8, semicolon between cells, header on line 1, dates in Datum (d.M.yyyy), decimal comma, thousands by point.",
            Tool.Run(_folder, "describe", file).Lines[1], StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(Tool.Run(_folder, "describe", file, "--json").Output).RootElement;
        JsonElement reading = json.GetProperty("reading"), series = json.GetProperty("series")[0];
        Assert.Equal(
            ("semicolon", ",", "point", 1, "daily"),
            (reading.GetProperty("delimiter").GetString(), reading.GetProperty("decimal").GetString(),
                reading.GetProperty("thousands").GetString(),
                reading.GetProperty("missing_marks").GetProperty("-").GetInt32(), series.GetProperty("frequency").GetString()));
        Assert.Equal(["Datum"], reading.GetProperty("date_columns").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(1234.5, series.GetProperty("columns")[0].GetProperty("maximum").GetDouble());
        Assert.Contains("it holds text", reading.GetProperty("left_out").GetProperty("Ort").GetString(), StringComparison.Ordinal);
    }
}
