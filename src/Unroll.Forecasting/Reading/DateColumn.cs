namespace Unroll.Forecasting;

/// <summary>One column read as dates: all its rows in one form.</summary>
internal sealed class DateColumn
{
    private DateColumn(DateTime[] dates) => Dates = dates;

    /// <summary>The dates in the order of the file.</summary>
    public DateTime[] Dates { get; }

    /// <summary>
    /// What the times are read from: an offset that is the same on all rows, or UTC; null where the column does not say.
    /// </summary>
    public string? Zone { get; private init; }

    /// <summary>Whether the cells say their distance from UTC, so that no zone can be chosen for them.</summary>
    public bool SaysOffset { get; private init; }

    /// <summary>How the dates are written, in words: yyyy-MM-dd HH:mm, day/month/year, quarters, Unix seconds.</summary>
    public string Form { get; private init; } = "";

    /// <summary>Whether any date has a time of day other than midnight.</summary>
    public bool HasTimes { get; private init; }

    /// <summary>Whether the dates are days, with times or without, rather than weeks, months and the like.</summary>
    public bool IsDays { get; private init; }

    public List<string> Notices { get; } = [];

    /// <summary>Reads a column.</summary>
    /// <param name="file">What messages call the file.</param>
    /// <param name="cells">The column.</param>
    /// <param name="format">The form that was chosen; null to find it.</param>
    /// <param name="links">Which rows follow each other.</param>
    /// <param name="numbers">The readings that nothing but a number may have, by the name of the column.</param>
    /// <exception cref="UnrollException">A cell is no date, or the column can be read in more than one way.</exception>
    public static DateColumn Read(string file, CellColumn cells, DateFormat? format, RowLinks links, DateReadings numbers)
    {
        var texts = new DateCellsOfColumn(file, cells, format, numbers);
        texts.Scan();
        var order = new DateOrder(file, cells, texts, links);
        DateTime[] dates = order.Dates();
        bool hasTimes = Array.Exists(dates, date => date.TimeOfDay != TimeSpan.Zero);
        (string? zone, string? notice) = hasTimes ? InZone(file, cells, texts, dates, order.Reading) : default;
        var column = new DateColumn(dates)
        {
            Zone = zone,
            SaysOffset = texts.HasOffset || (order.Reading & DateReadings.Unix) == order.Reading,
            HasTimes = hasTimes,
            IsDays = texts.IsDays && order.Reading is not (DateReadings.Years or DateReadings.Months),
            Form = DateForm.Words(texts, order.Reading, dates, format),
        };
        if (order.Notice is { } settled)
            column.Notices.Add(settled);
        if (notice is not null)
            column.Notices.Add(notice);
        if (texts.HasSpan)
            column.Notices.Add($"took the beginning of each span of time in column {cells.Name}");
        return column;
    }

    /// <summary>
    /// Clock times at their own place are kept, so that a daily price stays on its day; where the offset changes in between
    /// (summer time) and the hours matter, only UTC puts them in order.
    /// </summary>
    private static (string? Zone, string? Notice) InZone(
        string file, CellColumn cells, DateCellsOfColumn texts, DateTime[] dates, DateReadings reading)
    {
        if ((reading & DateReadings.Unix) == reading)
            return ("UTC", null);
        if (!texts.HasOffset)
            return (null, null);
        short first = texts[0].Offset;
        bool differ = false, lacks = false;
        for (int row = 0; row < dates.Length; row++)
        {
            differ |= texts[row].Offset != first;
            lacks |= texts[row].Offset == ClockText.NoOffset;
        }

        if (!differ)
            return (OffsetText.Of(TimeSpan.FromMinutes(first)), null);
        if (lacks)
        {
            throw new UnrollException(
                $"{file}, column {cells.Name}: some times carry an offset from UTC and some do not. Write all of them alike.");
        }

        if (texts.OffsetsAreEnds())
            throw texts.Bad(0);
        for (int row = 0; row < dates.Length; row++)
        {
            long ticks = dates[row].Ticks - (texts[row].Offset * TimeSpan.TicksPerMinute);
            dates[row] = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks) : throw texts.Bad(row);
        }

        return ("UTC", $"turned the times of column {cells.Name} into UTC: their offsets differ");
    }
}
