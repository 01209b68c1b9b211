using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Reports.Rendering;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>The page of one part with rows to come, several rows ahead.</summary>
public class HorizonReportTests
{
    private static readonly ForecastReport s_report =
        ReportSamples.Blended(ReportSamples.Days("shop.csv", 120), new TaskOptions { Horizon = 6, Window = 14 });
    private static readonly string s_html = HtmlReport.Render(s_report);

    [Fact]
    public void The_rows_to_come_stand_first_then_their_values()
    {
        Assert.Equal(["forecast", "values", "errors", "horizon", "intervals", "shares", "prediction", "notes", "settings"],
            PageText.Sections(s_html));
        Assert.Equal(["forecast", "prediction", "errors"], Charts.All(s_report).Select(chart => chart.Name));
        string[] sentences = [.. s_report.Comparison.Summary()];
        Assert.Equal(2, sentences.Length);
        Assert.All(sentences, sentence => Assert.Contains($"<p>{WebUtility.HtmlEncode(sentence)}</p>", s_html));
        Assert.Contains("6 rows ahead from each of 19 origins.", s_html);
    }

    [Fact]
    public void The_table_has_date_value_and_both_intervals_of_every_row_to_come()
    {
        PartForecast future = s_report.Future!.Parts[0];
        string[][] rows = PageText.Table(s_html, "values");
        Assert.Equal(["Date", "Value", "80 % interval", "95 % interval"], rows[0]);
        Assert.Equal(7, rows.Length);
        Assert.Equal("2020-04-30", rows[1][0]);
        ForecastRow third = future.Rows()[2];
        Assert.Equal([F(third.Value), $"{F(third.Within80!.Value.Lower)} to {F(third.Within80.Value.Upper)}",
            $"{F(third.Within95!.Value.Lower)} to {F(third.Within95.Value.Upper)}"], rows[3][1..]);

        static string F(double value) => ReportText.Figure(value, ReportText.Decimals(s_report.Comparison.Naive.Error));
    }

    [Fact]
    public void The_chart_opens_at_the_newest_value_and_shows_forecasts_of_test_rows_behind()
    {
        JsonElement future = PageText.Data(s_html).GetProperty("parts")[0].GetProperty("future");
        int first = future.GetProperty("first").GetInt32();
        double[] actual = PageText.Numbers(future.GetProperty("actual")), values = PageText.Numbers(future.GetProperty("values")),
            test = PageText.Numbers(future.GetProperty("test"));
        Assert.Equal(60, first);
        Assert.Equal(66, actual.Length);
        Assert.Equal(s_report.Task.Data[""]["sold"].ToArray()[60..], actual[..60]);
        Assert.All(actual[60..], value => Assert.Equal(double.NaN, value));
        Assert.Equal(actual[59], values[59]);
        Assert.Equal(s_report.Future!.Parts[0].Rows().Select(row => row.Value), values[60..]);
        Assert.Equal(actual[59], future.GetProperty("within95").GetProperty("lower")[59].GetDouble());
        Assert.Equal(s_report.Future.Parts[0].Rows()[5].Within95!.Value.Upper,
            future.GetProperty("within95").GetProperty("upper")[65].GetDouble());

        // 24 test rows: the last forecast covers the newest six, the one before begins six rows earlier.
        PartForecast judged = s_report.Main.Parts[0].Forecast;
        Assert.Equal([36 + 6, 36 + 12, 36 + 18], future.GetProperty("starts").EnumerateArray().Select(row => row.GetInt32()));
        Assert.Equal(Enumerable.Range(1, 6).Select(step => judged[18, step]), test[54..60]);
        Assert.Equal(judged[12, 1], test[48]);
        Assert.Equal(double.NaN, test[35]);
        Assert.Equal(judged.Interval(18, 6, 0.8)!.Value.Upper, future.GetProperty("test80").GetProperty("upper")[59].GetDouble());
    }

    /// <summary>With 22 test rows the rows before the first whole forecast are those of the first origin.</summary>
    [Fact]
    public void Test_rows_before_the_first_whole_forecast_are_the_first_origins()
    {
        ForecastReport report =
            ReportSamples.Blended(ReportSamples.Days("shop.csv", 120), new TaskOptions { Horizon = 6, Window = 14, TestRows = 22 });
        TestLines lines = TestLines.Of(report, report.Parts[0]);
        PartForecast judged = report.Main.Parts[0].Forecast;
        Assert.Equal([4, 10, 16], lines.Starts);
        Assert.Equal(Enumerable.Range(1, 4).Select(step => judged[0, step]), lines.Values[0][..4]);
        Assert.Equal(judged[4, 1], lines.Values[0][4]);
        Assert.Equal(judged[16, 6], lines.Values[0][21]);
        Assert.Equal(Enumerable.Range(98, 22).Select(row => ReportSamples.First.AddDays(row)), lines.Dates);
        Assert.Equal(report.Task[report.Task.Parts[0]].Test.ToArray(), lines.Actual);
    }

    [Fact]
    public void The_recommended_row_is_marked_and_stands_first()
    {
        string[][] rows = PageText.Table(s_html, "errors");
        Assert.Equal(["Blend recommended", "blend"], rows[1][..2]);
        Assert.Contains("CRPS", rows[0]);
        ForecasterScore blend = s_report.Comparison.Recommended!;
        Assert.Equal(FormattableString.Invariant($"{100 * blend.Coverage(0.8):0.0} %"), rows[1][8]);
        Assert.Single(Regex.Matches(s_html, "<tr class=\"lowest\">"));
    }

