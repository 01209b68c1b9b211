using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>
/// A static column of a panel: a number or a text for each series, in the order of its keys. A missing number is NaN, a missing text empty.
/// </summary>
internal sealed record StaticColumn(string Name, double[]? Numbers, string[]? Texts);

/// <summary>A column of a long CSV file that says something of the series and not of the day, while it is read.</summary>
internal sealed class StaticCells(string file, string name, int index)
{
    private readonly List<string> _texts = [];

    /// <summary>The column's place in the file, from 0.</summary>
    public int Index { get; } = index;

    public string Name { get; } = name;

    public void Add(ReadOnlySpan<byte> cell) => _texts.Add(NumberCells.IsMissing(cell) ? "" : CellText.Clean(Encoding.UTF8.GetString(cell).Trim()));

    /// <summary>The value of each series: numbers where all cells are, otherwise texts.</summary>
    /// <param name="keys">Which row belongs to which series.</param>
    /// <param name="lines">The line of the file that each row is on.</param>
    /// <exception cref="UnrollException">It is not the same on all rows of a series.</exception>
    public StaticColumn Of(KeyCells keys, IReadOnlyList<long> lines)
    {
        double?[] numbers = [.. _texts.Select(text => text.Length == 0 ? double.NaN : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : (double?)null)];
        bool isNumeric = Array.TrueForAll(numbers, number => number is not null) && Array.Exists(numbers, number => number is { } value && !double.IsNaN(value));
        var firsts = new int[keys.Keys.Count];
        Array.Fill(firsts, -1);
        for (int row = 0; row < _texts.Count; row++)
        {
            int place = keys.Rows[row], first = firsts[place];
            if (first < 0)
                firsts[place] = row;
            else if (isNumeric ? !numbers[row]!.Value.Equals(numbers[first]!.Value) : _texts[row] != _texts[first])
                throw new UnrollException($"{file}: the static column {Name} of series {CellText.Shown(keys.Keys[place])} is {Quoted(_texts[first])} on line {lines[first]} and {Quoted(_texts[row])} on line {lines[row]}. Make it the same on all rows of the series, or do not name it as static.") { Subject = "static" };
        }

        return isNumeric
            ? new StaticColumn(Name, Array.ConvertAll(firsts, row => numbers[row]!.Value), null)
            : new StaticColumn(Name, null, Array.ConvertAll(firsts, row => _texts[row]));
    }

    private static string Quoted(string text) => text.Length == 0 ? "empty" : $"\"{CellText.Shown(text)}\"";
}
