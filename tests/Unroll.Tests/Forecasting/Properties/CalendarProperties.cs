using System.Globalization;
using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>Ranges and gaps in the calendar, against counting day by day.</summary>
public class CalendarProperties
{
    /// <summary>
    /// Hours of which some times of day are rare by chance, and once were taken for times without rows: always tried first.
    /// </summary>
    private const string RareTimes = "860TOgD6-G22";

    private static readonly Gen<DateTime> s_day = Gen.Int[0, 200 * 365].Select(days => new DateTime(1900, 1, 1).AddDays(days));

    private static string Text(DateTime date, string format) => date.ToString(format, CultureInfo.InvariantCulture);

    [Fact]
    public void A_year_and_a_month_are_all_of_their_days_and_no_other() =>
        Gen.Select(s_day, Gen.Int[0, 86_399]).Sample((day, second) =>
        {
            DateRange year = Text(day, "yyyy"), month = Text(day, "yyyy-MM"), single = Text(day, "yyyy-MM-dd");
            DateTime instant = day.AddSeconds(second);
            return Days(year) == (DateTime.IsLeapYear(day.Year) ? 366 : 365)
                && Days(month) == DateTime.DaysInMonth(day.Year, day.Month)
                && Days(single) == 1
                && year.Contains(instant) && month.Contains(instant) && single.Contains(instant)
                && !single.Contains(instant.AddDays(1)) && !single.Contains(instant.AddDays(-1))
                && month.Contains(instant.AddDays(1)) == (instant.AddDays(1).Month == day.Month)
                && year.Contains(instant.AddDays(-1)) == (instant.AddDays(-1).Year == day.Year);

            static int Days(DateRange range) => (range.Until!.Value - range.From!.Value).Days;
        });

    /// <summary>Every year in four has a 29 February but three of four full centuries.</summary>
    [Fact]
    public void The_29_of_February_is_a_day_of_leap_years_alone() =>
        Gen.Int[1800, 2200].Sample(year =>
        {
            bool isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            return DateRange.TryParse(FormattableString.Invariant($"{year}-02-29"), out DateRange day) == isLeap
                && (!isLeap || day.Until == new DateTime(year, 3, 1))
                && DateRange.Parse(FormattableString.Invariant($"..{year}-02")).Until == new DateTime(year, 3, 1);
        });

    [Fact]
    public void A_range_holds_what_lies_between_its_ends_at_their_precision() =>
        Gen.Select(s_day, s_day, s_day, Gen.Int[0, 2], Gen.Int[0, 2]).Sample((a, b, day, precisionA, precisionB) =>
        {
            string[] formats = ["yyyy", "yyyy-MM", "yyyy-MM-dd"];
            (DateTime first, DateTime last) = a <= b ? (a, b) : (b, a);
            string from = Text(first, formats[precisionA]), until = Text(last, formats[precisionB]);
            DateRange range = $"{from}..{until}";

            // Compared as text: yyyy-MM-dd sorts as dates do, and a prefix stands for all that begin with it.
            string text = Text(day, "yyyy-MM-dd");
            bool expected = string.CompareOrdinal(text[..from.Length], from) >= 0
                && string.CompareOrdinal(text[..until.Length], until) <= 0;
            return range.Contains(day) == expected && range.Contains(day.AddDays(1).AddTicks(-1)) == expected;
        }, iter: 5_000);

    /// <summary>
    /// Steps of each kind over at least ten of them from any day, of which up to a quarter are taken out, never the first or the
    /// last: what is counted as missing is what was taken out.
    /// </summary>
    [Theory]
    [InlineData("daily")]
    [InlineData("business days (Mon to Fri)")]
    [InlineData("business days (Sun to Thu)")]
    [InlineData("weekly")]
    [InlineData("monthly")]
    [InlineData("quarterly")]
    [InlineData("yearly")]
    [InlineData("every 01:00:00")]
    public void The_dates_that_were_taken_out_are_missing_and_no_others(string frequency) =>
        Gen.Select(s_day, Gen.Int[100, 400], Gen.Int[0, 23], Gen.Int[0, int.MaxValue].HashSet[0, 25]).Sample((start, rows, hour, picks) =>
        {
            DateTime[] all = [.. Dates(frequency, start.AddHours(hour)).Take(rows)];
            // Of one time of day no more than half: more would be a rule, as once in ten thousand it is by chance.
            HashSet<int> missing = [.. picks.Select(pick => 1 + (pick % (rows - 2))).Distinct().GroupBy(row => all[row].TimeOfDay)
                .SelectMany(rowsOfTime => rowsOfTime.Take(frequency == "every 01:00:00" ? rows / 24 / 2 : rows))];
            DateTime[] kept = [.. all.Where((_, row) => !missing.Contains(row))];
            CalendarGaps gaps = new TimeSeries("t", kept, ("x", new double[kept.Length])).CalendarGaps();
            return gaps.FrequencyName == frequency
                && gaps.MissingDates == missing.Count
                && gaps.Gaps.All(gap => gap.Missing == all.Count(date => date > gap.After && date < gap.Before));
        }, seed: RareTimes);

    private static IEnumerable<DateTime> Dates(string frequency, DateTime start)
    {
        DayOfWeek[] free = frequency switch
        {
            "business days (Mon to Fri)" => [DayOfWeek.Saturday, DayOfWeek.Sunday],
            "business days (Sun to Thu)" => [DayOfWeek.Friday, DayOfWeek.Saturday],
            _ => [],
        };
        for (int step = 0; ; step++)
        {
            DateTime date = frequency switch
            {
                "weekly" => start.AddDays(7 * step),
                "monthly" => start.AddMonths(step),
                "quarterly" => start.AddMonths(3 * step),
                "yearly" => start.AddYears(step),
                "every 01:00:00" => start.AddHours(step),
                _ => start.AddDays(step),
            };
            if (!free.Contains(date.DayOfWeek))
                yield return date;
        }
    }
}
