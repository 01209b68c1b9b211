using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Unroll.Formats;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>One self-contained HTML page that opens offline and fetches nothing.</summary>
public static partial class HtmlReport
{
    /// <summary>The page as text.</summary>
    public static string Render(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var parts = new Dictionary<string, string>
        {
            ["title"] = HtmlParts.Escape(report.Title),
            ["version"] = HtmlParts.Escape(report.Version),
            ["source"] = HtmlParts.Source(report),
            ["verdict"] = HtmlParts.Verdict(report),
            ["footer"] = HtmlParts.Footer(report),
            ["css"] = Assets.Read("report.css"),
            ["js"] = Assets.Read("report.js"),
            ["uplot-css"] = Assets.Read("uplot.uPlot.min.css"),
            ["uplot-js"] = Assets.Read("uplot.uPlot.iife.min.js"),
            ["uplot-licence"] = Assets.Read("uplot.LICENSE"),
            ["sections"] = string.Join('\n', Sections(report).Where(section => section.Length > 0)),
            ["data"] = ReportData.ToJson(report),
        };
        // One pass, so that braces in a title or a file name are never taken for a place to fill.
        return Place().Replace(Assets.Read("page.html"), place => parts[place.Groups[1].Value]) + "\n";
    }

    /// <summary>Writes the page to a file in UTF-8, whole or not at all, replacing one that is there.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(ForecastReport report, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, Render(report));
    }

    /// <summary>The section of the first chart.</summary>
    internal static string FirstChart(ForecastReport report) => report.Future is null ? "prediction" : "forecast";

    private static IEnumerable<string> Sections(ForecastReport report)
    {
        (Comparison comparison, bool isSingle) = (report.Comparison, report.Main.IsSingle);
        string prediction = HtmlParts.Section(
            "prediction", "Prediction against actual", HtmlParts.Chart(Charts.Prediction(report),
                HtmlParts.Picker(report, "pick-prediction"), Sentence(TestPlot.Origins(report) + TestPlot.Fits(report))));
        if (report.Future is { } future)
        {
            string rows = future.Steps == 1 ? "next row" : string.Create(CultureInfo.InvariantCulture, $"next {future.Steps:N0} rows");
            yield return HtmlParts.Section("forecast", $"The {rows}",
                HtmlParts.Chart(Charts.Forecast(report), HtmlParts.Picker(report, "pick-forecast"), Marks(report)));
            yield return NoScript;
            yield return HtmlParts.Section("values", future.Steps == 1 ? "The next value" : "The next values", FutureTable.Html(report));
        }
        else
        {
            yield return prediction;
            yield return NoScript;
        }

        yield return HtmlParts.Section("drivers", "What drives this forecast", DriverTables.Html(report));
        string over = comparison.Steps == 1 ? "one row ahead" : $"over 1 to {comparison.Steps} rows ahead";
        yield return HtmlParts.Section("errors", $"Errors on the test rows, {over}", ScoreTable.Html(report) + "\n"
            + Assets.Read(isSingle ? "note-one.html" : "note-many.html").Replace("{error}", report.ErrorName, StringComparison.Ordinal));
        if (comparison.Steps > 1)
            yield return HtmlParts.Section("horizon", StepLines.Title(report),
                HtmlParts.Chart(Charts.Errors(report)) + "\n" + StepTables.ByStep(report) + "\n" + Assets.Read("note-steps.html"));
        yield return HtmlParts.Section("intervals", "Intervals", StepTables.Intervals(report));
        yield return HtmlParts.Section("shares", $"What the {report.Main.Name} is made of", StepTables.Shares(report));
        if (!isSingle)
        {
            string each = report.HasOneSeries ? "target" : report.Task.Targets.Count == 1 ? "series" : "series and target";
            yield return HtmlParts.Section("parts", $"Errors of each {each}", PartTable.Html(report));
            yield return HtmlParts.Section("skill", "Skill of each part", HtmlParts.Chart(Charts.Parts(report)));
        }

        if (report.Future is not null)
            yield return prediction;
        if (LossCurve.Of(report).Count > 0)
            yield return HtmlParts.Section(
                "loss", "Loss by epoch", HtmlParts.Chart(Charts.Loss(report), caption: HtmlParts.BrokenLosses(report)));
        yield return HtmlParts.Section("models", "The networks", HtmlParts.Networks(report));
        yield return HtmlParts.Section("notes", "Notes", HtmlParts.Notes(report));
        yield return HtmlParts.Section("settings", "Settings", HtmlParts.Settings(report));
    }

    private const string NoScript = "<noscript><p class=\"note\">Scripts are off in this browser: the charts are shown as still pictures, "
        + "without zoom and values.</p></noscript>";

    /// <summary>What rings mean; nothing where there are none.</summary>
    private static string Marks(ForecastReport report) =>
        HtmlParts.PartsWithCharts(report).Any(view => view.Future is not null && FutureLines.Of(report, view).HasMarks)
            ? "Rings mark rows that no forecast from the rows before them explains. Of noise fewer than 1 row of 1,000 would be marked."
            : "";

    private static string Sentence(string words) => words.Length == 0 ? "" : HtmlParts.Capital(words.TrimStart(',', ';', ' ')) + ".";

    [GeneratedRegex(@"\{\{([a-z-]+)\}\}")]
    private static partial Regex Place();
}
