using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>Rows further ahead, intervals and the rows to come in the report.</summary>
public class HorizonReportTests
{
    private static readonly double[] s_lower = [11, 11.5, 12.1, 11.2], s_upper = [11.9, 12.1, 12.9, 12.4];

    private static IntervalScore Interval(double level, int step = 1, double winkler = 1.5) =>
        new(level, [.. s_lower.Zip(s_upper, (lower, upper) => new PredictionInterval(lower, upper, level))], 0.75, 0.875, winkler) { Step = step };

    private static ForecastReport Ahead()
    {
        ModelResult lstm = ReportSamples.Model("LSTM") with
        {
            Next = [new(new(2021, 1, 7), 12.6, new(12, 13.2, 0.8)), new(new(2021, 1, 8), 12.7, new(11.9, 13.5, 0.8))],
            RmseByStep = [0.64, 0.7],
            Intervals = [Interval(0.8), Interval(0.95, winkler: 2), Interval(0.8, 2, 3)],
            Crps = [new(1, 0.31), new(2, 0.5)],
        };
        ForecastScore better = new("ridge", [11.5, 12, 12, 12.3], 0.4, 0.3, 2, 0.2, 0) { RmseByStep = [0.4, 0.8], Intervals = [Interval(0.8, winkler: 1.25)], Crps = [new(1, 0.25)] };
        ForecastScore worse = new("mean", [10, 10, 10, 10], 2, 2, 15, -3, -4) { RmseByStep = [2, 2.1], Intervals = [Interval(0.8, winkler: 9)] };
        return ReportSamples.Small(lstm) with { Baselines = [better, worse], NaiveByStep = [0.51, 0.9], NaiveIntervals = [Interval(0.8, winkler: 2.5)], NaiveCrps = [new(1, 0.4), new(2, 0.6)], CrpsVerdict = ["The LSTM is <not> better."] };
    }

    [Fact]
    public void Errors_by_rows_ahead_have_the_lowest_of_each_column_in_bold()
    {
        string[][] rows = Table(HtmlReport.Render(Ahead()), "horizon");
        Assert.Equal(["Model", "1", "2"], rows[0]);
        Assert.Equal(["LSTM", "0.6400", "*0.7000"], rows[1]);
        Assert.Equal(["Naive (the value before)", "0.5100", "0.9000"], rows[2]);
        Assert.Equal(["Ridge", "*0.4000", "0.8000"], rows[3]);
        Assert.Equal(["Mean", "2.0000", "2.1000"], rows[4]);
    }

    [Fact]
    public void Intervals_say_what_was_promised_and_what_was_kept_of_the_networks_naive_and_the_best_baseline()
    {
        string[][] rows = Table(HtmlReport.Render(Ahead()), "intervals");
        Assert.Equal(6, rows.Length);
        Assert.Equal(["LSTM", "1", "80.0 %", "75.0 %", "0.8750", "1.5000", "0.0750"], rows[1]);
        Assert.Equal(["LSTM", "1", "95.0 %", "75.0 %", "0.8750", "*2.0000", "0.0250"], rows[2]);
        Assert.Equal(["LSTM", "2", "80.0 %", "75.0 %", "0.8750", "*3.0000", "0.1500"], rows[3]);
        Assert.Equal(("Naive (the value before)", "Ridge"), (rows[4][0], rows[5][0]));
        Assert.Contains("*1.2500", rows[5]);
    }

    [Fact]
    public void CRPS_stands_for_all_that_have_one_below_what_it_says_in_words()
    {
        string html = HtmlReport.Render(Ahead());
        Assert.Contains("<h2 id=\"crps\">CRPS</h2>\n<p>The LSTM is &lt;not&gt; better.</p>", html);
        string[][] rows = Table(html, "crps");
        Assert.Equal(["Model", "1 row ahead", "2 rows ahead"], rows[0]);
        Assert.Equal(["LSTM", "0.3100", "*0.5000"], rows[1]);
        Assert.Equal(["Naive (the value before)", "0.4000", "0.6000"], rows[2]);
        Assert.Equal(["Ridge", "*0.2500", "–"], rows[3]);
        Assert.Equal(4, rows.Length);
    }

    [Fact]
    public void The_band_in_the_chart_is_that_of_the_next_row()
    {
        string html = HtmlReport.Render(Ahead());
        using JsonDocument data = JsonDocument.Parse(Regex.Match(html, "<script type=\"application/json\" id=\"report-data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value);
        JsonElement band = data.RootElement.GetProperty("test").GetProperty("band");
        Assert.Equal("80 % interval of the LSTM", band.GetProperty("name").GetString());
        Assert.Equal(s_lower, band.GetProperty("lower").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal(s_upper, band.GetProperty("upper").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Contains("80 % interval of the LSTM", Charts.Prediction(Ahead()).Svg);
    }

    [Fact]
    public void The_rows_to_come_stand_with_their_dates_and_intervals()
    {
        string html = HtmlReport.Render(Ahead());
        Assert.Contains("The values after 2021-01-06, when it was 12.5000. In brackets is where the value lies four times out of five.", html);
        Assert.Matches("2021-01-07</th><td[^>]*>12.6000 \\(12.0000 to 13.2000\\)", html);
        Assert.Matches("2021-01-08</th><td[^>]*>12.7000 \\(11.9000 to 13.5000\\)", html);
    }

    [Fact]
    public void Where_one_row_ahead_is_all_there_are_no_such_sections()
    {
        string html = HtmlReport.Render(ReportSamples.Small());
        Assert.DoesNotContain("id=\"horizon\"", html);
        Assert.DoesNotContain("id=\"intervals\"", html);
        Assert.DoesNotContain("id=\"crps\"", html);
        Assert.DoesNotContain("\"band\"", html);
    }

    [Fact]
    public void A_band_of_another_length_is_refused()
    {
        ModelResult model = ReportSamples.Model("LSTM") with { Intervals = [new(0.8, [new(1, 2, 0.8)], 1, 1, 1)] };
        Assert.Contains("The intervals of LSTM holds 1 values and TestDates 4", Assert.Throws<ArgumentException>(() => HtmlReport.Render(ReportSamples.Small(model))).Message);
    }

    private static string[][] Table(string html, string section)
    {
        string table = Regex.Match(html, $"<h2 id=\"{section}\">.*?</table>", RegexOptions.Singleline).Value;
        return [.. Regex.Matches(table, "<tr.*?</tr>", RegexOptions.Singleline).Select(row => Regex.Matches(row.Value, "<t[hd]([^>]*)>(.*?)</t[hd]>", RegexOptions.Singleline).Select(cell => (cell.Groups[1].Value.Contains("best", StringComparison.Ordinal) ? "*" : "") + cell.Groups[2].Value).ToArray())];
    }
}
