using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>One column of a CSV file while it is read: its numbers so far, and the first cell that is none.</summary>
internal sealed class NumberCells(string name, int index)
{
    private static readonly byte[][] s_missing = [.. new[] { "NA", "N/A", "#N/A", "NaN", "null", "none", "." }.Select(Encoding.ASCII.GetBytes)];
    private int _numbers;

    public string Name { get; } = name;

    /// <summary>The column's place in the file, from 0.</summary>
    public int Index { get; } = index;

    public List<double> Values { get; } = [];

    public int BadCells { get; private set; }

    /// <summary>The first cell that is no number, as messages show it, and the line it is on.</summary>
    public (long Line, string Text) FirstBad { get; private set; }

    /// <summary>Whether this is a column of text rather than a column of numbers with a slip in it.</summary>
    public bool IsText => BadCells > _numbers;

    public bool IsEmpty => _numbers == 0 && BadCells == 0;

    public void Add(ReadOnlySpan<byte> cell, long line)
    {
        cell = TrimAscii(cell);
        if (IsMissing(cell))
        {
            Values.Add(double.NaN);
        }
        else if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
        {
            _numbers++;
            Values.Add(value);
        }
        else
        {
            if (BadCells++ == 0)
                FirstBad = (line, CellText.Shown(Encoding.UTF8.GetString(cell)));
            Values.Add(double.NaN);
        }
    }

    public static bool IsMissing(ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
            return true;
        foreach (byte[] word in s_missing)
        {
            if (Ascii.EqualsIgnoreCase(cell, word))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> TrimAscii(ReadOnlySpan<byte> cell) => cell[Ascii.Trim(cell)];
}
