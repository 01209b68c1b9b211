using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// The rows of a file that no forecast from the rows before them explains, on the terminal: a line for each, the largest first.
/// </summary>
internal sealed class AnomaliesView
{
    private const string Title = "Rows that no forecast explains";

    /// <summary>The most lines, and the longest name of a series or column.</summary>
    private const int Most = 10, LongestName = 24;

    /// <summary>A column of fewer different values says yes or no.</summary>
    private const int FewestValues = 3;

    private readonly Line[] _lines;
    private readonly bool _isTold, _hasSeries, _hasColumns;

    /// <param name="data">What is looked through.</param>
    public AnomaliesView(SeriesSet data)
    {
        _lines = [.. data.Keys.SelectMany(key => Of(data, key)).OrderByDescending(line => Math.Abs(line.Anomaly.Deviations))];
        _isTold = data.Keys.Any(key => data[key].Rows >= Anomalies.FewestRows);
        (_hasSeries, _hasColumns) = (!data.IsTable, data.ColumnNames.Count > 1);
    }

    /// <summary>A row of a series that is marked in one column or more.</summary>
    private sealed record Line(string Series, string Column, int OtherColumns, Anomaly Anomaly, string Date);

    /// <summary>How many lines <see cref="Show"/> takes, and how many <see cref="ShowShort"/>.</summary>
    public (int All, int Short) Height => !_isTold ? (0, 0)
        : _lines.Length == 0 ? (2, 2)
        : (Math.Min(_lines.Length, Most) + (_lines.Length > Most ? 6 : 5), 2);

    /// <summary>A table; nothing where all series are too short to tell.</summary>
    public void Show(Terminal terminal)
    {
        if (!_isTold || _lines.Length == 0)
        {
            ShowShort(terminal);
            return;
        }

        terminal.Blank();
        terminal.Heading(Title);
        string[] headings =
        [
            "date",
            .. _hasSeries ? ["series"] : Array.Empty<string>(),
            .. _hasColumns ? ["column"] : Array.Empty<string>(),
            "value", "expected", "usual\ndeviations", "what",
        ];
        terminal.Lines(FigureTable.Text(headings, ["what", "expected"], [[.. _lines.Take(Most).Select(Cells)]], terminal.Width));
        if (_lines.Length > Most)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"and {_lines.Length - Most:N0} more"));
    }

    /// <summary>One line where there is no room for more.</summary>
    public void ShowShort(Terminal terminal)
    {
        if (!_isTold)
            return;
        string of = _lines is [Line first, ..]
            ? FormattableString.Invariant($"{_lines.Length:N0}, the largest {first.Date}{(_hasSeries ? ", " + Short(first.Series) : "")}")
            : "none";
        terminal.Blank();
        terminal.Say($"{Title}: {of}");
    }

    /// <summary>One line a row, of the column that is the farthest away.</summary>
    private static IEnumerable<Line> Of(SeriesSet data, string key)
    {
        TimeSeries table = data[key];
        return table.ColumnNames.Select(name => table[name])
            .Where(column => column.ToArray().Where(double.IsFinite).Distinct().Take(FewestValues).Count() == FewestValues)
            .SelectMany(column => Anomalies.Find(column).Select(anomaly => (Column: column.Name, Anomaly: anomaly)))
            .GroupBy(each => each.Anomaly.Row)
            .Select(row => (Largest: row.MaxBy(each => Math.Abs(each.Anomaly.Deviations)), Others: row.Count() - 1))
            .Select(row => new Line(key, row.Largest.Column, row.Others, row.Largest.Anomaly, table.Format(row.Largest.Anomaly.Date)));
    }

    private string[] Cells(Line line)
    {
        Anomaly own = line.Anomaly;
        string more = line.OtherColumns == 0 ? "" : FormattableString.Invariant($" and {line.OtherColumns} more");
        return
        [
            line.Date,
            .. _hasSeries ? [Short(line.Series)] : Array.Empty<string>(),
            .. _hasColumns ? [Short(line.Column) + more] : Array.Empty<string>(),
            Figure(own.Value, own),
            Figure(own.Expected, own),
            own.Deviations.ToString("+0.0;−0.0", CultureInfo.InvariantCulture),
            own.Kind == AnomalyKind.Shift ? "the level moves" : "one row",
        ];
    }

    /// <summary>Three digits of how far the row is away.</summary>
    private static string Figure(double value, Anomaly anomaly)
    {
        double apart = Math.Abs(anomaly.Value - anomaly.Expected);
        if (Math.Abs(value) >= 1e9 || !(apart >= 1e-6))
            return value.ToString("0.000e+0", CultureInfo.InvariantCulture);
        int decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(apart)), 0, 8);
        value = Math.Round(value, decimals) + 0.0;
        return value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
}
