namespace Unroll.Forecasting;

/// <summary>The forms of dates in words.</summary>
internal static class DateForm
{
    /// <summary>One reading among several.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="withYear">Whether the place of the year is to be said too.</param>
    public static string Words(DateReadings reading, bool withYear) => reading switch
    {
        DateReadings.DayFirst => withYear ? "day/month/year" : "day/month",
        DateReadings.MonthFirst => withYear ? "month/day/year" : "month/day",
        DateReadings.YearFirst => "year/month/day",
        DateReadings.NameAndYear => "month and year",
        DateReadings.NameAndDay => "month and day",
        DateReadings.Years => "years",
        DateReadings.Months => "year and month",
        DateReadings.Days => "yyyyMMdd",
        DateReadings.Hours => "yyyyMMddHH",
        DateReadings.Minutes => "yyyyMMddHHmm",
        DateReadings.Seconds => "yyyyMMddHHmmss",
        DateReadings.Milliseconds => "yyyyMMddHHmmssfff",
        DateReadings.UnixSeconds => "Unix seconds",
        DateReadings.UnixMilliseconds => "Unix milliseconds",
        DateReadings.UnixMicroseconds => "Unix microseconds",
        DateReadings.UnixNanoseconds => "Unix nanoseconds",
        DateReadings.SpreadsheetDays => "days of a spreadsheet",
        _ => "dates",
    };

    /// <summary>The form of a whole column.</summary>
    public static string Words(DateCellsOfColumn texts, DateReadings reading, DateTime[] dates, DateFormat? format)
    {
        if (format is { IsExact: true })
            return CellText.Clean(format.Given);
        if (texts.Count == 0)
            return "dates";
        DateText first = texts[0];
        string form = first.Shape switch
        {
            DateShape.Dotted => "d.M.yyyy",
            DateShape.Named => "days with the name of the month",
            DateShape.WeekDay => "days of ISO weeks",
            DateShape.Month or DateShape.ShortMonth => "months",
            DateShape.Quarter => "quarters",
            DateShape.Half => "half years",
            DateShape.Week => "ISO weeks",
            DateShape.YearFirst => "yyyy-MM-dd",
            _ when reading == DateReadings.All => "dates",
            _ when reading == DateReadings.NameAndYear => "months",
            _ => Words(reading, withYear: true),
        };
        string time = first.Shape == DateShape.Digits ? "" : Time(texts, dates);
        return form + time + (texts.HasTwoDigitYear ? ", years of two digits: 69 to 99 are 19.., the others 20.." : "");
    }

    private static string Time(DateCellsOfColumn texts, DateTime[] dates)
    {
        bool hasTime = false, hasSeconds = false;
        for (int row = 0; row < dates.Length && !hasSeconds; row++)
        {
            hasTime |= texts[row].Has(DateMarks.Time);
            hasSeconds |= texts[row].Value % TimeSpan.TicksPerMinute != 0;
        }

        return hasSeconds ? " HH:mm:ss" : hasTime ? " HH:mm" : "";
    }
}
