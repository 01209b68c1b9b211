using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>The page and the charts of several series.</summary>
public partial class PanelReportTests
{
    private static readonly Lazy<PanelReport> s_report = new(() => Report("North", "South <b>", "West"));

    private static TimeSeries Rows(int seed, double height)
    {
        var random = new RandomSource((ulong)seed);
        return new TimeSeries("t.csv", [.. Enumerable.Range(0, 300).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("sold", [.. Enumerable.Range(0, 300).Select(day => height * (5 + (day % 7 < 5 ? 3 : 0) + (0.5 * random.NextNormal())))]));
    }

    private static PanelReport Report(params string[] keys)
    {
        var panel = new Panel("shops.csv", [.. keys.Select((key, s) => (key, Rows(s, s + 1)))]);
        var split = new PanelSplit(panel, "sold", "..2020-08-31", "2020-09-01..", 14, new ForecastInputs { Calendar = true });
        var network = new PanelForecaster(new EnsembleRecipe { Members = 1, Network = new NetworkRecipe { Units = 2, Training = new TrainingOptions { Epochs = 2, EarlyStopping = new EarlyStopping(1) } } });
        network.Fit(split);
        var comparison = new PanelComparison(split);
        return PanelReport.Create(split, comparison, comparison.Add(network), network) with { Title = "Shops, sold", Notes = ["A note."], Settings = [new("window", "14")] };
    }

    [Fact]
    public void The_verdict_opens_the_page_and_the_sections_stand_in_order()
    {
        string html = HtmlReport.Render(s_report.Value);
        Assert.Equal(html, HtmlReport.Render(s_report.Value));
        int verdict = html.IndexOf(System.Net.WebUtility.HtmlEncode(s_report.Value.Comparison.Verdict(s_report.Value.Score)), StringComparison.Ordinal);
        Assert.InRange(verdict, html.IndexOf("<h1>Shops, sold</h1>", StringComparison.Ordinal), html.IndexOf("<table", StringComparison.Ordinal));
        Assert.Equal(["errors", "intervals", "series", "lines", "skill", "loss", "models", "settings"], Regex.Matches(html, "<h2 id=\"([a-z]+)\">").Select(match => match.Groups[1].Value));
        Assert.Contains("sold of 3 series from shops.csv, one for each series, trained on 732 rows (<span class=\"date\">2020-01-01</span> to <span class=\"date\">2020-08-31</span>), tested on 168 rows", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", Style().Replace(html, ""), StringComparison.Ordinal);
        Assert.DoesNotContain("South <b>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_naive_forecast_and_the_best_baselines_are_beside_every_error()
    {
        PanelReport report = s_report.Value;
        string[][] all = Rows(HtmlReport.Render(report), 0);
        Assert.Equal(["Model", "RMSSE", "MASE", "Naive RMSSE", "Skill", "Skill vs best", "Beats naive on", "Beats best on"], all[0]);
        Assert.Equal(["LSTM", "Naive", "Seasonal naive", "Drift", "Mean", "Least squares", "ETS", "Best baseline of each"], all[1..].Select(row => row[0].Replace(" lowest RMSSE", "", StringComparison.Ordinal)));
        Assert.Equal([report.Score.Rmsse, report.Comparison.Naive.Rmsse], new[] { all[1], all[2] }.Select(row => double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture)), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(all[2][1], all[1][3]);
        Assert.Equal("3 of 3", all[1][6]);

        string[][] intervals = Rows(HtmlReport.Render(report), 1);
        Assert.Equal(["LSTM", "LSTM", "Naive", "Naive"], intervals[1..5].Select(row => row[0]));
        PanelIntervalScore held = report.Score.Intervals[0];
        Assert.Equal(["1", "80.0 %", FormattableString.Invariant($"{100 * held.Coverage:0.0} %"), FormattableString.Invariant($"{100 * held.LowestCoverage:0.0} %")], intervals[1][1..5]);

        string[][] lines = Rows(HtmlReport.Render(report), 2);
        Assert.Equal(["series", "Naive RMSE", "Seasonal naive", "LSTM RMSE", "Skill", "Best baseline", "Its RMSE", "Skill vs best", "In 80 %", "In 95 %", "Winkler 80 %"], lines[0]);
        Assert.Equal(["North", "South &lt;b&gt;", "West"], lines[1..].Select(row => row[0]));
        Assert.Equal(report.Comparison.Baselines[1].Best.Name, lines[2][5]);
    }

    [Fact]
    public void The_chart_of_each_series_has_its_numbers()
    {
        PanelReport report = s_report.Value;
        string html = HtmlReport.Render(report);
        JsonElement data = JsonDocument.Parse(Regex.Match(html, "<script type=\"application/json\" id=\"report-data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value).RootElement;
        JsonElement[] panel = [.. data.GetProperty("panel").EnumerateArray()];
        Assert.Equal(["North", "South <b>", "West"], panel.Select(each => each.GetProperty("name").GetString()));
        IntervalScore band = report.Score["West"].Intervals[0];
        Assert.Equal(56, panel[2].GetProperty("upper").GetArrayLength());
        Assert.Equal(band.Intervals[7].Upper, panel[2].GetProperty("upper")[7].GetDouble(), 1e-5);
        Assert.Equal(report.Score["West"].Forecast[7, 1], panel[2].GetProperty("values")[7].GetDouble(), 1e-5);
        Assert.Equal(report.Split["West"].Test[6], panel[2].GetProperty("naive")[7].GetDouble(), 1e-5);
        Assert.Equal(new DateTime(2020, 9, 8), DateTime.UnixEpoch.AddSeconds(panel[2].GetProperty("dates")[7].GetDouble()));
        Assert.Equal(3, Regex.Count(html, "<option value="));
        double[] skills = [.. data.GetProperty("skill").GetProperty("best").EnumerateArray().Select(each => each.GetDouble())];
        Assert.Equal(skills.Order(), skills);
        Assert.Equal(report.Score.Series.Min(score => score.SkillAgainstBest)!.Value, skills[0], 1e-6);
    }

    [Fact]
    public void The_charts_name_the_series_and_the_lines()
    {
        IReadOnlyList<Chart> charts = Charts.All(s_report.Value);
        Assert.Equal(["series", "skill", "loss"], charts.Select(chart => chart.Name));
        string[] texts = [.. XElement.Parse(charts[0].Svg).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
        Assert.Equal(["sold: prediction against actual, series by series", "shops.csv, one row ahead, the newest 60 test rows"], texts[..2]);
        Assert.Empty(new[] { "North", "South <b>", "West", "Actual", "LSTM", "80 % interval of the LSTM", "Naive forecast" }.Except(texts));
        Assert.Contains("against the best baseline of the series", charts[1].Svg, StringComparison.Ordinal);
    }

    /// <summary>Of many series some are drawn, the lowest and the highest skill among them.</summary>
    [Fact]
    public void Of_many_series_some_are_drawn_from_the_lowest_to_the_highest_skill()
    {
        PanelReport report = Report([.. Enumerable.Range(0, 14).Select(s => $"S{s:00}")]);
        int[] places = report.Spread(12);
        Assert.Equal(12, places.Length);
        Assert.Equal(places.Order(), places);
        Assert.Contains(report.BySkill[0], places);
        Assert.Contains(report.BySkill[13], places);
        Assert.Contains("12 of 14 series, from the lowest to the highest skill", Charts.Series(report).Svg, StringComparison.Ordinal);
    }

    private static string[][] Rows(string html, int table) =>
    [
        .. Regex.Matches(Regex.Matches(html, "<table class=\"errors.*?</table>", RegexOptions.Singleline)[table].Value, "<tr.*?</tr>", RegexOptions.Singleline)
            .Select(row => Regex.Matches(row.Value, "<t[hd][^>]*>(.*?)</t[hd]>", RegexOptions.Singleline).Select(cell => Regex.Replace(cell.Groups[1].Value, "<[^>]*>", "")).ToArray()),
    ];

    [GeneratedRegex("<s(cript|tyle)[^t].*?</s(cript|tyle)>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
