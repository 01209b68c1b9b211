using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

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

    private readonly BuiltGraph<T> _built;
    private readonly int _shard;
    private readonly RowBuffer<T> _rows;
    private readonly RunScope _scope;

    // While it reads: whether it is inside of a run that does, and whether it runs over samples.
    private bool _isInside, _hasScope;
    private readonly AlignedBuffer<T>?[] _groupGradients = new AlignedBuffer<T>?[MaxGroups];
    private readonly double[] _groupLoss;
    private readonly Action<int, int> _trainGroup, _predictShard, _judgeShard;
    private readonly Action<Portion> _prepare, _collectGradients;
    private readonly BatchLoss<T> _loss;
    private readonly RecurrentStates<T>[] _states;
    private readonly LaneTeam<T> _lanes;

    // The batch in flight: fields, so that the delegates above are made once.
    private IBatch<T>? _batch;
    private T[]? _predictions;
    private int _shards, _groups, _rowsPerShard;
    private ColumnRange _ownGroups;
    private bool _training;

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
        (_trainGroup, _predictShard, _judgeShard) = (TrainGroup, PredictShard, JudgeShard);
        _loss = new BatchLoss<T>(built.Plan.Outputs);
        _groupLoss = new double[MaxGroups * built.Outputs.Length];
        (_prepare, _collectGradients) = (built.Prepare, CollectGradients);
        (_rows, _scope) = (new RowBuffer<T>(built.InputSize, built.OutputSize), new RunScope(built.Weights));
        _lanes = new LaneTeam<T>(built, _states, threads);
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

    public int Threads => _lanes.Threads;

    public ParameterStore<T> Parameters => _built.Parameters;

    public Kernels<T> Kernels => _built.Kernels;

    /// <summary>Changes with every training step: the seed of its dropout.</summary>
    public ulong StepSeed { get; set; }

    /// <summary>dL/dx of the last batch [B, ...Input], where the network was built to keep it.</summary>
    public T[] InputGradient { get; private set; } = [];

    /// <summary>How many threads did each shard of the last batch together.</summary>
    public int ThreadsPerShard => _lanes.ThreadsPerShard;

    private int Outputs => _built.Outputs.Length;

    /// <summary>Has another number of threads from now on, at least 1; while no batch runs. States that are carried stay.</summary>
    public void Resize(int threads) => _lanes.Resize(threads);

    /// <summary>
    /// Has one thread do each phase of layers that threads may share in so many parts, to see whether that changes anything. For networks
    /// of one thread.
    /// </summary>
    public void CutPhases(int parts, bool fromLast) => _lanes.CutPhases(parts, fromLast);

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
        Share(_shards, keepsSteps: false);
        _predictions = predictions;
        _lanes.Run(_shards, _predictShard);
    }

    /// <summary>The same as training has them: with dropout, and the statistics of the batch in layers that take some.</summary>
    public void Forward(IBatch<T> batch, T[] outputs)
    {
        Begin(batch, training: true, TrainingShard(batch.Rows), keepsSteps: true);
        Share(_shards, keepsSteps: true);
        _predictions = outputs;
        _lanes.Run(_shards, _predictShard);
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
    public void RunPortions(Action<Portion> work) => _lanes.RunPortions(work);

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
        _lanes.Reserve(_shards, _training, StepSeed, keepsSteps);
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

    private void Share(int shards, bool keepsSteps) =>
        _lanes.Share(shards, Math.Min(_rowsPerShard, _batch!.Rows), _training, StepSeed, keepsSteps);

    /// <summary>On lane number <paramref name="worker"/>.</summary>
    private void TrainGroup(int number, int worker)
    {
        int group = _ownGroups.From + number;
        Lane<T> lane = _lanes[worker];
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
        Forward(_lanes[worker], shard);
        _lanes[worker].CopyPredictions(_predictions);
    }

    private void Forward(Lane<T> lane, int shard) => lane.Forward(_batch!, FirstOf(shard), RowsOf(shard));

    private int FirstShard(int group) => group * _shards / _groups;

    private int FirstOf(int shard) => shard * _rowsPerShard;

    private int RowsOf(int shard) => Math.Min(_rowsPerShard, _batch!.Rows - FirstOf(shard));

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
        if (_shard == BuiltGraph<T>.WideShard && rows <= _shard && _lanes.MayShare)
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
