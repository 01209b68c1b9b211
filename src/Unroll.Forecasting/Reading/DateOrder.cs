namespace Unroll.Forecasting;

/// <summary>Decides between the readings that all rows of a column leave, and gives the dates.</summary>
internal sealed class DateOrder(string file, CellColumn cells, DateCellsOfColumn texts, RowLinks links)
{
    /// <summary>More months than a year has quarters, so that 2019-5 is a month.</summary>
    private const int Quarters = 4;

    /// <summary>Figures of other years may as well count seconds.</summary>
    private const int FirstLikelyYear = 1900, LastLikelyYear = 2100;

    private const DateReadings Names = DateReadings.NameAndYear | DateReadings.NameAndDay;

    /// <summary>The reading that was taken: one, or all where every cell has one only.</summary>
    public DateReadings Reading { get; private set; }

    /// <summary>Why this reading was taken, where another would have been possible.</summary>
    public string? Notice { get; private set; }

    /// <exception cref="UnrollException">More than one reading is possible, with different dates.</exception>
    public DateTime[] Dates()
    {
        Reading = texts.Readings;
        if (Reading == DateReadings.All || texts.Count == 0)
        {
            CheckMonths();
            return Dates(Reading);
        }

        List<(DateReadings Reading, DateTime[] Dates)> found = [];
        DateReadings left = texts[0].Shape == DateShape.NameAndTwo ? Reading & Names : Reading & ~Names;
        for (int bit = (int)left; bit != 0; bit &= bit - 1)
        {
            var reading = (DateReadings)(bit & -bit);
            DateTime[] dates = reading == DateReadings.NameAndDay ? DaysWithoutYear() : Dates(reading);
            if (reading == DateReadings.NameAndDay || !found.Exists(other => other.Dates.AsSpan().SequenceEqual(dates)))
                found.Add((reading, dates));
        }

        if (found.Count > 1 && links.Rows >= EvenSteps.FewestRows && found.Exists(IsLikelyFigures))
        {
            // Any number counts seconds, but hardly one is a month, a day and an hour by chance.
            found.RemoveAll(one => (one.Reading & DateReadings.Counts) != 0);
        }

        if (found.Count > 1 && DateNames.IsMonth(cells.Name) && found.Exists(one => one.Reading == DateReadings.Months))
            found.RemoveAll(one => one.Reading != DateReadings.Months);
        (DateReadings Reading, DateTime[] Dates) taken = found.Count == 1 ? found[0] : Settle(found);
        Reading = taken.Reading;
        if (Reading == DateReadings.NameAndDay)
            throw Unclear(0, "seems to be a day without a year. Say the format, MMM-yy where it is a month, or write dates as yyyy-MM-dd.");
        if ((Reading & DateReadings.Orders) != 0 && !EvenSteps.Are(taken.Dates, links) && !EvenSteps.AreClose(taken.Dates, links))
            RequireNoFewAgainstAll();
        return taken.Dates;
    }

    /// <summary>
    /// Of two orders in which a file could be read, one cell that is written otherwise, or wrongly, may leave one in which the other rows
    /// follow each other at random.
    /// </summary>
    /// <exception cref="UnrollException">In another order all rows but a few come evenly.</exception>
    private void RequireNoFewAgainstAll()
    {
        for (int bit = (int)(DateReadings.Orders & ~Reading); bit != 0; bit &= bit - 1)
        {
            var order = (DateReadings)(bit & -bit);
            if (texts.FewAgainst(order) is not [var row, ..] few)
                continue;
            var dates = new DateTime[texts.Count];
            for (int i = 0; i < dates.Length; i++)
                _ = ReadingsOfCell.TryDate(texts[i], order, out dates[i]);
            if (EvenSteps.Are(dates, links, few) || EvenSteps.AreClose(dates, links, few))
                throw Unclear(row, $"is no {DateForm.Words(order, IsShort)}, but only so do the other rows follow each other evenly. "
                    + "Correct the cell, or say which comes first (dmy, mdy or ymd).");
        }
    }

    private static bool IsLikelyFigures((DateReadings Reading, DateTime[] Dates) one) => (one.Reading & DateReadings.Figures) != 0
        && Array.TrueForAll(one.Dates, date => date.Year is >= FirstLikelyYear and <= LastLikelyYear);

