namespace Unroll.Forecasting;

/// <summary>Where the dates of a table are, and what they are.</summary>
/// <param name="Columns">The places of the columns that were used for the dates; empty where rows are numbered.</param>
/// <param name="Dates">One a row, in the order of the file; empty where the rows are numbered.</param>
/// <param name="Form">How they are written, in words.</param>
/// <param name="Zone">An offset from UTC or UTC; null where the table does not say.</param>
/// <param name="IsNumber">Whether rows have a running number in place of a date.</param>
/// <param name="Notices">What a person should know.</param>
/// <param name="Numbers">The running numbers, where there are such.</param>
internal sealed record FoundDates(
    int[] Columns, DateTime[] Dates, string Form, string? Zone, bool IsNumber, List<string> Notices, double[]? Numbers);

/// <summary>Finds the column of the dates in a table, or the columns over which they are spread, and reads them.</summary>
/// <param name="file">What messages call the file.</param>
/// <param name="options">How to read it.</param>
internal sealed class DateFinder(string file, ReadOptions options)
{
    private readonly DateFormat? _format = DateFormat.Of(options.DateFormat);
    private readonly TimeZoneInfo? _zone = options.TimeZone is { } name ? ZonedTimes.Find(name) : null;

    /// <summary>Finds and reads the dates.</summary>
    /// <param name="columns">All columns of the table.</param>
    /// <param name="seriesColumn">
    /// The place in the table of the column that names the series of each row; null where all are of one.
    /// </param>
    /// <exception cref="UnrollException">There are no dates, or more than one way to read them.</exception>
    public FoundDates Find(IReadOnlyList<CellColumn> columns, int? seriesColumn)
    {
        int rows = columns.Count == 0 ? 0 : columns[0].Count;
        CellColumn? series = null;
        foreach (CellColumn column in columns)
        {
            if (column.Index == seriesColumn)
                series = column;
        }

        var links = new RowLinks(series, rows);
        if (options.Date is { Count: 0 })
        {
            double[] numbers = [.. Enumerable.Range(1, rows).Select(row => (double)row)];
            return new FoundDates([], [], "the number of the row", null, IsNumber: true, [], numbers);
        }

        var choice = new DateChoice(file, _format, links, columns);
        if (options.Date is { } names)
        {
            CellColumn[] chosen = [.. names.Select(given => Find(columns, given)).Distinct()];
            if (Array.Find(chosen, column => column.Index == seriesColumn) is { Table: not null } key)
            {
                throw new UnrollException($"Column {key.Name} of {file} names the series, so it cannot hold the dates. Choose another.")
                { Subject = "date" };
            }

            return Finish(choice.Of(chosen), links);
        }

        HashSet<int> except = [.. options.Except.Select(given => Place(columns, given))];
        CellColumn[] usable = [.. columns.Where(column => column.Index != seriesColumn && !except.Contains(column.Index))];
        return Finish(choice.Among(usable), links);
    }

    private FoundDates Finish(DateSource source, RowLinks links)
    {
        List<string> notices = source.Notices;
        string? zone = source.Zone;
        if (source.Numbers is not null)
            return new FoundDates(source.Columns, [], source.Form, null, IsNumber: true, notices, source.Numbers);
        if (_zone is not null && source.HasTimes)
        {
            if (source.SaysOffset)
            {
                throw new UnrollException(
                    $"{file}, column {source.Cells.Name}: the times say their offset from UTC, so no time zone can be given for them. "
                    + "Leave the zone out.")
                { Subject = "timezone" };
            }

            // Of an hour the beginning is a time of the zone; its end may be the time that clocks skip.
            TimeSpan later = source.EndsOfHours ? TimeSpan.FromHours(1) : TimeSpan.Zero;
            for (int row = 0; row < source.Dates.Length; row++)
                source.Dates[row] -= later;
            ZonedTimes.ToUtc(file, source.Cells, source.Dates, links, _zone);
            for (int row = 0; row < source.Dates.Length; row++)
                source.Dates[row] += later;
            zone = "UTC";
            notices.Add($"turned the times of {_zone.Id} into UTC");
        }

        return new FoundDates(source.Columns, source.Dates, source.Form, zone, IsNumber: false, notices, null);
    }

    private CellColumn Find(IReadOnlyList<CellColumn> columns, string given)
    {
        string name = CellText.Clean(given);
        ReadOnlySpan<StringComparison> comparisons = [StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase];
        foreach (StringComparison comparison in comparisons)
        {
            foreach (CellColumn column in columns)
            {
                if (column.Name.Equals(name, comparison))
                    return column;
            }
        }

        string all = NameList.Of([.. columns.Select(column => column.Name)]);
        throw new UnrollException($"{file} has no column {CellText.Show(name)}. Choose one of {all}.") { Subject = "date" };
    }

    /// <summary>The place of a column that is not to be read; -1 where there is none, which is no matter of the dates.</summary>
    private static int Place(IReadOnlyList<CellColumn> columns, string given)
    {
        foreach (CellColumn column in columns)
        {
            if (column.Name.Equals(CellText.Clean(given), StringComparison.OrdinalIgnoreCase))
                return column.Index;
        }

        return -1;
    }
}
