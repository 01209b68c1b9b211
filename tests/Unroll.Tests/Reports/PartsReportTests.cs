using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Reports.Rendering;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>The page and the charts of several series and of several targets.</summary>
public class PartsReportTests
{
    private static readonly ForecastReport s_shops = ReportSamples.Shops();
    private static readonly string s_html = HtmlReport.Render(s_shops);

    [Fact]
    public void All_parts_share_a_page()
    {
        Assert.Equal(["forecast", "values", "errors", "horizon", "intervals", "shares", "parts", "skill", "prediction", "notes",
            "settings"], PageText.Sections(s_html));
        Assert.Contains("sold of 3 series from shops.csv, learnt from 288 rows (<span class=\"date\">2020-01-01</span> to <span "
            + "class=\"date\">2020-04-05</span>), tested on 72 rows", s_html);
        Assert.DoesNotContain("South <b>", PageText.Markup(s_html));
        Assert.Equal(["forecast", "prediction", "errors", "parts"], Charts.All(s_shops).Select(chart => chart.Name));
        string[] ids = [.. Regex.Matches(s_html, " id=\"([^\"]+)\"").Select(match => match.Groups[1].Value)];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(Regex.Matches(s_html, "url\\(#([^)]+)\\)").Select(match => match.Groups[1].Value), id => Assert.Contains(id, ids));
    }

    [Fact]
    public void Errors_are_means_of_scaled_errors_and_count_the_parts_that_are_beaten()
    {
        string[][] rows = PageText.Table(s_html, "errors");
        Assert.Equal(["Forecaster", "Kind", "MASE", "RMSSE", "CRPS", "Skill", "Skill vs best", "Beats naive", "Beats best", "In 80 %",
            "In 95 %", "Width of 80 %"], rows[0]);
        ForecasterScore blend = s_shops.Comparison.Recommended!;
        Assert.Equal(blend.Mase.ToString("0.0000", CultureInfo.InvariantCulture), rows[1][2].TrimStart('*'));
        Assert.Equal(["3 of 3", $"{blend.PartsBeatBest} of 3"], rows[1][7..9]);
        Assert.Equal(["Forecaster", "Nominal", "Measured", "Lowest", "Highest", "Mean width", "Winkler score"],
            PageText.Table(s_html, "intervals")[0]);
    }

    /// <summary>The note names what skill is measured by, whatever that is.</summary>
    [Fact]
    public void The_note_below_the_table_names_the_metric() =>
        Assert.Contains("<strong>Skill</strong> is 1 − MASE ÷ MASE of the naive forecast", s_html, StringComparison.Ordinal);

    [Fact]
    public void A_line_a_part_can_be_sorted_and_leads_to_its_chart()
    {
        string[][] rows = PageText.Table(s_html, "parts");
        Assert.Equal(["Series", "Blend MAE", "Naive MAE", "Best baseline", "Its MAE", "Skill", "Skill vs best", "In 80 %", "In 95 %",
            "Width of 80 %"], rows[0]);
        Assert.Equal(["North", "South <b>", "West"], rows[1..].Select(row => row[0]));
        PartScore west = s_shops.Main.Parts[2];
        Assert.Equal(west.Skill!.Value.ToString("0.000", CultureInfo.InvariantCulture), rows[3][5]);
        Assert.Contains(FormattableString.Invariant($"data-value=\"{west.Mae:G7}\""), s_html);
        Assert.Contains("<a href=\"#forecast\" data-part=\"2\">West</a>", s_html);
        Assert.Contains("<table class=\"errors sortable\">\n<thead><tr><th scope=\"col\"><button type=\"button\">Series</button></th>",
            s_html);
    }

    [Fact]
    public void Each_part_can_be_chosen_and_has_its_own_numbers()
    {
        JsonElement[] parts = [.. PageText.Data(s_html).GetProperty("parts").EnumerateArray()];
        Assert.Equal(["North", "South <b>", "West"], parts.Select(part => part.GetProperty("name").GetString()));
        PartForecast west = s_shops.Main.Parts[2].Forecast, next = s_shops.Future!.Parts[2];
        JsonElement future = parts[2].GetProperty("future");
        Assert.Equal(next[0, 7], future.GetProperty("values")[future.GetProperty("first").GetInt32() + 6].GetDouble(), 1e-4);
        Assert.Equal(west[west.Origins - 1, 7], PageText.Numbers(parts[2].GetProperty("test").GetProperty("values")[0])[^1], 1e-4);
        foreach (string list in new[] { "pick-forecast", "pick-prediction" })
            Assert.Equal(3, Regex.Count(Regex.Match(s_html, $"<select id=\"{list}\">.*?</select>", RegexOptions.Singleline).Value,
                "<option value="));
        double[] skills = PageText.Numbers(PageText.Data(s_html).GetProperty("skill").GetProperty("best"));
        Assert.Equal(skills.Order(), skills);
    }

    [Fact]
    public void Without_scripts_the_values_of_each_part_stand_below_one_another()
    {
        string values = Regex.Match(s_html, "<h2 id=\"values\">.*?</section>", RegexOptions.Singleline).Value;
        Assert.Equal(["North", "South &lt;b&gt;", "West"], Regex.Matches(values, "<h3>(.*?)</h3>").Select(match => match.Groups[1].Value));
        Assert.Equal(3 * 8, Regex.Count(values, "<tr>"));
    }

