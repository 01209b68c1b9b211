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

    [Fact]
    public void It_stands_still_while_anybody_holds_it()
    {
        var clock = new ManualClock();
        var budget = new TimeBudget(TimeSpan.FromSeconds(10), clock);
        clock.Advance(2);
        IDisposable one = budget.Pause(), other = budget.Pause();
        clock.Advance(50);
        one.Dispose();
        one.Dispose();
        clock.Advance(50);
        Assert.Equal(TimeSpan.FromSeconds(2), budget.Elapsed);
        other.Dispose();
        clock.Advance(3);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), (budget.Elapsed, budget.Left));
    }

    /// <summary>A timer rings by the clock on the wall: what is held meanwhile has time left, and the timer is set again.</summary>
    [Fact]
    public void A_limit_that_rings_while_the_time_is_held_goes_on()
    {
        var clock = new RingingClock();
        var budget = new TimeBudget(TimeSpan.FromSeconds(100), clock);
        using var limit = new TimeLimit(budget.Clock, TimeSpan.FromSeconds(10), CancellationToken.None);
        Assert.Equal(TimeSpan.FromSeconds(10), clock.Due);
        clock.Advance(4);
        using (budget.Pause())
        {
            clock.Advance(30);
            clock.Ring();
            limit.Look(0.5, foresees: true);
        }

        Assert.Equal((false, TimeSpan.FromSeconds(6)), (limit.Token.IsCancellationRequested, clock.Due));
        clock.Advance(6);
        clock.Ring();
        Assert.True(limit.Token.IsCancellationRequested);
    }

    /// <summary>A clock that is moved by hand, with one timer that is rung by hand.</summary>
    private sealed class RingingClock : TimeProvider
    {
        private TimeSpan _now;
        private Action? _ring;

        public TimeSpan Due { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);

        public void Ring() => _ring!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ring = () => callback(state);
            return new Timer(this);
        }

        private sealed class Timer(RingingClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.Due = dueTime;
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
