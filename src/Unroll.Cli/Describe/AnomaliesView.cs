using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// The rows of a file that no forecast from the rows before them explains, on the terminal: a line for each, the largest first.
/// </summary>
internal sealed class AnomaliesView
{
    private const string Heading = "Rows that no forecast explains";

    /// <summary>Tables of more values are large: of them about so many are looked through in all, and of a series no fewer newest rows.</summary>
    private const int LargeTable = 100_000, MostValues = 30_000, FewestNewest = 200;

    /// <summary>The most lines, and the longest name of a series or column.</summary>
    private const int Most = 10, LongestName = 24;

    /// <summary>A column of fewer different values says yes or no.</summary>
    private const int FewestValues = 3;

    private readonly Line[] _lines;
    private readonly int? _newest, _looked;
    private readonly bool _isTold, _hasSeries, _hasColumns, _isNumbered;

    /// <param name="data">What is looked through.</param>
    public AnomaliesView(SeriesSet data)
    {
        int all = data.Count * data.ColumnNames.Count;
        bool isLarge = data.Rows * (long)data.ColumnNames.Count > LargeTable;
        int newest = isLarge ? Math.Max(FewestNewest, MostValues / all) : int.MaxValue;
        int looked = isLarge ? Math.Min(all, MostValues / FewestNewest) : all;
        TimeSeries[] tables = [.. data.Keys.Select(key => data[key].Tail(newest))];
        _newest = data.Keys.Any(key => data[key].Rows > newest) ? newest : null;
        _looked = looked < all ? looked : null;
        var found = new IReadOnlyList<Anomaly>[all];
        Array.Fill(found, []);
        Parallel.For(0, looked, place =>
        {
            Series column = tables[place / data.ColumnNames.Count][data.ColumnNames[place % data.ColumnNames.Count]];
            found[place] = HasValues(column) ? Anomalies.Find(column) : [];
        });
        var lines = new List<Line>();
        string[] names = [.. data.ColumnNames];
        for (int key = 0; key < tables.Length; key++)
            lines.AddRange(LinesOf(data.Keys[key], tables[key], names, found.AsSpan(key * names.Length, names.Length)));
        _lines = [.. lines.OrderByDescending(line => Math.Abs(line.Anomaly.Deviations))];
        _isTold = data.Keys.Any(key => data[key].Rows >= Anomalies.FewestRows);
        (_hasSeries, _hasColumns, _isNumbered) = (!data.IsTable, data.ColumnNames.Count > 1, data[data.Keys[0]].IsNumbered);
    }

    /// <summary>A row of a series that is marked in one column or more.</summary>
    private sealed record Line(string Series, string Column, int OtherColumns, Anomaly Anomaly, string Date);

    /// <summary>The heading, and how far was looked where that was not everywhere.</summary>
    private string Title => string.Concat(
        Heading,
        _newest is { } rows ? FormattableString.Invariant($", of the newest {rows:N0}") : "",
        _looked is { } columns
            ? FormattableString.Invariant($", in the first {columns:N0} {(_hasSeries ? "series and columns" : "columns")}")
            : "");

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
            _isNumbered ? "row" : "date",
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
    private static IEnumerable<Line> LinesOf(string key, TimeSeries table, string[] columns, ReadOnlySpan<IReadOnlyList<Anomaly>> found)
    {
        var all = new List<(string Column, Anomaly Anomaly)>();
        for (int place = 0; place < columns.Length; place++)
            all.AddRange(found[place].Select(anomaly => (columns[place], anomaly)));
        return all.GroupBy(each => each.Anomaly.Row)
            .Select(row => (Largest: row.MaxBy(each => Math.Abs(each.Anomaly.Deviations)), Others: row.Count() - 1))
            .Select(row => new Line(key, row.Largest.Column, row.Others, row.Largest.Anomaly, table.Format(row.Largest.Anomaly.Date)));
    }

    /// <summary>Whether a column has so many different values that one can be unusual.</summary>
    private static bool HasValues(Series column)
    {
        Span<double> seen = stackalloc double[FewestValues];
        int count = 0;
        foreach (double value in column.Values)
        {
            if (!double.IsFinite(value) || seen[..count].Contains(value))
                continue;
            seen[count++] = value;
            if (count == FewestValues)
                return true;
        }

        return false;
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
