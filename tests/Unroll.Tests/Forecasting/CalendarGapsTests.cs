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
        CalendarGaps gaps = Of(
            Days(60).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && day != new DateTime(2020, 1, 20)));
        Assert.Equal("business days (Mon to Fri)", gaps.FrequencyName);
        Assert.Equal([new CalendarGap(new(2020, 1, 17), new(2020, 1, 21), 1)], gaps.Gaps);
        Assert.Equal("business days (Mon to Fri), 1 gap, all of a single date, 1 date missing", gaps.ToString());
    }

    [Fact]
    public void A_week_may_begin_on_sunday() =>
        Assert.Equal("business days (Sun to Thu), no gaps",
            Of(Days(60).Where(day => day.DayOfWeek is not (DayOfWeek.Friday or DayOfWeek.Saturday))).ToString());

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
        CalendarGaps gaps = TimeSeries.Read(TestFiles.Sample("sp500.csv")).CalendarGaps();
        Assert.Equal((185, 190), (gaps.Gaps.Count, gaps.MissingDates));
        Assert.Equal([new CalendarGap(new(2001, 9, 10), new(2001, 9, 17), 4)], gaps.Longest(1));
    }

    [Fact]
    public void Rows_that_are_not_evenly_spaced_have_no_gaps()
    {
        CalendarGaps gaps = Of(RowCalendarTests.Visits(110));
        Assert.Equal("The rows are not evenly spaced (median spacing 02:20:00)", gaps.ToString());
        Assert.Empty(gaps.Gaps);
        Assert.Equal("The rows are not evenly spaced: a forecast counts rows, and the dates of those to come follow the median spacing, "
            + "02:20:00.", gaps.Notice);
    }

    [Fact]
    public void Centuries_between_seconds_are_counted()
    {
        CalendarGaps gaps = Of(new[] { 1900, 2000, 2100 }
            .SelectMany(year => Enumerable.Range(0, 6).Select(second => new DateTime(year, 1, 1).AddSeconds(second))));
        // 36,524 and 36,525 days of 86,400 seconds, less the five seconds on either side and the step itself.
        Assert.Equal([(36_524L * 86_400) - 6, (36_525L * 86_400) - 6], gaps.Gaps.Select(gap => gap.Missing));
        Assert.StartsWith("every 00:00:01, 2 gaps, 6,311,433,588 dates missing\n", gaps.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_notice_says_how_many_days_are_not_there()
    {
        CalendarGaps fifth = Of(Enumerable.Range(1, 180).Where(day => day % 5 != 0).Select(day => new DateTime(2019, 1, 1).AddDays(day)));
        Assert.Equal("Every fifth day is not in the file: 35 of 179 days; the rows before and after a gap are taken as neighbours.",
            fifth.Notice);
        CalendarGaps some = Of(Days(40).Where(day => day.Day is not (10 or 20 or 21 or 22)));
        Assert.Equal("4 of 40 days are not in the file; the rows before and after a gap are taken as neighbours.", some.Notice);
        CalendarGaps one = Of(Enumerable.Range(0, 30).Where(n => n != 5).Select(n => new DateTime(2000, 1, 1).AddMonths(n)));
        Assert.Equal("1 of 30 months is not in the file; the rows before and after the gap are taken as neighbours.", one.Notice);
        Assert.Null(Of(Days(40)).Notice);
    }

    [Fact]
    public void Some_business_days_may_be_holidays() => Assert.Equal(
        "45 of 1,305 business days are not in the file, most likely holidays.",
        TimeSeries.Read(TestFiles.Sample("aapl.csv")).CalendarGaps().Notice);
}
