using Xunit;

namespace Unroll.App.Tests;

/// <summary><c>unroll describe --series</c>: files of several series.</summary>
public sealed class DescribePanelTests : IDisposable
{
    private static readonly string[] s_shops = ["date,shop,size,sold", "2020-01-02,North,40,12", "2020-01-01,South,90,3",
        "2020-01-04,North,40,", "2020-01-02,South,90,4", "2020-01-03,North,40,13"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Means by Python's math.fsum over the columns of the package, the dates moved by 14 days.</summary>
    [Fact]
    public void The_sample_has_a_line_for_each_station()
    {
        ToolResult result = Tool.Run(_folder, "describe", "--sample", "stations");
        Assert.Equal((0, "", 43), (result.Code, result.Error, result.Lines.Length));
        Assert.Equal("                   rows       first        last  missing  mean ridership", result.Lines[3]);
        Assert.Equal("station", result.Lines[4]);
        Assert.Equal("Austin             1461  2012-08-15  2016-08-14        0        1.742616", result.Lines[5]);
        Assert.Equal("California         1461  2012-08-15  2016-08-14        0        0.972527", result.Lines[24]);
        Assert.Equal("all 20            29220  2012-08-15  2016-08-14        0        4.038288", result.Lines[25]);
        Assert.Equal("Calendar: daily, no gaps", result.Lines[27]);
        Assert.Equal("Rows that no forecast explains", result.Lines[29]);
        Assert.Matches("^2016-06-18 +Washington_Wells +6.99 +1.62 .* one row$", result.Lines[32]);
        Assert.Matches("^and [0-9]+ more$", result.Lines[42]);
        Assert.Equal(result.Output, Tool.Run(_folder, "describe", "--sample", "stations", "--series", "Station").Output);
    }

    [Fact]
    public void A_file_is_described_by_the_column_named()
    {
        ToolResult result = Tool.Run(_folder, "describe", _folder.Write("shops.csv", s_shops), "--series", "shop");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(
            [
                "shops.csv: 2 series, 5 rows, 2020-01-01 to 2020-01-04",
                "Read as text, UTF-8, comma between cells, header on line 1, dates in date (yyyy-MM-dd).",
                "Note: sorted the rows of 1 series by date: they were not in order",
                "",
                "       rows       first        last  missing  mean sold",
                "shop",
                "North     3  2020-01-02  2020-01-04        1       12.5",
                "South     2  2020-01-01  2020-01-02        0        3.5",
                "all 2     5  2020-01-01  2020-01-04        1        8.0",
                "",
                "The same on all rows of a series: size",
                "Calendar: daily (1 series), unknown (1 series), no gaps",
            ],
            result.Lines);
    }

    [Fact]
    public void Gaps_of_all_series_are_counted()
    {
        IEnumerable<string> Shop(string name, int[] days) => days.Select(day => $"2020-01-{day:00},{name},{day}");
        string file = _folder.Write("shops.csv",
            ["date,shop,sold", .. Shop("North", [1, 2, 3, 5, 6]), .. Shop("South", [1, 2, 3, 4]), .. Shop("West", [7, 8, 9, 13])]);
        Assert.Equal("Calendar: daily, gaps in 2 of 3 series, 4 dates missing",
            Tool.Run(_folder, "describe", file, "--series", "shop").Lines[^1]);
    }

    [Theory]
    [InlineData("--series store", "shops.csv has no column store. Choose one of date, shop, size, sold. (--series)")]
    [InlineData("--series date",
        "Column date of shops.csv holds the dates, so it cannot tell series apart. Choose another of shop, size, sold. (--series)")]
    [InlineData("", "shops.csv: the date 2020-01-02 appears twice, on lines 2 and 5. Remove one of them.")]
    [InlineData("--series", "Required argument missing for option: '--series'. See unroll describe --help.")]
    public void What_cannot_be_done_is_refused_in_one_line(string option, string message)
    {
        ToolResult result = Tool.Run(
            _folder, ["describe", _folder.Write("shops.csv", s_shops), .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((1, "", "unroll: " + message + "\n"), (result.Code, result.Output, result.Error));
    }
}
