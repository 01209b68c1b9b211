using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Reads the text of one cell as a day or a period, with what stands behind it.</summary>
internal static class DateScanner
{
    public static DateText Read(ReadOnlySpan<byte> text)
    {
        var scanner = new ByteScanner(text);
        if (scanner.IsAtDigit)
            return FromNumber(text, ref scanner);
        if (scanner.Next == '-')
            return Number(text);
        ReadOnlySpan<byte> word = scanner.Word();
        if (word.IsEmpty)
            return default;
        DateText date = word.Length == 1 && scanner.IsAtDigit
            ? PeriodFirst(word[0], ref scanner)
            : MonthFirst(DateWords.Month(word), ref scanner);
        if (date.Shape != DateShape.None || !DateWords.IsWeekday(word))
            return date;
        scanner = new ByteScanner(text) { At = word.Length };
        scanner.Take('.');
        scanner.Take(',');
        return scanner.Blanks() && (scanner.IsAtDigit || (scanner.IsAtLetter && DateWords.Month(Peek(scanner)) > 0))
            ? DateText.Read(scanner.Rest)
            : default;
    }

    /// <summary>Nothing but a number, with decimals or without.</summary>
    public static DateText Number(ReadOnlySpan<byte> text)
    {
        var scanner = new ByteScanner(text);
        bool isNegative = scanner.Take('-');
        int length = scanner.Number(out long value), billionths = 0;
        if (length is 0 or > 19)
            return default;
        if (length == 19 && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return default;
        if (scanner.Take('.'))
        {
            int scale = 100_000_000;
            for (; scanner.IsAtDigit; scanner.At++, scale /= 10)
                billionths += scale * (scanner.Next - '0');
        }

        return !scanner.IsAtEnd
            ? default
            : new DateText(DateShape.Digits)
            {
                Length = (byte)length,
                Value = isNegative && value > 0 ? -value : value,
                Billionths = isNegative ? -billionths : billionths,
            };
    }

    /// <summary>What stands behind a day: nothing, a time of day with its offset, or the end of a span.</summary>
    public static DateText WithTime(ref ByteScanner scanner, DateText date)
    {
        int start = scanner.At;
        bool isApart = (scanner.Next is (byte)'T' or (byte)'t' && ByteScanner.IsDigit(scanner.Peek(1)))
            || (scanner.Next == ',' && scanner.Peek(1) == ' ');
        if (isApart)
            scanner.At++;
        isApart |= scanner.Blanks();
        if (!isApart || !scanner.IsAtDigit)
        {
            scanner.At = start;
            return End(ref scanner, date);
        }

        if (!ClockText.TryRead(ref scanner, out long time) || !ClockText.TryOffset(ref scanner, out short offset))
            return default;
        return End(ref scanner, date with { Marks = date.Marks | DateMarks.Time, Value = time, Offset = offset });
    }

    /// <summary>The date where the cell ends here, or the end of a span stands here and no more; else none.</summary>
    private static DateText End(ref ByteScanner scanner, DateText date)
    {
        if (scanner.IsAtEnd)
            return date;
        bool isApart = scanner.Blanks();
        bool isLine = scanner.Take('-') || scanner.Take("–"u8) || scanner.Take("—"u8);
        if (!isLine && !scanner.Take('/') && !(isApart && (scanner.Take("to "u8) || scanner.Take("bis "u8))))
            return default;
        scanner.Blanks();
        ReadOnlySpan<byte> end = scanner.Rest;
        DateText last = DateText.Read(end);
        bool isSpan = last.Shape == date.Shape && !last.Has(DateMarks.Span);
        if (!isSpan && date.Has(DateMarks.Time))
            isSpan = ClockText.TryRead(end, out _);
        return isSpan ? date with { Marks = date.Marks | DateMarks.Span } : default;
    }

    private static DateText FromNumber(ReadOnlySpan<byte> text, ref ByteScanner scanner)
    {
        int length = scanner.Number(out long first);
        if (scanner.IsAtEnd)
            return Number(text);
        if (length == 8 && scanner.Next is (byte)'T' or (byte)'t' or (byte)' ' or (byte)'-' or (byte)'/')
            return Compact(first, ref scanner);
        if (scanner.Next is (byte)'-' or (byte)'/' or (byte)'.' && ByteScanner.IsDigit(scanner.Peek(1)))
            return Numbers(text, first, length, ref scanner);
        return length is 1 or 2 or 4 ? WithWord((int)first, length, ref scanner) : default;
    }

    private static DateText Compact(long day, ref ByteScanner scanner)
    {
        int year = (int)(day / 10000), month = (int)(day / 100 % 100), last = (int)(day % 100);
        return DateText.IsDay(year, month, last)
            ? WithTime(ref scanner, new DateText(DateShape.YearFirst, (short)year, (short)month, (short)last))
            : default;
    }

    /// <summary>Two or three numbers with a line, a stroke or a point between them.</summary>
    private static DateText Numbers(ReadOnlySpan<byte> text, long first, int firstLength, ref ByteScanner scanner)
    {
        byte separator = scanner.Next;
        scanner.At++;
        int secondLength = scanner.Number(out long second);
        if (scanner.Next != separator || !ByteScanner.IsDigit(scanner.Peek(1)))
            return separator == '.' ? Number(text) : YearAndMonth(first, firstLength, second, secondLength, ref scanner);
        scanner.At++;
        int thirdLength = scanner.Number(out long third);
        if (secondLength > 2)
            return default;
        if (firstLength == 4 && thirdLength <= 2)
        {
            return DateText.IsDay((int)first, (int)second, (int)third)
                ? WithTime(ref scanner, new DateText(DateShape.YearFirst, (short)first, (short)second, (short)third))
                : default;
        }

        if (firstLength > 2 || thirdLength is not (2 or 4) || (thirdLength == 4 && third == 0))
            return default;
        DateShape shape = thirdLength == 4
            ? separator == '.' ? DateShape.Dotted : DateShape.YearLast
            : separator == '.' ? DateShape.ShortDotted : DateShape.ShortYear;
        return WithTime(ref scanner, new DateText(shape, (short)first, (short)second, (short)third)
        {
            Length = (byte)firstLength,
            Marks = thirdLength == 2 ? DateMarks.TwoDigitYear : DateMarks.None,
        });
    }

    private static DateText YearAndMonth(long first, int firstLength, long second, int secondLength, ref ByteScanner scanner)
    {
        if (firstLength == 4 && secondLength <= 2 && second is >= 1 and <= 12 && first > 0)
            return End(ref scanner, Month(first, second, secondLength == 2 ? DateShape.Month : DateShape.ShortMonth));
        return firstLength <= 2 && secondLength == 4 && first is >= 1 and <= 12 && second > 0
            ? End(ref scanner, Month(second, first))
            : default;
    }

    /// <summary>A number with a word behind it: 7 January 2019, 07-Jan-19, 2019 Jan 7, 2010-Q1, 1Q2010.</summary>
    private static DateText WithWord(int number, int length, ref ByteScanner scanner)
    {
        if (length < 3 && DateWords.IsOrdinal(Peek(scanner)))
            scanner.Word();
        Separators(ref scanner);
        ReadOnlySpan<byte> word = scanner.Word();
        if (DateWords.IsFiller(word))
        {
            scanner.Blanks();
            word = scanner.Word();
        }

        if (word.IsEmpty)
            return default;
        if (word.Length == 1)
        {
            return length switch
            {
                4 => PeriodOf(word[0], number, ref scanner),
                1 => CountedPeriod(word[0], number, ref scanner),
                _ => default,
            };
        }

        int month = DateWords.Month(word);
        if (month == 0)
            return default;
        int end = scanner.At;
        Separators(ref scanner);
        if (DateWords.IsFiller(Peek(scanner)))
        {
            scanner.Word();
            scanner.Blanks();
        }

        int lastLength = scanner.Number(out long last);
        if (length == 4)
        {
            if (lastLength is 1 or 2)
                return Day(number, month, (int)last, ref scanner);
            scanner.At = end;
            return number == 0 ? default : End(ref scanner, Month(number, month));
        }

        if (lastLength == 0 && scanner.IsAtEnd && length == 2)
            return new DateText(DateShape.NameAndTwo, (short)number, (short)month);
        return lastLength is 2 or 4 ? Day(last, lastLength, month, number, ref scanner) : default;
    }

    /// <summary>The name of a month first: January 7, 2019, Jan 2000, Jan-10, Jan '10.</summary>
    private static DateText MonthFirst(int month, ref ByteScanner scanner)
    {
        if (month == 0)
            return default;
        Separators(ref scanner);
        bool isYear = scanner.Take('\'') || scanner.Take("’"u8);
        int length = scanner.Number(out long number);
        if (length == 4)
            return number == 0 ? default : End(ref scanner, Month(number, month));
        if (length == 2 && isYear)
            return End(ref scanner, Month(DateText.WholeYear((int)number), month) with { Marks = DateMarks.TwoDigitYear });
        if (length is not (1 or 2) || isYear)
            return default;
        if (scanner.IsAtEnd)
            return length == 2 ? new DateText(DateShape.NameAndTwo, (short)number, (short)month) : default;
        if (DateWords.IsOrdinal(Peek(scanner)))
            scanner.Word();
        Separators(ref scanner);
        int yearLength = scanner.Number(out long year);
        return yearLength is 2 or 4 && scanner.Next != ':' ? Day(year, yearLength, month, (int)number, ref scanner) : default;
    }

    private static DateText Month(long year, long month, DateShape shape = DateShape.Month) => new(shape, (short)year, (short)month, 1);

    private static DateText Day(long year, int yearLength, int month, int day, ref ByteScanner scanner) => yearLength == 4
        ? Day((int)year, month, day, ref scanner)
        : Day(DateText.WholeYear((int)year), month, day, ref scanner) is { Shape: DateShape.Named } date
            ? date with { Marks = date.Marks | DateMarks.TwoDigitYear }
            : default;

    private static DateText Day(int year, int month, int day, ref ByteScanner scanner) => DateText.IsDay(year, month, day)
        ? WithTime(ref scanner, new DateText(DateShape.Named, (short)year, (short)month, (short)day))
        : default;

    /// <summary>A period with its letter first: Q1 2010.</summary>
    private static DateText PeriodFirst(byte letter, ref ByteScanner scanner)
    {
        int length = scanner.Number(out long number);
        Separators(ref scanner);
        return length <= 2 && scanner.Number(out long year) == 4 ? End(ref scanner, Period(letter, (int)year, (int)number)) : default;
    }

    /// <summary>A period with its number first: 1Q2010.</summary>
    private static DateText CountedPeriod(byte letter, int number, ref ByteScanner scanner)
    {
        Separators(ref scanner);
        return (letter | 0x20) is 'q' or 'h' && scanner.Number(out long year) == 4
            ? End(ref scanner, Period(letter, (int)year, number))
            : default;
    }

    /// <summary>A period with its year first: 2010Q1, 2010-W05, 2010-W05-1.</summary>
    private static DateText PeriodOf(byte letter, int year, ref ByteScanner scanner)
    {
        int length = scanner.Number(out long number);
        if (length is not (1 or 2))
            return default;
        DateText date = Period(letter, year, (int)number);
        bool hasDay = scanner.Next == '-' && scanner.Peek(1) is >= (byte)'1' and <= (byte)'7' && !ByteScanner.IsDigit(scanner.Peek(2));
        if (date.Shape != DateShape.Week || !hasDay)
            return End(ref scanner, date);
        int days = scanner.Peek(1) - '1';
        scanner.At += 2;
        DateTime day = new DateTime(date.First, date.Second, date.Third).AddDays(days);
        return WithTime(ref scanner, DateText.Of(day) with { Shape = DateShape.WeekDay });
    }

    private static DateText Period(byte letter, int year, int number)
    {
        if (year == 0 || number == 0)
            return default;
        return (letter | 0x20) switch
        {
            'q' when number <= 4 => new DateText(DateShape.Quarter, (short)year, (short)((3 * number) - 2), 1),
            'h' or 's' when number <= 2 => new DateText(DateShape.Half, (short)year, (short)((6 * number) - 5), 1),
            'm' when number <= 12 => new DateText(DateShape.Month, (short)year, (short)number, 1),
            'w' when year is > 1 and < 9999 && number <= ISOWeek.GetWeeksInYear(year) =>
                DateText.Of(ISOWeek.ToDateTime(year, number, DayOfWeek.Monday)) with { Shape = DateShape.Week },
            _ => default,
        };
    }

    /// <summary>What may stand between the parts of a date with a word in it.</summary>
    private static void Separators(ref ByteScanner scanner)
    {
        scanner.Take('.');
        bool isApart = scanner.Blanks();
        if (scanner.Take(',') | (!isApart && (scanner.Take('-') || scanner.Take('/'))))
            scanner.Blanks();
    }

    private static ReadOnlySpan<byte> Peek(ByteScanner scanner) => scanner.Word();
}
