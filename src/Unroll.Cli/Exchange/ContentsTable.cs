namespace Unroll.Cli;

/// <summary>What is in a file as a table, a name first, in lines that a terminal has room for.</summary>
internal static class ContentsTable
{
    /// <summary>Names are not shortened further where a terminal is narrow.</summary>
    private const int ShortestName = 24;

    /// <summary>The table without columns that are empty; names lose their middle where that is needed.</summary>
    /// <param name="headings">One a column, that of the names first.</param>
    /// <param name="spare">Those of columns that are left out where there is no room, one after the other.</param>
    /// <param name="rows">Cells, one a column; at least one row.</param>
    /// <param name="width">The characters of a line.</param>
    public static string Text(string[] headings, string[] spare, string[][] rows, int width)
    {
        int[] shown = [.. Enumerable.Range(0, headings.Length).Where(column => Array.Exists(rows, row => row[column].Length > 0))];
        string text = InLines();
        int over = text.IndexOf('\n', StringComparison.Ordinal) - width;
        if (over <= 0)
            return text;
        int most = Math.Max(ShortestName, rows.Max(row => row[0].Length) - over);
        rows = Array.ConvertAll(rows, row => (string[])[Shorten(row[0], most), .. row[1..]]);
        return InLines();

        string InLines() => FigureTable.Text(
            [.. shown.Select(column => headings[column])],
            [.. spare.Where(heading => shown.Any(column => headings[column] == heading))],
            [[.. rows.Select(row => shown.Select(column => row[column]).ToArray())]],
            width);
    }

    private static string Shorten(string name, int most) =>
        name.Length <= most ? name : $"{name[..((most - 1) / 2)]}…{name[^(most - 1 - ((most - 1) / 2))..]}";
}
