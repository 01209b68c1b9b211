namespace Unroll.Forecasting;

/// <summary>A column that counts the rows, for tables without dates.</summary>
internal static class RunningNumber
{
    private const int FewestRows = 3;

    /// <summary>The numbers of a column that goes up by the same whole step on all rows; null where it does not.</summary>
    public static double[]? Read(CellColumn cells, RowLinks links)
    {
        if (cells.Count < FewestRows)
            return null;
        var numbers = new double[cells.Count];
        double step = 0;
        for (int row = 0; row < numbers.Length; row++)
        {
            if (!TryWhole(cells, row, out long number))
                return null;
            numbers[row] = number;
            if (!RowNumbers.IsUsable(number))
                return null;
            int before = links.Previous(row);
            if (before < 0)
                continue;
            double passed = numbers[row] - numbers[before];
            if (passed <= 0 || (step != 0 && passed != step))
                return null;
            step = passed;
        }

        return step == 0 ? null : numbers;
    }

    /// <summary>The whole number of a cell, of whatever kind.</summary>
    public static bool TryWhole(CellColumn cells, int row, out long number)
    {
        DateText text = cells.Kind(row) switch
        {
            CellContent.Number => DateText.Of(cells.Number(row)),
            CellContent.Text => DateScanner.Number(cells.Text(row)),
            _ => default,
        };
        number = text.Value;
        return text.Shape == DateShape.Digits && text.Billionths == 0 && Math.Abs(number) < 1L << 53;
    }
}
