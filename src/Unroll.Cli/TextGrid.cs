namespace Unroll.Cli;

/// <summary>A table as text: the first column to the left, the others to the right, groups of rows with a rule between them.</summary>
internal static class TextGrid
{
    private const int Gap = 2;

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its cells can be written so short.</summary>
    /// <param name="headings">A heading a column; where there is no room a line ends at a line break, and a hyphen before it stays.</param>
    /// <param name="spare">The headings of columns that are left out where there is still no room, one after the other.</param>
    /// <param name="groups">Rows with a cell a column.</param>
    /// <param name="width">The characters of a line.</param>
    public static string Fit(string[] headings, string[] spare, IReadOnlyList<string[][]> groups, int width)
    {
        List<int> columns = [.. Enumerable.Range(0, headings.Length)];
        string[] oneLine = Array.ConvertAll(headings, heading => heading.Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' '));
        string[] twoLines = Array.ConvertAll(headings, heading => heading.Contains('\n', StringComparison.Ordinal) ? heading : "\n" + heading);
        string text = Text(oneLine, groups, columns);
        if (!Fits())
            text = Text(twoLines, groups, columns);
        foreach (string heading in spare.TakeWhile(_ => !Fits()))
        {
            columns.Remove(Array.IndexOf(headings, heading));
            text = Text(twoLines, groups, columns);
        }

        return text;

        bool Fits() => text.IndexOf('\n', StringComparison.Ordinal) <= width;
    }

    private static string Text(string[] headings, IReadOnlyList<string[][]> groups, List<int> columns)
    {
        string[][] lines = [.. headings.Select(text => text.Split('\n'))];
        string[][] heading = [.. Enumerable.Range(0, lines[0].Length).Select(line => Array.ConvertAll(lines, cell => cell[line]))];
        int[] widths = [.. columns.Select(column => heading.Concat(groups.SelectMany(rows => rows)).Max(row => row[column].Length))];
        string Line(string[] row) => string.Concat(columns.Select((column, i) => column == 0 ? row[0].PadRight(widths[0]) : row[column].PadLeft(widths[i] + Gap)));
        string rule = new('─', widths.Sum() + (Gap * (widths.Length - 1)));
        return string.Join('\n', heading.Select(Line).Concat(groups.SelectMany(rows => rows.Select(Line).Prepend(rule))));
    }
}
