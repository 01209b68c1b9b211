using Unroll.Formats;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <content>The page of a forecast of several series.</content>
public static partial class HtmlReport
{
    /// <summary>The page of several series as text.</summary>
    public static string Render(PanelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Page("panel.html", new Dictionary<string, string>
        {
            ["title"] = HtmlParts.Escape(report.Title),
            ["version"] = HtmlParts.Escape(report.Version),
            ["source"] = PanelParts.Source(report),
            ["links"] = "",
            ["verdict"] = PanelParts.Verdict(report),
            ["errors"] = PanelParts.Errors(report),
            ["notes"] = PanelParts.Notes(report),
            ["intervals"] = PanelParts.Intervals(report),
            ["chart-series"] = PanelParts.Picker(report, HtmlParts.Chart(Charts.Series(report))),
            ["lines"] = PanelParts.Lines(report),
            ["chart-skill"] = HtmlParts.Chart(Charts.Skill(report)),
            ["chart-loss"] = HtmlParts.Chart(Charts.Loss(report)),
            ["models-heading"] = "The model",
            ["models"] = PanelParts.Model(report),
            ["settings"] = HtmlParts.Settings(report.Settings, report.Seed, report.Version),
            ["footer"] = HtmlParts.Footer(report.Version, report.Seed, null),
            ["data"] = PanelParts.Data(report),
        });
    }

    /// <summary>Writes the page of several series to a file in UTF-8, whole or not at all, replacing one that is there.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(PanelReport report, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, Render(report));
    }
}
