using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// A static column of a panel: a number or a text for each series, in the order of its keys. A missing number is NaN, a missing text empty.
/// </summary>
internal sealed record StaticColumn(string Name, double[]? Numbers, string[]? Texts);

/// <summary>A column of a long table that says something of the series and not of the day.</summary>
internal static class StaticCells
{
    /// <summary>The value of each series: numbers where all cells are, otherwise texts.</summary>
    /// <param name="cells">The column.</param>
    /// <param name="file">What messages call the table.</param>
    /// <param name="keys">Which row belongs to which series.</param>
    /// <exception cref="UnrollException">It is not the same on all rows of a series.</exception>
    public static StaticColumn Read(CellColumn cells, string file, KeyCells keys)
    {
        string[] texts = [.. Enumerable.Range(0, cells.Count).Select(row => Text(cells, row))];
        double?[] numbers = Array.ConvertAll(texts, Number);
        bool isNumeric = Array.TrueForAll(numbers, number => number is not null)
            && Array.Exists(numbers, number => number is { } value && !double.IsNaN(value));
        var firsts = new int[keys.Keys.Count];
        Array.Fill(firsts, -1);
        for (int row = 0; row < texts.Length; row++)
        {
            int place = keys.Rows[row], first = firsts[place];
            if (first < 0)
            {
                firsts[place] = row;
            }
            else if (isNumeric ? !numbers[row]!.Value.Equals(numbers[first]!.Value) : texts[row] != texts[first])
            {
                throw new UnrollException($"{file}: the static column {cells.Name} of series {CellText.Show(keys.Keys[place])} is "
                    + $"{Quote(texts[first])} on line {cells.Line(first)} and {Quote(texts[row])} on line {cells.Line(row)}. "
                    + "Make it the same on all rows of the series, or do not name it as static.")
                { Subject = "static" };
            }
        }

        return isNumeric
            ? new StaticColumn(cells.Name, Array.ConvertAll(firsts, row => numbers[row]!.Value), null)
            : new StaticColumn(cells.Name, null, Array.ConvertAll(firsts, row => texts[row]));
    }

    private static string Text(CellColumn cells, int row) =>
        cells.Kind(row) == CellContent.Text && MissingMarks.IsMissing(cells.Text(row)) ? "" : CellText.Clean(cells.Words(row));

    private static double? Number(string text) => text.Length == 0 ? double.NaN
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : null;

    private static string Quote(string text) => text.Length == 0 ? "empty" : $"\"{CellText.Show(text)}\"";
}
