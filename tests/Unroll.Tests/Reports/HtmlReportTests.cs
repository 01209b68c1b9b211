using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>The page of one part without rows to come: what all pages have.</summary>
public class HtmlReportTests
{
    private static readonly ForecastReport s_plain = ReportSamples.Plain() with
    {
        Networks = [ReportSamples.Network("LSTM"), ReportSamples.Network("GRU")],
    };

    [Fact]
    public void The_verdict_comes_before_every_figure_and_chart()
    {
        string html = HtmlReport.Render(s_plain);

        foreach (string sentence in s_plain.Comparison.Summary())
        {
            int verdict = html.IndexOf($"<p>{WebUtility.HtmlEncode(sentence)}</p>", StringComparison.Ordinal);
            Assert.InRange(verdict, html.IndexOf("<h1>prices.csv, High</h1>", StringComparison.Ordinal),
                html.IndexOf("<figure", StringComparison.Ordinal));
            Assert.True(verdict < html.IndexOf("<table", StringComparison.Ordinal));
        }

        Assert.Contains(WebUtility.HtmlEncode(s_plain.Comparison.OriginsWarning!), html);
        Assert.Contains("High from prices.csv, learnt from 30 rows (<span class=\"date\">2020-01-01</span> to <span "
            + "class=\"date\">2020-01-30</span>), tested on 4 rows", html);
    }

    [Fact]
    public void Without_rows_to_come_the_prediction_comes_first()
    {
        string html = HtmlReport.Render(s_plain);
        Assert.Equal(["prediction", "errors", "intervals", "loss", "models", "settings"], PageText.Sections(html));
        Assert.Equal(["prediction", "loss"], Charts.All(s_plain).Select(chart => chart.Name));
    }

    [Fact]
    public void Without_networks_there_are_no_losses()
    {
        ForecastReport report = ReportSamples.Plain();
        Assert.Equal(["prediction", "errors", "intervals", "settings"], PageText.Sections(HtmlReport.Render(report)));
        Assert.Equal(["prediction"], Charts.All(report).Select(chart => chart.Name));
    }

    [Fact]
    public void Baselines_alone_make_a_report_of_the_best_of_them()
    {
        ForecastTask task = ReportSamples.FourTestRows();
        var comparison = new Comparison(task);
        string html = HtmlReport.Render(ForecastReport.Create(task, comparison));
        Assert.Contains(WebUtility.HtmlEncode(comparison.Verdict(comparison.BestBaseline)), html);
        Assert.DoesNotContain("NaN", PageText.Markup(html));
    }

