using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>
/// The rows of a file that no forecast from the rows before them explains, on the terminal: a line for each, the largest first.
/// </summary>
internal sealed class AnomaliesView
{
    private const string Heading = "Rows that no forecast explains";

    /// <summary>The most lines, and the longest name of a series or column.</summary>
    private const int Most = 10, LongestName = 24;

    private readonly UnusualRow[] _lines;
    private readonly int? _newest, _looked;
    private readonly bool _isTold, _hasSeries, _hasColumns, _isNumbered;

    /// <param name="data">What is looked through.</param>
    public AnomaliesView(SeriesSet data)
    {
        var found = new UnusualRows(data);
        (_lines, _newest, _looked, _isTold) = ([.. found.Rows], found.Newest, found.Looked, found.IsTold);
        (_hasSeries, _hasColumns, _isNumbered) = (!data.IsTable, data.ColumnNames.Count > 1, data[data.Keys[0]].IsNumbered);
    }

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
        string of = _lines is [UnusualRow first, ..]
            ? FormattableString.Invariant($"{_lines.Length:N0}, the largest {first.Date}{(_hasSeries ? ", " + Short(first.Series) : "")}")
            : "none";
        terminal.Blank();
        terminal.Say($"{Title}: {of}");
    }

    private string[] Cells(UnusualRow line)
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
