using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>A calendar that is cut at any row goes on as it went on.</summary>
public class RowCalendarProperties
{
    private static readonly Gen<DateTime> s_day = Gen.Int[0, 150 * 365].Select(days => new DateTime(1900, 1, 1).AddDays(days));

    [Theory]
    [InlineData("daily", 3)]
    [InlineData("business days", 20)]
    [InlineData("Sundays to Thursdays", 20)]
    [InlineData("Mondays, Wednesdays, Fridays", 12)]
    [InlineData("weekly", 3)]
    [InlineData("every 28 days", 5)]
    [InlineData("1st and 15th", 4)]
    [InlineData("15th and last", 4)]
    [InlineData("monthly", 12)]
    [InlineData("month ends", 3)]
    [InlineData("last weekdays of months", 12)]
    [InlineData("first weekdays of months", 12)]
    [InlineData("third Fridays", 12)]
    [InlineData("last Fridays", 12)]
    [InlineData("quarter ends", 4)]
    [InlineData("last weekdays of quarters", 24)]
    [InlineData("last weekdays of years", 12)]
    [InlineData("yearly", 5)]
    [InlineData("hourly", 3)]
    [InlineData("every 10 minutes", 3)]
    [InlineData("bars of half an hour", 16 * 13)]
    [InlineData("bars with a pause", 16 * 10)]
    [InlineData("shop hours", 8 * 9)]
    [InlineData("hours of business days", 24 * 11)]
    public void What_was_cut_off_follows(string kind, int fewest) =>
        Gen.Select(s_day, Gen.Int[0, 300], Gen.Int[1, 40]).Sample((start, more, count) =>
        {
            DateTime[] all = [.. Dates(kind, start).Take(fewest + more + count)];
            int kept = all.Length - count;
            var calendar = RowCalendar.Of(all.AsSpan(0, kept));
            bool isWhole = all.Zip(all.Skip(1)).All(pair => calendar.MissingBetween(pair.First, pair.Second) == 0);
            return isWhole && calendar.IsEven && all.AsSpan(kept).SequenceEqual(calendar.NextDates(count));
        });

    /// <summary>Ten holidays at most on fixed dates or first weekdays of a month, over three years and more.</summary>
    [Fact]
    public void Holidays_of_every_year_are_skipped_in_the_next() =>
        Gen.Select(s_day, Gen.Int[0, 3 * 250], Gen.Select(Gen.Int[1, 12], Gen.Int[1, 28]).Array[0, 5],
            Gen.Select(Gen.Int[1, 12], Gen.Int[1, 5]).Array[0, 5]).Sample((start, more, fixedDates, firsts) =>
        {
            bool IsHoliday(DateTime day) => fixedDates.Contains((day.Month, day.Day))
                || (day.Day <= 7 && firsts.Contains((day.Month, (int)day.DayOfWeek)));
            DateTime[] all = [.. Dates("business days", start).Take(3000).Where(day => !IsHoliday(day))];
            // Seven years and more: a fixed date falls on three business days or more, and the chance of a false pattern is small.
            int kept = 1900 + more;
            return all.AsSpan(kept, 250).SequenceEqual(RowCalendar.Of(all.AsSpan(0, kept)).NextDates(250));
        }, iter: 50);

    private static IEnumerable<DateTime> Dates(string kind, DateTime start)
    {
        for (int step = 0; ; step++)
        {
            DateTime day = start.AddDays(step), month = new DateTime(start.Year, start.Month, 1).AddMonths(step);
            bool isFree = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            IEnumerable<DateTime> dates = kind switch
            {
                "daily" => [day],
                "business days" => isFree ? [] : [day],
                "Sundays to Thursdays" => day.DayOfWeek is DayOfWeek.Friday or DayOfWeek.Saturday ? [] : [day],
                "Mondays, Wednesdays, Fridays" => day.DayOfWeek is DayOfWeek.Monday or DayOfWeek.Wednesday or DayOfWeek.Friday ? [day] : [],
                "weekly" => [start.AddDays(7 * step)],
                "every 28 days" => [start.AddDays(28 * step)],
                "1st and 15th" => [month, month.AddDays(14)],
                "15th and last" => [month.AddDays(14), month.AddMonths(1).AddDays(-1)],
                "monthly" => [start.AddMonths(step)],
                "month ends" => [month.AddMonths(1).AddDays(-1)],
                "last weekdays of months" => [LastWeekday(month.AddMonths(1).AddDays(-1))],
                "first weekdays of months" => [FirstWeekday(month)],
                "third Fridays" => [Friday(month).AddDays(14)],
                "last Fridays" => [Friday(month.AddMonths(1)).AddDays(-7)],
                "last weekdays of quarters" => [LastWeekday(new DateTime(start.Year, 4, 1).AddMonths(3 * step).AddDays(-1))],
                "last weekdays of years" => [LastWeekday(new DateTime(start.Year + step, 12, 31))],
                "quarter ends" => [new DateTime(start.Year, 3, 31).AddDays(1).AddMonths(3 * step).AddDays(-1)],
                "yearly" => [start.AddYears(step)],
                "hourly" => [start.AddHours(step)],
                "every 10 minutes" => [start.AddMinutes(10 * step)],
                "bars of half an hour" => isFree ? [] : Enumerable.Range(0, 13).Select(bar => day.AddHours(9.5 + (0.5 * bar))),
                "bars with a pause" => isFree ? [] : Enumerable.Range(0, 12).Where(bar => bar is not (5 or 6))
                    .Select(bar => day.AddHours(9 + (0.5 * bar))),
                "shop hours" => Enumerable.Range(9, 9).Select(hour => day.AddHours(hour)),
                _ => isFree ? [] : Enumerable.Range(0, 24).Select(hour => day.AddHours(hour)),
            };
            foreach (DateTime date in dates)
                yield return date;
        }
    }

    private static DateTime FirstWeekday(DateTime first) =>
        first.AddDays(first.DayOfWeek switch { DayOfWeek.Saturday => 2, DayOfWeek.Sunday => 1, _ => 0 });

    /// <summary>The first of a month.</summary>
    private static DateTime Friday(DateTime first) => first.AddDays((DayOfWeek.Friday - first.DayOfWeek + 7) % 7);

    private static DateTime LastWeekday(DateTime end) =>
        end.AddDays(end.DayOfWeek switch { DayOfWeek.Saturday => -1, DayOfWeek.Sunday => -2, _ => 0 });
}
