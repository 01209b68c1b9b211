namespace Unroll.Forecasting;

/// <summary>How a table was understood: what was found where nothing was said.</summary>
public sealed record TableReading
{
    /// <summary>The file's name without its folder, "standard input", or the name given.</summary>
    public required string Source { get; init; }

    /// <summary>"text", "workbook", "Parquet" or "records".</summary>
    public required string Kind { get; init; }

    /// <summary>How the characters of a text file are written, such as UTF-8; null for other kinds.</summary>
    public string? Encoding { get; init; }

    /// <summary>
    /// What stands between cells: "comma", "semicolon", "tab", "bar", "blanks" or the character; null where there is one column.
    /// </summary>
    public string? Delimiter { get; init; }

    /// <summary>The sheet of a workbook.</summary>
    public string? Sheet { get; init; }

    /// <summary>The lines of the header, from 1; none where the table begins with its data.</summary>
    public IReadOnlyList<long> HeaderLines { get; init; } = [];

    /// <summary>The line that the data begin on, from 1.</summary>
    public long FirstLine { get; init; }

    /// <summary>Lines behind the data that hold something else, such as totals.</summary>
    public IReadOnlyList<long> LinesBehind { get; init; } = [];

    /// <summary>The columns that the dates were made of; none where rows are numbered.</summary>
    public IReadOnlyList<string> DateColumns { get; init; } = [];

    /// <summary>How the dates are written, in words or as a .NET format.</summary>
    public required string DateForm { get; init; }

    /// <summary>Whether the rows have a running number in the place of dates.</summary>
    public bool IsNumbered { get; init; }

    /// <summary>The zone that the times are in where the table or the options say one.</summary>
    public string? Zone { get; init; }

    /// <summary>The sign before decimals; null where there are none.</summary>
    public char? Decimal { get; init; }

    /// <summary>What groups thousands: "comma", "point", "blank" or "apostrophe"; null for nothing.</summary>
    public string? Thousands { get; init; }

    /// <summary>What stood for a missing value, and how often; empty cells are under "".</summary>
    public IReadOnlyDictionary<string, int> MissingMarks { get; init; } = new Dictionary<string, int>();

    /// <summary>The columns that were not read, and why.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; init; } = new Dictionary<string, string>();

    /// <summary>Rows that were there twice, with the same cells throughout; they count once.</summary>
    public int RepeatedRows { get; init; }

    /// <summary>Whether rows were put into the order of their dates.</summary>
    public bool WasSorted { get; init; }

    /// <summary>What was found, in a sentence: kind, encoding, delimiter, header, dates, zone, and how numbers are written.</summary>
    public override string ToString() => $"Read as {string.Join(", ", Facts())}.";

    private IEnumerable<string> Facts()
    {
        yield return Sheet is { } sheet ? $"sheet {sheet} of a workbook" : Kind;
        if (Encoding is { } encoding)
            yield return encoding;
        if (Delimiter is { } delimiter)
            yield return $"{delimiter} between cells";
        yield return HeaderLines.Count switch
        {
            0 => "no header",
            1 when HeaderLines[0] == 0 => "names of columns",
            1 => FormattableString.Invariant($"header on line {HeaderLines[0]}"),
            _ => FormattableString.Invariant($"header on lines {HeaderLines[0]} to {HeaderLines[^1]}"),
        };
        yield return IsNumbered
            ? DateColumns.Count == 0 ? "rows numbered" : $"numbers in {DateColumns[0]} in place of dates"
            : $"dates in {string.Join(" and ", DateColumns)} ({DateForm})";
        if (Zone is { } zone)
            yield return $"times in {zone}";
        if (Decimal is { } sign)
            yield return sign == ',' ? "decimal comma" : "decimal point";
        if (Thousands is { } thousands)
            yield return $"thousands by {thousands}";
    }

    internal static string? DelimiterName(char? delimiter) => delimiter switch
    {
        null => null,
        ',' => "comma",
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "bar",
        Delimiters.Blanks => "blanks",
        { } other => other.ToString(),
    };
}
