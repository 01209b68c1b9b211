using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>The rows of one batch, in the element type of the network. Rows are read by several threads at once.</summary>
internal interface IBatch<T>
{
    int Rows { get; }

    /// <summary>Writes input <paramref name="row"/>, row-major; of several inputs one after the other.</summary>
    void CopyInput(int row, Span<T> destination);

    /// <summary>Writes target <paramref name="row"/>, row-major; of several outputs one after the other.</summary>
    void CopyTarget(int row, Span<T> destination);

    /// <summary>Values of a row's targets, where the model's outputs do not tell.</summary>
    int TargetSize => throw new NotSupportedException("This loss needs samples that say how many targets a row has.");

    /// <summary>True where rows, or steps of them, have weights.</summary>
    bool IsWeighted => false;

    /// <summary>Writes the weights of <paramref name="row"/>, one for each position of each output, where the batch is weighted.</summary>
    void CopyWeights(int row, Span<T> destination) => throw new NotSupportedException("These rows have no weights.");

    /// <summary>What errors call a row, by its number in the samples that the batch is taken from.</summary>
    string NameOf(int row) => $"Row {row}, counted from 0,";
}

/// <summary>
/// Batches on their way through a <see cref="BuiltGraph{T}"/>, with the memory that they take: forward, backward and the gradients of one
/// batch at a time. The batch is cut into shards; shards are gathered in a fixed number of groups, whatever the number of threads, each
/// group adding up its gradients in order, and the groups' sums are added as a fixed tree (<see cref="SumTree"/>). So the result does not
/// depend on the number of threads. Where there are not even shards for half of the threads, several do a shard together
/// (<see cref="Phases"/>).
/// </summary>
internal sealed partial class Network<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MaxGroups = SumTree.Most;

    /// <summary>100 µs, in ticks of the stopwatch: longer than threads that run wait for each other.</summary>
    private static readonly long s_longWait = Stopwatch.Frequency / 10_000;
    private readonly BuiltGraph<T> _built;
    private readonly int _shard;
    private readonly RowBuffer<T> _rows;
    private readonly RunScope _scope;

    // While it reads: whether it is inside of a run that does, and whether it runs over samples.
    private bool _isInside, _hasScope;
    private readonly AlignedBuffer<T>?[] _groupGradients = new AlignedBuffer<T>?[MaxGroups];
    private readonly double[] _groupLoss;
    private readonly Action<int, int> _trainGroup, _trainTogether, _predictShard, _predictTogether, _judgeShard, _judgeTogether, _runShare;
    private readonly Action<Portion> _prepare, _collectGradients;
    private readonly BatchLoss<T> _loss;
    private readonly RecurrentStates<T>[] _states;

    // One for each thread at most.
    private Lane<T>[] _lanes = [];
    private WorkerTeam _team;
    private Phases _phases;

    // The batch in flight: fields, so that the delegates above are made once.
    private IBatch<T>? _batch;
    private T[]? _predictions;
    private int _shards, _groups, _rowsPerShard, _mostLanesPerShard;
    private ColumnRange _ownGroups;
    private bool _training;

    private (int Parts, bool FromLast) _cut = (1, false);

    // When the calling thread was through a run of several threads, and until when it does all alone; in ticks of the stopwatch.
    private long _through, _aloneUntil;
    private Action<Portion>? _sharedWork;

    public Network(IReadOnlyList<Layer> layers, Shape input, Kernels<T> kernels, int threads, bool inputGradient = false)
        : this(Graph.Chain(layers, input), kernels, threads, inputGradient)
    {
    }

    public Network(Graph graph, Kernels<T> kernels, int threads, bool inputGradient = false)
        : this(new BuiltGraph<T>(graph, kernels, inputGradient), threads)
    {
    }

    /// <param name="built">The layers and their weights, which other networks may run too.</param>
    /// <param name="threads">At least 1.</param>
    public Network(BuiltGraph<T> built, int threads)
    {
        (_built, _shard, _states) = (built, built.Shard, built.NewStates());
        (_trainGroup, _trainTogether, _predictShard, _predictTogether) = (TrainGroup, TrainTogether, PredictShard, PredictTogether);
        (_judgeShard, _judgeTogether) = (JudgeShard, JudgeTogether);
        _loss = new BatchLoss<T>(built.Plan.Outputs);
        _groupLoss = new double[MaxGroups * built.Outputs.Length];
        (_runShare, _prepare, _collectGradients) = (RunPortion, built.Prepare, CollectGradients);
        (_rows, _scope) = (new RowBuffer<T>(built.InputSize, built.OutputSize), new RunScope(built.Weights));
        Resize(threads);
    }

    /// <summary>The layers and their weights.</summary>
    public BuiltGraph<T> Built => _built;

    public Graph Graph => _built.Graph;

    /// <summary>The shape of the first output.</summary>
    public Shape Output => _built.Outputs[0];

    /// <summary>Values of all inputs of a row, one after the other.</summary>
    public int InputSize => _built.InputSize;

    /// <summary>Values of all outputs of a row, one after the other.</summary>
    public int OutputSize => _built.OutputSize;

    public int Threads { get; private set; }

    public ParameterStore<T> Parameters => _built.Parameters;

    public Kernels<T> Kernels => _built.Kernels;

    /// <summary>Changes with every training step: the seed of its dropout.</summary>
    public ulong StepSeed { get; set; }

    /// <summary>dL/dx of the last batch [B, ...Input], where the network was built to keep it.</summary>
    public T[] InputGradient { get; private set; } = [];

    /// <summary>How many threads did each shard of the last batch together.</summary>
    public int ThreadsPerShard { get; private set; }

    private int Outputs => _built.Outputs.Length;

    /// <summary>Has another number of threads from now on, at least 1; while no batch runs. States that are carried stay.</summary>
    [MemberNotNull(nameof(_team), nameof(_phases))]
    public void Resize(int threads)
    {
        Threads = threads;
        (_team, _phases, _mostLanesPerShard, _aloneUntil) = (new WorkerTeam(threads), new Phases(threads), 0, 0);
        Array.Resize(ref _lanes, threads);
    }

    /// <summary>
    /// Has one thread do each phase of layers that threads may share in so many parts, to see whether that changes anything. For networks
    /// of one thread.
    /// </summary>
    public void CutPhases(int parts, bool fromLast) => _cut = (parts, fromLast);

    /// <summary>The states of a recurrent layer at the two ends of the batch.</summary>
    public RecurrentStates<T> StatesOf(RecurrentOp<T> part) => _states[part.Number];

    /// <summary>All recurrent layers, those inside others too.</summary>
    public RecurrentOp<T>[] RecurrentParts => _built.RecurrentParts;

    /// <summary>Those that carry their states from batch to batch.</summary>
    public RecurrentOp<T>[] StatefulParts => _built.StatefulParts;

    /// <summary>The outputs [B, ...Output] of a batch; of several outputs one after the other in each row.</summary>
    public void Predict(IBatch<T> batch, T[] predictions)
    {
        Begin(batch, training: false, PredictionShard(batch.Rows), keepsSteps: false);
        ShareOut(_shards, keepsSteps: false);
        _predictions = predictions;
        if (ThreadsPerShard > 1)
            RunTogether(_predictTogether);
        else
            _team.Run(_shards, _predictShard);
    }

    /// <summary>The same as training has them: with dropout, and the statistics of the batch in layers that take some.</summary>
    public void Forward(IBatch<T> batch, T[] outputs)
    {
        Begin(batch, training: true, TrainingShard(batch.Rows), keepsSteps: true);
        ShareOut(_shards, keepsSteps: true);
        _predictions = outputs;
        if (ThreadsPerShard > 1)
            RunTogether(_predictTogether);
        else
            _team.Run(_shards, _predictShard);
    }

    /// <summary>
    /// Room for the inputs of a batch of so many rows, to be filled before <see cref="PredictRows()"/>: of several inputs one after the
    /// other in each row.
    /// </summary>
    public Span<T> InputRows(int rows) => _rows.Reserve(rows);

    /// <summary>The outputs of the rows that <see cref="InputRows"/> holds; overwritten by the next call.</summary>
    public ReadOnlySpan<T> PredictRows() => PredictRows(_rows);

    /// <summary>The outputs of a batch, in memory of this network's; overwritten by the next call.</summary>
    public ReadOnlySpan<T> PredictRows(IBatch<T> batch)
    {
        T[] outputs = _rows.ReserveOutputs(batch.Rows);
        Predict(batch, outputs);
        return outputs.AsSpan(0, batch.Rows * OutputSize);
    }

    /// <summary>Stateful layers: the states in which this batch ended are those in which the next begins.</summary>
    public void CarryStates()
    {
        foreach (RecurrentOp<T> op in StatefulParts)
            StatesOf(op).Carry(_batch!.Rows);
    }

    /// <summary>The next batch of all recurrent layers begins from zero.</summary>
    public void ForgetStates()
    {
        foreach (RecurrentOp<T> op in RecurrentParts)
            StatesOf(op).Clear();
    }

    /// <summary>Packs the weights as they are now; while nobody else reads them.</summary>
    public void Prepare()
    {
        RunPortions(_prepare);
        _built.PreparedVersion = Parameters.Version;
    }

    /// <summary>From here on the weights stay as they are, and packed, until <see cref="EndReading"/>.</summary>
    /// <param name="overSamples">Whether what is read may be code of the user's, which may run the model again.</param>
    public void BeginReading(bool overSamples)
    {
        _isInside = RunScope.Reads(_built.Weights);
        if (!_isInside && overSamples)
            _built.Weights.EnterReadOverSamples();
        else if (!_isInside)
            _built.Weights.EnterRead();
        _hasScope = overSamples;
        if (overSamples)
            _scope.Begin();
        PrepareOnce();
    }

    public void EndReading()
    {
        if (_hasScope)
            _scope.End();
        if (!_isInside && _hasScope)
            _built.Weights.ExitReadOverSamples();
        else if (!_isInside)
            _built.Weights.ExitRead();
    }

    /// <summary>
    /// Packs the weights where they have changed, while they do not change. Nobody reads what is packed then: whoever began before the
    /// change has ended, and whoever began after it comes through here.
    /// </summary>
    public void PrepareOnce()
    {
        if (_built.PreparedVersion == Parameters.Version)
            return;
        lock (_built.Packing)
        {
            if (_built.PreparedVersion != Parameters.Version)
                Prepare();
        }
    }

    /// <summary>True where a value of the graph has padding at its end.</summary>
    public bool IsPadded(Node node) => _built.Plan.IsPadded(node);

    /// <summary>Runs work on the whole parameter store, on all threads at once where the store is large enough.</summary>
    public void RunPortions(Action<Portion> work)
    {
        _sharedWork = work;
        _team.Run(StoreThreads, _runShare);
    }

    /// <summary>Threads for passes over the store: a small one is done before a second thread has begun.</summary>
    private int StoreThreads => Parameters.Count < 16_384 ? 1 : Threads;

    private void RunPortion(int part, int worker) => _sharedWork!(new Portion(part, StoreThreads));

    /// <summary>Lets go of the batch, so that a model does not keep the samples that it was trained with.</summary>
    public void Forget()
    {
        _batch = null;
        _loss.Forget();
    }

    private void Begin(IBatch<T> batch, bool training, int rowsPerShard, bool keepsSteps)
    {
        foreach (RecurrentOp<T> op in StatefulParts)
            RequireCarriedRows(op, batch.Rows);
        BeginShards(batch, training, rowsPerShard, keepsSteps);
        foreach (RecurrentOp<T> op in StatefulParts)
            StatesOf(op).Reserve(batch.Rows);
    }

    private void BeginShards(IBatch<T> batch, bool training, int rowsPerShard, bool keepsSteps)
    {
        (_batch, _training, _rowsPerShard) = (batch, training, rowsPerShard);
        _shards = (batch.Rows + _rowsPerShard - 1) / _rowsPerShard;
        PrepareOnce();
        ReserveLanes(_shards, keepsSteps);
    }

    private void RequireCarriedRows(RecurrentOp<T> op, int rows)
    {
        int carried = StatesOf(op).CarriedRows;
        if (carried > 0 && carried != rows)
        {
            throw new InvalidOperationException(
                $"{op.Name} is stateful and carries the states of {carried} {Rows(carried)}, but this batch has {rows}. "
                + $"Give batches of {carried} {Rows(carried)}, or begin anew with ResetStates.");
        }
    }

    private static string Rows(int count) => count == 1 ? "row" : "rows";

    /// <summary>Decides how many threads do a shard together.</summary>
    /// <param name="shards">How many there are to do.</param>
    /// <param name="keepsSteps">Whether backward follows.</param>
    private void ShareOut(int shards, bool keepsSteps)
    {
        bool share = Threads >= 2 * shards && Stopwatch.GetTimestamp() >= _aloneUntil;
        ThreadsPerShard = share ? MostThreadsPerShard(Math.Min(_rowsPerShard, _batch!.Rows)) : 1;
        if (ThreadsPerShard == 1)
            return;
        long phase = _phases.Begin(ThreadsPerShard);
        for (int i = 0; i < ThreadsPerShard; i++)
        {
            _lanes[i]!.Begin(_lanes[0]!, _training, StepSeed, keepsSteps);
            _lanes[i]!.Pass.Worker.Begin(_phases, phase, i);
        }
    }

    private Lane<T> NewLane() =>
        new(_built.Plan, new ShardPass<T>(Kernels, _shard, _built.ScratchSize, _built.Masks, _built.Plan.MaskLength, _states));

    /// <summary>
    /// A lane for each thread that may get work, before any does: which one gets it is left to chance, and later steps must not allocate.
    /// </summary>
    private void ReserveLanes(int shards, bool keepsSteps)
    {
        _lanes[0] ??= NewLane();
        if (_mostLanesPerShard == 0)
            _mostLanesPerShard = MostThreadsPerShard(_shard);
        for (int worker = 0; worker < Math.Min(Threads, Math.Max(shards, _mostLanesPerShard)); worker++)
            (_lanes[worker] ??= NewLane()).Begin(_lanes[worker < shards ? worker : 0]!, _training, StepSeed, keepsSteps);
        if (_cut.Parts > 1)
            _lanes[0]!.Pass.CutPhases(_cut.Parts, _cut.FromLast);
    }

    /// <summary>How many threads are worth having at one shard of so many rows.</summary>
    private int MostThreadsPerShard(int rows)
    {
        ShardPass<T> pass = _lanes[0]!.Pass;
        pass.Begin(0, rows);
        int most = 1;
        foreach (LayerOp<T> op in _built.Ops)
            most = Math.Max(most, op.MostThreads(pass));
        return Math.Min(Threads, most);
    }

    /// <summary>
    /// Threads do each shard together. On a machine that is busy with other work they hold each other up for a thousand times as long as
    /// a step takes. After a run that was a good part waiting, one thread does them all for ten times as long as was waited.
    /// </summary>
    private void RunTogether(Action<int, int> work)
    {
        long began = Stopwatch.GetTimestamp();
        _team.Run(ThreadsPerShard, work);
        long ended = Stopwatch.GetTimestamp(), waited = _phases.Waited + ended - _through;
        if (waited > s_longWait && waited > (ended - began) / 4)
            _aloneUntil = ended + 10 * waited;
    }

    /// <summary>On lane number <paramref name="worker"/>.</summary>
    private void TrainGroup(int number, int worker)
    {
        int group = _ownGroups.From + number;
        Lane<T> lane = _lanes[worker]!;
        AlignedBuffer<T> gradients = _groupGradients[group]!;
        lane.Pass.GradientBuffer = gradients;
        if (lane.Pass.Worker.IsFirst)
            gradients.Span.Clear();
        for (int shard = FirstShard(group); shard < FirstShard(group + 1); shard++)
        {
            Forward(lane, shard);
            lane.LossGradient(_loss, _groupLoss.AsSpan(group * Outputs, Outputs));
            lane.Backward(_built.KeepsInputGradient ? InputGradient : null);
        }
    }

    private void PredictShard(int shard, int worker)
    {
        Forward(_lanes[worker]!, shard);
        _lanes[worker]!.CopyPredictions(_predictions);
    }

    private void Forward(Lane<T> lane, int shard) => lane.Forward(_batch!, FirstOf(shard), RowsOf(shard));

    private int FirstShard(int group) => group * _shards / _groups;

    private int FirstOf(int shard) => shard * _rowsPerShard;

    private int RowsOf(int shard) => Math.Min(_rowsPerShard, _batch!.Rows - FirstOf(shard));

    private void TrainTogether(int part, int worker) => Together(worker, _ownGroups.Length, _trainGroup);

    private void PredictTogether(int part, int worker) => Together(worker, _shards, _predictShard);

    private void JudgeTogether(int part, int worker) => Together(worker, _shards, _judgeShard);

    /// <summary>
    /// All groups or shards, one after the other, as one of the threads that share each. The calling thread is the first of them.
    /// </summary>
    private void Together(int worker, int count, Action<int, int> work)
    {
        if (!_lanes[worker]!.Pass.Worker.Enter())
            return;
        try
        {
            for (int piece = 0; piece < count; piece++)
                work(piece, worker);
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

    /// <summary>
    /// Shards in training. A batch of one wide shard is cut in two: two threads then take half the time, and one takes a tenth more.
    /// </summary>
    private int TrainingShard(int rows) => rows <= _shard ? BuiltGraph<T>.NarrowShard : _shard;

    /// <summary>
    /// A prediction of few rows is cut finer, so that every thread has some: no sum runs over rows, so the cut changes no bits. Where
    /// the weights are far larger than the second-level cache, threads do better to share one shard, each with its part of the weights.
    /// </summary>
    private int PredictionShard(int rows)
    {
        const int SmallestTile = 4;
        if (_shard == BuiltGraph<T>.WideShard && rows <= _shard && _mostLanesPerShard > 1)
            return _shard;
        int share = (rows + Threads - 1) / Threads;
        return Math.Min(_shard, (share + SmallestTile - 1) / SmallestTile * SmallestTile);
    }

    /// <summary>The gradients of the batch in the store: the sum over the groups of this process.</summary>
    private void CollectGradients(Portion portion)
    {
        foreach (GradientSlab slab in _built.GradientSlabs)
            slab.Collect(Kernels, portion.Of(slab.Rows), _groupGradients.AsSpan(_ownGroups.From, _ownGroups.Length), Parameters.Gradients);
    }
}
