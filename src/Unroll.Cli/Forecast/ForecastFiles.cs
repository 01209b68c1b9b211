using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>The files of a forecast. Their names are a contract.</summary>
internal static class ForecastFiles
{
    public const string Page = "report.html", Predictions = "predictions.csv", Metrics = "metrics.json";

    public const string Future = "future.csv", Drivers = "drivers.csv", Model = "forecast.unroll";

    /// <summary>The file of the forecaster that is to be used: the recommended one, or the tutorial's first network.</summary>
    public static string RecommendedName(ForecastRun run) => run.Blend is null ? Name(run.Forecasters[0]) : Model;

    /// <summary>The names of all files but the page and the charts.</summary>
    public static IReadOnlyList<string> Names(ForecastRun run) =>
        [.. run.Future is null ? [] : new[] { Future, Drivers }, .. Models(run).Keys, Predictions, Metrics];

    /// <summary>Writes them all, or none.</summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public static void Write(ForecastRun run, ReportFolder folder, string metrics)
    {
        ForecastReport report = run.Report();
        var texts = new Dictionary<string, string>
        {
            [Page] = HtmlReport.Render(report),
            [Metrics] = metrics,
        };
        if (run.Future is { } future)
            (texts[Future], texts[Drivers]) = (FutureCsv.Of(future), DriversCsv.Of(run.Contributions, future, run.Data.IsTable));
        foreach (Chart chart in Charts.All(report))
            texts[chart.Name + ".svg"] = chart.Svg;
        Dictionary<string, Action<string>> others = Models(run);
        others[Predictions] = path => PredictionsCsv.Write(run.Comparison, path);
        folder.Write(texts, others);
    }

    private static Dictionary<string, Action<string>> Models(ForecastRun run)
    {
        var models = new Dictionary<string, Action<string>>();
        if (run.Blend is { } blend)
            models[Model] = path => ForecastFile.Save(blend, path);
        foreach (PartsForecaster network in run.Networks)
            models[Name(network)] = path => ForecastFile.Save(network, path);
        return models;
    }

    private static string Name(PartsForecaster network) => network.Key + ".unroll";
}
