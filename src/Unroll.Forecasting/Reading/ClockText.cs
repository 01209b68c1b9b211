namespace Unroll.Forecasting;

/// <summary>Reads times of day and offsets from UTC.</summary>
internal static class ClockText
{
    /// <summary>No offset is written.</summary>
    public const short NoOffset = short.MinValue;

    private const int FractionDigits = 7;

    /// <summary>The largest offset from UTC that is in use, in minutes.</summary>
    private const int LargestOffset = 14 * 60;

    /// <summary>Whether a whole cell is a time of day, such as 9:30, 09:30:00 or 9:30 AM.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long ticks)
    {
        var scanner = new ByteScanner(text);
        return TryRead(ref scanner, out ticks) && scanner.IsAtEnd && text.ContainsAny(":aApP"u8);
    }

    /// <summary>
    /// A time of day at the place of the scanner: 9:30, 09:30:15.5, 0930, 093015, 09, 9 AM; 24:00 is the end of the day.
    /// </summary>
    public static bool TryRead(ref ByteScanner scanner, out long ticks)
    {
        ticks = 0;
        int digits = scanner.Number(out long hour);
        long minute = 0, second = 0, fraction = 0;
        if (digits is 4 or 6)
        {
            (hour, minute, second) = digits == 4 ? (hour / 100, hour % 100, 0) : (hour / 10000, hour / 100 % 100, hour % 100);
            if (digits == 6 && !TryFraction(ref scanner, out fraction))
                return false;
        }
        else if (digits is not (1 or 2))
        {
            return false;
        }
        else if (scanner.Take(':'))
        {
            if (scanner.Number(out minute) != 2)
                return false;
            if (scanner.Take(':') && (scanner.Number(out second) != 2 || !TryFraction(ref scanner, out fraction)))
                return false;
        }
        else if (digits == 1 && !IsHalfOfDay(scanner))
        {
            return false;
        }

        if (!TryHalfOfDay(ref scanner, ref hour) || hour > 24 || minute > 59 || second > 59)
            return false;
        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond) + fraction;
        return ticks <= TimeSpan.TicksPerDay;
    }

    /// <summary>
    /// What says the distance from UTC, if anything does: Z, +02:00, +0200, +02, UTC, GMT+2, CET. A zone in brackets behind it is
    /// passed over. Blanks before it are passed over only where it is there.
    /// </summary>
    /// <param name="scanner">Behind a time of day.</param>
    /// <param name="minutes">The offset in minutes; <see cref="NoOffset"/> where nothing says it.</param>
    public static bool TryOffset(ref ByteScanner scanner, out short minutes)
    {
        minutes = NoOffset;
        int start = scanner.At;
        scanner.Blanks();
        if (scanner.IsAtLetter)
        {
            ReadOnlySpan<byte> word = scanner.Word();
            if (word is [(byte)'Z' or (byte)'z'])
            {
                minutes = 0;
            }
            else if (DateWords.Offset(word) is { } named)
            {
                minutes = (short)named;
                if (named == 0 && scanner.Next is (byte)'+' or (byte)'-' && !TrySigned(ref scanner, out minutes))
                    return false;
            }
        }
        else if (scanner.Next is (byte)'+' or (byte)'-' && ByteScanner.IsDigit(scanner.Peek(1)) && !TrySigned(ref scanner, out minutes))
        {
            return false;
        }

        if (minutes == NoOffset)
        {
            scanner.At = start;
            return true;
        }

        int end = scanner.At;
        scanner.Blanks();
        int close = scanner.Next == '[' ? scanner.Rest.IndexOf((byte)']') : scanner.Next == '(' ? scanner.Rest.IndexOf((byte)')') : -1;
        scanner.At = close > 0 ? scanner.At + close + 1 : end;
        return true;
    }

    private static bool TrySigned(ref ByteScanner scanner, out short minutes)
    {
        minutes = NoOffset;
        bool isWest = scanner.Next == '-';
        scanner.At++;
        int digits = scanner.Number(out long number);
        long hours = digits == 4 ? number / 100 : number, rest = digits == 4 ? number % 100 : 0;
        if (digits is not (1 or 2 or 4) || (digits < 4 && scanner.Take(':') && scanner.Number(out rest) != 2))
            return false;
        long all = (60 * hours) + rest;
        if (rest > 59 || all > LargestOffset)
            return false;
        minutes = (short)(isWest ? -all : all);
        return true;
    }

    /// <summary>Decimals of a second; digits beyond a ten millionth have to be zeros.</summary>
    private static bool TryFraction(ref ByteScanner scanner, out long ticks)
    {
        ticks = 0;
        if (scanner.Next is not ((byte)'.' or (byte)',') || !ByteScanner.IsDigit(scanner.Peek(1)))
            return true;
        scanner.At++;
        int digits = 0;
        for (; scanner.IsAtDigit; scanner.At++, digits++)
        {
            if (digits < FractionDigits)
                ticks = (10 * ticks) + scanner.Next - '0';
            else if (scanner.Next != '0')
                return false;
        }

        for (; digits < FractionDigits; digits++)
            ticks *= 10;
        return true;
    }

    private static bool IsHalfOfDay(ByteScanner scanner)
    {
        scanner.Blanks();
        return (scanner.Next | 0x20) is 'a' or 'p';
    }

    /// <summary>AM, PM, a.m. and p.m. behind a time, if any.</summary>
    private static bool TryHalfOfDay(ref ByteScanner scanner, ref long hour)
    {
        int start = scanner.At;
        scanner.Blanks();
        int half = scanner.Next | 0x20;
        scanner.At++;
        scanner.Take('.');
        if (half is not ('a' or 'p') || (scanner.Next | 0x20) != 'm')
        {
            scanner.At = start;
            return true;
        }

        scanner.At++;
        scanner.Take('.');
        if (hour > 12 || scanner.IsAtLetter)
            return false;
        hour = (hour % 12) + (half == 'p' ? 12 : 0);
        return true;
    }
}
