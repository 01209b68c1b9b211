using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What tables call the parts of a task: by the series, by the target, or by both where there are several of each.</summary>
internal static class PartNames
{
    private const int LongestKey = 24;

    /// <summary>The heading of the column.</summary>
    public static string Heading(ForecastTask task) => Heading(task.Data.IsTable ? "" : task.Data.SeriesColumn, task.Targets.Count > 1);

    /// <param name="seriesColumn">What names the series; empty for a plain table.</param>
    /// <param name="severalTargets">Whether there is more than one target.</param>
    public static string Heading(string seriesColumn, bool severalTargets) =>
        seriesColumn.Length == 0 ? "Target" : severalTargets ? $"{seriesColumn}, target" : seriesColumn;

    public static string Short(ForecastTask task, Part part) => Short(part, task.Targets.Count > 1);

    /// <summary>The name of a part, a long one without its middle.</summary>
    public static string Short(Part part, bool severalTargets) =>
        Short(part.Series.Length == 0 ? part.Target : severalTargets ? part.ToString() : part.Series);

    private static string Short(string key)
    {
        string line = key.ReplaceLineEndings(" ");
        return line.Length <= LongestKey ? line : $"{line[..(LongestKey - 10)]}...{line[^7..]}";
    }
}
