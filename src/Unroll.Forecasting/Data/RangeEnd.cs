using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>One end of a range as text: the first instant that it names, and the first after all that it names.</summary>
/// <param name="Start">The first instant.</param>
/// <param name="End">The first instant after; null where there is none before the end of the calendar.</param>
/// <param name="Zone">Where the clock is, as UTC or +02:00; null where the text does not say.</param>
internal readonly record struct RangeEnd(DateTime Start, DateTime? End, string? Zone)
{
    private static readonly string[] s_days = ["yyyy", "yyyy-MM", "yyyy-MM-dd"];
    private static readonly string[] s_times =
        ["HH", "HH:mm", "HH:mm:ss", .. Enumerable.Range(1, 7).Select(digits => "HH:mm:ss." + new string('f', digits))];

    /// <summary>
    /// Reads a year, a quarter, a month, a week, a day, or a time of a day to the hour or more exactly; null for other text.
    /// </summary>
    public static RangeEnd? Read(string text)
    {
        int time = text.AsSpan().IndexOfAny('T', ' ');
        if (time > 0)
            return AtTime(text[..time], text[(time + 1)..]);
        if (Quarter(text) is { } quarter)
            return Of(quarter, date => date.AddMonths(3));
        if (Week(text) is { } week)
            return Of(week, date => date.AddDays(7));
        for (int precision = 0; precision < s_days.Length; precision++)
        {
            if (Exact(text, s_days[precision], out DateTime start))
                return Of(start, date => precision switch { 0 => date.AddYears(1), 1 => date.AddMonths(1), _ => date.AddDays(1) });
        }

        return null;
    }

    /// <summary>Reads a running number, which is kept as the instant that stands for it; null for other text.</summary>
    public static RangeEnd? ReadNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double number) && RowNumbers.IsUsable(number)
            ? new RangeEnd(RowNumbers.ToDate(number), RowNumbers.ToDate(number).AddTicks(1), null)
            : null;

    private static RangeEnd? AtTime(string day, string time)
    {
        string? zone = null;
        if (time.EndsWith('Z'))
            (time, zone) = (time[..^1], "UTC");
        else if (time.EndsWith(" UTC", StringComparison.Ordinal))
            (time, zone) = (time[..^4], "UTC");
        else if (time.AsSpan().IndexOfAny('+', '-') is > 0 and int sign)
            (time, zone) = (time[..sign], time[sign..]);
        if (zone is not null)
        {
            if (!OffsetText.TryRead(zone, out TimeSpan offset))
                return null;
            zone = OffsetText.Of(offset);
        }

        for (int precision = 0; precision < s_times.Length; precision++)
        {
            if (Exact($"{day} {time}", $"yyyy-MM-dd {s_times[precision]}", out DateTime start))
            {
                long ticks = precision switch { 0 => TimeSpan.TicksPerHour, 1 => TimeSpan.TicksPerMinute, _ => TimeSpan.TicksPerSecond };
                for (int digit = 3; digit <= precision; digit++)
                    ticks /= 10;
                return Of(start, date => date.AddTicks(ticks)) with { Zone = zone };
            }
        }

        return null;
    }

    /// <summary>The first day of a quarter, written 2019Q1 or 2019-Q1.</summary>
    private static DateTime? Quarter(string text)
    {
        int mark = text.AsSpan().IndexOfAny('Q', 'q');
        if (mark != text.Length - 2 || text[^1] is not (>= '1' and <= '4') || !IsYear(text[..mark], out DateTime year))
            return null;
        return year.AddMonths(3 * (text[^1] - '1'));
    }

    /// <summary>The Monday of an ISO week, written 2019-W05 or 2019W05.</summary>
    private static DateTime? Week(string text)
    {
        int mark = text.AsSpan().IndexOfAny('W', 'w');
        if (mark < 0 || mark != text.Length - 3 || !IsYear(text[..mark], out DateTime year)
            || !int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int week)
            || week < 1 || week > ISOWeek.GetWeeksInYear(year.Year))
        {
            return null;
        }

        return ISOWeek.ToDateTime(year.Year, week, DayOfWeek.Monday);
    }

    private static RangeEnd Of(DateTime start, Func<DateTime, DateTime> next)
    {
        try
        {
            return new RangeEnd(start, next(start), null);
        }
        catch (ArgumentOutOfRangeException)
        {
            return new RangeEnd(start, null, null);
        }
    }

    /// <summary>Whether a text is a year, possibly with a hyphen behind it.</summary>
    private static bool IsYear(string text, out DateTime year) => Exact(text.EndsWith('-') ? text[..^1] : text, "yyyy", out year);

    private static bool Exact(string text, string format, out DateTime date) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
