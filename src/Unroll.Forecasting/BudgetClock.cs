namespace Unroll.Forecasting;

/// <summary>A clock that stands still while somebody holds it.</summary>
/// <param name="inner">What tells the time otherwise.</param>
internal sealed class BudgetClock(TimeProvider inner) : TimeProvider
{
    private readonly Lock _lock = new();
    private long _held, _since;
    private int _holders;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override long GetTimestamp()
    {
        lock (_lock)
            return (_holders > 0 ? _since : inner.GetTimestamp()) - _held;
    }

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <summary>A timer that rings by the clock inside: who has one looks at the time when it rings.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Holds the clock until what is returned is disposed of; it goes on when nobody holds it any more.</summary>
    public IDisposable Pause()
    {
        lock (_lock)
        {
            if (_holders++ == 0)
                _since = inner.GetTimestamp();
        }

        return new Holder(this);
    }

    /// <summary>Goes on from a later time.</summary>
    public void Jump(TimeSpan ahead)
    {
        lock (_lock)
            _held -= (long)(ahead.TotalSeconds * inner.TimestampFrequency);
    }

    private void LetGo()
    {
        lock (_lock)
        {
            if (--_holders == 0)
                _held += inner.GetTimestamp() - _since;
        }
    }

    private sealed class Holder(BudgetClock clock) : IDisposable
    {
        private BudgetClock? _clock = clock;

        public void Dispose() => Interlocked.Exchange(ref _clock, null)?.LetGo();
    }
}
