namespace Unroll.Forecasting;

/// <summary>A rule by which the dates of rows follow each other.</summary>
internal abstract class RowRule
{
    /// <summary>The usual time from one row to the next.</summary>
    public abstract TimeSpan Spacing { get; }

    /// <summary>How many rows the rule lets expect between two dates.</summary>
    public abstract long MissingBetween(DateTime after, DateTime before);

    /// <exception cref="ArgumentOutOfRangeException">It would lie beyond the last date there is.</exception>
    public abstract DateTime Next(DateTime date);

    /// <summary>Whether one date follows another by this rule, with none missing.</summary>
    public virtual bool IsNext(DateTime after, DateTime before) => MissingBetween(after, before) == 0 && before - after > 0.5 * Spacing;

    protected static long Between(double steps) => Math.Max(0, (long)Math.Round(steps, MidpointRounding.AwayFromZero) - 1);
}

/// <summary>Too few rows to tell: a day follows.</summary>
internal sealed class NoRule : RowRule
{
    public override TimeSpan Spacing => TimeSpan.FromDays(1);

    public override long MissingBetween(DateTime after, DateTime before) => 0;

    public override DateTime Next(DateTime date) => date.AddDays(1);

    public override bool IsNext(DateTime after, DateTime before) => true;
}

/// <summary>A row every so often.</summary>
internal sealed class EveryRule(TimeSpan step) : RowRule
{
    /// <summary>How far a row may lie from its place, in steps.</summary>
    private const double Tolerance = 0.1;

    public override TimeSpan Spacing => step;

    public override long MissingBetween(DateTime after, DateTime before) => Between((before - after) / step);

    public override DateTime Next(DateTime date) => date + step;

    public override bool IsNext(DateTime after, DateTime before) => Math.Abs(((before - after) / step) - 1) <= Tolerance;
}

/// <summary>A row a week, mostly on the same day: a row moved by a holiday does not move those that follow.</summary>
internal sealed class WeekRule : RowRule
{
    private const double MostRows = 0.8;
    private readonly int? _weekday;

    public WeekRule(ReadOnlySpan<DateTime> dates)
    {
        var seen = new int[7];
        foreach (DateTime date in dates)
            seen[(int)date.DayOfWeek]++;
        int most = Array.IndexOf(seen, seen.Max());
        _weekday = seen[most] >= MostRows * dates.Length ? most : null;
    }

    public override TimeSpan Spacing => TimeSpan.FromDays(7);

    public override long MissingBetween(DateTime after, DateTime before) => Between((before - after).TotalDays / 7);

    public override DateTime Next(DateTime date)
    {
        int off = _weekday is { } weekday ? (weekday - (int)date.DayOfWeek + 7) % 7 : 0;
        return date.AddDays(off > 3 ? off : 7 + off);
    }
}

/// <summary>A row each day, or on some days of the week; holidays that the rows show are skipped.</summary>
internal sealed class WeekdayRule : RowRule
{
    /// <summary>A weekday belongs to the calendar if it occurs at least this share as often as the commonest one.</summary>
    private const double RegularWeekday = 0.2;

    private readonly bool[] _expected;
    private readonly Lazy<Holidays> _holidays;

    public WeekdayRule(bool[] expected, DateTime[] days)
    {
        _expected = expected;
        Count = expected.Count(day => day);
        _holidays = new Lazy<Holidays>(() => Holidays.Of(days, this));
    }

    /// <summary>How many days of the week have rows.</summary>
    public int Count { get; }

    public bool IsEveryDay => Count == 7;

    public override TimeSpan Spacing => TimeSpan.FromDays(1);

    /// <summary>The days of the week, such as "Mon to Fri".</summary>
    public string Words
    {
        get
        {
            int first = Enumerable.Range(0, 7).First(day => _expected[day] && !_expected[(day + 6) % 7]);
            bool unbroken = Enumerable.Range(first, Count).All(day => _expected[day % 7]);
            return unbroken && Count > 1
                ? $"{Short(first)} to {Short((first + Count - 1) % 7)}"
                : string.Join(", ", Enumerable.Range(1, 7).Select(day => day % 7).Where(day => _expected[day]).Select(Short));

            static string Short(int day) => ((DayOfWeek)day).ToString()[..3];
        }
    }

    /// <param name="dates">One or more a day.</param>
    /// <param name="daysToKnow">With fewer days every weekday is expected.</param>
    public static WeekdayRule Of(ReadOnlySpan<DateTime> dates, int daysToKnow)
    {
        DateTime[] days = DaysOf(dates);
        bool[] expected = DaysOf(days);
        if ((dates[^1] - dates[0]).TotalDays < daysToKnow)
            Array.Fill(expected, true);
        return new WeekdayRule(expected, days);
    }

