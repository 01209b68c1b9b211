using System.Buffers;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>
/// Where in a table its header and its data are: which rows stand before the header, which are the header, which are data, and which
/// stand behind, such as totals and sources.
/// </summary>
/// <param name="Names">What the columns are called; a column without a name is "column 3".</param>
/// <param name="Header">The rows of the header; none where the table has no header.</param>
/// <param name="Data">The rows of data, in order.</param>
/// <param name="Behind">Rows behind the data that hold something else.</param>
internal sealed record TableLayout(string[] Names, int[] Header, int[] Data, int[] Behind)
{
    /// <summary>How many rows tell what a column holds; so many at the beginning and the end may be something else.</summary>
    private const int SampledRows = 400, MostAround = 30;

    /// <summary>Of very many columns fewer rows are looked at, and no fewer than these.</summary>
    private const int SampledCells = 100_000, FewestSampled = 40;

    /// <summary>The most rows of a header.</summary>
    private const int MostHeaderRows = 6;

    private static readonly SearchValues<byte> s_lines = SearchValues.Create("-+=:|_ "u8);

    private enum Content
    {
        Nothing,
        Number,
        Date,
        Text,
    }

    /// <summary>What a column without a name is called.</summary>
    public static string DefaultName(int index) => FormattableString.Invariant($"column {index + 1}");

