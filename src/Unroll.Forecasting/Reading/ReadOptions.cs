namespace Unroll.Forecasting;

/// <summary>How a table is read. What is not given is found, and where two readings are possible the error names what settles it.</summary>
public sealed record ReadOptions
{
    /// <summary>
    /// The column of the dates, or those they are spread over, such as Date and Time or Year, Month and Day. Empty to number the rows:
    /// they have no calendar then. Null to find them.
    /// </summary>
    public IReadOnlyList<string>? Date { get; init; }

    /// <summary>
    /// How the dates are written: a .NET format such as <c>dd/MM/yyyy</c>, or as Python writes it, <c>%d/%m/%Y</c>; or one of the words
    /// <c>dmy</c>, <c>mdy</c>, <c>ymd</c> (the order of day, month and year), <c>unix</c>, <c>unix-ms</c> (seconds and milliseconds since
    /// 1970) and <c>excel</c> (days since 1899-12-30). Null to find it.
    /// </summary>
    public string? DateFormat { get; init; }

    /// <summary>
    /// The zone of times that are written without an offset, such as <c>Europe/Berlin</c>: they are turned into UTC, and the hour that
    /// comes twice where clocks are put back is told apart by its order. Null to take them as they are.
    /// </summary>
    public string? TimeZone { get; init; }

    /// <summary>The character between cells; found among comma, semicolon, tab and bar where not given.</summary>
    public char? Delimiter { get; init; }

    /// <summary>The sign before decimals, a point or a comma; the other one, if any, groups thousands. Null to find it.</summary>
    public char? Decimal { get; init; }

    /// <summary>
    /// What stands for a missing value, beside empty cells and the usual marks such as NA, null, - and ?. A number such as -9999 is meant
    /// by its value, text without regard to letter case.
    /// </summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>How many lines stand before the header, empty ones counted. Null to find it.</summary>
    public int? Skip { get; init; }

    /// <summary>Of a workbook: the sheet, by its name or its number from 1. Null for the only one that holds a table.</summary>
    public string? Sheet { get; init; }

    /// <summary>Only these columns are read, beside the dates and the column of series; bad cells elsewhere do not matter.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>These columns are not read.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>
    /// For a <see cref="SeriesSet"/>: the static columns, numbers or text, the same on all rows of a series. Null to take the columns of
    /// numbers that never change within a series; where names are given, no others are static.
    /// </summary>
    public IReadOnlyList<string>? Static { get; init; }
}
