using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>The names of columns out of the rows of a header, of which there may be several, or none.</summary>
internal static class TableHeader
{
    /// <summary>The most characters of a name of a column or of a series.</summary>
    public const int LongestName = 500;

    /// <param name="table">The cells.</param>
    /// <param name="header">The rows of the header, from the top.</param>
    /// <param name="width">How many columns there are.</param>
    /// <param name="key">The column of the dates, where that shows; else below 0.</param>
    /// <param name="file">What messages call the table.</param>
    /// <param name="first">The first row that has names; a title may stand above it.</param>
    /// <exception cref="UnrollException">Two columns have the same name, or one is too long.</exception>
    public static string[] Names(CellTable table, ReadOnlySpan<int> header, int width, int key, string file, out int first)
    {
        var names = new string[width];
        int[] rows = NameRows(table, header, width, key);
        first = rows.Length > 0 ? rows[0] : int.MaxValue;
        for (int column = 0; column < width; column++)
        {
            string name = Join(table, rows, column);
            // The name of the dates may stand in another row than the others, below the names of groups of columns.
            if (column == key && rows.Length > 0 && !IsOfDates(name))
                name = header.ToArray().Select(row => Cell(table, row, key)).LastOrDefault(IsOfDates) ?? name;
            if (name.Length > LongestName)
            {
                throw new UnrollException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}: the name of column {column + 1} has {name.Length:N0} characters (\"{CellText.Show(name)}\"). "
                        + $"Shorten it to at most {LongestName}, or close a quote that is open."));
            }

            names[column] = name.Length == 0 ? TableLayout.DefaultName(column) : name;
        }

        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UnrollException($"{file} has two columns named {twice.Key}. Rename one of them.")
            : names;
    }

    /// <summary>The rows that hold names: the one that names the dates and all else, else the first that is complete, else all.</summary>
    private static int[] NameRows(CellTable table, ReadOnlySpan<int> header, int width, int key)
    {
        if (header.Length < 2)
            return header.ToArray();
        foreach (bool named in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (int row in header)
            {
                if (IsComplete(table, row, width, key) && (!named || IsOfDates(Cell(table, row, Math.Max(key, 0)))))
                    return [row];
            }
        }

        // Names of groups above names of columns; a row that is the same everywhere tells nothing apart.
        int[] telling = [.. header.ToArray().Where(row => Different(table, row, width, key) > 1)];
        return telling.Length > 0 ? telling : header.ToArray();
    }

    private static bool IsOfDates(string name) => DateNames.Role(name) != DateRole.None;

    private static bool IsComplete(CellTable table, int row, int width, int key)
    {
        var seen = new HashSet<string>();
        for (int column = 0; column < width; column++)
        {
            string name = Cell(table, row, column);
            if (column != key && column < table.Width(row) && (name.Length == 0 || !seen.Add(name)))
                return false;
        }

        return true;
    }

    private static int Different(CellTable table, int row, int width, int key) =>
        Enumerable.Range(0, width).Where(column => column != key).Select(column => Cell(table, row, column)).Where(name => name.Length > 0)
            .Distinct().Count();

    private static string Join(CellTable table, int[] rows, int column)
    {
        var parts = new List<string>();
        for (int i = 0; i < rows.Length; i++)
        {
            string part = Cell(table, rows[i], column);
            // A group's name stands above its first column alone.
            for (int left = column - 1; part.Length == 0 && i < rows.Length - 1 && left > 0; left--)
                part = Cell(table, rows[i], left);
            if (part.Length > 0 && !parts.Contains(part))
                parts.Add(part);
        }

        return string.Join(' ', parts);
    }

    private static string Cell(CellTable table, int row, int column)
    {
        string text = CellText.Clean(table.Words(row, column).Trim());
        return column == 0 && text.StartsWith('#') ? text.TrimStart('#', ' ') : text;
    }
}
