using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Which columns of a table are columns of numbers; what holds something else is left out and told, or an error.</summary>
/// <param name="facts">Takes what was left out.</param>
/// <param name="options">Which columns were asked for.</param>
/// <param name="reader">Reads the numbers.</param>
internal sealed class TableNumbers(TableFacts facts, ReadOptions options, NumberReader reader)
{
    /// <summary>How many columns that were left out a message names.</summary>
    private const int MostLeftOut = 3;

    /// <summary>So many rows tell whether a column that is not needed holds dates.</summary>
    private const int FewRows = 5;

    /// <summary>The first cell that is no number among numbers.</summary>
    private string? _slip;

    /// <param name="columns">All that may hold numbers; those that are not wanted give evidence of the decimal sign.</param>
    /// <param name="wanted">The places of those that are wanted, in the order of the result.</param>
    /// <param name="hasName">Whether the header has a cell for a column, though it may be empty.</param>
    /// <exception cref="UnrollException">
    /// None is a column of numbers, one that was asked for is not, or numbers can be read in two ways.
    /// </exception>
    public NumberColumn[] Of(CellColumn[] columns, int[] wanted, Func<int, bool> hasName)
    {
        Dictionary<int, int> places = Enumerable.Range(0, wanted.Length).ToDictionary(place => wanted[place]);
        Dictionary<int, CellColumn> cells = columns.ToDictionary(column => column.Index);
        NumberColumn[] numbers =
        [
            .. reader.Read(columns, Array.ConvertAll(columns, column => places.ContainsKey(column.Index)))
                .Where(column => IsNumeric(cells[column.Index], column, hasName))
                .OrderBy(column => places[column.Index]),
        ];
        facts.Notices.AddRange(reader.Notices);
        foreach ((string column, double value, int count) in reader.LikelyMissing)
        {
            facts.Notices.Add(string.Create(CultureInfo.InvariantCulture,
                $"{column} is {value} on {(count == 1 ? "1 row" : $"{count} rows")}, far from all its other values: "
                    + $"if that marks a missing value, say so (ReadOptions.Missing)"));
        }

        if (numbers.Length == 0 && _slip is not null)
            throw new UnrollException(_slip) { Subject = "missing-marks" };
        return numbers.Length > 0
            ? numbers
            : throw new UnrollException($"{facts.Source} has no column of numbers beside its dates"
                + $"{string.Concat(facts.LeftOut.Take(MostLeftOut).Select(column => $"; {column.Key} was left out, as {column.Value}"))}. "
                + "Add one.");
    }

    private bool IsNumeric(CellColumn cells, NumberColumn column, Func<int, bool> hasName)
    {
        bool isUnnamed = column.Name == TableLayout.DefaultName(column.Index);
        if (column.IsEmpty && isUnnamed)
        {
            if (hasName(column.Index))
                facts.Notices.Add($"left out {column.Name}: it has neither a name nor values");
            return false;
        }

        if (column.BadCells == 0)
            return !NumberReader.IsCounter(cells, column.Values) || options.Columns is not null || LeaveOut(column, "it counts the rows");
        (long line, string text) = column.FirstBad;
        bool areDates = AreDates(cells);
        if (column.IsText && !areDates && options.Decimal is { } sign
            && text.All(letter => char.IsAsciiDigit(letter) || letter is '.' or ',' or '-'))
        {
            throw new UnrollException($"{facts.Source}, line {line}, column {column.Name}: \"{text}\" is no number with a decimal "
                + $"{(sign == ',' ? "comma" : "point")}. Choose the other sign, or leave the column out.")
            { Subject = "decimal" };
        }

        if (column.IsText && options.Columns is null)
            return LeaveOut(column, $"it holds {(areDates ? "other dates" : "text")} (\"{text}\" on line {line})");
        string slip = $"{facts.Source}, line {line}, column {column.Name}: \"{text}\" is no number. Correct the cell or leave it empty, "
            + "or name it as a mark of missing values.";
        if (options.Columns is not null)
            throw new UnrollException(slip) { Subject = "missing-marks" };
        _slip ??= slip;
        return LeaveOut(
            column,
            $"\"{text}\" on line {line} is no number. Correct the cell, or name it as a mark of missing values (ReadOptions.Missing)");
    }

    private bool LeaveOut(NumberColumn column, string reason)
    {
        bool isUnnamed = column.Name == TableLayout.DefaultName(column.Index);
        facts.Notices.Add($"left out {(isUnnamed ? "" : "column ")}{column.Name}: {reason}");
        facts.LeftOut[column.Name] = reason;
        return false;
    }

    private static bool AreDates(CellColumn cells) =>
        Enumerable.Range(0, Math.Min(cells.Count, FewRows))
            .All(row => cells.Kind(row) == CellContent.Date || DateText.LooksLikeDate(cells.Text(row)));
}
