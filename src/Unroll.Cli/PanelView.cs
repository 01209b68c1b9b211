using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What a file of several series holds, on the terminal: a line for each series, as many as are seen at once, and one for all.</summary>
internal static class PanelView
{
    /// <summary>The lines around the table, and the fewest series that are shown.</summary>
    private const int OtherLines = 10, FewestSeries = 5;

    public static void Show(Terminal terminal, DataSource source, Panel panel)
    {
        PanelDescription description = panel.Describe();
        TimeSeries first = panel[panel.Keys[0]];
        string range = $"{first.Day(description.Total.First)} to {first.Day(description.Total.Last)}";
        terminal.Heading(FormattableString.Invariant($"{source.Heading(panel.Name)}: {panel.Count:N0} series, {panel.Rows:N0} rows, {range}"));
        foreach (string notice in panel.Notices)
            terminal.Say("Note: " + notice);
        terminal.Blank();
        terminal.Lines(description.ToText(terminal.Width, Math.Max(FewestSeries, terminal.Height - OtherLines - panel.Notices.Count)));
        terminal.Blank();
        if (panel.StaticNames.Count > 0)
            terminal.Say($"The same on all rows of a series: {string.Join(", ", panel.StaticNames)}");
        terminal.Say($"Calendar: {Calendar(panel)}");
    }

    /// <summary>How often rows come, the frequency of most series first, and where dates are missing.</summary>
    private static string Calendar(Panel panel)
    {
        CalendarGaps[] calendars = [.. panel.Keys.Select(key => panel[key].CalendarGaps())];
        IEnumerable<string> names = calendars.GroupBy(calendar => calendar.FrequencyName).OrderByDescending(group => group.Count())
            .Select((group, place) => place == 0 && group.Count() == calendars.Length ? group.Key : FormattableString.Invariant($"{group.Key} ({group.Count():N0} series)"));
        int incomplete = calendars.Count(calendar => calendar.Gaps.Count > 0), missing = calendars.Sum(calendar => calendar.MissingDates);
        string gaps = incomplete == 0 ? "no gaps" : FormattableString.Invariant($"gaps in {incomplete:N0} of {calendars.Length:N0} series, {missing:N0} {(missing == 1 ? "date" : "dates")} missing");
        return $"{string.Join(", ", names)}, {gaps}";
    }
}
