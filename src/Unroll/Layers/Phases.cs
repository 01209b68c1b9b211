using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// Threads that do one shard together go through the same phases, a few for each time step. In a phase each takes
/// parts of its work until none is left; then it waits for the next. Only the first thread opens a phase, and it waits for no thread but one
/// that holds a part: threads that the system keeps waiting cost nothing, their parts are done by the others. A wait is shorter than
/// waking a sleeping thread takes, so threads wait spinning, and after a few microseconds give their processor away.
/// </summary>
internal sealed class Phases
{
    private const int PartBits = 16;
    private const int PausesBeforeYield = 200;

    // The phase's number, above the number of parts taken in it: one word, so that nobody takes a part of a phase that is over.
    private long _state;
    private int _done, _parts;
    private volatile bool _failed, _over;

    /// <summary>True when the first thread is through the last phase.</summary>
    public bool IsOver => _over;

    /// <summary>True when in this run a thread held a part for so long that the first had to give its processor away: the machine is busy.</summary>
    public bool WasHeldUp { get; private set; }

    /// <summary>Before a run, while no thread is in it: each phase will have this many parts.</summary>
    /// <returns>The number of the first phase.</returns>
    public long Begin(int parts)
    {
        (_parts, _done, _failed, _over, WasHeldUp) = (parts, 0, false, false, false);
        _state = ((_state >> PartBits) + 1) << PartBits;
        return _state >> PartBits;
    }

    /// <summary>The next part of the phase, unless all are taken or the phase is over.</summary>
    public bool Take(long phase, out Share part)
    {
        for (long state = Volatile.Read(ref _state); state >> PartBits == phase; state = Volatile.Read(ref _state))
        {
            int next = (int)(state & ((1 << PartBits) - 1));
            if (next == _parts)
                break;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
            {
                part = new Share(next, _parts);
                return true;
            }
        }

        part = default;
        return false;
    }

    /// <summary>The part that was taken is done.</summary>
    public void Done() => Interlocked.Increment(ref _done);

    /// <summary>The first thread: waits for the parts that others hold, and opens the next phase.</summary>
    public void Next(long phase)
    {
        int taken = (int)(Volatile.Read(ref _state) & ((1 << PartBits) - 1));
        int spins = 0;
        for (; Volatile.Read(ref _done) < taken; spins++)
            Pause(spins);
        WasHeldUp |= spins > PausesBeforeYield;
        _done = 0;
        Volatile.Write(ref _state, (phase + 1) << PartBits);
    }

    /// <summary>The other threads: wait until the phase is over.</summary>
    public void Leave(long phase)
    {
        for (int spins = 0; Volatile.Read(ref _state) >> PartBits == phase; spins++)
            Pause(spins);
    }

    /// <summary>The first thread is through.</summary>
    public void End() => _over = true;

    /// <summary>A thread failed: lets the others go.</summary>
    public void Fail() => _failed = true;

    private void Pause(int spins)
    {
        if (_failed)
            throw new PhaseFailedException();
        if (spins < PausesBeforeYield)
            Processor.Pause();
        else
            Thread.Yield();
    }
}

/// <summary>One thread's place in the phases of a shard; or, outside of any, a thread that does all alone.</summary>
internal sealed class PhaseWorker
{
    private Phases? _phases;
    private long _phase;
    private bool _holdsPart, _entered;

    /// <summary>True for the thread that does what is not worth dividing.</summary>
    public bool IsFirst { get; private set; } = true;

    /// <summary>Before a run: this thread is one of several, or (null) alone.</summary>
    public void Begin(Phases? phases, long phase, bool isFirst) => (_phases, _phase, IsFirst, _holdsPart, _entered) = (phases, phase, isFirst, false, false);

    /// <summary>To be asked before the first phase. False where there is nothing to do: the run is over, or this thread has been through it.</summary>
    public bool Enter()
    {
        bool enters = !_entered && !_phases!.IsOver;
        _entered = true;
        return enters;
    }

    /// <summary>The next part of the phase's work: <c>while (worker.Take(out Share part))</c>.</summary>
    public bool Take(out Share part)
    {
        if (_phases is null)
        {
            part = default;
            return _holdsPart = !_holdsPart;
        }

        if (_holdsPart)
            _phases.Done();
        return _holdsPart = _phases.Take(_phase, out part);
    }

    /// <summary>The phase is over: all its parts are done, and what they wrote is visible.</summary>
    public void Wait()
    {
        if (_phases is null)
            return;
        if (IsFirst)
            _phases.Next(_phase);
        else
            _phases.Leave(_phase);
        _phase++;
    }
}

/// <summary>Another thread at the same shard failed; its exception is the one to report.</summary>
internal sealed class PhaseFailedException : Exception
{
    public PhaseFailedException()
        : base("Another thread at the same shard failed.")
    {
    }
}
