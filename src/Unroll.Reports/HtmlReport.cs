using System.Text.RegularExpressions;
using Unroll.Formats;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>One self-contained HTML page that opens offline and fetches nothing.</summary>
public static partial class HtmlReport
{
    /// <summary>The page as text.</summary>
    /// <exception cref="ArgumentException">The report contradicts itself, for example in the lengths of its lists.</exception>
    public static string Render(ForecastReport report)
    {
        ReportChecks.Check(report);
        return Page("report.html", new Dictionary<string, string>
        {
            ["title"] = HtmlParts.Escape(report.Title),
            ["version"] = HtmlParts.Escape(report.Version),
            ["source"] = HtmlParts.Source(report),
            ["links"] = HtmlParts.Links(report.Links),
            ["verdict"] = HtmlParts.Verdict(report),
            ["errors"] = HtmlParts.Errors(report),
            ["notes"] = HtmlParts.Notes(report),
            ["next"] = HtmlParts.Next(report),
            ["horizon"] = HorizonParts.ByStep(report),
            ["intervals"] = HorizonParts.Intervals(report),
            ["crps"] = HorizonParts.Crps(report),
            ["chart-prediction"] = HtmlParts.Chart(Charts.Prediction(report)),
            ["chart-split"] = HtmlParts.Chart(Charts.Split(report)),
            ["chart-loss"] = HtmlParts.Chart(Charts.Loss(report), HtmlParts.BrokenLosses(report)),
            ["models-heading"] = "The models",
            ["models"] = HtmlParts.Models(report),
            ["settings"] = HtmlParts.Settings(report.Settings, report.Seed, report.Version),
            ["footer"] = HtmlParts.Footer(report.Version, report.Seed, report.GeneratedAt),
            ["data"] = ReportData.ToJson(report),
        });
    }

    /// <summary>One page for several targets of the same rows: of each the verdict, the errors, the next values and a chart, and the way to its own page.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="reports">One a target, at least one.</param>
    /// <param name="addresses">The pages of the reports, relative to this one.</param>
    /// <exception cref="ArgumentException">No reports, not as many addresses, or a report that contradicts itself.</exception>
    public static string RenderTargets(string title, IReadOnlyList<ForecastReport> reports, IReadOnlyList<string> addresses)
    {
        ArgumentException.ThrowIfNullOrEmpty(title);
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(addresses);
        if (reports.Count == 0 || addresses.Count != reports.Count)
            throw new ArgumentException($"There are {reports.Count} reports and {addresses.Count} addresses; give one address for each of at least one report.", nameof(addresses));
        foreach (ForecastReport report in reports)
            ReportChecks.Check(report);
        var parts = new Dictionary<string, string>
        {
            ["title"] = HtmlParts.Escape(title),
            ["version"] = HtmlParts.Escape(reports[0].Version),
            ["source"] = HtmlParts.Source(reports[0], string.Join(", ", reports.Select(report => report.Target))),
            ["links"] = HtmlParts.Links([.. reports.Select((report, k) => KeyValuePair.Create(report.Target, FormattableString.Invariant($"#target-{k + 1}")))]),
            ["targets"] = string.Join('\n', reports.Select((report, k) => TargetParts.Section(report, k + 1, addresses[k]))),
            ["footer"] = HtmlParts.Footer(reports[0].Version, reports[0].Seed, reports[0].GeneratedAt, drawn: false),
        };
        return Page("targets.html", parts, charts: false);
    }

    /// <summary>Writes the page to a file in UTF-8, whole or not at all, replacing one that is there.</summary>
    /// <inheritdoc cref="Render(ForecastReport)" path="/exception"/>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(ForecastReport report, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, Render(report));
    }

    /// <summary>A whole page: what all pages share around a body, with the parts in their places.</summary>
    /// <param name="body">The file of the body.</param>
    /// <param name="parts">What stands in the places, by their names.</param>
    /// <param name="charts">Whether there are charts to zoom into, which take a script and the <c>data</c> among the parts.</param>
    private static string Page(string body, Dictionary<string, string> parts, bool charts = true)
    {
        parts["css"] = Assets.Read("report.css");
        parts["script-policy"] = charts ? "script-src 'unsafe-inline'; " : "";
        if (charts)
        {
            parts["js"] = Assets.Read("report.js");
            parts["uplot-css"] = Assets.Read("uplot.uPlot.min.css");
            parts["uplot-js"] = Assets.Read("uplot.uPlot.iife.min.js");
            parts["uplot-licence"] = Assets.Read("uplot.LICENSE");
            parts["training"] = Filled("training.html", parts);
        }

        parts["charts-head"] = charts ? Filled("charts-head.html", parts) + "\n" : "";
        parts["charts-scripts"] = charts ? "\n" + Filled("charts-scripts.html", parts) : "";
        parts["body"] = Filled(body, parts);
        return Filled("page.html", parts) + "\n";
    }

    /// <summary>One pass, so that braces in a title or a file name are never taken for a place to fill.</summary>
    private static string Filled(string file, Dictionary<string, string> parts) =>
        Place().Replace(Assets.Read(file), place => parts[place.Groups[1].Value]);

    [GeneratedRegex(@"\{\{([a-z-]+)\}\}")]
    private static partial Regex Place();
}
