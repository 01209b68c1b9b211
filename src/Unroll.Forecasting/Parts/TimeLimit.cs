namespace Unroll.Forecasting;

/// <summary>The time that a part of a run may take: its token is cancelled when the time is up, or when it is foreseen not to do.</summary>
internal sealed class TimeLimit : IDisposable
{
    /// <summary>So much of the time must have gone before the rest is foreseen from it: first calls are slow.</summary>
    private const double LeastSeen = 0.1;

    /// <summary>What is foreseen to take longer than so many times the allowed time ends at once.</summary>
    private const double Clearly = 1.25;

    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private readonly long _start;

    /// <param name="clock">What tells the time.</param>
    /// <param name="allowed">How long, above 0.</param>
    /// <param name="outer">Ends it too.</param>
    public TimeLimit(TimeProvider clock, TimeSpan allowed, CancellationToken outer)
    {
        (_clock, Allowed, _start) = (clock, allowed, clock.GetTimestamp());
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _timer = clock.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm(allowed);
    }

    /// <summary>What tells the time.</summary>
    public TimeProvider Clock => _clock;

    public TimeSpan Allowed { get; }

    public CancellationToken Token => _source.Token;

    /// <summary>How long it would have taken in all; null where the time was up.</summary>
    public TimeSpan? Foreseen { get; private set; }

    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Ends it where the time is up, or where at this pace it will be long before the end.</summary>
    /// <param name="share">How much is done.</param>
    /// <param name="foresees">Whether the rest takes as long in proportion.</param>
    public void Look(double share, bool foresees)
    {
        TimeSpan elapsed = Elapsed;
        if (foresees && share is > 0 and < 1 && elapsed >= Allowed * LeastSeen && elapsed / share > Allowed * Clearly)
        {
            Foreseen ??= elapsed / share;
            Cancel();
        }
        else if (elapsed >= Allowed && share < 1)
        {
            Cancel();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    /// <summary>A timer does not stand still when the clock does: then it rings too early.</summary>
    private void Ring()
    {
        TimeSpan left = Allowed - Elapsed;
        if (left <= TimeSpan.Zero)
            Cancel();
        else
            Arm(left);
    }

    private void Arm(TimeSpan due)
    {
        // A timer takes no more than 49 days, and rings no more often than is of use.
        var least = TimeSpan.FromMilliseconds(10);
        try
        {
            _timer.Change(due > TimeSpan.FromDays(40) ? Timeout.InfiniteTimeSpan : due > least ? due : least, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It ended in time.
        }
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in time.
        }
    }
}
