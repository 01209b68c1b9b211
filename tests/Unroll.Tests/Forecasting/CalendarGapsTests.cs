using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class CalendarGapsTests
{
    private static CalendarGaps Of(IEnumerable<DateTime> dates)
    {
        DateTime[] all = [.. dates];
        return new TimeSeries("t", all, ("x", new double[all.Length])).CalendarGaps();
    }

    private static IEnumerable<DateTime> Days(int count) => Enumerable.Range(0, count).Select(day => new DateTime(2020, 1, 1).AddDays(day));

    [Fact]
    public void Weekends_are_no_gaps_in_business_days_but_a_holiday_is()
    {
        CalendarGaps gaps = Of(Days(60).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && day != new DateTime(2020, 1, 20)));
        Assert.Equal("business days (Mon to Fri)", gaps.FrequencyName);
        Assert.Equal([new CalendarGap(new(2020, 1, 17), new(2020, 1, 21), 1)], gaps.Gaps);
        Assert.Equal("business days (Mon to Fri), 1 gap, all of a single date, 1 date missing", gaps.ToString());
    }

    [Fact]
    public void A_week_may_begin_on_sunday() =>
        Assert.Equal("business days (Sun to Thu), no gaps", Of(Days(60).Where(day => day.DayOfWeek is not (DayOfWeek.Friday or DayOfWeek.Saturday))).ToString());

    [Fact]
    public void Every_day_of_the_week_is_daily()
    {
        CalendarGaps gaps = Of(Days(40).Where(day => day.Day is not (10 or 20 or 21 or 22)));
        Assert.Equal("daily", gaps.FrequencyName);
        Assert.Equal([new(new(2020, 1, 9), new(2020, 1, 11), 1), new(new(2020, 1, 19), new(2020, 1, 23), 3)], gaps.Gaps);
        Assert.Equal("daily, 2 gaps, 1 of a single date, 4 dates missing\n  2020-01-19 to 2020-01-23: 3 missing", gaps.ToString());
    }

    [Fact]
    public void Longer_steps_are_recognised()
    {
        var start = new DateTime(2000, 1, 31);
        Assert.Equal("weekly, no gaps", Of(Enumerable.Range(0, 30).Select(n => start.AddDays(7 * n))).ToString());
        Assert.Equal("monthly, no gaps", Of(Enumerable.Range(0, 30).Select(n => start.AddMonths(n))).ToString());
        Assert.Equal("quarterly, no gaps", Of(Enumerable.Range(0, 30).Select(n => start.AddMonths(3 * n))).ToString());
        Assert.Equal("yearly, no gaps", Of(Enumerable.Range(0, 30).Select(n => start.AddYears(n))).ToString());
        Assert.Equal("every 01:00:00, no gaps", Of(Enumerable.Range(0, 30).Select(n => start.AddHours(n))).ToString());
        CalendarGaps gaps = Of(Enumerable.Range(0, 30).Where(n => n is not (5 or 6)).Select(n => start.AddMonths(n)));
        Assert.Equal([new CalendarGap(new(2000, 5, 31), new(2000, 8, 31), 2)], gaps.Gaps);
    }

    [Fact]
    public void Two_rows_tell_no_frequency() => Assert.Equal("unknown, no gaps", Of(Days(2)).ToString());

    [Fact]
    public void The_sample_lacks_its_holidays_and_the_days_after_11_September_2001()
    {
        // Counted independently in Python: weekdays between neighbouring rows.
        CalendarGaps gaps = TimeSeries.ReadCsv(TestFiles.Sample("sp500.csv")).CalendarGaps();
        Assert.Equal((185, 190), (gaps.Gaps.Count, gaps.MissingDates));
        Assert.Equal([new CalendarGap(new(2001, 9, 10), new(2001, 9, 17), 4)], gaps.Longest(1));
    }
}
