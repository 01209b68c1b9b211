namespace Unroll;

/// <summary>
/// Weights are read by any number of runs at once, and changed by one thread while none reads. A reader costs two atomic additions. A writer that
/// waits goes before readers that come later, so that training ends also under a constant load of predictions. It is not
/// reentrant: <see cref="RunScope"/> knows when a run is inside of another that reads already.
/// </summary>
internal sealed class WeightsLock
{
    private const int Writing = 1 << 30;

    /// <summary>Waits shorter than waking a sleeping thread takes.</summary>
    private const int SpinsBeforeSleep = 20;
    private readonly object _gate = new(), _writer = new();

    // How many read; Writing as well while a thread writes, or waits for that.
    private int _word;

    public void EnterRead()
    {
        while ((Interlocked.Increment(ref _word) & Writing) != 0)
        {
            ExitRead();
            WaitUntil(static word => (word & Writing) == 0);
        }
    }

    public void ExitRead()
    {
        if (Interlocked.Decrement(ref _word) == Writing)
            Wake();
    }

    /// <summary>Waits until nobody reads, and lets nobody begin.</summary>
    public void EnterWrite()
    {
        Monitor.Enter(_writer);
        Interlocked.Or(ref _word, Writing);
        WaitUntil(static word => word == Writing);
    }

    public void ExitWrite()
    {
        Interlocked.And(ref _word, ~Writing);
        Wake();
        Monitor.Exit(_writer);
    }

    private void WaitUntil(Func<int, bool> holds)
    {
        var spin = new SpinWait();
        while (spin.Count < SpinsBeforeSleep)
        {
            if (holds(Volatile.Read(ref _word)))
                return;
            spin.SpinOnce(sleep1Threshold: -1);
        }

        lock (_gate)
        {
            while (!holds(Volatile.Read(ref _word)))
                Monitor.Wait(_gate);
        }
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }
}
