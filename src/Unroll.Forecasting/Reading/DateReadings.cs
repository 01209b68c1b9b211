namespace Unroll.Forecasting;

/// <summary>The readings that one cell may have; a cell with one only has <see cref="All"/>, as it goes with any other.</summary>
[Flags]
internal enum DateReadings
{
    None = 0,
    DayFirst = 1 << 0,
    MonthFirst = 1 << 1,
    YearFirst = 1 << 2,

    /// <summary>Jan-10 is January 2010.</summary>
    NameAndYear = 1 << 3,

    /// <summary>Jan-10 is the tenth of January, of a year that is not written.</summary>
    NameAndDay = 1 << 4,

    /// <summary>2019.</summary>
    Years = 1 << 5,

    /// <summary>201901.</summary>
    Months = 1 << 6,

    /// <summary>20190107.</summary>
    Days = 1 << 7,

    /// <summary>2019010709.</summary>
    Hours = 1 << 8,

    /// <summary>201901070900.</summary>
    Minutes = 1 << 9,

    /// <summary>20190107090000.</summary>
    Seconds = 1 << 10,

    /// <summary>20190107090000000.</summary>
    Milliseconds = 1 << 11,
    UnixSeconds = 1 << 12,
    UnixMilliseconds = 1 << 13,
    UnixMicroseconds = 1 << 14,
    UnixNanoseconds = 1 << 15,

    /// <summary>Days since 1899-12-30.</summary>
    SpreadsheetDays = 1 << 16,
    All = (1 << 17) - 1,

    /// <summary>The orders of day, month and year.</summary>
    Orders = DayFirst | MonthFirst | YearFirst,

    /// <summary>The figures of year, month, day and time one after another, the year first.</summary>
    Figures = Days | Hours | Minutes | Seconds | Milliseconds,

    /// <summary>Counts of a unit since a day.</summary>
    Counts = UnixSeconds | UnixMilliseconds | UnixMicroseconds | UnixNanoseconds | SpreadsheetDays,

    /// <summary>Since 1970 in UTC.</summary>
    Unix = UnixSeconds | UnixMilliseconds | UnixMicroseconds | UnixNanoseconds,
}

/// <summary>What the readings of a cell are, and which date it is under each.</summary>
internal static class ReadingsOfCell
{
    private const int FirstYear = 1600, LastYear = 2300, LastSpreadsheetDay = 2_958_465;
    private static readonly DateTime s_dayZero = new(1899, 12, 30);

    /// <summary>Every reading under which the cell is a date.</summary>
    public static DateReadings Of(in DateText text) => text.Shape switch
    {
        DateShape.None => DateReadings.None,
        DateShape.YearLast => Orders(text.First, text.Second, text.Third),
        DateShape.ShortYear or DateShape.ShortDotted => ShortOrders(text),
        DateShape.NameAndTwo => text.First is >= 1 and <= 31 && text.First <= DateTime.DaysInMonth(2000, text.Second)
            ? DateReadings.NameAndYear | DateReadings.NameAndDay
            : DateReadings.NameAndYear,
        DateShape.Dotted => DateText.IsDay(text.Third, text.Second, text.First) ? DateReadings.All : DateReadings.None,
        DateShape.Digits => OfNumber(text),
        _ => DateReadings.All,
    };

    /// <summary>
    /// The readings of a cell where a person may have said what its number counts: then any number will do, and nothing else.
    /// </summary>
    public static DateReadings Of(in DateText text, DateReadings given)
    {
        if ((given & ~DateReadings.Counts) != DateReadings.None)
            return Of(text);
        return text.Shape == DateShape.Digits && TryCount(text, given, out _) ? given : DateReadings.None;
    }

