using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class YearMemoryTests
{
    private static readonly DateTime[] s_dates = [.. Enumerable.Range(0, 1826).Select(day => new DateTime(2015, 1, 1).AddDays(day))];

    private static int Thanksgiving(int year) => 22 + ((4 - (int)new DateTime(year, 11, 22).DayOfWeek + 7) % 7);

    /// <summary>
    /// Ten times the weekday; 100, 101, … more at Christmas of 2015, 2016, …, and 40, 42, … less at Thanksgiving; 50 more on the leap day.
    /// </summary>
    private static double Value(DateTime date) => (10 * (int)date.DayOfWeek) + date switch
    {
        { Month: 12, Day: 25 } => 100 + date.Year - 2015,
        { Month: 11 } when date.Day == Thanksgiving(date.Year) => -40 - (2 * (date.Year - 2015)),
        { Month: 2, Day: 29 } => 50,
        _ => 0,
    };

    private static double[] Remembered(DateTime date, DateTime[]? dates = null)
    {
        dates ??= s_dates;
        double[] numbers = [7, 7, 7, 7, 7];
        new YearMemory(dates, Array.ConvertAll(dates, Value)).Write(date, numbers);
        return numbers;
    }

    [Fact]
    public void Fixed_holidays_are_known_by_their_date() => Assert.Equal([103, 101.5, 0, 0, 0], Remembered(new DateTime(2019, 12, 25)));

    [Fact]
    public void Holidays_on_a_weekday_are_known_by_their_place_in_the_month()
    {
        // In 2015 and 2016 the fourth Thursday of November was also the last.
        Assert.Equal([0, 0, -46, -43, -20], Remembered(new DateTime(2019, 11, 28)));
        Assert.Equal([0, 0, -44, -42, 0], Remembered(new DateTime(2018, 11, 22)));
        Assert.Equal([0, 0, 0, 0, -40], Remembered(new DateTime(2018, 11, 29)));
    }

    [Fact]
    public void A_leap_day_remembers_leap_days_only() => Assert.Equal([50, 50, 0, 0, 0], Remembered(new DateTime(2020, 2, 29)));

    [Fact]
    public void Where_nothing_is_remembered_there_is_0()
    {
        Assert.Equal([0, 0, 0, 0, 0], Remembered(new DateTime(2015, 12, 25)));
        Assert.Equal([0, 0, 0, 0, 0], Remembered(new DateTime(2025, 12, 25)));
        Assert.Equal([104, 104, 104, 104, 104], Remembered(new DateTime(2024, 12, 25)));
        Assert.Equal([0, 0, 0, 0, 0], Remembered(new DateTime(1, 1, 1)));
        Assert.Equal([0, 0, 0, 0, 0], Remembered(new DateTime(2020, 12, 25), [new DateTime(2019, 12, 25)]));
    }

    [Fact]
    public void Days_that_are_missing_are_left_out_of_the_mean()
    {
        DateTime[] dates = [.. s_dates.Where(date => date != new DateTime(2017, 12, 25) && date != new DateTime(2018, 12, 18))];
        Assert.Equal([103, 304 / 3.0, 0, 0, 0], Remembered(new DateTime(2019, 12, 25), dates));
    }

    [Fact]
    public void Nothing_younger_than_300_days_is_looked_at()
    {
        DateTime[] seen = [.. s_dates.Where(date => date < new DateTime(2019, 3, 1))];
        for (int ahead = 0; ahead < 300; ahead++)
        {
            DateTime date = new DateTime(2019, 3, 1).AddDays(ahead);
            Assert.Equal(Remembered(date), Remembered(date, seen));
        }
    }

    [Fact]
    public void Two_years_of_days_are_needed()
    {
        Assert.False(YearMemory.Fits(s_dates.AsSpan(0, 732)));
        Assert.True(YearMemory.Fits(s_dates.AsSpan(0, 733)));
        Assert.False(YearMemory.Fits(MadeTables.Dates("business", 900)));
        Assert.False(YearMemory.Fits(MadeTables.Dates("hourly", 900)));
    }
}
