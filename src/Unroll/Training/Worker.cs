using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>
/// A background thread of the process. It works for one run of one <see cref="WorkerTeam"/> at a time; between runs it waits, spinning for
/// the time in which the next step of a training comes, then asleep, and it ends when nobody has called it for ten seconds.
/// </summary>
internal sealed class Worker
{
    private const int SpinsBeforeSleep = 30_000;

    /// <summary>What it does, in the lowest bits of <see cref="_state"/>; above them stands the number of the call.</summary>
    private const long Idle = 0, Claimed = 1, Called = 2, Working = 3, Gone = 4, What = 7, OneCall = 8;
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromSeconds(10);
    private static readonly Lock s_all = new();
    private static readonly List<Worker> s_workers = [];
    private readonly object _gate = new();
    private long _state = Claimed;
    private bool _sleeps;

    // Written by the team that has claimed the thread.
    private WorkerTeam? _team;
    private int _number;

    private Worker()
    {
    }

    /// <summary>How many there are.</summary>
    public static int Count
    {
        get
        {
            lock (s_all)
                return s_workers.Count;
        }
    }

    /// <summary>One that nobody else calls until it is done with one call: an idle one, or a new one.</summary>
    public static Worker Claim()
    {
        lock (s_all)
        {
            foreach (Worker worker in s_workers)
            {
                if (worker.TryClaim())
                    return worker;
            }

            var made = new Worker();

            // Without the caller's context: the thread outlives it.
            new Thread(made.Work) { IsBackground = true, Name = "Unroll worker" }.UnsafeStart();
            s_workers.Add(made);
            return made;
        }
    }

    /// <summary>False where it works for somebody else, or has ended.</summary>
    public bool TryClaim()
    {
        long state = Volatile.Read(ref _state);
        return (state & What) == Idle && Interlocked.CompareExchange(ref _state, state | Claimed, state) == state;
    }

    /// <summary>After a claim: has it work as number <paramref name="number"/> of the team.</summary>
    /// <returns>The call, for <see cref="TryRecall"/>.</returns>
    public long Call(WorkerTeam team, int number)
    {
        (_team, _number) = (team, number);
        long call = ((Volatile.Read(ref _state) & ~What) + OneCall) | Called;
        Interlocked.Exchange(ref _state, call);
        if (Volatile.Read(ref _sleeps))
        {
            lock (_gate)
                Monitor.Pulse(_gate);
        }

        return call;
    }

    /// <summary>Takes a call back; false where it has been answered.</summary>
    public bool TryRecall(long call)
    {
        if (Interlocked.CompareExchange(ref _state, (call & ~What) | Claimed, call) != call)
            return false;
        Rest();
        return true;
    }

    private void Work()
    {
        while (true)
        {
            for (int spin = 0; spin < SpinsBeforeSleep && !IsCalled; spin++)
                Processor.Pause();
            if (!IsCalled && !Sleep())
                return;
            long call = Volatile.Read(ref _state);
            if ((call & What) != Called || Interlocked.CompareExchange(ref _state, (call & ~What) | Working, call) != call)
                continue;
            WorkerTeam team = _team!;
            team.Help(_number);
            Rest();
            team.Leave();
        }
    }

    private bool IsCalled => (Volatile.Read(ref _state) & What) == Called;

    /// <summary>Idle again; keeps nothing of the team alive.</summary>
    private void Rest()
    {
        _team = null;
        Volatile.Write(ref _state, Volatile.Read(ref _state) & ~What);
    }

    /// <summary>Until it is called; false where that has not happened for so long that the thread ends.</summary>
    private bool Sleep()
    {
        lock (_gate)
        {
            // Whoever calls writes the state and then reads this; here it is the other way round. One of the two sees the other.
            Volatile.Write(ref _sleeps, true);
            Interlocked.MemoryBarrier();
            while (!IsCalled)
            {
                if (!Monitor.Wait(_gate, s_longestSleep) && TryEnd())
                    return false;
            }

            Volatile.Write(ref _sleeps, false);
            return true;
        }
    }

    private bool TryEnd()
    {
        long state = Volatile.Read(ref _state);
        if ((state & What) != Idle || Interlocked.CompareExchange(ref _state, state | Gone, state) != state)
            return false;
        lock (s_all)
            s_workers.Remove(this);
        return true;
    }
}