    /// <summary>
    /// Some days of each week, such as Mon, Wed and Fri; null where most of them are not there, or days of all names are.
    /// </summary>
    public static WeekdayRule? OfPattern(ReadOnlySpan<DateTime> dates, int daysToKnow)
    {
        DateTime[] days = DaysOf(dates);
        var rule = new WeekdayRule(DaysOf(days), days);
        if (rule.Count is 1 or 7 || (days[^1] - days[0]).TotalDays < daysToKnow)
            return null;
        return 2L * days.Length >= rule.CountBetween(days[0], days[^1]) + 2 ? rule : null;
    }

    public bool IsExpected(DateTime day) => _expected[(int)day.DayOfWeek];

    /// <summary>How many expected days lie strictly between two.</summary>
    public long CountBetween(DateTime after, DateTime before)
    {
        long between = (before.Date - after.Date).Days - 1;
        if (between <= 0)
            return 0;
        long count = between / 7 * Count;
        for (int day = 1; day <= between % 7; day++)
            count += _expected[((int)after.DayOfWeek + day) % 7] ? 1 : 0;
        return count;
    }

    public override long MissingBetween(DateTime after, DateTime before) =>
        IsEveryDay ? Between((before - after).TotalDays) : CountBetween(after, before);

    public override bool IsNext(DateTime after, DateTime before) => MissingBetween(after, before) == 0 && before.Date > after.Date;

    public override DateTime Next(DateTime date)
    {
        do
            date = date.AddDays(1);
        while (!IsExpected(date) || _holidays.Value.Contains(date));
        return date;
    }

    public bool HasRows(DateTime day) => IsExpected(day) && !_holidays.Value.Contains(day);

    public static DateTime[] DaysOf(ReadOnlySpan<DateTime> dates)
    {
        var days = new List<DateTime>();
        foreach (DateTime date in dates)
        {
            if (days.Count == 0 || days[^1] != date.Date)
                days.Add(date.Date);
        }

        return [.. days];
    }

    private static bool[] DaysOf(DateTime[] days)
    {
        var seen = new int[7];
        foreach (DateTime day in days)
            seen[(int)day.DayOfWeek]++;
        int most = seen.Max();
        return Array.ConvertAll(seen, count => count >= RegularWeekday * most);
    }
}

/// <summary>A row every so many months, on a day of the month, or on its first or last weekday.</summary>
internal sealed class MonthRule : RowRule
{
    private const double DaysOfMonth = 365.2425 / 12, MostRows = 0.9;
    private readonly int _months, _latest;
    private readonly Func<int, int, DateTime>? _weekday;

    private MonthRule(int months, int latest, Func<int, int, DateTime>? weekday) =>
        (_months, _latest, _weekday) = (months, latest, weekday);

    public override TimeSpan Spacing => TimeSpan.FromDays(DaysOfMonth * _months);

    /// <summary>Null where the rows are so many days apart rather than months.</summary>
    /// <param name="dates">The dates of the rows.</param>
    /// <param name="months">How many months lie between them.</param>
    /// <param name="steps">How far they are apart.</param>
    /// <param name="isUsual">Whether months so far apart are usual; otherwise all dates must lie on one day of their months.</param>
    /// <param name="mustFit">Whether months so far apart must have their rows on one day or weekday too.</param>
    public static MonthRule? Find(ReadOnlySpan<DateTime> dates, int months, RowSteps steps, bool isUsual, bool mustFit)
    {
        int latest = 1;
        foreach (DateTime date in dates)
            latest = Math.Max(latest, date.Day);
        if (Share(dates, date => date.Day == Math.Min(latest, DateTime.DaysInMonth(date.Year, date.Month))) == 1)
            return new MonthRule(months, latest, null);
        if (!isUsual)
            return null;
        foreach (Func<int, int, DateTime> weekday in new[] { OneWeekday(dates), LastWeekday, FirstWeekday }
            .OfType<Func<int, int, DateTime>>())
        {
            if (Share(dates, date => date.Date == weekday(date.Year, date.Month)) >= MostRows)
                return new MonthRule(months, latest, weekday);
        }

        return mustFit || (steps.AreMultiples && months < 12) ? null : new MonthRule(months, latest, null);
    }

    public override long MissingBetween(DateTime after, DateTime before) => Between((before - after).TotalDays / DaysOfMonth / _months);

    /// <summary>The last day of a month is followed by the last day of the next, as far as any date lies that late in its month.</summary>
    public override DateTime Next(DateTime date)
    {
        DateTime next = date.AddMonths(_months);
        if (_weekday is not null)
            return _weekday(next.Year, next.Month) + date.TimeOfDay;
        bool isLast = date.Day == DateTime.DaysInMonth(date.Year, date.Month);
        return isLast ? next.AddDays(Math.Min(_latest, DateTime.DaysInMonth(next.Year, next.Month)) - next.Day) : next;
    }

