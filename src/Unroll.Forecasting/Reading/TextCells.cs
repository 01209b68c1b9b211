using System.Globalization;
using System.Text;
using CsvHelper;

namespace Unroll.Forecasting;

/// <summary>Cuts a text file into cells.</summary>
internal static class TextCells
{
    /// <summary>A table is made for as many cells as the file has if it goes on as its first rows.</summary>
    private const int RowsToKnow = 1000;

    private static readonly string[] s_otherFormats = ["<!", "<?", "<html", "{", "["];

    /// <param name="bytes">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">The delimiter and the lines to skip.</param>
    /// <param name="facts">Takes encoding and delimiter.</param>
    /// <exception cref="UnrollException">It is no text, holds another format, or its quotes do not match.</exception>
    public static CellTable Read(byte[] bytes, string name, ReadOptions options, TableFacts facts)
    {
        if (bytes.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8) < 0)
            throw new UnrollException($"{name} is empty. Give a file with a header row, a date column and at least one column of numbers.");
        (byte[] Utf8, string Name) text = TextEncoding.Read(bytes)
            ?? throw new UnrollException($"{name} is no table: it holds binary data. Give a text file with a header row and a date column, "
                + "a workbook (.xlsx) or a Parquet file.");
        (byte[] utf8, facts.Encoding) = text;
        string start = Encoding.UTF8.GetString(utf8.AsSpan(0, Math.Min(utf8.Length, 64))).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (s_otherFormats.FirstOrDefault(mark => start.StartsWith(mark, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            throw new UnrollException($"{name} is no table: it begins with {found}, as HTML, XML and JSON do. "
                + "Give a text file with a header row and a date column.");
        }

        char? told = Delimiters.Declaration(utf8);
        int skipped = Math.Max(options.Skip ?? 0, told is null ? 0 : 1);
        if (skipped > 0 && AfterLines(utf8, skipped) == utf8.Length)
            throw new UnrollException($"{name} has no line after those that are to be skipped. Skip fewer.") { Subject = "skip" };
        facts.Delimiter = options.Delimiter ?? told ?? Delimiters.Find(utf8, skipped);
        try
        {
            return facts.Delimiter is Delimiters.Blanks ? BetweenBlanks(utf8, skipped) : Split(utf8, facts.Delimiter ?? ',', skipped);
        }
        catch (CsvFormatException e)
        {
            throw new UnrollException($"{name}, line {e.LineNumber + skipped}: the quotes do not match. "
                + "Close the quoted cell or remove the quote.", e);
        }
    }

    private static CellTable Split(byte[] utf8, char delimiter, int skipped)
    {
        int start = AfterLines(utf8, skipped);
        byte[] rest = start == 0 ? utf8 : utf8[start..];
        var table = new CellTable(rest);
        using var reader = CsvReader.Create(rest, new CsvReaderOptions
        {
            Separator = delimiter,
            HasHeader = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Throw,
        });
        while (reader.Read())
        {
            for (int cell = 0; cell < reader.FieldCount; cell++)
                table.Add(Trim(reader.GetSpan(cell)));
            table.EndRow(reader.LineNumber + skipped);
            if (table.Rows == RowsToKnow && reader.ByteOffset > 0)
            {
                double more = 1.02 * rest.Length / reader.ByteOffset;
                table.Reserve((int)(more * RowsToKnow), (int)(more * table.Cells));
            }
        }

        return table;
    }

    /// <summary>Cells with any number of blanks between them; a cell in quotes may hold blanks.</summary>
    private static CellTable BetweenBlanks(byte[] utf8, int skipped)
    {
        var table = new CellTable(utf8);
        int line = 0;
        foreach (Range range in utf8.AsSpan().Split((byte)'\n'))
        {
            ReadOnlySpan<byte> rest = utf8.AsSpan(range).Trim(" \t\r"u8);
            line++;
            if (line <= skipped || rest.IsEmpty)
                continue;
            while (!rest.IsEmpty)
            {
                bool isQuoted = rest[0] == (byte)'"' && rest[1..].Contains((byte)'"');
                int end = isQuoted ? rest[1..].IndexOf((byte)'"') + 1 : rest.IndexOfAny((byte)' ', (byte)'\t');
                ReadOnlySpan<byte> cell = end < 0 ? rest : isQuoted ? rest[1..end] : rest[..end];
                table.Add(Trim(cell));
                rest = end < 0 ? [] : rest[(isQuoted ? end + 1 : end)..].TrimStart(" \t"u8);
            }

            table.EndRow(line);
        }

        return table;
    }

    private static int AfterLines(ReadOnlySpan<byte> text, int lines)
    {
        int start = 0;
        for (int line = 0; line < lines && start < text.Length; line++)
        {
            int end = text[start..].IndexOf((byte)'\n');
            start = end < 0 ? text.Length : start + end + 1;
        }

        return start;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> cell)
    {
        if (!cell.IsEmpty && cell[0] is > (byte)' ' and not 0xC2 && cell[^1] is > (byte)' ' and not 0xA0)
            return cell;
        cell = cell.Trim(" \t\r\n"u8);
        // Blanks that do not break a line come from pages and word processors.
        while (cell.StartsWith("\u00A0"u8))
            cell = cell["\u00A0"u8.Length..].TrimStart(" \t\r\n"u8);
        while (cell.EndsWith("\u00A0"u8))
            cell = cell[..^"\u00A0"u8.Length].TrimEnd(" \t\r\n"u8);
        return cell;
    }
}
