using System.Text.Json;
using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>Rows that no forecast explains, in the chart of the newest rows.</summary>
public class MarkedRowsTests
{
    private static ForecastReport Report(params int[] wrong)
    {
        TimeSeries days = ReportSamples.Days("shop.csv", 120);
        double[] values = days["sold"].ToArray();
        foreach (int row in wrong)
            values[row] += 25;
        var table = new TimeSeries("shop.csv", days.Dates, ("sold", values));
        return ReportSamples.Blended(table, new TaskOptions { Horizon = 6, Window = 14 });
    }

    [Fact]
    public void They_have_a_ring_an_entry_in_the_legend_and_what_was_expected()
    {
        ForecastReport report = Report(30, 75);
        string html = HtmlReport.Render(report);
        double[] marked = PageText.Numbers(PageText.Data(html).GetProperty("parts")[0].GetProperty("future").GetProperty("marked"));

        // The chart shows the newest 60 of 120 rows and six to come.
        Assert.Equal(66, marked.Length);
        Assert.Equal([15], Enumerable.Range(0, 66).Where(row => double.IsFinite(marked[row])));
        Assert.InRange(marked[15], 20, 35);
        Assert.Contains("Rings mark rows that no forecast", html, StringComparison.Ordinal);
        Assert.Contains("No forecast explains", Charts.Forecast(report).Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chart_without_any_says_nothing_of_them()
    {
        string html = HtmlReport.Render(Report(30));
        Assert.False(PageText.Data(html).GetProperty("parts")[0].GetProperty("future").TryGetProperty("marked", out JsonElement _));
        Assert.DoesNotContain("Rings mark", html, StringComparison.Ordinal);
        Assert.DoesNotContain("No forecast explains", Charts.Forecast(Report(30)).Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_series_each_has_its_own()
    {
        TimeSeries one = ReportSamples.Days("shops.csv", 120), other = ReportSamples.Days("shops.csv", 120, 2);
        double[] values = other["sold"].ToArray();
        values[100] += 60;
        var data = new SeriesSet("shops.csv", ("North", one), ("South", new TimeSeries("shops.csv", other.Dates, ("sold", values))));
        ForecastReport report = ReportSamples.Blended(data, new TaskOptions { Horizon = 6, Window = 14 });
        JsonElement parts = PageText.Data(HtmlReport.Render(report)).GetProperty("parts");
        Assert.False(parts[0].GetProperty("future").TryGetProperty("marked", out JsonElement _));
        Assert.Equal(40, Array.FindIndex(PageText.Numbers(parts[1].GetProperty("future").GetProperty("marked")), double.IsFinite));
        Assert.Contains("No forecast explains", Charts.Forecast(report).Svg, StringComparison.Ordinal);
    }
}
