using System.Diagnostics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// Threads that do one shard together go through the same phases, a few for each time step. In a phase each thread has a part of
/// the work. The first thread opens the phases; when its own part is done it also does those that nobody has begun, and it waits only
/// for parts that are being worked on: threads that the system keeps waiting cost next to nothing. A wait is shorter than waking a
/// sleeping thread takes, so threads wait spinning, and after a few microseconds give their processor away.
/// </summary>
internal sealed class Phases
{
    private const int PausesBeforeYield = 200;

    /// <summary>Two cache lines, since processors fetch them in pairs: what one thread writes often is alone on its own.</summary>
    private const int Apart = 128 / sizeof(long);

    // The number of the open phase, then for each part 2·phase when it is taken and 2·phase + 1 when it is done.
    private readonly long[] _words;
    private int _parts;
    private volatile bool _failed, _over;

    /// <param name="threads">The most threads that will work together.</param>
    public Phases(int threads) => _words = new long[(threads + 2) * Apart];

    /// <summary>True when the first thread is through the last phase.</summary>
    public bool IsOver => _over;

    /// <summary>
    /// How long the first thread has waited in this run for parts that others held, in ticks of the stopwatch; short waits do not count.
    /// </summary>
    public long Waited { get; private set; }

    /// <summary>How many parts, and threads, a phase of this run has.</summary>
    public int Parts => _parts;

    private ref long Open => ref _words[Apart];

    /// <summary>Before a run, while no thread is in it.</summary>
    /// <returns>The number of the first phase.</returns>
    public long Begin(int parts)
    {
        (_parts, _failed, _over, Waited) = (parts, false, false, 0);
        return ++Open;
    }

    /// <summary>Takes a part of the phase; false where it is taken already, or the phase is over.</summary>
    public bool Take(int part, long phase)
    {
        ref long word = ref Part(part);
        for (long seen = Volatile.Read(ref word); seen < 2 * phase && Volatile.Read(ref Open) == phase; seen = Volatile.Read(ref word))
        {
            if (Interlocked.CompareExchange(ref word, 2 * phase, seen) == seen)
                return true;
        }

        return false;
    }

    /// <summary>The part that was taken is done.</summary>
    public void Complete(int part, long phase) => Volatile.Write(ref Part(part), 2 * phase + 1);

    /// <summary>The first thread: waits for the parts that others have taken, and opens the next phase.</summary>
    public void Next(long phase)
    {
        long since = 0;
        for (int part = 1; part < _parts; part++)
        {
            for (int spins = 0; Volatile.Read(ref Part(part)) == 2 * phase; spins++)
            {
                if (spins == PausesBeforeYield && since == 0)
                    since = Stopwatch.GetTimestamp();
                Pause(spins);
            }
        }

        if (since > 0)
            Waited += Stopwatch.GetTimestamp() - since;
        Volatile.Write(ref Open, phase + 1);
    }

    /// <summary>The other threads: wait until the phase is over.</summary>
    public void Leave(long phase)
    {
        for (int spins = 0; Volatile.Read(ref Open) == phase; spins++)
            Pause(spins);
    }

    /// <summary>The first thread is through.</summary>
    public void End() => _over = true;

    /// <summary>A thread failed: lets the others go.</summary>
    public void Fail() => _failed = true;

    private ref long Part(int part) => ref _words[(part + 1) * Apart];

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
    private const int None = -1;
    private Phases? _phases;
    private long _phase;
    private int _number, _holds = None, _next, _cut = 1;
    private bool _entered, _fromLast;

    /// <summary>True for the thread that does what is not worth dividing.</summary>
    public bool IsFirst => _number == 0;

    /// <summary>Before a run: this thread is number <paramref name="number"/> of several, or (null) alone.</summary>
    public void Begin(Phases? phases, long phase, int number) =>
        (_phases, _phase, _number, _holds, _next, _entered, _cut) = (phases, phase, number, None, number, false, 1);

    /// <summary>Alone, it does each phase in so many parts, one after the other, from the first or from the last.</summary>
    public void Cut(int parts, bool fromLast) => (_cut, _fromLast) = (parts, fromLast);

    /// <summary>
    /// To be asked before the first phase. False where there is nothing to do: the run is over, or this thread has been through it.
    /// </summary>
    public bool Enter()
    {
        bool enters = !_entered && !_phases!.IsOver;
        _entered = true;
        return enters;
    }

    /// <summary>The next part of the phase's work for this thread: <c>while (worker.Take(out Portion portion))</c>.</summary>
    public bool Take(out Portion part)
    {
        int parts = _phases?.Parts ?? _cut;
        if (_holds > 0)
            _phases?.Complete(_holds, _phase);
        part = default;
        for (_holds = None; _next < parts && _holds == None;)
        {
            int candidate = _next;
            _next = IsFirst ? candidate + 1 : parts;
            if (candidate == 0 || _phases is null || _phases.Take(candidate, _phase))
                (_holds, part) = (candidate, new Portion(_phases is null && _fromLast ? parts - 1 - candidate : candidate, parts));
        }

        if (_holds != None)
            return true;
        _next = _number;
        return false;
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
