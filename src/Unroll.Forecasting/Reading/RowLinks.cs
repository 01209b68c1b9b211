using System.Text;

namespace Unroll.Forecasting;

/// <summary>Which row of the same series comes before a row, in the order of the file.</summary>
/// <param name="series">The column that names the series of a row; null where all rows are of one.</param>
/// <param name="rows">How many rows there are.</param>
internal sealed class RowLinks(CellColumn? series, int rows)
{
    private const int LongestKey = 512;
    private int[]? _series;
    private int[]? _previous;

    public int Rows { get; } = rows;

    /// <summary>The series of a row, by its place among all.</summary>
    public int Series(int row) => series is null ? 0 : (_series ?? Link())[row];

    /// <summary>The row before in the same series; -1 for its first.</summary>
    public int Previous(int row)
    {
        if (series is null)
            return row - 1;
        if (_previous is null)
            Link();
        return _previous![row];
    }

    /// <summary>Whether two rows of one series have the same date.</summary>
    public bool Repeat(DateTime[] dates)
    {
        bool isRising = true, isFalling = true;
        for (int row = 1; row < Rows && (isRising || isFalling); row++)
        {
            int before = Previous(row);
            isRising &= before < 0 || dates[row] > dates[before];
            isFalling &= before < 0 || dates[row] < dates[before];
        }

        if (isRising || isFalling)
            return false;
        var seen = new HashSet<(int Series, DateTime Date)>(Rows);
        for (int row = 0; row < Rows; row++)
        {
            if (!seen.Add((Series(row), dates[row])))
                return true;
        }

        return false;
    }

    private int[] Link()
    {
        var places = new Dictionary<string, int>();
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = places.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> characters = stackalloc char[LongestKey];
        var last = new List<int>();
        var all = new int[Rows];
        var previous = new int[Rows];
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<byte> text = series!.Value.Text(row);
            ReadOnlySpan<char> key = text.IsEmpty || text.Length > LongestKey
                ? series.Value.Words(row)
                : characters[..Encoding.UTF8.GetChars(text, characters)];
            if (!lookup.TryGetValue(key, out int place))
            {
                lookup[key] = place = last.Count;
                last.Add(-1);
            }

            (all[row], previous[row], last[place]) = (place, last[place], row);
        }

        (_series, _previous) = (all, previous);
        return all;
    }
}
