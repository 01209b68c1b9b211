using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>How a day or a period is written, as far as one cell tells.</summary>
internal enum DateShape : byte
{
    /// <summary>No date.</summary>
    None,

    /// <summary>Year, month and day with a year of four digits first: 2019-01-07.</summary>
    YearFirst,

    /// <summary>Day, month and year with points: 7.1.2019.</summary>
    Dotted,

    /// <summary>A day with the name of its month: 7 January 2019.</summary>
    Named,

    /// <summary>A day of an ISO week: 2019-W02-1.</summary>
    WeekDay,

    /// <summary>Two numbers, which may be day and month or month and day, and a year of four digits: 01/02/2019.</summary>
    YearLast,

    /// <summary>Three numbers of at most two digits: 01/02/19.</summary>
    ShortYear,

    /// <summary>Three numbers of at most two digits with points: 01.02.19.</summary>
    ShortDotted,

    /// <summary>The name of a month and two digits: Jan-10.</summary>
    NameAndTwo,

    /// <summary>A month of a year: 2019-01, Jan 2019, 2019M01.</summary>
    Month,

    /// <summary>A year and one digit, which may be a month or a quarter: 2019-1.</summary>
    ShortMonth,

    /// <summary>A quarter of a year: 2019Q1.</summary>
    Quarter,

    /// <summary>A half of a year: 2019H1.</summary>
    Half,

    /// <summary>An ISO week: 2019-W02.</summary>
    Week,

    /// <summary>Nothing but a number.</summary>
    Digits,
}

/// <summary>What a date carries beside its day.</summary>
[Flags]
internal enum DateMarks : byte
{
    None = 0,

    /// <summary>A time of day is written.</summary>
    Time = 1,

    /// <summary>Two times with a line between: the date is the first of them.</summary>
    Span = 2,

    /// <summary>The year has two digits.</summary>
    TwoDigitYear = 4,
}

/// <summary>One cell as a date, as far as it can be read without the others: a day or a period, a time of day and an offset.</summary>
/// <param name="Shape">How the day is written.</param>
/// <param name="First">The year, or where the order of the numbers is not known the first of them.</param>
/// <param name="Second">The month, or the second number.</param>
/// <param name="Third">The day, or the third number.</param>
internal readonly record struct DateText(DateShape Shape, short First = 0, short Second = 0, short Third = 0)
{
    /// <summary>Years of two digits from here on belong to the century before.</summary>
    public const int FirstShortYear = 69;

    public DateMarks Marks { get; init; }

    /// <summary>The offset from UTC in minutes, or <see cref="ClockText.NoOffset"/>.</summary>
    public short Offset { get; init; } = ClockText.NoOffset;

    /// <summary>The digits of a number before its point.</summary>
    public byte Length { get; init; }

    /// <summary>What stands behind the point of a number, in billionths.</summary>
    public int Billionths { get; init; }

    /// <summary>The time of day in ticks; of a number its whole part.</summary>
    public long Value { get; init; }

    public bool Has(DateMarks mark) => (Marks & mark) != 0;

    /// <summary>Reads one cell.</summary>
    /// <param name="text">Without blanks around it.</param>
    /// <returns>The shape is <see cref="DateShape.None"/> where the cell is no date.</returns>
    public static DateText Read(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10 || text[4] != text[7] || text[4] is not ((byte)'-' or (byte)'/' or (byte)'.'))
            return DateScanner.Read(text);
        int year = (100 * Two(text[0], text[1])) + Two(text[2], text[3]), month = Two(text[5], text[6]), day = Two(text[8], text[9]);
        if (year < 0 || month < 0 || day < 0 || (text.Length > 10 && ByteScanner.IsDigit(text[10])))
            return DateScanner.Read(text);
        if (!IsDay(year, month, day))
            return default;
        var date = new DateText(DateShape.YearFirst, (short)year, (short)month, (short)day);
        if (text.Length == 10)
            return date;
        if (text.Length == 16 && text[13] == ':' && text[10] is (byte)' ' or (byte)'T')
        {
            int hour = Two(text[11], text[12]), minute = Two(text[14], text[15]);
            if (hour is >= 0 and < 24 && minute is >= 0 and < 60)
                return date with { Marks = DateMarks.Time, Value = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) };
        }

        var scanner = new ByteScanner(text) { At = 10 };
        return DateScanner.WithTime(ref scanner, date);
    }

    /// <summary>A date as a spreadsheet or a database has it.</summary>
    public static DateText Of(DateTime date) => new(DateShape.YearFirst, (short)date.Year, (short)date.Month, (short)date.Day)
    {
        Marks = date.TimeOfDay == TimeSpan.Zero ? DateMarks.None : DateMarks.Time,
        Value = date.TimeOfDay.Ticks,
    };

    /// <summary>A number as a spreadsheet or a database has it.</summary>
    public static DateText Of(double number)
    {
        Span<byte> text = stackalloc byte[40];
        bool fits = number == Math.Truncate(number) && Math.Abs(number) < 1e18
            ? ((long)number).TryFormat(text, out int length, default, CultureInfo.InvariantCulture)
            : number.TryFormat(text, out length, "R", CultureInfo.InvariantCulture);
        return fits ? DateScanner.Number(text[..length]) : default;
    }

    /// <summary>Whether a cell is a date by its look. Nothing but a number never is, as it may be anything.</summary>
    /// <param name="text">Without blanks around it.</param>
    public static bool LooksLikeDate(ReadOnlySpan<byte> text) => Read(text).Shape is not (DateShape.None or DateShape.Digits);

    /// <summary>The four digits of a year written with two.</summary>
    public static int WholeYear(int year) => year >= FirstShortYear ? 1900 + year : 2000 + year;

    public static bool IsDay(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && (day <= 28 || day <= DateTime.DaysInMonth(year, month));

    /// <summary>The number of two digits; far below 0 where one is none.</summary>
    private static int Two(byte tens, byte ones) =>
        ByteScanner.IsDigit(tens) && ByteScanner.IsDigit(ones) ? (10 * (tens - '0')) + ones - '0' : -10_000;
}