    /// <exception cref="UnrollException">The table is empty, or two columns have the same name.</exception>
    public static TableLayout Of(CellTable table, TableFacts facts)
    {
        int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => !table.IsBlank(row) && (row > MostAround || !IsRule(table, row)))];
        if (rows.Length == 0)
        {
            throw new UnrollException(
                $"{facts.Source} is empty. Give a file with a header row, a date column and at least one column of numbers.");
        }

        int width = UsualWidth(table, rows);
        Content[] kinds = Kinds(table, rows, width);
        int key = Array.IndexOf(kinds, Content.Date);
        int first = 0;
        while (first < rows.Length && first < MostAround && !IsData(first))
            first++;
        if (first == rows.Length || first == MostAround)
            first = Math.Min(rows.Length, 1 + FirstOfWidth());
        int top = first;
        while (top > 0 && first - top < MostHeaderRows && IsHeader(rows[top - 1]) && (top == first || !IsComment(table, rows[top - 1])))
            top--;
        if (top == first)
            top = Check();
        int end = rows.Length;
        while (end > first + 1 && rows.Length - end < MostAround && IsBehind(table, rows[end - 1], key, kinds, width))
            end--;
        string[] names = TableHeader.Names(table, rows.AsSpan(top, first - top), width, key, facts.Source, out int named);
        return new TableLayout(names, [.. rows[top..first].Where(row => row >= named)], rows[first..end], rows[end..]);

        // A header of another number of cells than the rows below it names something else than they hold.
        int Check()
        {
            int above = first > 0
                ? Array.FindIndex(rows, 0, first, row => CountFilled(table, row) > 1 && IsHeader(row) && !IsComment(table, row)) : -1;
            if (above >= 0)
            {
                int between = Array.FindIndex(rows, above + 1, row => !IsComment(table, row));
                return between == first ? above : throw Uneven(rows[between], rows[above]);
            }

            return first > 0 && CountFilled(table, rows[first - 1]) > 1 && !IsComment(table, rows[first - 1])
                ? throw Uneven(rows[first], rows[first - 1])
                : first;
        }

        UnrollException Uneven(int row, int header) => new(
            $"{facts.Source}, line {table.Line(row)}: {table.Width(row)} cells, but the header names {table.Width(header)} columns. "
                + "Put quotes around a cell that holds the delimiter, or add what is missing.")
        { Subject = "skip" };

        // A row of data has a date where the dates are, or numbers where there are numbers. The first row of the table may have
        // numbers as names.
        bool IsData(int place)
        {
            int row = rows[place];
            if (table.Width(row) < width && CountFilled(table, row) < 2 && width > 1)
                return false;
            if (key >= 0 && Of(table, row, key) == Content.Date)
                return true;
            bool isFirst = place <= FirstOfWidth(), hasNumber = false, hasDecimals = false, namesDates = false;
            for (int column = 0; column < width; column++)
            {
                ReadOnlySpan<byte> text = table.Text(row, column);
                bool isNumber = kinds[column] == Content.Number && Of(table, row, column) == Content.Number;
                hasNumber |= isNumber;
                hasDecimals |= isNumber && text.IndexOfAny((byte)'.', (byte)',') >= 0;
                namesDates |= isFirst && key < 0 && DateNames.Role(table.Words(row, column)) != DateRole.None;
            }

            // Years and other whole numbers may be names; what begins with a figure where the dates are is a date with a slip.
            bool hasFigure = key >= 0 && table.Text(row, key) is [>= (byte)'0' and <= (byte)'9', ..];
            return isFirst
                ? hasNumber && !namesDates && (key < 0 || hasDecimals || hasFigure)
                : hasNumber || hasFigure;
        }

        bool IsHeader(int row) => table.Width(row) == width || CountFilled(table, row) == width || IsShortOfNothing(row);

        // A header without the delimiter that stands at the end of every row of data.
        bool IsShortOfNothing(int row)
        {
            int own = table.Width(row);
            return own < width && own > 1 && kinds.Skip(own).All(kind => kind == Content.Nothing);
        }

        int FirstOfWidth()
        {
            int place = Array.FindIndex(rows, row => IsHeader(row) && !IsComment(table, row));
            return place < 0 ? 0 : place;
        }
    }

    /// <summary>The number of cells of most rows; of two that are as frequent that of the first row.</summary>
    private static int UsualWidth(CellTable table, int[] rows) => Sample(rows).GroupBy(table.Width)
        .OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key == table.Width(rows[0])).First().Key;

    /// <summary>What most cells of each column hold, looking at rows between the first and the last ones where there are enough.</summary>
    private static Content[] Kinds(CellTable table, int[] rows, int width)
    {
        int[] sample = [.. Sample(rows, Math.Max(FewestSampled, SampledCells / Math.Max(1, width)))];
        var kinds = new Content[width];
        Span<int> counts = stackalloc int[1 + (int)Content.Text];
        for (int column = 0; column < width; column++)
        {
            counts.Clear();
            foreach (int row in sample)
                counts[(int)Of(table, row, column)]++;
            counts[(int)Content.Nothing] = 0;
            Content most = Content.Nothing;
            foreach (Content kind in (ReadOnlySpan<Content>)[Content.Date, Content.Number, Content.Text])
            {
                if (counts[(int)kind] > counts[(int)most])
                    most = kind;
            }

            kinds[column] = most;
        }

        return kinds;
    }

    private static IEnumerable<int> Sample(int[] rows, int most = SampledRows)
    {
        int from = rows.Length > 4 * MostAround ? MostAround : rows.Length > 1 ? 1 : 0;
        int until = rows.Length > 4 * MostAround ? rows.Length - MostAround : rows.Length;
        int count = Math.Min(Math.Min(SampledRows, most), until - from);
        for (int i = 0; i < count; i++)
            yield return rows[from + (int)((long)i * (until - from) / count)];
    }

    private static Content Of(CellTable table, int row, int column)
    {
        switch (table.Kind(row, column))
        {
            case CellContent.Number:
                return Content.Number;
            case CellContent.Date:
                return Content.Date;
        }

        ReadOnlySpan<byte> text = table.Text(row, column);
        return MissingMarks.IsMissing(text) ? Content.Nothing
            : DateText.LooksLikeDate(text) ? Content.Date
            : LooksLikeNumber(text) ? Content.Number
            : Content.Text;
    }

    /// <summary>Mostly digits, and no more letters than a currency or a unit has.</summary>
    private static bool LooksLikeNumber(ReadOnlySpan<byte> text)
    {
        const int longest = 40, mostLetters = 3;
        if (text.Length > longest)
            return false;
        int digits = 0, letters = 0;
        foreach (byte each in text)
        {
            digits += char.IsAsciiDigit((char)each) ? 1 : 0;
            letters += char.IsAsciiLetter((char)each) ? 1 : 0;
        }

        return digits > 0 && letters <= mostLetters && (letters == 0 || char.IsAsciiDigit((char)text[0]) || digits > letters);
    }

    private static int CountFilled(CellTable table, int row)
    {
        int filled = 0;
        for (int column = 0; column < table.Width(row); column++)
            filled += table.IsEmpty(row, column) ? 0 : 1;
        return filled;
    }

    private static bool IsComment(CellTable table, int row) =>
        table.Text(row, 0) is [(byte)'#' or (byte)'%' or (byte)'!', ..] or [(byte)'/', (byte)'/', ..];

    /// <summary>Whether a row only rules a line below the header, or says the types of columns as 5s and 20d.</summary>
    private static bool IsRule(CellTable table, int row)
    {
        int length = 0;
        bool isLine = true, areTypes = table.Width(row) > 1;
        for (int column = 0; column < table.Width(row); column++)
        {
            ReadOnlySpan<byte> text = table.Text(row, column);
            isLine &= table.Kind(row, column) == CellContent.Text && text.IndexOfAnyExcept(s_lines) < 0;
            areTypes &= text.Length is 2 or 3 && text[^1] is (byte)'s' or (byte)'d' or (byte)'n'
                && text[..^1].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
            length += text.Length;
        }

        return areTypes || (isLine && length > 3);
    }

    /// <summary>
    /// Whether a row at the end is no data: it has no date but words where the dates are, or a single text where others have several cells.
    /// </summary>
    private static bool IsBehind(CellTable table, int row, int key, Content[] kinds, int width)
    {
        if (width > 1 && CountFilled(table, row) == 1 && !table.IsEmpty(row, 0))
            return Of(table, row, 0) is Content.Text || IsComment(table, row);
        int place = key >= 0 ? key : Array.IndexOf(kinds, Content.Number);
        if (place < 0)
            return false;
        return table.Kind(row, place) == CellContent.Text && AreWords(table.Text(row, place))
            || (Of(table, row, place) == Content.Nothing && place > 0 && IsTotal(table.Text(row, 0)));
    }

    /// <summary>Letters without digits, or a word for a sum before whatever follows.</summary>
    private static bool AreWords(ReadOnlySpan<byte> text)
    {
        if (MissingMarks.IsMissing(text) || DateText.LooksLikeDate(text))
            return false;
        bool hasLetter = false, hasDigit = false;
        foreach (byte each in text)
        {
            hasLetter |= char.IsAsciiLetter((char)each) || each >= 128;
            hasDigit |= char.IsAsciiDigit((char)each);
        }

        return hasLetter && (!hasDigit || IsTotal(text));
    }

    private static bool IsTotal(ReadOnlySpan<byte> text)
    {
        string[] words = ["total", "sum", "grand", "average", "mean", "avg", "source", "note", "quelle", "summe", "gesamt", "mittel",
            "copyright"];
        foreach (string word in words)
        {
            if (text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word))
                return true;
        }

        return false;
    }
}
