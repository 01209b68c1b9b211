using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class DateFrequencyTests
{
    private static DateFrequency Of(params string[] dates) => DateFrequency.Of([.. dates.Select(DateTime.Parse)]);

    private static string Next(DateFrequency frequency, string date) =>
        frequency.Next(DateTime.Parse(date, null)).ToString("yyyy-MM-dd HH:mm", null);

    [Theory]
    [InlineData("hourly", "2020-02-28 23:00", "2020-02-29 00:00", DateSpacing.WithinDay)]
    [InlineData("daily", "2021-02-28", "2021-03-01 00:00", DateSpacing.Days)]
    [InlineData("daily", "2020-02-28", "2020-02-29 00:00", DateSpacing.Days)]
    [InlineData("business", "2020-02-28", "2020-03-02 00:00", DateSpacing.BusinessDays)]
    [InlineData("business", "2020-03-02", "2020-03-03 00:00", DateSpacing.BusinessDays)]
    [InlineData("weekly", "2020-02-24", "2020-03-02 00:00", DateSpacing.Weeks)]
    [InlineData("monthly", "2020-12-01", "2021-01-01 00:00", DateSpacing.Months)]
    [InlineData("quarterly", "2020-10-01", "2021-01-01 00:00", DateSpacing.Quarters)]
    [InlineData("yearly", "2019-01-01", "2020-01-01 00:00", DateSpacing.Years)]
    [InlineData("every third day", "2020-02-27", "2020-03-01 00:00", DateSpacing.Other)]
    public void Every_kind_has_a_next_date(string made, string date, string next, object kind)
    {
        var frequency = DateFrequency.Of(MadeTables.Dates(made, 60));
        Assert.Equal(kind, frequency.Kind);
        Assert.Equal(next, Next(frequency, date));
    }

    [Fact]
    public void Two_dates_say_nothing_and_a_day_follows()
    {
        DateFrequency frequency = Of("2020-01-01", "2020-01-08");
        Assert.Equal(("unknown", DateSpacing.Other), (frequency.Name, frequency.Kind));
        Assert.Equal("2020-01-09 00:00", Next(frequency, "2020-01-08"));
    }

    [Fact]
    public void Days_of_the_week_that_do_not_occur_are_skipped()
    {
        // Sundays to Thursdays, as in Israel.
        DateFrequency frequency = DateFrequency.Of([.. Enumerable.Range(0, 60).Select(day => new DateTime(2023, 1, 1).AddDays(day)).Where(day => day.DayOfWeek is not (DayOfWeek.Friday or DayOfWeek.Saturday))]);
        Assert.Equal("2023-03-05 00:00", Next(frequency, "2023-03-02"));
        Assert.Equal("2023-03-06 00:00", Next(frequency, "2023-03-05"));
    }

    [Fact]
    public void The_last_day_of_a_month_is_followed_by_the_last_of_the_next()
    {
        DateFrequency ends = Of("2019-10-31", "2019-11-30", "2019-12-31");
        Assert.Equal("2020-02-29 00:00", Next(ends, "2020-01-31"));
        Assert.Equal("2020-03-31 00:00", Next(ends, "2020-02-29"));
        Assert.Equal("2021-02-28 00:00", Next(ends, "2021-01-31"));
        Assert.Equal("2021-05-31 00:00", Next(ends, "2021-04-30"));
        DateFrequency quarters = Of("2019-06-30", "2019-09-30", "2019-12-31", "2020-03-31");
        Assert.Equal("2020-06-30 00:00", Next(quarters, "2020-03-31"));
        Assert.Equal("2020-12-31 00:00", Next(quarters, "2020-09-30"));
        DateFrequency years = Of("2017-02-28", "2018-02-28", "2019-02-28", "2020-02-29");
        Assert.Equal("2021-02-28 00:00", Next(years, "2020-02-29"));
        Assert.Equal("2024-02-29 00:00", Next(years, "2023-02-28"));
    }

    [Fact]
    public void Another_day_of_the_month_stays_that_day_after_a_short_month()
    {
        DateFrequency thirtieth = Of("2019-10-30", "2019-11-30", "2019-12-30");
        Assert.Equal("2020-02-29 00:00", Next(thirtieth, "2020-01-30"));
        Assert.Equal("2020-03-30 00:00", Next(thirtieth, "2020-02-29"));
        Assert.Equal("2019-12-30 00:00", Next(thirtieth, "2019-11-30"));
        Assert.Equal("2021-03-28 00:00", Next(Of("2020-10-28", "2020-11-28", "2020-12-28"), "2021-02-28"));
    }

    [Fact]
    public void Minutes_follow_over_midnight_and_a_year() =>
        Assert.Equal("2021-01-01 00:05", Next(Of("2020-12-31 23:35", "2020-12-31 23:45", "2020-12-31 23:55"), "2020-12-31 23:55"));
}
