namespace Unroll.Forecasting;

/// <summary>How <see cref="TimeSeries.ReadCsv"/> reads a file. The defaults suit most files.</summary>
public sealed record CsvReadOptions
{
    /// <summary>
    /// The column that holds the dates. Without it: the first named Date, Datetime, Timestamp, Time, Day, Month, Year or Period
    /// whose cells are dates, else the first column whose cells are dates.
    /// </summary>
    public string? DateColumn { get; init; }

    /// <summary>The exact .NET format of the dates, such as <c>dd/MM/yyyy</c>, for a file that leaves it in doubt.</summary>
    public string? DateFormat { get; init; }

    /// <summary>The character between cells; detected among comma, semicolon, tab and bar where not given.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Only these columns are read, beside the dates; bad cells elsewhere do not matter.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>These columns are not read.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>
    /// For <see cref="SeriesSet.ReadCsv"/>: the static columns, numbers or text, the same on all rows of a series. Null to take the columns
    /// of numbers that never change within a series; where names are given, no others are static.
    /// </summary>
    public IReadOnlyList<string>? Static { get; init; }
}
