using System.Globalization;

namespace Unroll.Cli;

/// <summary>Figures in columns, in groups of lines with a rule above each.</summary>
internal static class FigureTable
{
    public const string None = "–";
    private const int Gap = 2;

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its figures can be written so short.</summary>
    /// <param name="headings">One a column; they may have two lines. A hyphen before the end of a line is not there
    /// where it has one.</param>
    /// <param name="spare">The headings of columns that are left out where there is no room, one after the other.</param>
    /// <param name="groups">Lines of cells, one a column.</param>
    /// <param name="width">The characters of a line.</param>
    public static string Text(string[] headings, string[] spare, string[][][] groups, int width)
    {
        List<int> columns = [.. Enumerable.Range(0, headings.Length)];
        string[] oneLine = Array.ConvertAll(headings, heading => heading.Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' '));
        string[] twoLines = Array.ConvertAll(
            headings, heading => heading.Contains('\n', StringComparison.Ordinal) ? heading : "\n" + heading);
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

    private static string Text(string[] headings, string[][][] groups, List<int> columns)
    {
        string[][] lines = [.. headings.Select(text => text.Split('\n'))];
        string[][] heading = [.. Enumerable.Range(0, lines[0].Length).Select(line => Array.ConvertAll(lines, cell => cell[line]))];
        int[] widths = [.. columns.Select(column => groups.SelectMany(group => group).Concat(heading).Max(row => row[column].Length))];
        string Line(string[] row) => string.Concat(
            columns.Select((column, i) => column == 0 ? row[0].PadRight(widths[0]) : row[column].PadLeft(widths[i] + Gap)));
        string rule = new('─', widths.Sum() + (Gap * (widths.Length - 1)));
        return string.Join('\n', [.. heading.Select(Line), .. groups.SelectMany(group => group.Select(Line).Prepend(rule))]);
    }

    /// <summary>Four significant digits of the naive RMSE, and at least two decimals where that is below 10,000.</summary>
    public static string Figure(double value, double naive)
    {
        if (naive is < 1e-6 or >= 1e9 || value >= 1e9)
            return value.ToString("0.000e+0", CultureInfo.InvariantCulture);
        int decimals = naive >= 1e4 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(naive)), 2, 9);
        return value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>Three decimals; what rounds to nothing has no sign.</summary>
    public static string Skill(double? value) => value switch
    {
        null => None,
        > -0.0005 and < 0 => "0.000",
        > -1e4 => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };

    /// <summary>A share from 0 to 1 in percent.</summary>
    public static string Share(double share) => (100 * share).ToString("0.0 '%'", CultureInfo.InvariantCulture);

    public static string Percent(double? value) => value switch
    {
        null => None,
        >= 1e6 => value.Value.ToString("0.0e+0 '%'", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00 '%'", CultureInfo.InvariantCulture),
    };
}
