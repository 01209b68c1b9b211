using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>The files of <c>unroll judge</c>. Their names are a contract.</summary>
internal static class JudgeFiles
{
    /// <summary>The network with its scales, which predict reads.</summary>
    public const string Forecaster = "judged.unroll";

    /// <summary>Whether the network is one of Unroll's layers, which a file can hold.</summary>
    public static bool IsSaved(JudgeRun run) => run.Forecaster.Networks.Count > 0;

    /// <summary>The names of all files but the page and the charts.</summary>
    public static IReadOnlyList<string> Names(JudgeRun run) =>
        [.. IsSaved(run) ? [Forecaster] : Array.Empty<string>(), ForecastFiles.Predictions, ForecastFiles.Metrics];

    /// <summary>Writes them all, or none.</summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public static void Write(JudgeRun run, ReportFolder folder, string metrics)
    {
        ForecastReport report = run.Report();
        var texts = new Dictionary<string, string>
        {
            [ForecastFiles.Page] = HtmlReport.Render(report),
            [ForecastFiles.Metrics] = metrics,
        };
        foreach (Chart chart in Charts.All(report))
            texts[chart.Name + ".svg"] = chart.Svg;
        var others = new Dictionary<string, Action<string>>
        {
            [ForecastFiles.Predictions] = path => PredictionsCsv.Write(run.Comparison, path)
        };
        if (IsSaved(run))
            others[Forecaster] = path => ForecastFile.Save(run.Forecaster, path);
        folder.Write(texts, others);
    }
}
