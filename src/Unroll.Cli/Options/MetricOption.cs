using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What forecasts are chosen and compared by, as --metric spells it.</summary>
internal static class MetricOption
{
    private static readonly Dictionary<string, ForecastMetric> s_metrics =
        Enum.GetValues<ForecastMetric>().ToDictionary(metric => metric.ToString().ToLowerInvariant());

    public static Option<string?> Create() =>
        Options.OptionalWord(
            "--metric", [.. s_metrics.Keys], "What to choose and compare by [default: rmse; of several series or targets mase]");

    /// <summary>What a word stands for; null for none.</summary>
    public static ForecastMetric? Metric(string? word) => word is null ? null : s_metrics[word];

    public static string Word(ForecastMetric metric) => s_metrics.First(entry => entry.Value == metric).Key;
}
