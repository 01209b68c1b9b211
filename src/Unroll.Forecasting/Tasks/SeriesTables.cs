using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// The rules for files: how the rows of a series become a table of targets and inputs. Rows before the first value of every target are no
/// rows; rows after the newest value of a target are for later, and give dates and known columns; gaps of the targets between are treated
/// as the policy says; gaps of past columns hold the value before. A past column with more than a fifth of its values missing says too
/// little and is left out, or where it is so in few of many series, these series are.
/// </summary>
internal sealed class SeriesTables
{
    /// <summary>A column with more of its values missing than this share says too little.</summary>
    private const double MostMissing = 0.2;

    private readonly SeriesSet _data;
    private readonly string[] _targets;
    private readonly MissingPolicy _missing;
    private readonly IReadOnlyList<string> _needed;
    private readonly int[] _filled;

    /// <param name="data">The series.</param>
    /// <param name="targets">The columns to forecast.</param>
    /// <param name="inputs">The columns wanted beside them.</param>
    /// <param name="missing">What to do with missing values of the targets.</param>
    /// <param name="needed">Input columns that may not be left out.</param>
    /// <param name="from">The first instant that is learnt from; null for all.</param>
    /// <exception cref="UnrollException">A needed column has too many values missing.</exception>
    public SeriesTables(SeriesSet data, string[] targets, ForecastInputs inputs, MissingPolicy missing, IReadOnlyList<string> needed,
        DateTime? from)
    {
        (_data, _targets, _missing, _needed, From) = (data, targets, missing, needed, from);
        Inputs = inputs;
        var past = new List<string>();
        foreach (string column in inputs.Past)
        {
            int patchy = data.Keys.Count(key => Patchy(FromFirstTarget(data[key]), column) is not null);
            if (2 * patchy <= data.Count)
                past.Add(column);
            else if (needed.Contains(column, StringComparer.OrdinalIgnoreCase))
                throw new UnrollException(
                    Patchy(FromFirstTarget(data[data.Keys.First(key => Patchy(FromFirstTarget(data[key]), column) is not null)]), column)!);
            else
                Notes.Add(data.Count == 1
                    ? $"Left out the column {column}: {Reason(FromFirstTarget(data[data.Keys[0]]), column)}."
                    : $"Left out the column {column}: too many of its values are missing in {patchy} of {data.Count} series.");
        }

        Inputs = inputs with { Past = past.AsReadOnly() };
        _filled = new int[past.Count];
    }

    /// <summary>The columns that are left beside the targets.</summary>
    public ForecastInputs Inputs { get; }

    /// <summary>What was done to columns, a sentence each.</summary>
    public List<string> Notes { get; } = [];

    private DateTime? From { get; }

    /// <summary>Sentences on filled gaps, once all tables were made.</summary>
    public IEnumerable<string> FilledNotes()
    {
        for (int i = 0; i < _filled.Length; i++)
        {
            if (_filled[i] > 0)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{_filled[i]:N0} missing {(_filled[i] == 1 ? "value" : "values")} of {Inputs.Past[i]} filled with the value before.");
        }
    }

    /// <summary>Targets and inputs of one series; rows at its end may have no value of a target.</summary>
    /// <param name="key">The series.</param>
    /// <param name="boundary">The first instant of the test rows: nothing before it is filled from it.</param>
    /// <exception cref="UnrollException">A value that is needed is missing.</exception>
    public TimeSeries Table(string key, DateTime? boundary)
    {
        TimeSeries rows = FromFirstTarget(_data[key]);
        int told = RowsWithTargets(rows);
        TimeSeries known = rows.Head(told).Select([.. _targets, .. Inputs.Columns]);
        if (_missing != MissingPolicy.Error)
            known = Join(known, known.Select(_targets).Fill(_missing, boundary));
        TimeSeries table = Continue(known, rows, told);
        return Fill(table);
    }

    /// <summary>The rows of one target up to its newest value, with the other targets as they were known then.</summary>
    public TimeSeries Of(TimeSeries table, string target)
    {
        int told = table[target].Values.LastIndexOfAnyExcept(double.NaN) + 1;
        string[] others = [.. _targets.Where(name => name != target && table[name].Values[..told].Contains(double.NaN))];
        return others.Length == 0 ? table : table.Rebuilt([.. table.Dates], [.. table.ColumnNames.Select(name =>
            new Column(name, others.Contains(name) ? Repeat(table[name].ToArray(), told) : table[name].ToArray()))], [.. table.Notices]);
    }

    /// <summary>How many rows have a value of some target, or lie before one that has.</summary>
    private int RowsWithTargets(TimeSeries rows) => _targets.Max(target => rows[target].Values.LastIndexOfAnyExcept(double.NaN) + 1);

