using System.Text.RegularExpressions;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>The page of several targets.</summary>
public partial class TargetsReportTests
{
    private static readonly ForecastReport s_high = ReportSamples.Small(ReportSamples.Model("LSTM")), s_low = s_high with { Target = "Low <& more>", Verdict = ["The LSTM is worse than \"naive\"."] };

    [Fact]
    public void Each_target_has_a_section_with_its_verdict_errors_and_chart_and_leads_to_its_page()
    {
        string html = HtmlReport.RenderTargets("Prices: all", [s_high, s_low], ["High/report.html", "Low%20x/report.html?a&b"]);
        Assert.Contains("<h1>Prices: all</h1>\n<p class=\"source\">High, Low &lt;&amp; more&gt; from prices.csv, trained on 4 rows", html, StringComparison.Ordinal);
        Assert.Contains("<nav class=\"links\" aria-label=\"Pages\"><a href=\"#target-1\">High</a> <a href=\"#target-2\">Low &lt;&amp; more&gt;</a></nav>", html, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(html, "<table class=\"errors\">"));
        Assert.Contains("<a href=\"Low%20x/report.html?a&amp;b\">The whole report of Low &lt;&amp; more&gt;</a>", html, StringComparison.Ordinal);
        Assert.Contains("<p>The LSTM is worse than &quot;naive&quot;.</p>", html, StringComparison.Ordinal);
        string[] ids = [.. Ids().Matches(html).Select(match => match.Groups[1].Value)];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ClipPaths().Matches(html), match => Assert.Contains(match.Groups[1].Value, ids));
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("Made by Unroll 1.2.3, seed 455. The page fetches nothing.", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_shows_its_links_and_none_where_there_are_none()
    {
        Assert.DoesNotContain("<nav", HtmlReport.Render(s_high), StringComparison.Ordinal);
        Assert.Contains(
            "</p>\n<nav class=\"links\" aria-label=\"Pages\"><a href=\"../a.html\">A &amp; B</a></nav>",
            HtmlReport.Render(s_high with { Links = [new("A & B", "../a.html")] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_without_addresses_are_refused()
    {
        Assert.StartsWith("There are 2 reports and 1 addresses; give one address for each of at least one report.", Assert.Throws<ArgumentException>(() => HtmlReport.RenderTargets("x", [s_high, s_low], ["a"])).Message, StringComparison.Ordinal);
        Assert.StartsWith("There are 0 reports and 0 addresses", Assert.Throws<ArgumentException>(() => HtmlReport.RenderTargets("x", [], [])).Message, StringComparison.Ordinal);
        Assert.StartsWith("The report contradicts itself", Assert.Throws<ArgumentException>(() => HtmlReport.RenderTargets("x", [s_high with { Naive = [] }], ["a"])).Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("url\\(#([^)]+)\\)")]
    private static partial Regex ClipPaths();
}
