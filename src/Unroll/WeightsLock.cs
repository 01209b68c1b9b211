namespace Unroll;

/// <summary>
/// Weights are read by any number of runs at once, and changed by one thread while none reads. A reader costs two atomic additions. A
/// writer that waits goes before readers that come later, so that training ends also under a constant load of predictions; but not while
/// a run over samples is inside, whose samples are code of the user's, which may wait for another reader. It is not
/// reentrant: <see cref="RunScope"/> knows when a run is inside of another that reads already.
/// </summary>
internal sealed class WeightsLock
{
    private const int Writing = 1 << 30, Waiting = 1 << 29;

    /// <summary>Waits shorter than waking a sleeping thread takes.</summary>
    private const int SpinsBeforeSleep = 20;
    private readonly object _gate = new(), _writer = new();

    private volatile Seat[] _seats = [];

    // How many read; Waiting as well while a thread waits to write, and Writing while it does.
    private int _word;

    // How many of them are over samples.
    private int _overSamples;

    public void EnterRead()
    {
        while (!MayRead(Interlocked.Increment(ref _word)))
        {
            ExitRead();
            WaitUntil(static (self, word) => self.MayRead(word));
        }
    }

    public void ExitRead()
    {
        if ((Interlocked.Decrement(ref _word) & Waiting) != 0)
            Wake();
    }

    /// <summary>The same for a run over samples.</summary>
    public void EnterReadOverSamples()
    {
        EnterRead();
        Interlocked.Increment(ref _overSamples);
        if ((Volatile.Read(ref _word) & Waiting) != 0)
            Wake();
    }

    public void ExitReadOverSamples()
    {
        Interlocked.Decrement(ref _overSamples);
        ExitRead();
    }

    /// <summary>Waits until nobody reads, and lets nobody begin.</summary>
    public void EnterWrite()
    {
        Monitor.Enter(_writer);
        Interlocked.Or(ref _word, Waiting);
        while (Interlocked.CompareExchange(ref _word, Waiting | Writing, Waiting) != Waiting)
            WaitUntil(static (_, word) => word == Waiting);
        foreach (Seat seat in _seats)
            seat.WaitUntilFree();
    }

    /// <summary>
    /// A place for one reader at a time, which costs it half as much; for reads of microseconds, since a writer waits for them spinning.
    /// </summary>
    public Seat AddSeat()
    {
        lock (_gate)
        {
            var seat = new Seat(this);
            _seats = [.. _seats, seat];
            return seat;
        }
    }

    public void ExitWrite()
    {
        Interlocked.And(ref _word, ~(Writing | Waiting));
        Wake();
        Monitor.Exit(_writer);
    }

    private bool MayRead(int word) => (word & Writing) == 0 && ((word & Waiting) == 0 || Volatile.Read(ref _overSamples) > 0);

    private void WaitUntil(Func<WeightsLock, int, bool> holds)
    {
        var spin = new SpinWait();
        while (spin.Count < SpinsBeforeSleep)
        {
            if (holds(this, Volatile.Read(ref _word)))
                return;
            spin.SpinOnce(sleep1Threshold: -1);
        }

        lock (_gate)
        {
            while (!holds(this, Volatile.Read(ref _word)))
                Monitor.Wait(_gate);
        }
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>
    /// Taking it is one atomic operation, which is a reader's entry too: a reader takes the seat and then looks for writers, a writer says
    /// that it writes and then looks at the seat.
    /// </summary>
    public sealed class Seat(WeightsLock weights)
    {
        private int _isTaken;

        /// <summary>False where another has it, or a thread writes.</summary>
        public bool TryTake()
        {
            if (Interlocked.CompareExchange(ref _isTaken, 1, 0) != 0)
                return false;
            if ((Volatile.Read(ref weights._word) & (Writing | Waiting)) == 0)
                return true;
            Leave();
            return false;
        }

        public void Leave() => Volatile.Write(ref _isTaken, 0);

        internal void WaitUntilFree()
        {
            var spin = new SpinWait();
            while (Volatile.Read(ref _isTaken) != 0)
                spin.SpinOnce();
        }
    }
}
