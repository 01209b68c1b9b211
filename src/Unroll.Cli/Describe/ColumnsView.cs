using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What a table of very many columns holds, on the terminal: a line for each column, as many as are seen at once.</summary>
internal static class ColumnsView
{
    /// <summary>A table of more columns is shown so.</summary>
    public const int ManyColumns = 100;

    /// <summary>
    /// The lines around those of the columns, the fewest of these, and the most where nobody sees how many there is room for.
    /// </summary>
    private const int OtherLines = 13, FewestColumns = 5, MostColumns = 50, LongestName = 24;

    private static readonly string[] s_headings = ["column", "count", "missing", "mean", "smallest", "largest"];

    /// <param name="terminal">Gets the lines.</param>
    /// <param name="series">The table.</param>
    public static void Show(Terminal terminal, TimeSeries series)
    {
        IReadOnlyList<ColumnDescription> columns = series.Describe().Columns;
        int shown = Math.Min(columns.Count, Math.Clamp(terminal.Height - OtherLines, FewestColumns, MostColumns));
        terminal.Blank();
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{columns.Count:N0} columns"));
        terminal.Lines(FigureTable.Text(s_headings, ["largest", "smallest"], [[.. columns.Take(shown).Select(Cells)]], terminal.Width));
        if (shown < columns.Count)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"and {columns.Count - shown:N0} more"));
        terminal.Blank();
        terminal.Say(Missing(series, columns));

        string[] Cells(ColumnDescription column) =>
        [
            column.Column.Length <= LongestName ? column.Column : column.Column[..(LongestName - 1)] + "…",
            column.Count.ToString("N0", CultureInfo.InvariantCulture),
            (series.Rows - column.Count).ToString("N0", CultureInfo.InvariantCulture),
            Figure(column.Mean),
            Figure(column.Minimum),
            Figure(column.Maximum),
        ];
    }

    private static string Missing(TimeSeries series, IReadOnlyList<ColumnDescription> columns)
    {
        long values = (long)series.Rows * columns.Count, missing = values - columns.Sum(column => (long)column.Count);
        int incomplete = columns.Count(column => column.Count < series.Rows);
        return missing == 0 ? "Missing values: none" : string.Create(CultureInfo.InvariantCulture,
            $"Missing values: {missing:N0} of {values:N0}, in {incomplete:N0} of {columns.Count:N0} columns");
    }

    private static string Figure(double value) =>
        value.ToString(Math.Abs(value) is 0 or (>= 1e-4 and < 1e9) ? "#,0.####" : "0.####e+0", CultureInfo.InvariantCulture);
}
