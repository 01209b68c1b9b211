using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What a file holds, in a few lines: rows, dates, gaps and what was done to it.</summary>
internal static class DataHeading
{
    /// <summary>The most columns whose missing values are counted.</summary>
    private const int MostColumns = 6;

    public static void Show(Terminal terminal, DataSource source, SeriesSet data)
    {
        TimeSeries first = data[data.Keys[0]];
        TimeSeries[] all = [.. data.Keys.Select(key => data[key])];
        string series = data.IsTable ? "" : FormattableString.Invariant($"{data.Count:N0} series, ");
        string range = $"{first.Format(all.Min(each => each.FirstDate))} to {first.Format(all.Max(each => each.LastDate))}";
        terminal.Heading(string.Create(CultureInfo.InvariantCulture,
            $"{source.Heading(data.Name)}: {series}{data.Rows:N0} {(data.Rows == 1 ? "row" : "rows")}, {range}"));
        terminal.Say($"Calendar: {(data.IsTable ? first.CalendarGaps().FrequencyName : SeriesCalendar.InWords(data))}");
        if (data.IsTable && first.CalendarGaps().Notice is { } gaps)
            terminal.Say("Note: " + gaps);
        foreach (string notice in data.IsTable ? first.Notices : data.Notices)
            terminal.Say("Note: " + ReadingView.Notice(notice));
        if (Missing(data) is { } missing)
            terminal.Say(missing);
    }

    private static string? Missing(SeriesSet data)
    {
        (string Column, int Count)[] counts =
        [
            .. data.ColumnNames
                .Select(column => (column, data.Keys.Sum(key => data[key][column].Values.Count(double.NaN))))
                .Where(each => each.Item2 > 0),
        ];
        if (counts.Length == 0)
            return null;
        string more = counts.Length > MostColumns ? FormattableString.Invariant($" and {counts.Length - MostColumns:N0} more columns") : "";
        IEnumerable<string> listed =
            counts.Take(MostColumns).Select(each => FormattableString.Invariant($"{each.Count:N0} of {each.Column}"));
        return $"Missing values: {string.Join(", ", listed)}{more}.";
    }
}
