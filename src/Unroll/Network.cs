using System.Diagnostics;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>The rows of one batch, in the element type of the network. Rows are read by several threads at once.</summary>
internal interface IBatch<T>
{
    int Rows { get; }

    /// <summary>Writes input <paramref name="row"/>, row-major.</summary>
    void CopyInput(int row, Span<T> destination);

    /// <summary>Writes target <paramref name="row"/>, row-major.</summary>
    void CopyTarget(int row, Span<T> destination);
}

/// <summary>
/// A stack of built layers over one parameter store: forward, backward and the gradients of one batch. The batch is cut
/// into shards; shards are gathered in a fixed number of groups, whatever the number of threads, each group adding up its
/// gradients in order, and the groups' sums are added in order. So the result does not depend on the number of threads.
/// Where there are not even shards for half of the threads, several do a shard together (<see cref="Phases"/>).
/// </summary>
internal sealed class Network<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MaxGroups = 8;

    /// <summary>100 µs, in ticks of the stopwatch: longer than threads that run wait for each other.</summary>
    private static readonly long s_longWait = Stopwatch.Frequency / 10_000;
    private readonly int _shard;
    private readonly Kernels<T> _kernels;
    private readonly LayerOp<T>[] _ops;
    private readonly Lane[] _lanes;
    private readonly AlignedBuffer<T>?[] _groupGradients = new AlignedBuffer<T>?[MaxGroups];
    private readonly double[] _groupLoss = new double[MaxGroups];
    private readonly Action<int, int> _trainGroup, _trainTogether, _predictShard, _predictTogether, _runShare;
    private readonly Action<Share> _prepare, _collectGradients;
    private readonly GradientSlab[] _gradientSlabs;
    private readonly Phases _phases;
    private readonly int _scratch, _masks, _maskLength;
    private readonly int[] _activationAt, _gradientAt, _cacheAt;
    private readonly int _laneSize, _inputGradientSize, _gradientSize;

    // The batch in flight: fields, so that the delegates above are made once.
    private IBatch<T>? _batch;
    private Loss? _loss;
    private T[]? _predictions;
    private int _shards, _groups, _rowsPerShard, _mostLanesPerShard;
    private bool _training;

    // When the calling thread was through a run of several threads, and until when it does all alone; in ticks of the stopwatch.
    private long _through, _aloneUntil;
    private Action<Share>? _sharedWork;

    // The version of the weights that the layers have packed.
    private long _preparedVersion = -1;

    public Network(IReadOnlyList<Layer> layers, Shape input, Kernels<T> kernels, int threads, bool inputGradient = false)
    {
        (_kernels, Input) = (kernels, input);
        _shard = ShardRows(layers);
        var builder = new LayerBuilder<T>(kernels, _shard);
        var counts = new Dictionary<string, int>();
        var names = new HashSet<string>();
        _ops = new LayerOp<T>[layers.Count];
        Shape shape = input;
        int reserved = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            Layer layer = layers[i];
            counts[layer.Kind] = counts.GetValueOrDefault(layer.Kind) + 1;
            builder.LayerName = layer.Name ?? $"{layer.Kind}_{counts[layer.Kind]}";
            if (!names.Add(builder.LayerName))
                throw new UnrollException($"Two layers are named {builder.LayerName}. Give each layer a name of its own, or none.");
            _ops[i] = layer.Build(builder, shape);
            shape = _ops[i].Output;
        }

        Output = shape;
        RecurrentParts = [.. _ops.SelectMany(op => op.RecurrentParts)];
        StatefulParts = [.. RecurrentParts.Where(op => ((Recurrent)op.Layer).Stateful)];
        Parameters = new ParameterStore<T>(builder.Parameters);
        (_gradientSlabs, _gradientSize) = ([.. builder.Gradients], builder.GradientSize);
        (_masks, _maskLength) = (builder.Masks, _ops.Max(op => op.Input.Steps) * _shard);
        _scratch = _ops.Max(op => op.ScratchSize);
        (_activationAt, _gradientAt, _cacheAt) = (new int[_ops.Length + 1], new int[_ops.Length + 1], new int[_ops.Length]);
        for (int i = 0; i <= _ops.Length; i++)
        {
            int size = SlabSize(i == 0 ? input : _ops[i - 1].Output);
            _activationAt[i] = Reserve(size);
            _gradientAt[i] = Reserve(i > 0 || inputGradient ? size : 0);
            if (i < _ops.Length)
                _cacheAt[i] = Reserve(_ops[i].CacheSize);
        }

        _laneSize = reserved;
        _inputGradientSize = inputGradient ? SlabSize(input) : 0;
        (_trainGroup, _trainTogether, _predictShard, _predictTogether) = (TrainGroup, TrainTogether, PredictShard, PredictTogether);
        (_runShare, _prepare, _collectGradients) = (RunShare, Prepare, CollectGradients);
        Threads = Math.Max(1, threads);
        Team = new WorkerTeam(Threads);
        _phases = new Phases(Threads);
        _lanes = new Lane[Threads];

        int Reserve(int size) => checked(reserved += size) - size;
    }

    public Shape Input { get; }

    public Shape Output { get; }

    public int Threads { get; }

    public IReadOnlyList<LayerOp<T>> Ops => _ops;

    public ParameterStore<T> Parameters { get; }

    public Kernels<T> Kernels => _kernels;

    /// <summary>Changes with every training step: the seed of its dropout.</summary>
    public ulong StepSeed { get; set; }

    /// <summary>dL/dx of the last batch [B, ...Input], where the network was built to keep it.</summary>
    public T[] InputGradient { get; private set; } = [];

    /// <summary>How many threads did each shard of the last batch together.</summary>
    public int ThreadsPerShard { get; private set; }

    private WorkerTeam Team { get; }

    /// <summary>All recurrent layers, those inside others too.</summary>
    public RecurrentOp<T>[] RecurrentParts { get; }

    /// <summary>Those that carry their states from batch to batch.</summary>
    public RecurrentOp<T>[] StatefulParts { get; }

    /// <summary>
    /// The mean loss of a batch over rows and targets, without regularisation; the gradients of the weights replace those in
    /// the store. A row has as many outputs as targets, or <see cref="Loss.OutputsPerTarget"/> times as many. <paramref name="predictions"/> [B, ...Output] is filled unless null.
    /// </summary>
    public double Gradients(IBatch<T> batch, Loss loss, T[]? predictions = null, bool training = true)
    {
        Begin(batch, training, _shard, keepsSteps: true);
        (_loss, _predictions) = (loss, predictions);
        _groups = Math.Min(_shards, MaxGroups);
        if (_inputGradientSize > 0 && InputGradient.Length < batch.Rows * Input.Size)
            InputGradient = new T[batch.Rows * Input.Size];
        for (int group = 0; group < _groups; group++)
            _groupGradients[group] ??= new AlignedBuffer<T>(_gradientSize);
        if (ThreadsPerShard > 1)
            RunTogether(_trainTogether);
        else
            Team.Run(_groups, _trainGroup);
        RunShares(_collectGradients);
        double sum = 0;
        for (int group = 0; group < _groups; group++)
            sum += _groupLoss[group];
        return sum / ((double)batch.Rows * (Output.Size / loss.OutputsPerTarget));
    }

    /// <summary>The outputs [B, ...Output] of a batch.</summary>
    public void Predict(IBatch<T> batch, T[] predictions)
    {
        Begin(batch, training: false, PredictionShard(batch.Rows), keepsSteps: false);
        _predictions = predictions;
        if (ThreadsPerShard > 1)
            RunTogether(_predictTogether);
        else
            Team.Run(_shards, _predictShard);
    }

    /// <summary>Runs work on the whole parameter store, on all threads at once where the store is large enough.</summary>
    public void RunShares(Action<Share> work)
    {
        _sharedWork = work;
        Team.Run(StoreThreads, _runShare);
    }

    /// <summary>Threads for passes over the store: a small one is done before a second thread has begun.</summary>
    private int StoreThreads => Parameters.Count < 16_384 ? 1 : Threads;

    private void RunShare(int part, int worker) => _sharedWork!(new Share(part, StoreThreads));

    /// <summary>Makes the memory that predicting so many rows at a time will need, so that it allocates nothing later.</summary>
    public void Reserve(int rows)
    {
        int perShard = PredictionShard(rows);
        ReserveLanes((rows + perShard - 1) / perShard, keepsSteps: false);
    }

    private void Begin(IBatch<T> batch, bool training, int rowsPerShard, bool keepsSteps)
    {
        (_batch, _training, _rowsPerShard) = (batch, training, rowsPerShard);
        _shards = (batch.Rows + _rowsPerShard - 1) / _rowsPerShard;
        if (training || _preparedVersion != Parameters.Version)
        {
            RunShares(_prepare);
            _preparedVersion = Parameters.Version;
        }

        ReserveLanes(_shards, keepsSteps);
        bool share = Threads >= 2 * _shards && Stopwatch.GetTimestamp() >= _aloneUntil;
        ThreadsPerShard = share ? MostThreadsPerShard(Math.Min(_rowsPerShard, batch.Rows)) : 1;
        if (ThreadsPerShard > 1)
        {
            long phase = _phases.Begin(ThreadsPerShard);
            for (int i = 0; i < ThreadsPerShard; i++)
            {
                _lanes[i]!.Begin(_lanes[0]!, keepsSteps);
                _lanes[i]!.Pass.Worker.Begin(_phases, phase, i);
            }
        }

        foreach (RecurrentOp<T> op in StatefulParts)
            op.States.Reserve(batch.Rows);
    }

    /// <summary>
    /// A lane for each thread that may get work, before any does: which one gets it is left to chance, and later steps must not allocate.
    /// </summary>
    private void ReserveLanes(int shards, bool keepsSteps)
    {
        _lanes[0] ??= new Lane(this);
        if (_mostLanesPerShard == 0)
            _mostLanesPerShard = MostThreadsPerShard(_shard);
        for (int worker = 0; worker < Math.Min(Threads, Math.Max(shards, _mostLanesPerShard)); worker++)
            (_lanes[worker] ??= new Lane(this)).Begin(_lanes[worker < shards ? worker : 0]!, keepsSteps);
    }

    /// <summary>How many threads are worth having at one shard of so many rows.</summary>
    private int MostThreadsPerShard(int rows)
    {
        ShardPass<T> pass = _lanes[0]!.Pass;
        pass.Begin(0, rows);
        int most = 1;
        foreach (LayerOp<T> op in _ops)
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
        Team.Run(ThreadsPerShard, work);
        long ended = Stopwatch.GetTimestamp(), waited = _phases.Waited + ended - _through;
        if (waited > s_longWait && waited > (ended - began) / 4)
            _aloneUntil = ended + 10 * waited;
    }

    private void Prepare(Share share)
    {
        foreach (LayerOp<T> op in _ops)
            op.Prepare(Parameters.ReadOnlyValues, share);
    }

    /// <summary>On lane number <paramref name="worker"/>.</summary>
    private void TrainGroup(int group, int worker)
    {
        Lane lane = _lanes[worker]!;
        AlignedBuffer<T> gradients = _groupGradients[group]!;
        lane.Pass.GradientBuffer = gradients;
        if (lane.Pass.Worker.IsFirst)
            gradients.Span.Clear();
        double loss = 0;
        for (int shard = group * _shards / _groups; shard < (group + 1) * _shards / _groups; shard++)
        {
            lane.Forward(shard);
            loss += lane.LossGradient();
            lane.Backward();
        }

        if (lane.Pass.Worker.IsFirst)
            _groupLoss[group] = loss;
    }

    private void PredictShard(int shard, int worker)
    {
        Lane lane = _lanes[worker]!;
        lane.Forward(shard);
        lane.CopyPredictions();
    }

    private void TrainTogether(int part, int worker) => Together(worker, _groups, _trainGroup);

    private void PredictTogether(int part, int worker) => Together(worker, _shards, _predictShard);

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
    /// A prediction of few rows is cut finer, so that every thread has some: no sum runs over rows, so the cut changes no bits. Where
    /// the weights are far larger than the second-level cache, threads do better to share one shard, each with its part of the weights.
    /// </summary>
    private int PredictionShard(int rows)
    {
        const int SmallestTile = 4;
        if (_shard == WideShard && rows <= _shard && _mostLanesPerShard > 1)
            return _shard;
        int share = (rows + Threads - 1) / Threads;
        return Math.Min(_shard, (share + SmallestTile - 1) / SmallestTile * SmallestTile);
    }

    /// <summary>The gradients of the batch in the store: the groups' sums, added in order.</summary>
    private void CollectGradients(Share share)
    {
        foreach (GradientSlab slab in _gradientSlabs)
            slab.Collect(_kernels, share.Of(slab.Rows), _groupGradients.AsSpan(0, _groups), Parameters.Gradients);
    }

    private int SlabSize(Shape shape) => checked(shape.Steps * _shard * Lanes.Pad(shape.Features));

    /// <summary>
    /// Rows of a batch that one thread carries from end to end. Eight keep a shard's working set near the second-level cache;
    /// from 384 units on the weights are far larger than that cache, and 16 rows use each twice for one trip from the third. The number
    /// depends on nothing but the layers, because it decides the order in which gradients are added.
    /// </summary>
    private static int ShardRows(IReadOnlyList<Layer> layers) => layers.Max(layer => layer.RecurrentUnits) >= 384 ? WideShard : 8;

    private const int WideShard = 16;

    /// <summary>One thread at work on a shard, and the memory for one: activations, gradients and caches. Threads that do a shard together use the first one's memory.</summary>
    private sealed class Lane
    {
        private readonly Network<T> _network;
        private readonly T[] _row;
        private AlignedBuffer<T>? _ownMemory;
        private Lane _host;

        public Lane(Network<T> network)
        {
            _network = network;
            _host = this;
            _row = new T[Math.Max(network.Input.Size, 2 * network.Output.Size)];
            Pass = new ShardPass<T>(network._kernels, network._shard, network._scratch, network._masks, network._maskLength);
        }

        public ShardPass<T> Pass { get; }

        private AlignedBuffer<T> Memory => _host._ownMemory!;

        /// <summary>Before a batch: whose memory holds the shard.</summary>
        public void Begin(Lane host, bool keepsSteps)
        {
            _host = host;
            if (host == this)
                _ownMemory ??= new AlignedBuffer<T>(_network._laneSize);
            (Pass.Training, Pass.StepSeed, Pass.KeepsSteps) = (_network._training, _network.StepSeed, keepsSteps);
            Pass.Worker.Begin(null, 0, number: 0);
            Pass.Alone.Begin(null, 0, number: 0);
        }

        public void Forward(int shard)
        {
            IBatch<T> batch = _network._batch!;
            int first = shard * _network._rowsPerShard;
            Pass.Begin(first, Math.Min(_network._rowsPerShard, batch.Rows - first));
            if (Pass.Worker.IsFirst)
                Gather(batch);
            Pass.Worker.Wait();
            for (int i = 0; i < _network._ops.Length; i++)
            {
                if (TakesPart(_network._ops[i]))
                    _network._ops[i].Forward(Pass, Spans(i));
                if (_network._ops[i].MostThreads(Pass) == 1)
                    Pass.Worker.Wait();
            }
        }

        /// <summary>All threads where the layer's work can be shared, otherwise the first.</summary>
        private bool TakesPart(LayerOp<T> op) => Pass.Worker.IsFirst || op.MostThreads(Pass) > 1;

        /// <summary>Sets the gradient of the outputs; returns the sum of the losses of the shard's outputs.</summary>
        public double LossGradient()
        {
            if (!Pass.Worker.IsFirst)
                return 0;
            Shape shape = _network.Output;
            IBatch<T> batch = _network._batch!;
            int stride = Lanes.Pad(shape.Features), layers = _network._ops.Length;
            Span<T> outputs = Memory.Span[_network._activationAt[layers]..], gradients = Memory.Slice(_network._gradientAt[layers], _network.SlabSize(shape));
            gradients.Clear();
            Span<T> prediction = _row.AsSpan(0, shape.Size), target = _row.AsSpan(shape.Size, shape.Size / _network._loss!.OutputsPerTarget);
            T scale = T.CreateChecked(1.0 / ((double)batch.Rows * target.Length));
            double sum = 0;
            for (int row = 0; row < Pass.Rows; row++)
            {
                Gather(outputs, row, shape, stride, prediction);
                if (_network._predictions is not null)
                    prediction.CopyTo(_network._predictions.AsSpan((Pass.FirstRow + row) * shape.Size));
                batch.CopyTarget(Pass.FirstRow + row, target);
                sum += _network._loss.Evaluate(prediction, target, scale);
                for (int t = 0; t < shape.Steps; t++)
                    prediction.Slice(t * shape.Features, shape.Features).CopyTo(gradients[((t * Pass.PaddedRows + row) * stride)..]);
            }

            return sum;
        }

        public void Backward()
        {
            Pass.Worker.Wait();
            for (int i = _network._ops.Length - 1; i >= 0; i--)
            {
                if (TakesPart(_network._ops[i]))
                    _network._ops[i].Backward(Pass, Spans(i));
                if (_network._ops[i].MostThreads(Pass) == 1)
                    Pass.Worker.Wait();
            }

            if (_network._inputGradientSize == 0 || !Pass.Worker.IsFirst)
                return;
            Shape shape = _network.Input;
            Span<T> gradients = Memory.Span[_network._gradientAt[0]..];
            for (int row = 0; row < Pass.Rows; row++)
                Gather(gradients, row, shape, Lanes.Pad(shape.Features), _network.InputGradient.AsSpan((Pass.FirstRow + row) * shape.Size, shape.Size));
        }

        public void CopyPredictions()
        {
            if (!Pass.Worker.IsFirst)
                return;
            Shape shape = _network.Output;
            Span<T> outputs = Memory.Span[_network._activationAt[^1]..];
            for (int row = 0; row < Pass.Rows; row++)
                Gather(outputs, row, shape, Lanes.Pad(shape.Features), _network._predictions.AsSpan((Pass.FirstRow + row) * shape.Size, shape.Size));
        }

        /// <summary>Brings the shard's inputs from [B, T, F] to [T, P, F]; rows beyond the batch repeat the last one.</summary>
        private void Gather(IBatch<T> batch)
        {
            Shape shape = _network.Input;
            int stride = Lanes.Pad(shape.Features), features = shape.Features;
            Span<T> slab = Memory.Span[_network._activationAt[0]..], values = _row.AsSpan(0, shape.Size);
            for (int row = 0; row < Pass.PaddedRows; row++)
            {
                if (row < Pass.Rows)
                    batch.CopyInput(Pass.FirstRow + row, values);
                Span<T> target = slab[(row * stride)..];
                for (int t = 0; t < shape.Steps; t++)
                    values.Slice(t * features, features).CopyTo(target[(t * Pass.PaddedRows * stride)..]);
            }
        }

        /// <summary>Brings one row of a slab [T, P, F] to [T, F].</summary>
        private void Gather(ReadOnlySpan<T> slab, int row, Shape shape, int stride, Span<T> destination)
        {
            for (int t = 0; t < shape.Steps; t++)
                slab.Slice((t * Pass.PaddedRows + row) * stride, shape.Features).CopyTo(destination[(t * shape.Features)..]);
        }

        private LayerSpans<T> Spans(int layer)
        {
            LayerOp<T> op = _network._ops[layer];
            bool first = layer == 0 && _network._inputGradientSize == 0;
            return new LayerSpans<T>
            {
                Input = Memory.Slice(_network._activationAt[layer], _network.SlabSize(op.Input)),
                InputGradient = first ? default : Memory.Slice(_network._gradientAt[layer], _network.SlabSize(op.Input)),
                Output = Memory.Slice(_network._activationAt[layer + 1], _network.SlabSize(op.Output)),
                OutputGradient = Memory.Slice(_network._gradientAt[layer + 1], _network.SlabSize(op.Output)),
                Cache = Memory.Slice(_network._cacheAt[layer], op.CacheSize),
            };
        }
    }
}
