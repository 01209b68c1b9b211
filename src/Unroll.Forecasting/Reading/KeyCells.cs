using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>The column of a long table that says which series a row belongs to.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Keys">The series in the order in which the table first names them.</param>
/// <param name="Rows">For each row the place of its series in <paramref name="Keys"/>.</param>
internal sealed record KeyCells(string Name, IReadOnlyList<string> Keys, int[] Rows)
{
    /// <exception cref="UnrollException">A cell is empty.</exception>
    public static KeyCells Of(CellColumn cells, string file)
    {
        var places = new Dictionary<string, int>();
        var keys = new List<string>();
        var rows = new int[cells.Count];
        for (int row = 0; row < rows.Length; row++)
        {
            string text = CellText.Clean(cells.Words(row)).Trim();
            if (text.Length == 0)
            {
                throw new UnrollException($"{file}, line {cells.Line(row)}, column {cells.Name}: the cell is empty, so the row belongs to "
                    + "no series. Name its series or remove the row.");
            }

            if (text.Length > TableHeader.LongestName)
            {
                throw new UnrollException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}, line {cells.Line(row)}, column {cells.Name}: the name of the series has {text.Length:N0} characters "
                        + $"(\"{CellText.Show(text)}\"). Shorten it to at most {TableHeader.LongestName}."));
            }

            if (!places.TryGetValue(text, out rows[row]))
            {
                places[text] = rows[row] = keys.Count;
                keys.Add(text);
            }
        }

        return new KeyCells(cells.Name, keys, rows);
    }
}
