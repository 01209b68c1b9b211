using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>How a file was understood, in a few lines on the terminal.</summary>
internal static class ReadingView
{
    /// <summary>The most marks of missing values that are shown.</summary>
    private const int MostMarks = 8;

    /// <summary>A sentence that says what was found, and one of the marks of missing values where there are any but empty cells.</summary>
    public static IEnumerable<string> Lines(TableReading? reading)
    {
        if (reading is null)
            yield break;
        yield return $"{reading}";
        KeyValuePair<string, int>[] marks = [.. reading.MissingMarks.Where(mark => mark.Key.Length > 0 && mark.Value > 0)];
        if (marks.Length > 0)
        {
            IEnumerable<string> listed = marks.Take(MostMarks).Select(mark => string.Create(CultureInfo.InvariantCulture,
                $"\"{CellOf(mark.Key)}\" {(mark.Value == 1 ? "once" : $"{mark.Value:N0} times")}"));
            yield return $"Taken for missing: {string.Join(", ", listed)}{(marks.Length > MostMarks ? " and more" : "")}.";
        }
    }

    /// <summary>A notice of the library in words of the tool: what the library calls ReadOptions.Missing is --na.</summary>
    public static string Notice(string notice) => notice.Replace("ReadOptions.Missing", "--na", StringComparison.Ordinal);

    private static string CellOf(string mark) => mark.Length <= 20 ? mark : mark[..20] + "...";
}
