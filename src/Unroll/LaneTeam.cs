using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// The lanes of a network and the threads that work on them: who does the groups, the shards or the portions of a run, and how many
/// threads do each shard together. What is done in a piece is the <see cref="Network{T}"/>'s to say, and no bits depend on who does it.
/// </summary>
internal sealed class LaneTeam<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>100 µs, in ticks of the stopwatch: longer than threads that run wait for each other.</summary>
    private static readonly long s_longWait = Stopwatch.Frequency / 10_000;
    private readonly BuiltGraph<T> _built;
    private readonly RecurrentStates<T>[] _states;
    private readonly Action<int, int> _together, _runPortion;

    // One for each thread at most; null until a run needs it.
    private Lane<T>?[] _lanes = [];
    private WorkerTeam _team;
    private Phases _phases;
    private int _mostPerShard;
    private (int Parts, bool FromLast) _cut = (1, false);

    // The run in flight: fields, so that the delegates above are made once.
    private int _count;
    private Action<int, int>? _work;
    private Action<Portion>? _portionWork;

    // When the calling thread was through a run of several threads, and until when it does all alone; in ticks of the stopwatch.
    private long _through, _aloneUntil;

    /// <param name="built">The layers and their weights.</param>
    /// <param name="states">Of its recurrent layers, at the two ends of a batch.</param>
    /// <param name="threads">At least 1.</param>
    public LaneTeam(BuiltGraph<T> built, RecurrentStates<T>[] states, int threads)
    {
        (_built, _states) = (built, states);
        (_together, _runPortion) = (Together, RunPortion);
        Resize(threads);
    }

    /// <summary>The most threads of a run.</summary>
    public int Threads { get; private set; }

    /// <summary>How many threads did each shard of the last batch together.</summary>
    public int ThreadsPerShard { get; private set; }

    /// <summary>True where it can be worth while that several threads do one shard; known once lanes are reserved.</summary>
    public bool MayShare => _mostPerShard > 1;

    /// <summary>The lane of a thread that has work in this run.</summary>
    public Lane<T> this[int worker] => _lanes[worker]!;

    /// <summary>Threads for passes over the store: a small one is done before a second thread has begun.</summary>
    private int StoreThreads => _built.Parameters.Count < 16_384 ? 1 : Threads;

    /// <summary>Has another number of threads from now on, at least 1; while nothing runs.</summary>
    [MemberNotNull(nameof(_team), nameof(_phases))]
    public void Resize(int threads)
    {
        Threads = threads;
        (_team, _phases, _mostPerShard, _aloneUntil) = (new WorkerTeam(threads), new Phases(threads), 0, 0);
        Array.Resize(ref _lanes, threads);
    }

    /// <summary>See <see cref="Network{T}.CutPhases"/>.</summary>
    public void CutPhases(int parts, bool fromLast) => _cut = (parts, fromLast);

    /// <summary>
    /// A lane for each thread that may get work, before any does: which one gets it is left to chance, and later steps must not allocate.
    /// </summary>
    /// <param name="shards">How many there are to do.</param>
    /// <param name="training">Whether dropout is on.</param>
    /// <param name="seed">Of the dropout of this step.</param>
    /// <param name="keepsSteps">Whether backward follows.</param>
    public void Reserve(int shards, bool training, ulong seed, bool keepsSteps)
    {
        _lanes[0] ??= NewLane();
        if (_mostPerShard == 0)
            _mostPerShard = MostThreads(_built.Shard);
        for (int worker = 0; worker < Math.Min(Threads, Math.Max(shards, _mostPerShard)); worker++)
            (_lanes[worker] ??= NewLane()).Begin(_lanes[worker < shards ? worker : 0]!, training, seed, keepsSteps);
        if (_cut.Parts > 1)
            _lanes[0]!.Pass.CutPhases(_cut.Parts, _cut.FromLast);
    }

    /// <summary>Gives the lanes that are there the memory that a loss needs.</summary>
    public void Reserve(BatchLoss<T> loss)
    {
        foreach (Lane<T>? lane in _lanes)
            lane?.Reserve(loss);
    }

    /// <summary>Decides how many threads do a shard together in the next run.</summary>
    /// <param name="shards">How many there are to do.</param>
    /// <param name="rows">The rows of the largest.</param>
    /// <param name="training">Whether dropout is on.</param>
    /// <param name="seed">Of the dropout of this step.</param>
    /// <param name="keepsSteps">Whether backward follows.</param>
    public void Share(int shards, int rows, bool training, ulong seed, bool keepsSteps)
    {
        bool mayShare = Threads >= 2 * shards && Stopwatch.GetTimestamp() >= _aloneUntil;
        ThreadsPerShard = mayShare ? MostThreads(rows) : 1;
        if (ThreadsPerShard == 1)
            return;
        long phase = _phases.Begin(ThreadsPerShard);
        for (int i = 0; i < ThreadsPerShard; i++)
        {
            _lanes[i]!.Begin(_lanes[0]!, training, seed, keepsSteps);
            _lanes[i]!.Pass.Worker.Begin(_phases, phase, i);
        }
    }

    /// <summary>Runs work(piece, lane) for the pieces 0 … count − 1, each by one thread or, as was decided, by several together.</summary>
    /// <remarks>
    /// On a machine that is busy with other work, threads that do a shard together hold each other up for a thousand times as long as a
    /// step takes. After a run that was a good part waiting, one thread does them all for ten times as long as was waited.
    /// </remarks>
    public void Run(int count, Action<int, int> work)
    {
        if (ThreadsPerShard == 1)
        {
            _team.Run(count, work);
            return;
        }

        (_count, _work) = (count, work);
        long began = Stopwatch.GetTimestamp();
        _team.Run(ThreadsPerShard, _together);
        long ended = Stopwatch.GetTimestamp(), waited = _phases.Waited + ended - _through;
        if (waited > s_longWait && waited > (ended - began) / 4)
            _aloneUntil = ended + 10 * waited;
    }

    /// <summary>Runs work on the whole parameter store, on all threads at once where the store is large enough.</summary>
    public void RunPortions(Action<Portion> work)
    {
        _portionWork = work;
        _team.Run(StoreThreads, _runPortion);
    }

    private void RunPortion(int part, int worker) => _portionWork!(new Portion(part, StoreThreads));

    private Lane<T> NewLane() =>
        new(_built.Plan, new ShardPass<T>(_built.Kernels, _built.Shard, _built.ScratchSize, _built.Masks, _built.Plan.MaskLength, _states));

    /// <summary>How many threads are worth having at one shard of so many rows.</summary>
    private int MostThreads(int rows)
    {
        ShardPass<T> pass = _lanes[0]!.Pass;
        pass.Begin(0, rows);
        int most = 1;
        foreach (LayerOp<T> op in _built.Ops)
            most = Math.Max(most, op.MostThreads(pass));
        return Math.Min(Threads, most);
    }

    /// <summary>
    /// All pieces, one after the other, as one of the threads that share each. The calling thread is the first of them.
    /// </summary>
    private void Together(int part, int worker)
    {
        if (!_lanes[worker]!.Pass.Worker.Enter())
            return;
        try
        {
            for (int piece = 0; piece < _count; piece++)
                _work!(piece, worker);
            if (worker > 0)
                return;
            _phases.End();
            _through = Stopwatch.GetTimestamp();
        }
        catch (PhaseFailedException)
        {
            // The thread that failed reports why.
        }
        catch
        {
            _phases.Fail();
            throw;
        }
    }
}
