using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>What drives the forecast, on the page and as a picture.</summary>
public class DriversReportTests
{
    private static ForecastReport Report(SeriesSet data, int steps = 7)
    {
        var task = new ForecastTask(data, new TaskOptions { Horizon = steps, TestRows = 21, Targets = ["sold"], Window = 14 });
        var blend = new BlendForecaster([new RidgeForecaster(), new SeasonalNaiveForecaster(7)]);
        blend.Fit(task, null, TestContext.Current.CancellationToken);
        var comparison = new Comparison(task, blend, null, TestContext.Current.CancellationToken);
        return ForecastReport.Create(task, comparison, blend.Predict(data, steps), [blend]) with
        {
            Importance = InputImportance.Of(blend, task, TestContext.Current.CancellationToken),
            Contributions = blend.Contributions(data, steps),
        };
    }

    private static TimeSeries Days(int rows, int seed = 1) => ReportSamples.Days("days.csv", rows, seed);

    [Fact]
    public void One_part_has_shares_bars_and_a_table_that_adds_up()
    {
        ForecastReport report = Report(Days(200));
        string html = HtmlReport.Render(report);
        Assert.Contains("drivers", PageText.Sections(html));
        Assert.Contains("drivers", Charts.All(report).Select(chart => chart.Name));
        foreach (InputShare input in report.Importance!.Inputs.Where(input => input.Increase != 0))
            Assert.Contains(FormattableString.Invariant($"<td>{100 * input.Share:0.0} %</td>"), html, StringComparison.Ordinal);
        string table = html[html.IndexOf("<table class=\"errors made\">", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</table>", StringComparison.Ordinal)];
        Assert.Equal(7, table.Split("<tr>").Length - 2);
        Assert.Contains("<td data-name=\"Season\">", table, StringComparison.Ordinal);
        // What is 0 in all rows is left out.
        Assert.DoesNotContain("Holidays", table, StringComparison.Ordinal);
        Assert.Contains("\"drivers\":{\"dates\":", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", PageText.Markup(html));
    }

    [Fact]
    public void What_is_not_used_is_named_below_the_table()
    {
        TimeSeries days = Days(200);
        var wide = new TimeSeries("days.csv", [.. days.Dates], ("sold", days["sold"].ToArray()), ("a<b", Layers.TestData.Normal(200, 5)));
        ForecastReport report = Report(wide);
        Assert.Equal(0, report.Importance!.Inputs.Single(input => input.Column == "a<b").Increase);
        string html = HtmlReport.Render(report);
        Assert.Contains("Not used: a&lt;b", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<th scope=\"row\">A&lt;b</th>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_parts_have_a_chart_to_choose_from_and_a_small_picture_each()
    {
        ForecastReport report = Report(new SeriesSet("shops.csv", ("North", Days(150)), ("South <b>", Days(150, 2))));
        string html = HtmlReport.Render(report);
        Assert.Contains("<select id=\"pick-drivers\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"errors made\"", html, StringComparison.Ordinal);
        Assert.Contains("South &lt;b", Charts.Drivers(report).Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void One_row_ahead_has_one_bar_and_a_report_without_contributions_none()
    {
        ForecastReport report = Report(Days(200), steps: 1);
        Assert.Contains("what the next row adds to the level", Charts.Drivers(report).Title, StringComparison.Ordinal);
        ForecastReport bare = report with { Contributions = [], Importance = null };
        Assert.DoesNotContain("drivers", PageText.Sections(HtmlReport.Render(bare)));
        Assert.DoesNotContain("drivers", Charts.All(bare).Select(chart => chart.Name));
        Assert.Throws<ArgumentException>(() => Charts.Drivers(bare));
    }
}