    /// <summary>The rows from the first on that has a value of every target, or all where there is none before.</summary>
    private TimeSeries FromFirstTarget(TimeSeries rows)
    {
        int first = 0;
        foreach (string target in _targets)
        {
            int begins = rows[target].Values.IndexOfAnyExcept(double.NaN);
            if (begins < 0)
                throw new UnrollException($"{rows.Name} has no value of {target} at all. Choose another target, or complete the file.")
                {
                    Subject = "target"
                };
            first = Math.Max(first, begins);
        }

        return rows.Tail(rows.Rows - first);
    }

    /// <summary>Why a column has too many gaps to be filled from the first row that is learnt from on; null where it has not.</summary>
    private string? Patchy(TimeSeries rows, string column) => Reason(rows, column) is { } reason
        ? $"{rows.Name} has too few values of {column} to be used: {reason}. Complete the file, begin later, or leave the column out."
        : null;

    private string? Reason(TimeSeries rows, string column)
    {
        int first = From is { } from ? Math.Min(rows.CountBefore(from), rows.Rows) : 0;
        ReadOnlySpan<double> used = rows[column].Values[first..Math.Max(first, RowsWithTargets(rows))];
        int missing = used.Count(double.NaN);
        bool begins = used.Length == 0 || !double.IsNaN(used[0]) || _data.Count > 1;
        return missing <= MostMissing * used.Length && begins
            ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"{missing:N0} of its {used.Length:N0} values are missing{(begins ? "" : ", the first among them")}");
    }

    /// <summary>The rows of a table whose targets were treated, with all columns.</summary>
    private static TimeSeries Join(TimeSeries all, TimeSeries targets)
    {
        if (ReferenceEquals(all, targets))
            return all;
        var rows = new int[targets.Rows];
        for (int i = 0, row = 0; i < rows.Length; i++, row++)
        {
            while (all.Dates[row] != targets.Dates[i])
                row++;
            rows[i] = row;
        }

        Column[] columns = [.. all.ColumnNames.Select(name => new Column(name, targets.ColumnNames.Contains(name)
            ? targets[name].ToArray()
            : Array.ConvertAll(rows, row => all[name][row])))];
        return all.Rebuilt([.. targets.Dates], columns, [.. targets.Notices]);
    }

    /// <summary>The rows to come behind the known ones.</summary>
    private static TimeSeries Continue(TimeSeries known, TimeSeries rows, int told)
    {
        if (told == rows.Rows)
            return known;
        TimeSeries later = rows.Tail(rows.Rows - told);
        Column[] columns = [.. known.ColumnNames.Select(name => new Column(name, [.. known[name].Values, .. later[name].Values]))];
        return known.Rebuilt([.. known.Dates, .. later.Dates], columns, [.. known.Notices]);
    }

    /// <summary>
    /// Past columns without gaps, each of which holds the value before; of many series rows before their first values are cut off.
    /// </summary>
    private TimeSeries Fill(TimeSeries rows)
    {
        int lead = 0;
        foreach (string column in Inputs.Past)
        {
            if (Patchy(rows, column) is { } reason)
                throw new UnrollException(reason);
            if (_data.Count > 1)
                lead = Math.Max(lead, rows[column].Values.IndexOfAnyExcept(double.NaN));
        }

        rows = rows.Tail(rows.Rows - lead);
        int told = RowsWithTargets(rows);
        RequireKnown(rows, told);
        if (!Inputs.Past.Any(column => rows[column].Values.Contains(double.NaN)))
            return rows;
        Column[] columns = [.. rows.ColumnNames.Select(name => new Column(name, rows[name].ToArray()))];
        for (int i = 0; i < Inputs.Past.Count; i++)
        {
            double[] values = columns[Array.FindIndex(columns, column => column.Name == Inputs.Past[i])].Values;
            int first = values.AsSpan(0, told).IndexOfAnyExcept(double.NaN);
            if (first >= 0)
                _filled[i] += values.AsSpan(first, told - first).Count(double.NaN);
            Repeat(values, values.Length);
        }

        return rows.Rebuilt([.. rows.Dates], columns, [.. rows.Notices]);
    }

    /// <summary>What is said to be known is not made up.</summary>
    private void RequireKnown(TimeSeries rows, int told)
    {
        int first = From is { } from ? Math.Min(rows.CountBefore(from), told) : 0;
        foreach (string column in Inputs.Known)
        {
            ReadOnlySpan<double> values = rows[column].Values[first..told];
            int missing = values.Count(double.NaN);
            if (missing == 0)
                continue;
            string at = rows.Format(rows.Dates[first + values.IndexOf(double.NaN)]);
            string count = missing == 1 ? "1 value" : string.Create(CultureInfo.InvariantCulture, $"{missing:N0} values");
            throw new UnrollException($"{column} of {rows.Name} is to be known on every row, but lacks {count}, the first on {at}. "
                + $"Complete the column, or do not name it as known.")
            { Subject = "known" };
        }
    }

    private static double[] Repeat(double[] values, int rows)
    {
        for (int row = 1; row < rows; row++)
            values[row] = double.IsNaN(values[row]) ? values[row - 1] : values[row];
        return values;
    }
}
