using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What a table holds, on the terminal: first rows, description, missing values, dates and gaps; of very many columns
/// a line each.</summary>
internal static class DataView
{
    public static void Show(Terminal terminal, DataSource source, TimeSeries series, bool calendar)
    {
        string range = $"{series.Format(series.FirstDate)} to {series.Format(series.LastDate)}";
        terminal.Heading(FormattableString.Invariant($"{source.Heading(series.Name)}: {series.Rows:N0} rows, {range}"));
        foreach (string line in ReadingView.Lines(series.Reading))
            terminal.Say(line);
        foreach (string notice in series.Notices)
            terminal.Say("Note: " + ReadingView.Notice(notice));
        if (series.ColumnNames.Count > ColumnsView.ManyColumns)
        {
            ColumnsView.Show(terminal, series);
        }
        else
        {
            terminal.Blank();
            terminal.Lines(series.Head().ToText(terminal.Width));
            terminal.Blank();
            terminal.Lines(series.Describe().ToText(terminal.Width));
            terminal.Blank();
            Missing(terminal, series.MissingValues(), calendar);
        }

        if (!calendar)
            return;
        new AnomaliesView(series).Show(terminal);
        terminal.Blank();
        terminal.Heading("Calendar");
        terminal.Say(range);
        terminal.Lines(series.CalendarGaps().ToString());
    }

    private static void Missing(Terminal terminal, MissingValues missing, bool inFull)
    {
        if (missing.Total == 0 && !inFull)
        {
            terminal.Say("Missing values: none");
            return;
        }

        terminal.Heading("Missing values");
        terminal.Lines(missing.ToString());
    }
}