    /// <summary>The date of the cell under one of its readings; 24:00 is the beginning of the next day.</summary>
    /// <returns>Whether it is a date under this reading.</returns>
    public static bool TryDate(in DateText text, DateReadings reading, out DateTime date)
    {
        if (text.Shape == DateShape.Digits)
            return TryNumber(text, reading, out date);
        (int year, int month, int day) = text.Shape switch
        {
            DateShape.Dotted => (text.Third, text.Second, text.First),
            DateShape.YearLast when reading == DateReadings.DayFirst => (text.Third, text.Second, text.First),
            DateShape.YearLast => (text.Third, text.First, text.Second),
            DateShape.ShortYear or DateShape.ShortDotted => reading switch
            {
                DateReadings.DayFirst => (DateText.WholeYear(text.Third), text.Second, text.First),
                DateReadings.MonthFirst => (DateText.WholeYear(text.Third), text.First, text.Second),
                _ => (DateText.WholeYear(text.First), text.Second, text.Third),
            },
            DateShape.NameAndTwo when reading == DateReadings.NameAndDay => (2000, text.Second, text.First),
            DateShape.NameAndTwo => (DateText.WholeYear(text.First), text.Second, 1),
            _ => (text.First, text.Second, (int)text.Third),
        };
        date = default;
        if (!DateText.IsDay(year, month, day))
            return false;
        date = new DateTime(year, month, day);
        return TryAdd(ref date, text.Value);
    }

    /// <summary>Dates that a whole number, with or without decimals, may be, by how many figures it has.</summary>
    private static DateReadings OfNumber(in DateText text)
    {
        if (text.Value < 0 || text.Billionths < 0)
            return DateReadings.None;
        DateReadings counts = text.Length switch
        {
            5 when text.Value >= 10_000 => DateReadings.SpreadsheetDays,
            9 when text.Value >= 100_000_000 => DateReadings.UnixSeconds,
            10 when text.Value < int.MaxValue => DateReadings.UnixSeconds,
            12 when text.Value >= 100_000_000_000 => DateReadings.UnixMilliseconds,
            13 => DateReadings.UnixMilliseconds,
            15 or 16 => DateReadings.UnixMicroseconds,
            18 or 19 => DateReadings.UnixNanoseconds,
            _ => DateReadings.None,
        };
        if (text.Billionths != 0)
            return counts;
        DateReadings figures = text.Length switch
        {
            4 => DateReadings.Years,
            6 => DateReadings.Months | DateReadings.DayFirst | DateReadings.MonthFirst | DateReadings.YearFirst,
            8 => DateReadings.Days | DateReadings.DayFirst | DateReadings.MonthFirst,
            10 => DateReadings.Hours,
            12 => DateReadings.Minutes,
            14 => DateReadings.Seconds,
            17 => DateReadings.Milliseconds,
            _ => DateReadings.None,
        };
        DateReadings found = counts;
        for (int bit = (int)figures; bit != 0; bit &= bit - 1)
        {
            var reading = (DateReadings)(bit & -bit);
            if (TryNumber(text, reading, out _))
                found |= reading;
        }

        return found;
    }

    private static bool TryNumber(in DateText text, DateReadings reading, out DateTime date)
    {
        long value = text.Value;
        if ((reading & DateReadings.Counts) != 0)
            return TryCount(text, reading, out date);
        (long day, long time) = reading switch
        {
            DateReadings.Years => ((value * 10_000) + 101, 0L),
            DateReadings.Months => ((value * 100) + 1, 0L),
            DateReadings.Days => (value, 0L),
            DateReadings.Hours => (value / 100, value % 100 * 10_000_000),
            DateReadings.Minutes => (value / 10_000, value % 10_000 * 100_000),
            DateReadings.Seconds => (value / 1_000_000, value % 1_000_000 * 1000),
            DateReadings.Milliseconds => (value / 1_000_000_000, value % 1_000_000_000),
            _ => (InOrder(value, text.Length, reading), 0L),
        };
        int year = (int)(day / 10_000), month = (int)(day / 100 % 100), last = (int)(day % 100);
        long hour = time / 10_000_000, minute = time / 100_000 % 100, second = time / 1000 % 100;
        date = default;
        bool isDay = day <= 99_999_999 && year is >= FirstYear and <= LastYear && DateText.IsDay(year, month, last);
        if (text.Billionths != 0 || !isDay || hour > 24 || minute > 59 || second > 59)
            return false;
        date = new DateTime(year, month, last);
        long ticks = (((((hour * 60) + minute) * 60) + second) * TimeSpan.TicksPerSecond) + (time % 1000 * TimeSpan.TicksPerMillisecond);
        return ticks <= TimeSpan.TicksPerDay && TryAdd(ref date, ticks);
    }

