using System.Text;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>
/// The files of a forecast of several targets: a page with the verdict, errors and chart of each, predictions and metrics of all, and for
/// each target a folder with its whole report and its charts.
/// </summary>
internal static class TargetFiles
{
    private const string Page = "report.html";

    /// <summary>The texts under their names.</summary>
    public static IReadOnlyDictionary<string, string> Of(ForecastTargetsPlan plan, string metrics)
    {
        ForecastReport[] reports = [.. plan.Plans.Select(ForecastCommand.Report)];
        IReadOnlyList<string> folders = Folders(plan.Split.Targets);
        string[] addresses = [.. folders.Select(folder => $"{Uri.EscapeDataString(folder)}/{Page}")];
        var texts = new Dictionary<string, string>
        {
            [Page] = HtmlReport.RenderTargets($"{plan.Request.Data.Title}: {string.Join(", ", plan.Split.Targets)}", reports, addresses),
            ["predictions.csv"] = Predictions(plan.Plans),
            ["metrics.json"] = metrics,
        };
        for (int k = 0; k < reports.Length; k++)
        {
            ForecastReport report = reports[k] with
            {
                Links = [new("All targets", $"../{Page}"), .. plan.Split.Targets.Zip(addresses, (target, address) => KeyValuePair.Create(target, $"../{address}")).Where(link => link.Key != reports[k].Target)],
            };
            texts[Path.Combine(folders[k], Page)] = HtmlReport.Render(report);
            foreach (Chart chart in Charts.All(report))
                texts[Path.Combine(folders[k], chart.Name + ".svg")] = chart.Svg;
        }

        return texts;
    }

    /// <summary>A name for the folder of each target: its own, as far as every file system takes it, and no two alike.</summary>
    public static IReadOnlyList<string> Folders(IReadOnlyList<string> targets)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var folders = new List<string>();
        foreach (string target in targets)
        {
            string clean = string.Concat(target.Select(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or '(' or ')' ? c : '-')).Trim();
            string name = clean.Length is 0 or > 60 ? "target" : clean, folder = name;
            for (int i = 2; !taken.Add(folder); i++)
                folder = FormattableString.Invariant($"{name}-{i}");
            folders.Add(folder);
        }

        return folders;
    }

    /// <summary>The columns that a forecast of each target alone would have, with the target's name before theirs.</summary>
    private static string Predictions(IReadOnlyList<ForecastPlan> plans)
    {
        string[][] lines = [.. plans.Select(plan => ReportFolder.Predictions(plan).TrimEnd('\n').Split('\n'))];
        var csv = new StringBuilder("date");
        for (int k = 0; k < plans.Count; k++)
            csv.AppendJoin("", lines[k][0].Split(',').Skip(1).Select(column => "," + PanelCsv.Cell($"{plans[k].Split.Target}_{column}")));
        csv.Append('\n');
        for (int row = 1; row < lines[0].Length; row++)
        {
            csv.Append(lines[0][row]);
            foreach (string[] other in lines.Skip(1))
                csv.Append(other[row].AsSpan(other[row].IndexOf(',', StringComparison.Ordinal)));
            csv.Append('\n');
        }

        return csv.ToString();
    }
}
