using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>The kinds of spacing that calendars know.</summary>
internal enum DateSpacing
{
    Other,
    WithinDay,
    Days,
    BusinessDays,
    Weeks,
    Months,
    Quarters,
    Years,
}

/// <summary>How often dates come, and so how many are missing between two of them and which comes next.</summary>
internal sealed record DateFrequency(string Name, DateSpacing Kind, Func<DateTime, DateTime, int> MissingBetween, Func<DateTime, DateTime> Next)
{
    /// <summary>A weekday belongs to the calendar if it occurs at least this share as often as the commonest one.</summary>
    private const double RegularWeekday = 0.2;

    /// <summary>The seasons of this calendar in rows, the shortest first.</summary>
    public IReadOnlyList<int> SeasonalPeriods { get; init; } = [];

    public static DateFrequency Of(ReadOnlySpan<DateTime> dates)
    {
        if (dates.Length < 3)
            return new DateFrequency("unknown", DateSpacing.Other, (_, _) => 0, date => date.AddDays(1));
        var steps = new TimeSpan[dates.Length - 1];
        for (int row = 1; row < dates.Length; row++)
            steps[row - 1] = dates[row] - dates[row - 1];
        TimeSpan common = steps.GroupBy(step => step).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
        return common.TotalDays switch
        {
            1 => Days(dates),
            7 => new DateFrequency("weekly", DateSpacing.Weeks, (after, before) => Steps((before - after).TotalDays / 7), date => date.AddDays(7)) { SeasonalPeriods = [52] },
            >= 28 and <= 31 => Months("monthly", DateSpacing.Months, 1, dates),
            >= 89 and <= 92 => Months("quarterly", DateSpacing.Quarters, 3, dates),
            >= 365 and <= 366 => Months("yearly", DateSpacing.Years, 12, dates),
            _ => new DateFrequency(
                $"every {(common < TimeSpan.FromDays(1) ? common.ToString("c", CultureInfo.InvariantCulture) : FormattableString.Invariant($"{common.TotalDays:0.##} days"))}",
                common < TimeSpan.FromDays(1) ? DateSpacing.WithinDay : DateSpacing.Other,
                (after, before) => Steps((before - after) / common),
                date => date + common)
            { SeasonalPeriods = Within(common) },
        };
    }

    /// <summary>An hour, a day and a week of rows that come more often than that.</summary>
    private static int[] Within(TimeSpan step)
    {
        TimeSpan[] seasons = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7)];
        return step >= TimeSpan.FromDays(1) ? [] : [.. seasons.Where(season => season.Ticks % step.Ticks == 0 && season.Ticks / step.Ticks is >= 2 and <= 1 << 20).Select(season => (int)(season.Ticks / step.Ticks))];
    }

    private static DateFrequency Days(ReadOnlySpan<DateTime> dates)
    {
        var seen = new int[7];
        foreach (DateTime date in dates)
            seen[(int)date.DayOfWeek]++;
        bool[] expected = Array.ConvertAll(seen, count => count >= RegularWeekday * seen.Max());
        if (dates[^1] - dates[0] < TimeSpan.FromDays(14) || Array.TrueForAll(expected, day => day))
            return new DateFrequency("daily", DateSpacing.Days, (after, before) => Steps((before - after).TotalDays), date => date.AddDays(1)) { SeasonalPeriods = [7, 365] };
        int first = Enumerable.Range(0, 7).First(day => expected[day] && !expected[(day + 6) % 7]);
        int count = expected.Count(day => day), last = (first + count - 1) % 7;
        bool unbroken = Enumerable.Range(first, count).All(day => expected[day % 7]);
        string days = unbroken ? $"{Short(first)} to {Short(last)}" : string.Join(", ", Enumerable.Range(0, 7).Where(day => expected[day]).Select(Short));
        return new DateFrequency($"business days ({days})", DateSpacing.BusinessDays, Missing, NextDay) { SeasonalPeriods = count > 1 ? [count] : [] };

        int Missing(DateTime after, DateTime before)
        {
            int missing = 0;
            for (DateTime day = after.Date.AddDays(1); day < before.Date; day = day.AddDays(1))
                missing += expected[(int)day.DayOfWeek] ? 1 : 0;
            return missing;
        }

        DateTime NextDay(DateTime date)
        {
            do
                date = date.AddDays(1);
            while (!expected[(int)date.DayOfWeek]);
            return date;
        }

        static string Short(int day) => ((DayOfWeek)day).ToString()[..3];
    }

    private static DateFrequency Months(string name, DateSpacing kind, int months, ReadOnlySpan<DateTime> dates)
    {
        int latest = 1;
        foreach (DateTime date in dates)
            latest = Math.Max(latest, date.Day);
        return new DateFrequency(name, kind, (after, before) => Steps(((before - after).TotalDays / (365.2425 / 12)) / months), date => NextMonth(date, months, latest)) { SeasonalPeriods = months < 12 ? [12 / months] : [] };
    }

    /// <summary>The last day of a month is followed by the last day of the next, as far as any date lies that late in its month.</summary>
    private static DateTime NextMonth(DateTime date, int months, int latest)
    {
        DateTime next = date.AddMonths(months);
        return date.AddDays(1).Day == 1 ? next.AddDays(Math.Min(latest, DateTime.DaysInMonth(next.Year, next.Month)) - next.Day) : next;
    }

    private static int Steps(double steps) => Math.Max(0, (int)Math.Round(steps, MidpointRounding.AwayFromZero) - 1);
}
