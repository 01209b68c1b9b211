using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>How a file of data is read: what the user said of it, where it cannot be found.</summary>
internal sealed record DataReading
{
    /// <summary>The column that names the series; null to find it.</summary>
    public string? Series { get; init; }

    /// <summary>The column of the dates, or several with commas between; <c>none</c> to number the rows; null to find it.</summary>
    public string? Date { get; init; }

    public string? DateFormat { get; init; }

    public string? TimeZone { get; init; }

    public string? Decimal { get; init; }

    public string? Delimiter { get; init; }

    public int? Skip { get; init; }

    public string? Sheet { get; init; }

    /// <summary>What stands for a missing value.</summary>
    public string[]? Missing { get; init; }

    /// <summary>The same as options of the library.</summary>
    /// <exception cref="UnrollException">A sign is more than one character.</exception>
    public ReadOptions ToOptions() => new()
    {
        Date = Date is null ? null : Date.Equals("none", StringComparison.OrdinalIgnoreCase) ? []
            : Date.Split(',', StringSplitOptions.TrimEntries),
        DateFormat = DateFormat,
        TimeZone = TimeZone,
        Decimal = Sign("decimal", Decimal),
        Delimiter = Delimiter == "tab" ? '\t' : Sign("delimiter", Delimiter),
        Skip = Skip,
        Sheet = Sheet,
        Missing = Missing ?? [],
    };

    /// <summary>The same as options of the tool.</summary>
    public IEnumerable<string> Words()
    {
        (string Name, string? Value)[] all =
        [
            ("--date", Date), ("--date-format", DateFormat), ("--timezone", TimeZone), ("--decimal", Decimal),
            ("--delimiter", Delimiter), ("--skip", Skip is { } skip ? FormattableString.Invariant($"{skip}") : null), ("--sheet", Sheet),
            .. (Missing ?? []).Select(mark => ("--na", (string?)mark)),
        ];
        return all.Where(each => each.Value is not null).SelectMany(each => new[] { each.Name, each.Value! });
    }

    /// <summary>Reads the rows; the column that names the series is found where it is not given.</summary>
    /// <returns>The rows, and the column that names the series; null for a table.</returns>
    /// <exception cref="UnrollException">The file is none that can be read, or can be read in two ways.</exception>
    public (SeriesSet Data, string? Series) Read(string path, string name)
    {
        ReadOptions options = ToOptions();
        try
        {
            return (ReadAs(path, name, Series, options), Series);
        }
        catch (SeveralSeriesException several) when (Series is null)
        {
            return (ReadAs(path, name, several.SeriesColumn, options), several.SeriesColumn);
        }
    }

    private static SeriesSet ReadAs(string path, string name, string? series, ReadOptions options)
    {
        using FileStream stream = File.OpenRead(path);
        return series is null ? SeriesSet.Of(TimeSeries.Read(stream, options, name)) : SeriesSet.Read(stream, series, options, name);
    }

    private static char? Sign(string what, string? text) => text switch
    {
        null => null,
        [var only] => only,
        _ => throw new UnrollException($"The {what} is \"{text}\". Give one character."),
    };
}