    /// <summary>Six or eight figures in a given order, as yyyyMMdd.</summary>
    private static long InOrder(long value, int length, DateReadings order)
    {
        if (length is not (6 or 8) || (length == 8 && order == DateReadings.YearFirst))
            return length == 8 ? value : 0;
        int twoDigits = (int)(order == DateReadings.YearFirst ? value / 10_000 : value % 100);
        long year = length == 8 ? value % 10_000 : DateText.WholeYear(twoDigits);
        long rest = length == 8 ? value / 10_000 : order == DateReadings.YearFirst ? value % 10_000 : value / 100;
        return (year * 10_000) + (order == DateReadings.DayFirst ? (rest % 100 * 100) + (rest / 100) : rest);
    }

    private static bool TryCount(in DateText text, DateReadings reading, out DateTime date)
    {
        decimal count = text.Value + (text.Billionths / 1_000_000_000m);
        date = default;
        if (reading == DateReadings.SpreadsheetDays && count > LastSpreadsheetDay)
            return false;
        decimal ticks = reading switch
        {
            DateReadings.UnixSeconds => count * TimeSpan.TicksPerSecond,
            DateReadings.UnixMilliseconds => count * TimeSpan.TicksPerMillisecond,
            DateReadings.UnixMicroseconds => count * TimeSpan.TicksPerMicrosecond,
            DateReadings.UnixNanoseconds => count / TimeSpan.NanosecondsPerTick,
            _ => Round(count, text.Billionths),
        };
        date = reading == DateReadings.SpreadsheetDays ? s_dayZero : DateTime.UnixEpoch;
        ticks += date.Ticks;
        bool isDate = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        date = isDate ? new DateTime((long)decimal.Round(ticks)) : default;
        return isDate;
    }

    /// <summary>
    /// Days in ticks, to a thousandth of a second, or a second where there are few decimals: a spreadsheet keeps times as parts of a day,
    /// which are not exact.
    /// </summary>
    private static decimal Round(decimal days, int billionths) => billionths % 1000 == 0
        ? decimal.Round(days * 86_400m) * TimeSpan.TicksPerSecond
        : decimal.Round(days * 86_400_000m) * TimeSpan.TicksPerMillisecond;

    private static DateReadings Orders(int first, int second, int year)
    {
        DateReadings dayFirst = DateText.IsDay(year, second, first) ? DateReadings.DayFirst : DateReadings.None;
        return DateText.IsDay(year, first, second) ? dayFirst | DateReadings.MonthFirst : dayFirst;
    }

    private static DateReadings ShortOrders(in DateText text)
    {
        DateReadings orders = Orders(text.First, text.Second, DateText.WholeYear(text.Third));
        if (text.Shape == DateShape.ShortDotted)
            orders &= DateReadings.DayFirst;
        return text.Length == 2 && DateText.IsDay(DateText.WholeYear(text.First), text.Second, text.Third)
            ? orders | DateReadings.YearFirst
            : orders;
    }

    private static bool TryAdd(ref DateTime date, long ticks)
    {
        if (ticks > DateTime.MaxValue.Ticks - date.Ticks)
            return false;
        date = date.AddTicks(ticks);
        return true;
    }
}
