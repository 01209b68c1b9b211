namespace Unroll.Forecasting;

/// <summary>Looks at some rows from the beginning, the end and all over a table to see which columns hold dates.</summary>
internal sealed class DateSample
{
    private const int Most = 1000, AtEnds = 20;

    /// <summary>Numbers in a column that is not named as one of dates are days of these years only.</summary>
    private const int FirstYear = 1900, LastYear = 2100;

    private readonly DateFormat? _format;
    private readonly int[] _rows;

    public DateSample(int rows, DateFormat? format)
    {
        _format = format;
        _rows = rows <= Most + (2 * AtEnds)
            ? [.. Enumerable.Range(0, rows)]
            :
            [
                .. Enumerable.Range(0, AtEnds),
                .. Enumerable.Range(0, Most).Select(place => (int)((long)place * rows / Most)),
                .. Enumerable.Range(rows - AtEnds, AtEnds),
            ];
    }

    /// <summary>The part of the cells that are dates, from 0 to 1; empty ones do not count.</summary>
    /// <param name="cells">The column.</param>
    /// <param name="numbers">The readings that nothing but a number may have.</param>
    public double Share(CellColumn cells, DateReadings numbers)
    {
        int dates = 0, all = 0;
        DateReadings given = _format?.Readings ?? DateReadings.All;
        DateReadings left = (given & ~DateReadings.Counts) == 0 ? given : given & numbers;
        foreach (int row in _rows)
        {
            if (IsMissing(cells, row))
                continue;
            all++;
            if (IsDate(cells, row, ref left, numbers == DateReadings.Days))
                dates++;
        }

        return all == 0 ? 0 : dates / (double)all;
    }

    /// <summary>Whether all cells pass, those that are empty left out; not so where all are empty.</summary>
    public bool All(CellColumn cells, Func<CellColumn, int, bool> passes)
    {
        bool any = false;
        foreach (int row in _rows)
        {
            if (IsMissing(cells, row))
                continue;
            if (!passes(cells, row))
                return false;
            any = true;
        }

        return any;
    }

    private static bool IsMissing(CellColumn cells, int row) =>
        cells.Kind(row) == CellContent.Text && MissingMarks.IsMissing(cells.Text(row));

    private bool IsDate(CellColumn cells, int row, ref DateReadings left, bool isAnyName)
    {
        CellContent kind = cells.Kind(row);
        if (kind == CellContent.Date)
            return true;
        if (_format is { IsExact: true })
            return (kind == CellContent.Text || !isAnyName) && _format.TryRead(cells, row, out _, out _);
        DateText text = kind == CellContent.Number ? DateText.Of(cells.Number(row)) : DateText.Read(cells.Text(row));
        DateReadings readings = isAnyName ? ReadingsOfCell.Of(text) : ReadingsOfCell.Of(text, _format?.Readings ?? DateReadings.All);
        if (text.Shape != DateShape.Digits)
            return readings != DateReadings.None;
        if (isAnyName && _format is null && text.Value is < FirstYear * 10_000 or > (LastYear * 10_000) + 9999)
            return false;
        DateReadings narrowed = left & readings;
        if (narrowed == DateReadings.None)
            return false;
        left = narrowed;
        return true;
    }
}
