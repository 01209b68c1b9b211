using System.Globalization;

namespace Unroll.Cli;

/// <summary>What a row of a table is called by how often rows come: a day, a half-hour, a month.</summary>
internal static class RowWords
{
    private static readonly (string Frequency, string Word)[] s_words =
    [
        ("business days", "business day"),
        ("daily", "day"),
        ("weekly", "week"),
        ("monthly", "month"),
        ("quarterly", "quarter"),
        ("yearly", "year"),
        ("every 01:00:00", "hour"),
        ("every 00:30:00", "half-hour"),
        ("every 00:15:00", "quarter-hour"),
        ("every 00:01:00", "minute"),
    ];

    /// <summary>One row, for example <c>business day</c>; <c>row</c> where there is no word for it.</summary>
    /// <param name="frequency">How often rows come, as a calendar says it.</param>
    public static string One(string frequency) =>
        Array.Find(s_words, each => frequency.StartsWith(each.Frequency, StringComparison.Ordinal)).Word ?? "row";

    /// <summary>A number of rows, for example <c>12 months</c>.</summary>
    public static string Many(string frequency, int count) => string.Create(CultureInfo.InvariantCulture,
        $"{count:N0} {One(frequency)}{(count == 1 ? "" : "s")}");

    /// <summary>The rows to come: <c>the next day</c>, <c>the next 12 months</c>.</summary>
    public static string Next(string frequency, int count) =>
        count == 1 ? $"the next {One(frequency)}" : $"the next {Many(frequency, count)}";
}
