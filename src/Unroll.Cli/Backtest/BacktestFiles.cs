using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>The files of a backtest. Their names are a contract.</summary>
internal static class BacktestFiles
{
    public const string Figures = "backtest.json", Predictions = "predictions.csv", Page = "report.html";

    /// <summary>All of them but the predictions, charts included, with what is in them.</summary>
    public static Dictionary<string, string> Of(BacktestRun run, string figures)
    {
        ForecastReport report = run.Report();
        var files = new Dictionary<string, string>
        {
            [Figures] = figures,
            [Page] = HtmlReport.Render(report),
        };
        foreach (Chart chart in Charts.All(report))
            files[chart.Name + ".svg"] = chart.Svg;
        return files;
    }
}
