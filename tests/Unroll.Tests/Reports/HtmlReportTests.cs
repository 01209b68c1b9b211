using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public partial class HtmlReportTests
{
    [Fact]
    public void The_verdict_comes_before_every_figure_and_chart()
    {
        string html = HtmlReport.Render(ReportSamples.Small());

        int verdict = html.IndexOf("The LSTM does not beat the naive forecast (RMSE 0.64 against 0.51).", StringComparison.Ordinal);
        Assert.InRange(verdict, html.IndexOf("<h1>", StringComparison.Ordinal), html.IndexOf("<table", StringComparison.Ordinal));
        Assert.True(verdict < html.IndexOf("<svg", StringComparison.Ordinal));
        Assert.True(verdict < html.IndexOf("<figure", StringComparison.Ordinal));
    }

    [Fact]
    public void The_sections_stand_in_order()
    {
        string html = HtmlReport.Render(ReportSamples.Small());

        string[] headings = [.. Regex.Matches(html, "<h2 id=\"([a-z]+)\">").Select(match => match.Groups[1].Value)];
        Assert.Equal(["errors", "prediction", "split", "loss", "models", "settings"], headings);
    }

    [Fact]
    public void The_networks_come_first_then_the_baselines_and_the_naive_forecast_is_beside_every_error()
    {
        ForecastReport report = ReportSamples.Small() with { Baselines = [new("seasonal naive", [11, 12, 13, 14], 0.32, 0.31, 2.1, 0.378, 0), new("ETS", [11, 12, 13, 14], 0.48, 0.47, null, 0.068, -0.5)] };
        string html = HtmlReport.Render(report);
        string[][] rows = Rows(html);

        Assert.Equal(["Model", "Parameters", "Training time", "RMSE", "MAE", "MAPE", "Naive RMSE", "Skill", "Skill vs best"], rows[0]);
        Assert.Equal(["LSTM", "63,626", "31.4 s", "0.6400", "0.6100", "5.20 %", "0.5148", "−0.243", "−1.000"], rows[1]);
        Assert.Equal("GRU", rows[2][0]);
        Assert.Equal("0.5148", rows[2][6]);
        Assert.Equal(["Naive (the value before)", "–", "–", "0.5148", "0.5000", "4.14 %", "0.5148", "0.000", "−0.609"], rows[3]);
        Assert.Equal(["Seasonal naive lowest RMSE", "–", "–", "0.3200", "0.3100", "2.10 %", "0.5148", "0.378", "0.000"], rows[4]);
        Assert.Equal(["ETS", "–", "–", "0.4800", "0.4700", "–", "0.5148", "0.068", "−0.500"], rows[5]);
        Assert.Equal(6, rows.Length);
        Assert.Contains("Seasonal naive", Assert.Single(Regex.Matches(html, "<tr class=\"lowest\">\n?.*")).Value);
    }

    [Fact]
    public void Notes_stand_below_the_table()
    {
        string html = HtmlReport.Render(ReportSamples.Small() with { Notes = ["The ETS forecast is left out: <too> few rows."] });

        Assert.Contains("</table>\n<p class=\"note\">The ETS forecast is left out: &lt;too&gt; few rows.</p>\n", html);
    }

    [Fact]
    public void Baselines_that_contradict_the_report_are_refused()
    {
        ForecastReport report = ReportSamples.Small();

        AssertRefused("Predictions of ETS holds 1 values and TestDates 4", report with { Baselines = [new("ETS", [1], 1, 1, null, 0, 0)] });
        AssertRefused("ETS has a MAPE of 3.00 % but the naive forecast has none", ReportSamples.Small(ReportSamples.Model("GRU") with { Mape = double.NaN }) with { NaiveMape = double.NaN, Baselines = [new("ETS", [1, 2, 3, 4], 1, 1, 3, 0, 0)] });
    }

    [Fact]
    public void The_naive_forecast_is_in_bold_where_no_network_beats_it()
    {
        string worse = HtmlReport.Render(ReportSamples.Small());
        string better = HtmlReport.Render(ReportSamples.Small(ReportSamples.Model("GRU") with { Rmse = 0.4, Skill = 0.223 }));

        Assert.Equal(["0.5148", "0.5000", "4.14 %", "0.000", "0.000"], Best(worse));
        Assert.Equal(["0.4000", "0.223", "0.223", "0.5000", "4.14 %"], Best(better));
        Assert.Equal("Naive (the value before) lowest RMSE", Rows(worse)[3][0]);
        Assert.Equal("GRU lowest RMSE", Rows(better)[1][0]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public void No_report_without_a_naive_error(double error)
    {
        ForecastReport report = ReportSamples.Small();

        var rmse = Assert.Throws<ArgumentException>(() => HtmlReport.Render(report with { NaiveRmse = error }));
        var mae = Assert.Throws<ArgumentException>(() => HtmlReport.Render(report with { NaiveMae = error }));
        var mape = Assert.Throws<ArgumentException>(() => HtmlReport.Render(report with { NaiveMape = double.NaN }));

        Assert.Contains("NaiveRmse is a finite error of at least 0", rmse.Message);
        Assert.Contains("NaiveMae is a finite error of at least 0", mae.Message);
        Assert.Contains("LSTM has a MAPE of 5.20 % but the naive forecast has none", mape.Message);
    }

    [Fact]
    public void Every_naive_figure_is_required_by_the_compiler()
    {
        foreach (string name in new[] { "Naive", "NaiveRmse", "NaiveMae", "NaiveMape", "Verdict" })
        {
            var property = typeof(ForecastReport).GetProperty(name)!;
            Assert.True(property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), inherit: false), name);
        }
    }

    [Fact]
    public void A_report_that_contradicts_itself_is_refused()
    {
        ForecastReport report = ReportSamples.Small();

        AssertRefused("Naive holds 1 values and TestDates 4", report with { Naive = [1] });
        AssertRefused("Actual holds 2 values and Dates 10", report with { Actual = [1, 2] });
        AssertRefused("Predictions of GRU holds 1 values and TestDates 4", ReportSamples.Small(ReportSamples.Model("GRU") with { Predictions = [1] }));
        AssertRefused("the test range begins on 2021-01-03, which is not after the end of training, 2021-01-03", report with { TrainTo = report.TestDates[0] });
        AssertRefused("Dates ascend, but 2020-12-28 00:00 follows 2021-01-06 00:00", report with { Dates = [.. report.Dates.Reverse().Select((d, i) => i == 0 ? d : ReportSamples.First)] });
        AssertRefused("Verdict says the result in at least one sentence", report with { Verdict = [] });
    }

    [Fact]
    public void The_embedded_numbers_are_exactly_those_given()
    {
        double[] awkward = [0.1 + 0.2, -1.0 / 3, 1e-300, double.MaxValue];
        ModelResult model = ReportSamples.Model("LSTM") with
        {
            Predictions = awkward,
            LossByEpoch = [0.1, double.NaN, double.PositiveInfinity, Math.PI],
            ValidationLossByEpoch = [Math.E],
        };
        ForecastReport report = ReportSamples.Small(model);

        JsonElement data = Data(HtmlReport.Render(report));

        JsonElement test = data.GetProperty("test");
        Assert.Equal(awkward, Numbers(test.GetProperty("models")[0].GetProperty("values")));
        Assert.Equal(report.TestActual, Numbers(test.GetProperty("actual")));
        Assert.Equal(report.Naive, Numbers(test.GetProperty("naive")));
        Assert.Equal(report.Actual, Numbers(data.GetProperty("series").GetProperty("actual")));
        Assert.Equal(report.Dates, data.GetProperty("series").GetProperty("dates").EnumerateArray().Select(Date));
        Assert.Equal(report.TestDates, test.GetProperty("dates").EnumerateArray().Select(Date));
        Assert.Equal(report.TrainFrom, Date(data.GetProperty("series").GetProperty("trainFrom")));
        Assert.Equal(report.TrainTo, Date(data.GetProperty("series").GetProperty("trainTo")));
        JsonElement loss = data.GetProperty("loss").GetProperty("models")[0];
        Assert.Equal([0.1, double.NaN, double.NaN, Math.PI], Numbers(loss.GetProperty("train")));
        Assert.Equal([Math.E], Numbers(loss.GetProperty("validation")));
    }

    [Fact]
    public void Hours_are_shown_only_where_there_are_any()
    {
        ForecastReport days = ReportSamples.Small();
        ForecastReport hours = days with
        {
            TestDates = [.. days.TestDates.Select(date => date.AddMinutes(90.5))],
        };

        Assert.False(Data(HtmlReport.Render(days)).GetProperty("hours").GetBoolean());
        Assert.True(Data(HtmlReport.Render(hours)).GetProperty("hours").GetBoolean());
        Assert.Equal(hours.TestDates, Data(HtmlReport.Render(hours)).GetProperty("test").GetProperty("dates").EnumerateArray().Select(Date));
        Assert.Contains(">2021-01-03 01:30<", HtmlReport.Render(hours));
    }

    [Fact]
    public void Text_is_escaped_everywhere()
    {
        const string attack = "<script>alert(1)</script>";
        const string file = "a\"&<b>.csv";
        ForecastReport report = ReportSamples.Small(ReportSamples.Model(attack) with { Summary = attack }) with
        {
            Title = attack,
            File = file,
            Target = attack,
            Unit = attack,
            NaiveName = attack,
            Version = attack,
            Verdict = [attack],
            Settings = [new(attack, attack)],
        };

        string html = HtmlReport.Render(report);

        Assert.DoesNotContain("<script>alert", html);
        Assert.DoesNotContain("<b>.csv", html);
        Assert.Contains("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>", html);
        Assert.Contains("a&quot;&amp;&lt;b&gt;.csv", html);
        Assert.Equal(3, Regex.Count(html, "</script>"));
        Assert.Equal(attack, Data(html).GetProperty("test").GetProperty("models")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Braces_in_a_title_are_no_place_to_fill()
    {
        string html = HtmlReport.Render(ReportSamples.Small() with { Title = "{{data}} {{verdict}} {{nonsense}}" });

        Assert.Contains("<h1>{{data}} {{verdict}} {{nonsense}}</h1>", html);
        Assert.DoesNotMatch(@"\{\{[a-z-]+\}\}", html.Replace("{{data}} {{verdict}} {{nonsense}}", "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_fetches_nothing()
    {
        string html = HtmlReport.Render(ReportSamples.Small());

        Assert.DoesNotMatch(@"(?i)\s(src|srcset|action|poster)\s*=", MarkupOnly(html));
        Assert.All(Regex.Matches(MarkupOnly(html), @"(?i)\s(?:xlink:)?href\s*=\s*""([^""]*)""").Select(m => m.Groups[1].Value), href => Assert.Equal("data:,", href));
        Assert.DoesNotMatch(@"(?i)@import", html);
        Assert.All(Regex.Matches(html, @"(?i)url\(([^)]*)\)").Select(m => m.Groups[1].Value), url => Assert.StartsWith("#", url));
        Assert.DoesNotMatch(@"(?i)\b(fetch|XMLHttpRequest|importScripts|WebSocket|EventSource|sendBeacon)\b", Script().Replace(html, m => m.Groups["body"].Value));
        // Even a mistake fetches nothing.
        Assert.Contains("default-src 'none'", html);
        // Addresses occur only as names of XML namespaces and in the notice of uPlot.
        string[] addresses = [.. Regex.Matches(html, @"https?://[^""'\s)]+").Select(m => m.Value).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot"], addresses);
    }

    [Fact]
    public void The_licence_of_uPlot_travels_with_the_page()
    {
        string comment = Regex.Match(HtmlReport.Render(ReportSamples.Small()), "<!--(.*?)-->", RegexOptions.Singleline).Groups[1].Value;

        Assert.Contains("Copyright (c) 2022 Leon Sorokin", comment);
        Assert.Contains("The above copyright notice and this permission notice shall be included in", comment);
    }

    [Fact]
    public void Without_scripts_the_three_pictures_are_in_the_page()
    {
        ForecastReport report = ReportSamples.Small();
        string html = HtmlReport.Render(report);

        foreach (Chart chart in Charts.All(report))
            Assert.Contains(chart.Svg.TrimEnd(), html);
        Assert.Contains("<noscript>", html);
        // Only the script itself hides them.
        Assert.DoesNotContain("class=\"js\"", html);
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string first = HtmlReport.Render(ReportSamples.Small());
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            culture.NumberFormat.NegativeSign = "~";
            culture.DateTimeFormat.DateSeparator = "/";
            culture.DateTimeFormat.TimeSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(first, HtmlReport.Render(ReportSamples.Small()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_time_of_making_is_shown_only_when_given()
    {
        ForecastReport report = ReportSamples.Small();

        Assert.Contains("Made by Unroll 1.2.3, seed 455.", HtmlReport.Render(report));
        Assert.Contains(
            "Made by Unroll 1.2.3 on 2026-02-03 04:05 +01:00, seed 455.",
            HtmlReport.Render(report with { GeneratedAt = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(1)) }));
    }

    [Fact]
    public void A_training_that_broke_down_is_said()
    {
        ModelResult model = ReportSamples.Model("GRU") with
        {
            Epochs = 1,
            FinalLoss = double.NaN,
            LossByEpoch = [0.3, double.NaN],
            Rmse = double.NaN,
            Skill = double.NaN,
        };

        string html = HtmlReport.Render(ReportSamples.Small(model));

        Assert.Contains("The loss of the GRU was not finite in epoch 2", html);
        Assert.Contains("1 epoch, final loss not finite", html);
        Assert.Equal("–", Rows(html)[1][3]);
        Assert.DoesNotContain("NaN<", html);
    }

    [Fact]
    public void The_next_value_stands_beside_the_last_known_one()
    {
        ForecastReport report = ReportSamples.Small(ReportSamples.Model("LSTM") with { Next = [new NextValue(new DateTime(2021, 1, 7), 12.6, null)] }, ReportSamples.Model("GRU"));

        Assert.Contains("The next value after 2021-01-06: LSTM 12.6000 (the last known value is 12.5000).", HtmlReport.Render(report));
        Assert.DoesNotContain("The next value after", HtmlReport.Render(ReportSamples.Small()));
    }

    [Fact]
    public void Tiny_and_huge_errors_can_be_read()
    {
        ModelResult model = ReportSamples.Model("LSTM");
        string[][] tiny = Rows(HtmlReport.Render(ReportSamples.Small(model with { Rmse = 3.21e-9 }) with { NaiveRmse = 2.5e-9 }));
        string[][] huge = Rows(HtmlReport.Render(ReportSamples.Small(model with { Rmse = 1234567.8 }) with { NaiveRmse = 987654.3 }));

        Assert.Equal("3.210e−9", tiny[1][3]);
        Assert.Equal("1,234,568", huge[1][3]);
        Assert.Equal("987,654", huge[1][6]);
    }

    [Fact]
    public void A_skill_that_rounds_to_nothing_has_no_sign()
    {
        ModelResult model = ReportSamples.Model("LSTM");

        Assert.Equal("0.000", Rows(HtmlReport.Render(ReportSamples.Small(model with { Skill = -0.0004 })))[1][7]);
        Assert.Equal("−0.001", Rows(HtmlReport.Render(ReportSamples.Small(model with { Skill = -0.0006 })))[1][7]);
    }

    [Fact]
    public void Write_gives_the_rendered_page()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".html");
        try
        {
            HtmlReport.Write(ReportSamples.Small(), path);
            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(HtmlReport.Render(ReportSamples.Small())), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertRefused(string message, ForecastReport report)
    {
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => HtmlReport.Render(report)).Message);
        foreach (Func<ForecastReport, Chart> chart in new[] { Charts.Split, Charts.Loss, Charts.Prediction })
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => chart(report)).Message);
    }

    private static JsonElement Data(string html)
    {
        string json = Regex.Match(html, "<script type=\"application/json\" id=\"report-data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;
        return JsonDocument.Parse(json).RootElement;
    }

    private static double[] Numbers(JsonElement list) =>
        [.. list.EnumerateArray().Select(number => number.ValueKind == JsonValueKind.Null ? double.NaN : number.GetDouble())];

    private static DateTime Date(JsonElement seconds) =>
        DateTime.SpecifyKind(DateTime.UnixEpoch.AddTicks((long)(seconds.GetDecimal() * TimeSpan.TicksPerSecond)), DateTimeKind.Unspecified);

    private static string[][] Rows(string html)
    {
        string table = Regex.Match(html, "<table class=\"errors\">(.*?)</table>", RegexOptions.Singleline).Groups[1].Value;
        return [.. Regex.Matches(table, "<tr[^>]*>(.*?)</tr>", RegexOptions.Singleline)
            .Select(row => Regex.Matches(row.Groups[1].Value, "<t[hd][^>]*>(.*?)</t[hd]>")
                .Select(cell => WebUtility.HtmlDecode(Regex.Replace(cell.Groups[1].Value, "<[^>]*>", ""))).ToArray())];
    }

    private static string[] Best(string html) => [.. Regex.Matches(html, "class=\"best\">([^<]*)<").Select(match => match.Groups[1].Value)];

    private static string MarkupOnly(string html) => Script().Replace(html, "");

    [GeneratedRegex(@"<script[^>]*>(?<body>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();
}
