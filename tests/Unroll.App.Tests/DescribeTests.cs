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
        Assert.EndsWith("Calendar\n2013-05-13 to 2018-05-11\nbusiness days (Mon to Fri), 45 gaps, all of a single date, 45 dates missing\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_values_and_rows_out_of_order_are_told()
    {
        string[] lines = Apple.With(300, 2, "");
        (lines[10], lines[11]) = (lines[11], lines[10]);
        ToolResult result = Tool.Run(_folder, "describe", _folder.Write("prices.csv", lines));

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("prices.csv: 1,260 rows, 2013-05-13 to 2018-05-11", result.Lines[0]);
        Assert.Equal("Note: sorted 1260 rows by date: they were not in order", result.Lines[1]);
        Assert.Contains("High         1", result.Lines);
        Assert.Contains("Low          0", result.Lines);
    }
}
