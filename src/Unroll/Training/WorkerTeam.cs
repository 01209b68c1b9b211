using System.Runtime.ExceptionServices;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>
/// A fixed set of threads that run numbered pieces of work: the caller and Threads − 1 background threads, which wait
/// between runs. Nothing is allocated by a run. Which thread takes which piece is left to chance, so pieces must not
/// depend on it; a thread whose number is not below the number of pieces takes none. A team whose owner is gone lets its threads end.
/// </summary>
internal sealed class WorkerTeam
{
    private const int SpinsBeforeSleep = 30_000;
    private readonly Shared _shared;

    /// <param name="threads">At least 1. They begin with the first run that has several pieces.</param>
    public WorkerTeam(int threads) => _shared = new Shared(threads);

    ~WorkerTeam() => _shared.Stop();

    /// <summary>Runs work(piece, worker) for the pieces 0 … count − 1 and returns when all are done. An exception of any piece is thrown here.</summary>
    public void Run(int count, Action<int, int> work)
    {
        _shared.Run(count, work);
        GC.KeepAlive(this);
    }

    private sealed class Shared(int threads)
    {
        private const int Closed = int.MinValue;
        private readonly Lock _oneRun = new();
        private readonly object _gate = new();
        private Action<int, int>? _work;
        private int _count, _next;

        // Background threads at work; Closed as well while no more may join.
        private int _joined = Closed;
        private volatile int _run;
        private volatile bool _stopped;
        private Exception? _failure;
        private bool _hasBegun;

        private void Begin()
        {
            for (int worker = 1; worker < threads; worker++)
            {
                int number = worker;
                new Thread(() => Work(number)) { IsBackground = true, Name = "Unroll worker" }.Start();
            }

            _hasBegun = true;
        }

        public void Run(int count, Action<int, int> work)
        {
            lock (_oneRun)
            {
                if (threads == 1 || count == 1)
                {
                    for (int piece = 0; piece < count; piece++)
                        work(piece, 0);
                    return;
                }

                if (!_hasBegun)
                    Begin();
                (_work, _count, _next, _failure) = (work, count, 0, null);
                Volatile.Write(ref _joined, 0);
                lock (_gate)
                {
                    _run++;
                    Monitor.PulseAll(_gate);
                }

                // Threads that have not come by now are not waited for: on a busy machine that would take long.
                TakePieces(0);
                Interlocked.Or(ref _joined, Closed);
                var spin = new SpinWait();
                while (Volatile.Read(ref _joined) != Closed)
                    spin.SpinOnce(sleep1Threshold: -1);
                _work = null;
                if (_failure is not null)
                    ExceptionDispatchInfo.Throw(_failure);
            }
        }

        public void Work(int worker)
        {
            int seen = 0;
            while (true)
            {
                for (int spin = 0; spin < SpinsBeforeSleep && _run == seen && !_stopped; spin++)
                    Processor.Pause();
                if (_run == seen)
                {
                    lock (_gate)
                    {
                        while (_run == seen && !_stopped)
                            Monitor.Wait(_gate);
                    }
                }

                if (_stopped)
                    return;
                seen = _run;
                if (!Join())
                    continue;
                if (worker < _count)
                    TakePieces(worker);
                Interlocked.Decrement(ref _joined);
            }
        }

        /// <summary>Joins the run that is open; false where there is none any more.</summary>
        private bool Join()
        {
            for (int joined = Volatile.Read(ref _joined); joined >= 0; joined = Volatile.Read(ref _joined))
            {
                if (Interlocked.CompareExchange(ref _joined, joined + 1, joined) == joined)
                    return true;
            }

            return false;
        }

        public void Stop()
        {
            lock (_gate)
            {
                _stopped = true;
                Monitor.PulseAll(_gate);
            }
        }

        private void TakePieces(int worker)
        {
            try
            {
                for (int piece = Interlocked.Increment(ref _next) - 1; piece < _count; piece = Interlocked.Increment(ref _next) - 1)
                    _work!(piece, worker);
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref _failure, failure, null);
                Volatile.Write(ref _next, _count);
            }
        }
    }
}
