using System.Runtime.ExceptionServices;

namespace Unroll.Training;

/// <summary>
/// Runs numbered pieces of work on the calling thread and on workers of the process (<see cref="Worker"/>), which are the team's for one
/// run; between runs any other team may call them. The team calls those first that worked for it last. After the first run of a size
/// nothing is allocated. Which thread takes which piece is left to chance, so pieces must not depend on it. One run at a time; a piece may
/// start runs of other teams.
/// </summary>
/// <param name="threads">
/// The most threads of a run, the calling one among them; at least 1. More than the machine has processors are used all the same.
/// </param>
internal sealed class WorkerTeam(int threads)
{
    private readonly (Worker? Worker, long Call)[] _helpers = new (Worker?, long)[threads - 1];
    private Action<int, int>? _work;
    private int _count, _next;

    // Workers that have been called and are not through.
    private int _helping;
    private Exception? _failure;
    private RunScope? _scope;

    /// <summary>
    /// Runs work(piece, worker) for the pieces 0 … count − 1 and returns when all are done. Worker 0 is the calling thread, and no number
    /// is above the last piece's. An exception of any piece is thrown here.
    /// </summary>
    public void Run(int count, Action<int, int> work)
    {
        int helpers = Math.Min(threads, count) - 1;
        if (helpers <= 0)
        {
            for (int piece = 0; piece < count; piece++)
                work(piece, 0);
            return;
        }

        (_work, _count, _next, _failure, _scope) = (work, count, 0, null, RunScope.Innermost);
        int called = 0;
        try
        {
            for (; called < helpers; called++)
                Call(called);
            TakePieces(0);
        }
        finally
        {
            // Threads that have not come by now are not waited for: on a busy machine that would take long.
            for (int i = 0; i < called; i++)
            {
                if (_helpers[i].Worker!.TryRecall(_helpers[i].Call))
                    Leave();
            }

            var spin = new SpinWait();
            while (Volatile.Read(ref _helping) > 0)
                spin.SpinOnce(sleep1Threshold: -1);
            (_work, _scope) = (null, null);
        }

        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
    }

    /// <summary>On a worker's thread: takes pieces until none are left.</summary>
    public void Help(int worker)
    {
        if (_scope is null)
        {
            TakePieces(worker);
            return;
        }

        RunScope.Innermost = _scope;
        TakePieces(worker);
        RunScope.Innermost = null;
    }

    /// <summary>A worker is through, or does not come.</summary>
    public void Leave() => Interlocked.Decrement(ref _helping);

    private void Call(int index)
    {
        ref (Worker? Worker, long Call) helper = ref _helpers[index];
        if (helper.Worker is null || !helper.Worker.TryClaim())
            helper.Worker = Worker.Claim();
        Interlocked.Increment(ref _helping);
        helper.Call = helper.Worker.Call(this, index + 1);
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