    /// <summary>What the blend would be without networks stands below it, and does not compete.</summary>
    [Fact]
    public void The_blend_without_networks_is_neither_marked_nor_in_bold()
    {
        ForecasterScore blend = s_report.Comparison.Recommended!,
            perfect = blend with { Parts = ReportSamples.Plain(("Perfect", ReportSamples.TestActual)).Main.Parts };
        var comparison = new Comparison(s_report.Task, s_report.Comparison.Scores, perfect, []);
        string html = HtmlReport.Render(ForecastReport.Create(s_report.Task, comparison));
        string[][] rows = PageText.Table(html, "errors");
        Assert.Equal(["Blend without networks", "blend", "0.000"], rows[2][..3]);
        Assert.Equal(rows[1][2..5], PageText.Table(s_html, "errors")[1][2..5]);
        Assert.Single(Regex.Matches(html, "<tr class=\"lowest\">"));
    }

    [Fact]
    public void Errors_widths_and_coverage_stand_by_rows_ahead()
    {
        string[][] rows = PageText.Table(s_html, "horizon");
        Assert.Equal(["RMSE, rows ahead", "1", "2", "3", "5", "6"], rows[0]);
        ForecasterScore blend = s_report.Comparison.Recommended!;
        string Figure(double value) => value.ToString("#,0.000", CultureInfo.InvariantCulture);
        Assert.Equal(["Blend", Figure(blend.ErrorByStep[0])], rows[1][..2].Select(cell => cell.TrimStart('*')));
        Assert.All(Enumerable.Range(1, 5), column => Assert.Contains(rows[1..], row => row[column].StartsWith('*')));
        Assert.Equal(["Width of 80 %, blend", Figure(blend.WidthByStep(0.8)[0])], rows[^4][..2]);
        Assert.Equal(["Inside 95 %, blend", FormattableString.Invariant($"{100 * blend.Parts[0].CoverageByStep(0.95)[0]:0.0} %")],
            rows[^1][..2]);

        JsonElement[] lines = [.. PageText.Data(s_html).GetProperty("errors").EnumerateArray()];
        Assert.Equal(["RMSE, blend", "RMSE, naive forecast", "Width of the 80 % interval, blend"], lines.Select(
            line => line.GetProperty("name").GetString()).Where(name => !name!.Contains("best baseline", StringComparison.Ordinal)));
        Assert.Equal(blend.WidthByStep(0.8), PageText.Numbers(lines[^1].GetProperty("values")));
    }

    [Fact]
    public void Intervals_say_what_was_promised_and_what_was_kept()
    {
        string[][] rows = PageText.Table(s_html, "intervals");
        Assert.Equal(["Forecaster", "Nominal", "Measured", "Mean width", "Winkler score"], rows[0]);
        ForecasterScore blend = s_report.Comparison.Recommended!;
        Assert.Equal(["Blend", "80.0 %", FormattableString.Invariant($"{100 * blend.Coverage(0.8):0.0} %"),
            FormattableString.Invariant($"{blend.Width(0.8):0.000}")], rows[1][..4]);
        Assert.Equal(["Blend", "95.0 %"], rows[2][..2]);
        Assert.Contains(rows, row => row[0] == "Naive (the value before)");
    }

    [Fact]
    public void Shares_are_bars_the_largest_first()
    {
        string[][] rows = PageText.Table(s_html, "shares");
        IReadOnlyDictionary<string, double> shares = s_report.Comparison.Recommended!.Shares;
        Assert.Equal(shares.Count + 1, rows.Length);
        Assert.Equal(shares.Values.OrderDescending().Select(share => FormattableString.Invariant($"{100 * share:0.0} %")),
            rows[1..].Select(row => row[1]));
        Assert.Contains(FormattableString.Invariant($"width:{100 * shares.Values.Max():0.#}%"), s_html);
    }

    [Fact]
    public void One_row_ahead_has_no_table_by_rows_ahead_and_forecasts_are_joined()
    {
        ForecastReport report = ReportSamples.Blended(ReportSamples.Days("shop.csv", 120), new TaskOptions { Window = 14 });
        string html = HtmlReport.Render(report);
        Assert.DoesNotContain("horizon", PageText.Sections(html));
        Assert.Empty(PageText.Data(html).GetProperty("parts")[0].GetProperty("test").GetProperty("starts").EnumerateArray());
        Assert.Contains("<h2 id=\"forecast\">The next row</h2>", html);
        Assert.Equal(2, PageText.Table(html, "values").Length);
    }

    [Fact]
    public void Without_rows_to_come_there_is_no_such_chart()
    {
        ForecastReport report = ForecastReport.Create(s_report.Task, s_report.Comparison);
        Assert.Equal(["prediction", "errors", "horizon", "intervals", "shares"],
            PageText.Sections(HtmlReport.Render(report with { Notes = [] }))[..5]);
        Assert.StartsWith("The report has no rows to come.", Assert.Throws<ArgumentException>(() => Charts.Forecast(report)).Message,
            StringComparison.Ordinal);
    }
}