    private (DateReadings Reading, DateTime[] Dates) Settle(List<(DateReadings Reading, DateTime[] Dates)> found)
    {
        List<(DateReadings Reading, DateTime[] Dates)> even = found.FindAll(one => EvenSteps.Are(one.Dates, links));
        string why = "only so do its rows come in even steps";
        if (even.Count == 0)
        {
            even = found.FindAll(one => EvenSteps.AreClose(one.Dates, links));
            if (even is [var close] && found.Exists(other => other.Reading != close.Reading && EvenSteps.AreRising(other.Dates, links)))
                even = [];
            why = "only so are its rows in order";
        }

        if (even.Count == 1)
        {
            Notice = $"read column {cells.Name} as {DateForm.Words(even[0].Reading, IsShort)}: {why}";
            return even[0];
        }

        int row = 0;
        while (row < texts.Count - 1 && ReadingsOfCell.Of(texts[row]) == DateReadings.All)
            row++;
        string[] words = [.. found.Select(one => DateForm.Words(one.Reading, IsShort)).Order(StringComparer.Ordinal).Reverse()];
        string either = words.Length == 2 ? $"{words[0]} or {words[1]}" : $"{string.Join(", ", words[..^1])} or {words[^1]}";
        throw Unclear(row, $"may be {either}, and no row of the file tells. {Word(found)}, or write dates as yyyy-MM-dd.");
    }

    /// <summary>The words for an order of day, month and year, where that is the question.</summary>
    private static string Word(List<(DateReadings Reading, DateTime[] Dates)> found) =>
        found.TrueForAll(one => (one.Reading & ~DateReadings.Orders) == 0)
            ? "Say which comes first (dmy, mdy or ymd)"
            : "Say the format (such as MMM-yy, yyyyMM, yyMMdd, unix or excel)";

    private bool IsShort => texts.HasTwoDigitYear || texts[0].Shape == DateShape.Digits;

    private DateTime[] Dates(DateReadings reading)
    {
        var dates = new DateTime[texts.Count];
        for (int row = 0; row < dates.Length; row++)
        {
            if (!ReadingsOfCell.TryDate(texts[row], reading, out dates[row]))
                throw texts.Bad(row);
        }

        return dates;
    }

    /// <summary>Days and months of which no year is written, in the years after 2000: a new one begins where they go back.</summary>
    private DateTime[] DaysWithoutYear()
    {
        DateTime[] dates = Dates(DateReadings.NameAndDay);
        for (int row = 0; row < dates.Length; row++)
        {
            int before = links.Previous(row);
            if (before < 0)
                continue;
            (int month, int day) = (texts[row].Second, texts[row].First);
            int year = dates[before].Year + ((month, day).CompareTo((texts[before].Second, texts[before].First)) < 0 ? 1 : 0);
            dates[row] = new DateTime(Math.Min(year, 9999), month, Math.Min(day, DateTime.DaysInMonth(Math.Min(year, 9999), month)));
        }

        return dates;
    }

    /// <exception cref="UnrollException">2019-1 may be a quarter as well as a month.</exception>
    private void CheckMonths()
    {
        DateRole role = DateNames.Role(cells.Name);
        bool areMonths = texts.Count > 0, areYears = true;
        for (int row = 0; row < texts.Count && areMonths; row++)
        {
            areMonths = texts[row].Shape is DateShape.ShortMonth or DateShape.Month;
            areYears &= texts[row].Second == (texts[row].First + 1) % 100;
        }

        if (areMonths && role is DateRole.Quarter or DateRole.Week)
            throw Unclear(0, $"may be a month or a {(role == DateRole.Quarter ? "quarter" : "week")}. Write quarters as 2019-Q1, "
                + "weeks as 2019-W05, months as yyyy-MM in a column of another name.");
        if (areMonths && areYears && texts.Count > 1)
            throw Unclear(0, "may be a month or two years. Write years as yyyy, months as yyyy-MM-dd.");
        int shown = -1;
        for (int row = 0; row < texts.Count; row++)
        {
            if (texts[row].Shape is not (DateShape.ShortMonth or DateShape.Month))
                return;
            if (texts[row].Shape == DateShape.ShortMonth && shown < 0)
                shown = row;
            if (texts[row].Second > Quarters)
                return;
        }

        if (shown >= 0)
        {
            const string What = "may be a month or a quarter, and no row of the file tells. Write months as yyyy-MM, quarters as 2019-Q1.";
            throw Unclear(shown, What);
        }
    }

    private UnrollException Unclear(int row, string what) =>
        new($"{file}, line {cells.Line(row)}, column {cells.Name}: \"{CellText.Show(cells.Words(row))}\" {what}")
        { Subject = "date-format" };
}
