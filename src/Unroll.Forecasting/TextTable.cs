using System.Text;

namespace Unroll.Forecasting;

/// <summary>Columns of text under headings, right-aligned, two spaces apart, beside a left-aligned index.</summary>
internal sealed class TextTable(string[] index)
{
    private readonly List<(string Heading, string[] Cells)> _columns = [];

    /// <summary>Printed on a line of its own below the headings, as pandas does for a named index.</summary>
    public string? IndexName { get; init; }

    public void Add(string heading, string[] cells) => _columns.Add((heading, cells));

    public override string ToString()
    {
        var text = new StringBuilder();
        int indexWidth = index.Append(IndexName ?? "").Max(entry => entry.Length);
        int[] widths = [.. _columns.Select(column => column.Cells.Append(column.Heading).Max(cell => cell.Length))];
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
            for (int i = 0; i < _columns.Count; i++)
                text.Append("  ").Append(cell(_columns[i]).PadLeft(widths[i]));
        }
    }
}