    /// <summary>
    /// The third Friday of a month, or its last: the weekday of nearly all dates, at the place that it has in most months.
    /// </summary>
    private static Func<int, int, DateTime>? OneWeekday(ReadOnlySpan<DateTime> dates)
    {
        DayOfWeek weekday = dates[^1].DayOfWeek;
        int place = (dates[^1].Day - 1) / 7;
        if (Share(dates, date => date.DayOfWeek == weekday) < MostRows)
            return null;
        DateTime Last(int year, int month)
        {
            var last = new DateTime(year, month, DateTime.DaysInMonth(year, month));
            return last.AddDays(-(((int)last.DayOfWeek - (int)weekday + 7) % 7));
        }

        DateTime DayIn(int year, int month)
        {
            var first = new DateTime(year, month, 1);
            DateTime found = first.AddDays((((int)weekday - (int)first.DayOfWeek + 7) % 7) + (7 * place));
            return found.Month == month ? found : found.AddDays(-7);
        }

        return Share(dates, date => date.Date == Last(date.Year, date.Month)) >= MostRows ? Last : DayIn;
    }

    private static DateTime LastWeekday(int year, int month)
    {
        var last = new DateTime(year, month, DateTime.DaysInMonth(year, month));
        return last.AddDays(last.DayOfWeek switch { DayOfWeek.Saturday => -1, DayOfWeek.Sunday => -2, _ => 0 });
    }

    private static DateTime FirstWeekday(int year, int month)
    {
        var first = new DateTime(year, month, 1);
        return first.AddDays(first.DayOfWeek switch { DayOfWeek.Saturday => 2, DayOfWeek.Sunday => 1, _ => 0 });
    }

    private static double Share(ReadOnlySpan<DateTime> dates, Predicate<DateTime> holds)
    {
        int count = 0;
        foreach (DateTime date in dates)
            count += holds(date) ? 1 : 0;
        return (double)count / dates.Length;
    }
}

/// <summary>
/// Two or three rows a month, such as on the 1st and the 15th, on the 15th and the last day, or on the 1st, the 11th and the 21st.
/// </summary>
internal sealed class MonthDaysRule : RowRule
{
    private const int FewestRows = 4;

    /// <summary>In their order; 31 and 30 for the last day of months that have fewer.</summary>
    private readonly int[] _days;

    private MonthDaysRule(int[] days) => _days = days;

    public int Count => _days.Length;

    /// <summary>The days, such as "1st and 15th".</summary>
    public string Words
    {
        get
        {
            string[] names = [.. _days.Select(day => day == 31 ? "last day" : Ordinal(day))];
            return $"{string.Join(", ", names[..^1])} and {names[^1]}";
        }
    }

    public override TimeSpan Spacing => TimeSpan.FromDays(365.2425 / 12 / Count);

    /// <summary>Null where some row lies on another day, or the days are not about as far apart.</summary>
    public static MonthDaysRule? Find(ReadOnlySpan<DateTime> dates, RowSteps steps)
    {
        if (dates.Length < FewestRows || steps.Median.TotalDays is < 8 or > 18)
            return null;
        var days = new SortedSet<int>();
        int latest = 0;
        foreach (DateTime date in dates)
        {
            latest = Math.Max(latest, date.Day);
            if (date.Day != DateTime.DaysInMonth(date.Year, date.Month))
                days.Add(date.Day);
        }

        foreach (DateTime date in dates)
        {
            if (!days.Contains(date.Day))
                days.Add(latest);
        }

        int[] found = [.. days];
        (int least, int most) = found.Length == 2 ? (13, 17) : (8, 12);
        if (found.Length is not (2 or 3) || found.Zip(found.Skip(1), (day, next) => next - day).Any(apart => apart < least || apart > most))
            return null;
        foreach (DateTime date in dates)
        {
            if (!Array.Exists(found, day => date.Day == In(date, day)))
                return null;
        }

        return new MonthDaysRule(found);
    }

    public override long MissingBetween(DateTime after, DateTime before) => Math.Max(0, Number(before) - Number(after) - 1);

    public override DateTime Next(DateTime date)
    {
        foreach (int day in _days)
        {
            if (date.Day < In(date, day))
                return date.AddDays(In(date, day) - date.Day);
        }

        DateTime next = date.AddMonths(1);
        return next.AddDays(In(next, _days[0]) - next.Day);
    }

    private static int In(DateTime month, int day) => Math.Min(day, DateTime.DaysInMonth(month.Year, month.Month));

    private long Number(DateTime date)
    {
        int place = Enumerable.Range(0, Count).MinBy(i => Math.Abs(In(date, _days[i]) - date.Day));
        return (((12L * date.Year) + date.Month) * Count) + place;
    }

    private static string Ordinal(int day) => day + (day % 10, day / 10) switch
    {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
}