    [Fact]
    public void The_pictures_name_the_parts_and_the_lines()
    {
        string[] Texts(Chart chart) => [.. XElement.Parse(chart.Svg).Descendants().Where(element => element.Name.LocalName == "text")
            .Select(element => element.Value)];
        string[] ahead = Texts(Charts.Forecast(s_shops));
        Assert.Equal(["sold: the next 7 rows", "shops.csv, 7 rows ahead, a new forecast every 7 rows"], ahead[..2]);
        Assert.Empty(new[] { "North", "South <b>", "West", "Actual", "Blend on the test rows", "Forecast", "80 % interval",
            "95 % interval" }.Except(ahead));
        Assert.Empty(new[] { "West", "Actual", "Blend", "80 % interval of the blend", "Naive forecast" }
            .Except(Texts(Charts.Prediction(s_shops))));
        Assert.Contains("against the best baseline of the part", Charts.Parts(s_shops).Svg);
    }

    /// <summary>Of many parts some are drawn, the lowest and the highest skill among them.</summary>
    [Fact]
    public void Of_many_parts_some_are_drawn_from_the_lowest_to_the_highest_skill()
    {
        ForecastReport report = ReportSamples.Shops([.. Enumerable.Range(0, 14).Select(s => $"S{s:00}")]);
        PartView[] some = report.Spread(12);
        Assert.Equal(12, some.Length);
        Assert.Equal(some.OrderBy(view => view.Place), some);
        Part[] ranked = [.. report.Main.Parts.OrderBy(score => score.SkillAgainstBest).Select(score => score.Part)];
        Assert.Contains(ranked[0], some.Select(view => view.Part));
        Assert.Contains(ranked[13], some.Select(view => view.Part));
        Assert.Contains("12 of 14, from the lowest to the highest skill", Charts.Prediction(report).Svg);
        Assert.Contains("12 of 14 are shown.", HtmlReport.Render(report));
    }

    [Fact]
    public void Targets_of_a_table_are_called_by_their_names()
    {
        ForecastReport report = ReportSamples.Blended(ReportSamples.Days("prices.csv", 120, 1, "high", "low"),
            new TaskOptions { Targets = ["high", "low"], Horizon = 2, Window = 14 });
        string html = HtmlReport.Render(report);
        Assert.Contains("<h1>prices.csv, high, low</h1>", html);
        Assert.Contains("high, low from prices.csv, learnt from 96 rows", html);
        Assert.Equal(["high", "low"], PageText.Table(html, "parts")[1..].Select(row => row[0]));
        Assert.Contains("<label for=\"pick-forecast\">Target</label>", html);
        Assert.Equal(["high", "low"],
            PageText.Data(html).GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("target").GetString()));
    }

    [Fact]
    public void Targets_of_several_series_have_both_names()
    {
        SeriesSet set = new("shops.csv", ("North", ReportSamples.Days("shops.csv", 120, 1, "sold", "lost")),
            ("West", ReportSamples.Days("shops.csv", 120, 2, "sold", "lost")));
        ForecastReport report = ReportSamples.Blended(set, new TaskOptions { Targets = ["sold", "lost"], Window = 14 });
        string[][] rows = PageText.Table(HtmlReport.Render(report), "parts");
        Assert.Equal(["Series", "Target"], rows[0][..2]);
        Assert.Equal([["North", "sold"], ["North", "lost"], ["West", "sold"], ["West", "lost"]], rows[1..].Select(row => row[..2]));
        Assert.Equal("North, lost", PageText.Data(HtmlReport.Render(report)).GetProperty("parts")[1].GetProperty("name").GetString());
    }

    /// <summary>A series that is too short to be judged may still have rows to come.</summary>
    [Fact]
    public void A_part_that_was_not_judged_is_shown_with_its_rows_to_come()
    {
        Part late = new("Late", "sold");
        PartForecast north = s_shops.Future!.Parts[0];
        SeriesSet set = new("shops.csv", ("North", ReportSamples.Days("shops.csv", 120, 1)),
            ("West", ReportSamples.Days("shops.csv", 120, 3)), ("Late", ReportSamples.Days("shops.csv", 120, 4).Tail(4)));
        var task = new ForecastTask(set, new TaskOptions { Horizon = 7, Window = 14 });
        Assert.Equal(["Late"], task.LeftOut.Select(each => each.Series));
        var future = new Forecast([north, new PartForecast(late, [north.OriginDate(0), .. north.Rows().Select(row => row.Date)],
            [[1, 2, 3, 4, 5, 6, 7]], null, [], north.Table)]);
        string html = HtmlReport.Render(ForecastReport.Create(task, new Comparison(task), future));
        JsonElement[] parts = [.. PageText.Data(html).GetProperty("parts").EnumerateArray()];
        Assert.Equal(["North", "West", "Late"], parts.Select(part => part.GetProperty("name").GetString()));
        Assert.False(parts[2].TryGetProperty("test", out _));
        Assert.False(parts[1].TryGetProperty("future", out _));
        Assert.Equal(["North", "West"], PageText.Table(html, "parts")[1..].Select(row => row[0]));
        Assert.Contains("The series Late was left out:", html);
    }
}
