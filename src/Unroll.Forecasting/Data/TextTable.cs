using System.Text;

namespace Unroll.Forecasting;

/// <summary>Columns of text under headings, right-aligned, two spaces apart, beside a left-aligned index.</summary>
internal sealed class TextTable(string[] index)
{
    private const int LongestHeading = 60;

    private readonly List<(string Heading, string[] Cells)> _columns = [];

    /// <summary>Printed on a line of its own below the headings, as pandas does for a named index.</summary>
    public string? IndexName { get; init; }

    public void Add(string heading, string[] cells) => _columns.Add((NameList.Cut(heading, LongestHeading), cells));

    /// <summary>
    /// The table in lines of at most <paramref name="width"/> characters: with fewer decimals where that is enough, else in blocks
    /// of columns, each with the index. A single column may be wider.
    /// </summary>
    /// <param name="make">Makes the table for a number of decimals.</param>
    /// <param name="width">The longest line that is wanted.</param>
    public static string Fit(Func<int, TextTable> make, int width)
    {
        for (int decimals = NumberText.Digits; decimals >= NumberText.FewestDigits; decimals--)
        {
            TextTable table = make(decimals);
            if (table.Width <= width)
                return table.ToString();
        }

        return make(NumberText.Digits).Blocks(width);
    }

    /// <summary>Whether the table with the fewest decimals fits into <paramref name="width"/> characters without blocks.</summary>
    public static bool Fits(Func<int, TextTable> make, int width) => make(NumberText.FewestDigits).Width <= width;

    public override string ToString() => Block(0, _columns.Count);

    private int IndexWidth => index.Append(IndexName ?? "").Max(entry => entry.Length);

    private int Width => IndexWidth + Enumerable.Range(0, _columns.Count).Sum(column => 2 + ColumnWidth(column));

    private int ColumnWidth(int column) => _columns[column].Cells.Append(_columns[column].Heading).Max(cell => cell.Length);

    private string Blocks(int width)
    {
        var blocks = new List<string>();
        for (int first = 0; first < _columns.Count;)
        {
            int end = first, used = IndexWidth;
            while (end < _columns.Count && (end == first || used + 2 + ColumnWidth(end) <= width))
                used += 2 + ColumnWidth(end++);
            blocks.Add(Block(first, end));
            first = end;
        }

        return string.Join("\n\n", blocks);
    }

    private string Block(int first, int end)
    {
        var text = new StringBuilder();
        int indexWidth = IndexWidth;
        int[] widths = [.. Enumerable.Range(0, _columns.Count).Select(ColumnWidth)];
        Line("", column => column.Heading);
        if (IndexName is not null)
            text.Append('\n').Append(IndexName);
        for (int row = 0; row < index.Length; row++)
        {
            text.Append('\n');
            Line(index[row], column => column.Cells[row]);
        }

        return text.ToString();

        void Line(string entry, Func<(string Heading, string[] Cells), string> cell)
        {
            text.Append(entry.PadRight(indexWidth));
            for (int i = first; i < end; i++)
                text.Append("  ").Append(cell(_columns[i]).PadLeft(widths[i]));
        }
    }
}
