using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class SeasonalPeriodTests
{
    private static TimeSeries Table(int rows, Func<int, DateTime> date, Func<int, double>? value = null) =>
        new("t", [.. Enumerable.Range(0, rows).Select(date)], ("x", [.. Enumerable.Range(0, rows).Select(value ?? (_ => 0))]));

    private static DateTime BusinessDay(int row) => new DateTime(2024, 1, 1).AddDays((7 * (row / 5)) + (row % 5));

    [Fact]
    public void The_calendar_says_which_seasons_are_possible()
    {
        var start = new DateTime(2020, 1, 1);
        Assert.Equal([7, 365], SeasonalPeriod.Candidates(Table(60, row => start.AddDays(row))));
        Assert.Equal([5], SeasonalPeriod.Candidates(Table(60, BusinessDay)));
        Assert.Equal([52], SeasonalPeriod.Candidates(Table(60, row => start.AddDays(7 * row))));
        Assert.Equal([12], SeasonalPeriod.Candidates(Table(60, row => start.AddMonths(row))));
        Assert.Equal([4], SeasonalPeriod.Candidates(Table(60, row => start.AddMonths(3 * row))));
        Assert.Equal([], SeasonalPeriod.Candidates(Table(60, row => start.AddYears(row))));
        Assert.Equal([24, 168], SeasonalPeriod.Candidates(Table(60, row => start.AddHours(row))));
        Assert.Equal([48, 336], SeasonalPeriod.Candidates(Table(60, row => start.AddMinutes(30 * row))).Skip(1));
        Assert.Equal([60, 1440, 10080], SeasonalPeriod.Candidates(Table(60, row => start.AddMinutes(row))));
        Assert.Equal([], SeasonalPeriod.Candidates(Table(60, row => start.AddDays(2 * row))));
    }

    [Fact]
    public void A_week_in_daily_values_is_found_under_trend_and_noise() =>
        Gen.Select(Gen.Double[-1, 1].Array[200], Gen.Double[-2, 2], Gen.Double[-3, 3].Array[7].Where(week => week.Max() - week.Min() > 3))
            .Sample((noise, trend, week) =>
            SeasonalPeriod.Find(Table(200, row => new DateTime(2020, 1, 1).AddDays(row),
                row => (trend * row) + week[row % 7] + noise[row])["x"]) == 7, iter: 200);

    [Fact]
    public void Of_a_day_and_a_week_in_hourly_values_the_stronger_is_chosen()
    {
        var random = new RandomSource(4);
        double[] noise = [.. Enumerable.Range(0, 2000).Select(_ => random.NextNormal() / 10)];
        double Hour(int row) => Math.Sin(2 * Math.PI * row / 24);
        double Weekend(int row) => row / 24 % 7 > 4 ? 0.2 : 1;
        Assert.Equal(24, SeasonalPeriod.Find(
            Table(2000, row => new DateTime(2020, 1, 1).AddHours(row), row => Hour(row) + noise[row])["x"]));
        Assert.Equal(168, SeasonalPeriod.Find(
            Table(2000, row => new DateTime(2020, 1, 1).AddHours(row), row => (Hour(row) * Weekend(row)) + noise[row])["x"]));
        Assert.Equal(24, SeasonalPeriod.Find(
            Table(2000, row => new DateTime(2020, 1, 1).AddHours(row), row => (Hour(row) * Weekend(row)) + noise[row])["x"], longest: 100));
    }

    [Fact]
    public void Chance_is_seldom_called_a_season()
    {
        var random = new RandomSource(12);
        int found = 0;
        for (int trial = 0; trial < 500; trial++)
        {
            double[] walk = new double[300];
            for (int t = 1; t < walk.Length; t++)
                walk[t] = walk[t - 1] + random.NextNormal();
            found += SeasonalPeriod.FindAmong(walk, [7]) is null ? 0 : 1;
        }

        // 1 % of 500 are expected.
        Assert.InRange(found, 0, 12);
    }

    [Fact]
    public void Prices_have_no_week() =>
        Assert.Null(SeasonalPeriod.Find(TimeSeries.Read(TestFiles.Sample("sp500.csv")).Slice("2012..2017")["high"]));

    [Fact]
    public void Three_seasons_must_be_seen()
    {
        double[] steps = [.. Enumerable.Range(0, 36).Select(t => Math.Sin(Math.PI * t / 6))];
        Assert.Equal(12, SeasonalPeriod.FindAmong(steps, [12]));
        Assert.Null(SeasonalPeriod.FindAmong(steps.AsSpan(0, 35), [12]));
        Assert.Null(SeasonalPeriod.FindAmong(new double[30], [7]));
    }
}
