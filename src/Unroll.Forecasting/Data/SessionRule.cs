using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Rows at certain times of the day, on certain days: after the last of a day comes the first of the next such day.</summary>
internal sealed class SessionRule : RowRule
{
    /// <summary>A time of day belongs to the session if it occurs at least this share as often as the commonest one.</summary>
    private const double RegularTime = 0.2;

    /// <summary>How many rows may lie at other times.</summary>
    private const double MostOthers = 0.1;

    /// <summary>How likely it may be that the other times of the day are empty by chance.</summary>
    private const double Chance = 1e-4;

    private readonly TimeSpan[] _times;
    private readonly TimeSpan _step;
    private readonly WeekdayRule _days;

    private SessionRule(TimeSpan[] times, TimeSpan step, WeekdayRule days) => (_times, _step, _days) = (times, step, days);

    public override TimeSpan Spacing => _step;

    /// <summary>What to add to the name of the spacing: ", 09:30 to 15:30 (Mon to Fri)".</summary>
    public string Words =>
        (IsRoundTheClock ? "" : $", {Time(_times[0])} to {Time(_times[^1])}") + (_days.IsEveryDay ? "" : $" ({_days.Words})");

    private bool IsRoundTheClock => EmptyPlaces(_times, _step) == 0;

    /// <summary>Null where rows come around the clock on all days, or at times that differ from day to day.</summary>
    /// <param name="dates">Strictly increasing.</param>
    /// <param name="step">The most common time between two rows, below a day.</param>
    /// <param name="daysToKnow">How many days tell which days of the week have rows.</param>
    public static SessionRule? Find(ReadOnlySpan<DateTime> dates, TimeSpan step, int daysToKnow)
    {
        DateTime[] days = WeekdayRule.DaysOf(dates);
        if (days.Length < 3)
            return null;
        var seen = new Dictionary<TimeSpan, int>();
        foreach (DateTime date in dates)
            seen[date.TimeOfDay] = seen.GetValueOrDefault(date.TimeOfDay) + 1;
        int most = seen.Values.Max();
        TimeSpan[] times = [.. seen.Where(entry => entry.Value >= RegularTime * most).Select(entry => entry.Key).Order()];
        int regular = times.Sum(time => seen[time]);
        if (dates.Length - regular > MostOthers * dates.Length)
            return null;
        WeekdayRule weekdays = Weekdays(days, daysToKnow);
        int empty = EmptyPlaces(times, step);
        if ((empty == 0 && weekdays.IsEveryDay) || 2L * days.Length < weekdays.CountBetween(days[0], days[^1]) + 2)
            return null;
        int others = seen.Where(entry => Array.BinarySearch(times, entry.Key) < 0).Select(entry => entry.Value).DefaultIfEmpty(0).Max();
        return empty == 0 || IsBeyondChance(dates, days, times.Length, empty, others) ? new SessionRule(times, step, weekdays) : null;
    }

    /// <summary>An hour, a day and a week in rows.</summary>
    public int[] SeasonalPeriods()
    {
        int hour = TimeSpan.TicksPerHour % _step.Ticks == 0 ? (int)(TimeSpan.TicksPerHour / _step.Ticks) : 0;
        int[] periods = [hour < _times.Length ? hour : 0, _times.Length, _days.Count > 1 ? _times.Length * _days.Count : 0];
        return [.. periods.Where(period => period >= 2).Distinct()];
    }

    public override long MissingBetween(DateTime after, DateTime before)
    {
        if (after.Date == before.Date)
            return CountBetween(after.TimeOfDay, before.TimeOfDay);
        long onTheDays = CountBetween(after.TimeOfDay, TimeSpan.FromDays(1)) + CountBetween(TimeSpan.FromTicks(-1), before.TimeOfDay);
        return onTheDays + (_days.CountBetween(after, before) * _times.Length);
    }

    public override bool IsNext(DateTime after, DateTime before) => MissingBetween(after, before) == 0;

    public override DateTime Next(DateTime date)
    {
        int next = Array.FindIndex(_times, time => time > date.TimeOfDay);
        return next >= 0 && _days.HasRows(date) ? date.Date + _times[next] : _days.Next(date.Date) + _times[0];
    }

    private long CountBetween(TimeSpan after, TimeSpan before)
    {
        int from = Array.BinarySearch(_times, after), until = Array.BinarySearch(_times, before);
        return Math.Max(0, (until < 0 ? ~until : until) - (from < 0 ? ~from : from + 1));
    }

    /// <summary>How many rows would fit between the times of a day, and over night.</summary>
    private static int EmptyPlaces(TimeSpan[] times, TimeSpan step)
    {
        int empty = 0;
        for (int i = 0; i < times.Length; i++)
        {
            TimeSpan next = i + 1 < times.Length ? times[i + 1] : times[0] + TimeSpan.FromDays(1);
            empty += (int)Math.Max(0, Math.Round((next - times[i]) / step) - 1);
        }

        return empty;
    }

    /// <summary>
    /// With a share m of rows missing within the session, one of n times of day has rows on no more than k of D days by chance with
    /// n·Σ C(D, j)·(1 − m)^j·m^(D − j) over j = 0..k at most; whole days only, so neither the first nor the last.
    /// </summary>
    /// <param name="dates">Strictly increasing.</param>
    /// <param name="days">Of the dates.</param>
    /// <param name="times">How many times of day the session has.</param>
    /// <param name="empty">How many between them it has not.</param>
    /// <param name="others">k, on how many days a time that is not of the session has a row at the most.</param>
    private static bool IsBeyondChance(ReadOnlySpan<DateTime> dates, DateTime[] days, int times, int empty, int others)
    {
        int whole = days.Length - 2;
        long rows = 0;
        foreach (DateTime date in dates)
            rows += date.Date != days[0] && date.Date != days[^1] ? 1 : 0;
        double places = (double)whole * times, missing = (Math.Max(0, places - rows) + 1) / (places + 2);
        double chance = 0, ways = 1;
        for (int j = 0; j <= Math.Min(others, whole); j++)
        {
            chance += ways * Math.Pow(1 - missing, j) * Math.Pow(missing, whole - j);
            ways *= (whole - j) / (j + 1.0);
        }

        return (times + empty) * chance < Chance;
    }

    /// <summary>In the first two weeks one free weekend is enough to expect another.</summary>
    private static WeekdayRule Weekdays(DateTime[] days, int daysToKnow)
    {
        if ((days[^1] - days[0]).TotalDays >= daysToKnow)
            return WeekdayRule.Of(days, daysToKnow);
        bool[] expected = [.. Enumerable.Repeat(true, 7)];
        bool isFree = !Array.Exists(days, day => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday);
        bool sawWeekend = days.Zip(days.Skip(1)).Any(pair =>
            pair.First.DayOfWeek == DayOfWeek.Friday && pair.Second == pair.First.AddDays(3));
        if (isFree && sawWeekend)
            expected[(int)DayOfWeek.Saturday] = expected[(int)DayOfWeek.Sunday] = false;
        return new WeekdayRule(expected, days);
    }

    private static string Time(TimeSpan time) =>
        time.ToString(time.Ticks % TimeSpan.TicksPerMinute == 0 ? @"hh\:mm" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
