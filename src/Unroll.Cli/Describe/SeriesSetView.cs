using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>
/// What a file of several series holds, on the terminal: a line for each series, as many as are seen at once, one for all, and the rows
/// that no forecast explains, or where there is no room for them how many they are.
/// </summary>
internal static class SeriesSetView
{
    /// <summary>The lines around the table, and the fewest series that are shown.</summary>
    private const int OtherLines = 10, FewestSeries = 5;

    public static void Show(Terminal terminal, DataSource source, SeriesSet data)
    {
        SeriesSetDescription description = data.Describe();
        TimeSeries first = data[data.Keys[0]];
        string range = $"{first.Format(description.Total.First)} to {first.Format(description.Total.Last)}";
        terminal.Heading(FormattableString.Invariant($"{source.Heading(data.Name)}: {data.Count:N0} series, {data.Rows:N0} rows, {range}"));
        string[] reading = [.. ReadingView.Lines(data.Reading)];
        foreach (string line in reading)
            terminal.Say(line);
        foreach (string notice in data.Notices)
            terminal.Say("Note: " + ReadingView.Notice(notice));
        terminal.Blank();
        var anomalies = new AnomaliesView(data);
        int room = terminal.Height - OtherLines - reading.Sum(line => 1 + (line.Length / terminal.Width)) - data.Notices.Count;
        bool isShort = data.Count + anomalies.Height.All > room;
        room -= isShort ? anomalies.Height.Short : anomalies.Height.All;
        terminal.Lines(description.ToText(terminal.Width, Math.Max(FewestSeries, room)));
        terminal.Blank();
        if (data.StaticNames.Count > 0)
            terminal.Say($"The same on all rows of a series: {string.Join(", ", data.StaticNames)}");
        terminal.Say($"Calendar: {SeriesCalendar.InWords(data)}");
        if (isShort)
            anomalies.ShowShort(terminal);
        else
            anomalies.Show(terminal);
    }
}