    [Fact]
    public void The_networks_come_first_then_the_baselines()
    {
        string[][] rows = PageText.Table(HtmlReport.Render(s_plain), "errors");

        Assert.Equal(["Forecaster", "Kind", "RMSE", "MAE", "MAPE", "CRPS", "Skill", "Skill vs best", "In 80 %", "In 95 %", "Width of 80 %"],
            rows[0]);
        double rmse = Math.Sqrt(((0.5 * 0.5) + (0.6 * 0.6) + (0.5 * 0.5) + (0.7 * 0.7)) / 4);
        Comparison comparison = s_plain.Comparison;
        Assert.Equal(
            ["LSTM", "network", F(rmse), "0.5750", "4.75 %", "–", Skill(1 - (rmse / comparison.Naive.Error)),
                Skill(1 - (rmse / comparison.BestBaseline.Error)), "–", "–", "–"],
            rows[1].Select(cell => cell.TrimStart('*')));
        Assert.Equal(["GRU lowest RMSE", "network"], rows[2][..2]);
        Assert.StartsWith("Naive (the value before)", rows[3][0]);
        Assert.Equal(comparison.Scores.Count + 1, rows.Length);
        Assert.Equal(F(comparison.Naive.Error), rows[3][2].TrimStart('*'));

        static string F(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        static string Skill(double value) => value.ToString("0.000", CultureInfo.InvariantCulture).Replace('-', '−');
    }

    [Fact]
    public void The_lowest_error_is_marked_and_the_best_figures_are_in_bold()
    {
        string better = HtmlReport.Render(ReportSamples.Plain(("Best", [11.7, 12.2, 11.9, 12.4])));
        string[][] rows = PageText.Table(better, "errors");
        Assert.Equal("Best lowest RMSE", rows[1][0]);
        Assert.Equal(["*0.0500", "*0.0250", "*0.20 %"], rows[1][2..5]);
        Assert.Single(Regex.Matches(better, "<tr class=\"lowest\">"));

        // Where no network is better, the baseline.
        string[][] worse = PageText.Table(HtmlReport.Render(ReportSamples.Plain(("Worst", [1, 1, 1, 1]))), "errors");
        Assert.Equal("Worst", worse[1][0]);
        Assert.Single(worse, row => row[0].EndsWith("lowest RMSE", StringComparison.Ordinal));
    }

    [Fact]
    public void Notes_are_those_of_the_task_and_the_comparison_unless_others_are_given()
    {
        ForecastTask task = new(ReportSamples.Days("shops.csv", 100), new TaskOptions());
        ForecastReport report = ForecastReport.Create(task, new Comparison(task));
        Assert.Contains(task.Ranges!, report.Notes);
        Assert.Contains("<h2 id=\"notes\">", HtmlReport.Render(report));
        Assert.Contains("<li>&lt;too&gt; few rows.</li>", HtmlReport.Render(report with { Notes = ["<too> few rows."] }));
        Assert.DoesNotContain("<h2 id=\"notes\">", HtmlReport.Render(report with { Notes = [] }));
    }

    [Fact]
    public void A_comparison_of_another_task_is_refused()
    {
        var comparison = new Comparison(ReportSamples.FourTestRows());
        Assert.StartsWith("The comparison is of another task than the report.", Assert.Throws<ArgumentException>(
            () => ForecastReport.Create(ReportSamples.FourTestRows(), comparison)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_embedded_numbers_are_exactly_those_given()
    {
        double[] awkward = [0.1 + 0.2, -1.0 / 3, 1e-300, 12345.678901234567];
        ForecastReport report = ReportSamples.Plain(("LSTM", awkward)) with
        {
            Networks = [ReportSamples.Network("LSTM", [0.1, double.NaN, double.PositiveInfinity, Math.PI], [Math.E])],
        };

        JsonElement data = PageText.Data(HtmlReport.Render(report));

        JsonElement test = Assert.Single(data.GetProperty("parts").EnumerateArray()).GetProperty("test");
        Assert.Equal(awkward, PageText.Numbers(test.GetProperty("values")[0]));
        Assert.Equal(ReportSamples.TestActual, PageText.Numbers(test.GetProperty("actual")));
        Assert.Equal([.. ReportSamples.TestActual[..3].Prepend(report.Task[report.Task.Parts[0]].Train[29])],
            PageText.Numbers(test.GetProperty("naive")));
        Assert.Equal(Enumerable.Range(30, 4).Select(row => ReportSamples.First.AddDays(row)),
            test.GetProperty("dates").EnumerateArray().Select(PageText.Date));
        JsonElement loss = data.GetProperty("loss").GetProperty("models")[0];
        Assert.Equal([0.1, double.NaN, double.NaN, Math.PI], PageText.Numbers(loss.GetProperty("train")));
        Assert.Equal([Math.E], PageText.Numbers(loss.GetProperty("validation")));
    }

    [Fact]
    public void Hours_are_shown_only_where_there_are_any()
    {
        ForecastTask task = ReportSamples.FourTestRows(time: TimeSpan.FromMinutes(90));
        string hours = HtmlReport.Render(ForecastReport.Create(task, new Comparison(task)));

        Assert.False(PageText.Data(HtmlReport.Render(s_plain)).GetProperty("hours").GetBoolean());
        Assert.True(PageText.Data(hours).GetProperty("hours").GetBoolean());
        Assert.Contains(">2020-01-31 01:30", hours);
    }

    [Fact]
    public void Text_is_escaped_everywhere()
    {
        const string attack = "<script>alert(1)</script>";
        const string file = "a\"&<b>.csv";
        ForecastTask task = ReportSamples.FourTestRows(file, attack);
        var comparison = new Comparison(task);
        comparison.Add(attack, ReportSamples.Lstm);
        ForecastReport report = ForecastReport.Create(task, comparison) with
        {
            Title = attack,
            Unit = attack,
            Version = attack,
            Notes = [attack],
            Settings = [new(attack, attack)],
            Networks = [ReportSamples.Network(attack) with { Summary = attack }],
        };

        string html = HtmlReport.Render(report);

        Assert.DoesNotContain("<script>alert", html);
        Assert.DoesNotContain("<b>.csv", html);
        Assert.Contains("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>", html);
        Assert.Contains("a&quot;&amp;&lt;b&gt;.csv", html);
        Assert.Equal(3, Regex.Count(html, "</script>"));
        Assert.Equal(attack, PageText.Data(html).GetProperty("lines")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Braces_in_a_title_are_no_place_to_fill()
    {
        const string title = "{{data}} {{verdict}} {{nonsense}}";
        string html = HtmlReport.Render(s_plain with { Title = title });

        Assert.Contains($"<h1>{title}</h1>", html);
        Assert.DoesNotMatch(@"\{\{[a-z-]+\}\}", html.Replace(title, "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_fetches_nothing()
    {
        string html = HtmlReport.Render(s_plain);

        Assert.DoesNotMatch(@"(?i)\s(src|srcset|action|poster)\s*=", PageText.Markup(html));
        Assert.All(Regex.Matches(PageText.Markup(html), @"(?i)\s(?:xlink:)?href\s*=\s*""([^""]*)""").Select(m => m.Groups[1].Value), href => Assert.Equal("data:,", href));
        Assert.DoesNotMatch(@"(?i)@import", html);
        Assert.All(Regex.Matches(html, @"(?i)url\(([^)]*)\)").Select(m => m.Groups[1].Value), url => Assert.StartsWith("#", url));
        Assert.DoesNotMatch(@"(?i)\b(fetch|XMLHttpRequest|importScripts|WebSocket|EventSource|sendBeacon)\b", PageText.WithScripts(html));
        // Even a mistake fetches nothing.
        Assert.Contains("default-src 'none'", html);
        // Addresses occur only as names of XML namespaces and in the notice of uPlot.
        string[] addresses = [.. Regex.Matches(html, @"https?://[^""'\s)]+").Select(m => m.Value).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot"], addresses);
    }

    [Fact]
    public void The_licence_of_uPlot_travels_with_the_page()
    {
        string comment = Regex.Match(HtmlReport.Render(s_plain), "<!--(.*?)-->", RegexOptions.Singleline).Groups[1].Value;

        Assert.Contains("Copyright (c) 2022 Leon Sorokin", comment);
        Assert.Contains("The above copyright notice and this permission notice shall be included in", comment);
    }

    [Fact]
    public void Without_scripts_the_pictures_are_in_the_page()
    {
        string html = HtmlReport.Render(s_plain);

        Assert.All(Charts.All(s_plain), chart => Assert.Contains(chart.Svg.TrimEnd(), html));
        Assert.Contains("<noscript>", html);
        // Only the script itself hides them.
        Assert.DoesNotContain("class=\"js\"", html);
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes_in_every_culture()
    {
        ForecastReport shops = ReportSamples.Shops("North", "West");
        string[] first = [HtmlReport.Render(s_plain), HtmlReport.Render(shops)];
        Assert.Equal(first, OtherCulture.In(() => new[] { HtmlReport.Render(s_plain), HtmlReport.Render(shops) }));
    }

    [Fact]
    public void Time_and_seed_are_shown_only_when_given()
    {
        Assert.Contains("Made by Unroll 1.2.3, seed 455.", HtmlReport.Render(s_plain));
        Assert.Contains("Made by Unroll 1.2.3. Charts", HtmlReport.Render(s_plain with { Seed = null }));
        Assert.Contains(
            "Made by Unroll 1.2.3 on 2026-02-03 04:05 +01:00, seed 455.",
            HtmlReport.Render(s_plain with { GeneratedAt = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(1)) }));
    }

    [Fact]
    public void A_training_that_broke_down_is_said()
    {
        string html = HtmlReport.Render(s_plain with { Networks = [ReportSamples.Network("GRU", [0.3, double.NaN])] });

        Assert.Contains("The loss of the GRU was not finite in epoch 2", html);
        Assert.Contains("63,626 parameters, 2 epochs, final loss not finite, trained in 31.4 s", html);
        Assert.DoesNotContain("NaN<", html);
    }

    [Theory]
    [InlineData(1e-9, "e−10")]
    [InlineData(1e6, "575,000")]
    public void Tiny_and_huge_errors_can_be_read(double scale, string mae)
    {
        ForecastTask task = ReportSamples.FourTestRows(scaled: value => value * scale);
        var comparison = new Comparison(task);
        comparison.Add("LSTM", Array.ConvertAll(ReportSamples.Lstm, value => value * scale));
        Assert.EndsWith(mae, PageText.Table(HtmlReport.Render(ForecastReport.Create(task, comparison)), "errors")[1][3].TrimStart('*'), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_gives_the_rendered_page()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".html");
        try
        {
            HtmlReport.Write(s_plain, path);
            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(HtmlReport.Render(s_plain)), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
