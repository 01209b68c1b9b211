using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>How long a run may take, as people write it.</summary>
public class TimeBudgetTests
{
    [Theory]
    [InlineData("60s", 60)]
    [InlineData("10m", 600)]
    [InlineData("90", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("1H30M5S", 5405)]
    [InlineData("2h5s", 7205)]
    [InlineData(" 0m7s ", 7)]
    [InlineData("999h", 3_596_400)]
    public void A_time_is_read(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), TimeBudget.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("1.5m")]
    [InlineData("s")]
    [InlineData("5x")]
    [InlineData("5m10")]
    [InlineData("5s1m")]
    [InlineData("5m5m")]
    [InlineData("1000h")]
    [InlineData("99999999999")]
    [InlineData("soon")]
    public void What_is_no_time_is_refused(string text) => Assert.Equal(
        $"\"{text}\" is no time. Write 60s, 10m, 1h30m or a number of seconds, above 0 and below 1,000 hours.",
        Assert.Throws<UnrollException>(() => TimeBudget.Parse(text)).Message);

    [Theory]
    [InlineData(0.04, "0 s")]
    [InlineData(2.34, "2.3 s")]
    [InlineData(45, "45 s")]
    [InlineData(60, "1 min")]
    [InlineData(90, "1 min 30 s")]
    [InlineData(7500, "2 h 5 min")]
    public void A_time_is_said(double seconds, string words) => Assert.Equal(words, TimeBudget.InWords(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void It_begins_when_it_is_made()
    {
        var clock = new ManualClock();
        clock.Advance(100);
        var budget = new TimeBudget(TimeSpan.FromSeconds(10), clock);
        clock.Advance(12);
        Assert.Equal((TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(-2)), (budget.Elapsed, budget.Left));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimeBudget(TimeSpan.Zero));
    }
}
