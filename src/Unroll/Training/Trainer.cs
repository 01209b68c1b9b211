using System.Diagnostics;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>The loop over epochs and batches around <see cref="TrainingStep{T}"/>.</summary>
internal sealed class Trainer
{
    private const int ValidationRows = 256;
    private readonly Model _model;
    private readonly Network<float> _network;
    private readonly TrainingOptions _options;
    private readonly ISamples _training;
    private readonly ISamples? _validation;
    private readonly Action<TrainingEvent>? _onEvent;
    private readonly TrainingStep<float> _step;
    private readonly History _history;
    private readonly float[] _lastGood, _best;
    private readonly Stopwatch _clock = new();

    // What early stopping remembers: the loss of the last epoch that made progress, and the epochs since.
    private double _lowestLoss = double.PositiveInfinity;
    private int _epochsWithoutProgress;

    public Trainer(Model model, ISamples samples, TrainingOptions options, Action<TrainingEvent>? onEvent)
    {
        (_model, _network, _options, _onEvent) = (model, model.Network, options, onEvent);
        (_training, _validation) = Split(samples, options);
        if (options.Shuffle && _network.StatefulParts.Length > 0)
            throw new UnrollException("A stateful layer needs its batches in order: set Shuffle to false.");
        if (options.BucketByLength && _network.StatefulParts.Length > 0)
            throw new UnrollException("A stateful layer needs its batches in order: set BucketByLength to false.");
        RequireWholeBatches(_training, "training");
        RequireWholeBatches(_validation, "validation");
        _step = new TrainingStep<float>(_network, options.Optimizer, options.Loss, options.Clipping, options.Seed) { Recorder = options.Gradients };
        _history = new History(options.Epochs);
        _lastGood = _network.Parameters.ReadOnlyValues.ToArray();
        _best = _network.Parameters.ReadOnlyValues.ToArray();
        StepsPerEpoch = (_training.Count + options.BatchSize - 1) / options.BatchSize;
    }

    private int StepsPerEpoch { get; }

    /// <exception cref="TrainingDivergedException">The loss became infinite.</exception>
    public History Run(CancellationToken cancellation)
    {
        _clock.Start();
        Func<int, double, double>? schedule = _options.Schedule?.Start(_options.Optimizer.LearningRate, _options.Epochs);
        var order = new int[_training.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        var batch = new SampleBatch(_training, order);
        var validation = _validation is null ? null : new Validator(this, _validation);
        validation?.Reserve();
        double watched = double.PositiveInfinity;
        Raise(new TrainingEvent { Kind = TrainingEventKind.Started, Epochs = _options.Epochs, StepsPerEpoch = StepsPerEpoch });
        for (int epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            double rate = schedule?.Invoke(epoch, watched) ?? _options.Optimizer.LearningRate;
            TimeSpan started = _clock.Elapsed;
            if (_options.Shuffle)
                new RandomSource((ulong)_options.Seed, (1UL << 40) + (ulong)epoch).Shuffle(order);
            if (_options.BucketByLength)
                LengthBuckets.Arrange(order, _options.BatchSize, _training.LengthOf, new RandomSource((ulong)_options.Seed, (1UL << 41) + (ulong)epoch));
            double? loss = Epoch(epoch, rate, batch, cancellation);
            if (loss is null)
                return Cancelled();
            if (!IsFinite(_network.Parameters.ReadOnlyValues))
                throw Diverged(epoch, StepsPerEpoch, rate);
            double? validationLoss = validation?.Loss();
            var record = new EpochRecord(epoch, loss.Value, validationLoss, rate, (_clock.Elapsed - started).TotalSeconds);
            watched = record.WatchedLoss;
            bool isBest = _history.Add(record);
            _network.Parameters.ReadOnlyValues.CopyTo(_lastGood);
            if (isBest)
                _network.Parameters.ReadOnlyValues.CopyTo(_best);
            if (_options.Checkpoint is { } checkpoint && (isBest || !checkpoint.BestOnly))
                _model.Save(checkpoint.Path);
            Raise(new TrainingEvent
            {
                Kind = TrainingEventKind.EpochEnded,
                Epoch = epoch,
                Epochs = _options.Epochs,
                Step = StepsPerEpoch,
                StepsPerEpoch = StepsPerEpoch,
                Loss = loss.Value,
                ValidationLoss = validationLoss,
                LearningRate = rate,
                Elapsed = _clock.Elapsed,
            });
            if (_options.EarlyStopping is { } stopping && ShouldStop(stopping, watched))
                return Finish(StopReason.StoppedEarly);
        }

        return Finish(StopReason.Finished);
    }

    /// <summary>The mean loss of the epoch, or null when cancelled.</summary>
    private double? Epoch(int epoch, double rate, SampleBatch batch, CancellationToken cancellation)
    {
        double sum = 0;
        for (int step = 1; step <= StepsPerEpoch; step++)
        {
            if (cancellation.IsCancellationRequested)
                return null;
            batch.Start = (step - 1) * _options.BatchSize;
            batch.Rows = Math.Min(_options.BatchSize, _training.Count - batch.Start);
            double loss = _step.Run(batch, rate);
            if (!double.IsFinite(loss))
                throw Diverged(epoch, step, rate);
            _network.CarryStates();
            sum += loss * batch.Rows;
            Raise(new TrainingEvent
            {
                Kind = TrainingEventKind.StepEnded,
                Epoch = epoch,
                Epochs = _options.Epochs,
                Step = step,
                StepsPerEpoch = StepsPerEpoch,
                Loss = sum / (batch.Start + batch.Rows),
                LearningRate = rate,
                Elapsed = _clock.Elapsed,
            });
        }

        return sum / _training.Count;
    }

    private bool ShouldStop(EarlyStopping stopping, double watchedLoss)
    {
        if (watchedLoss < _lowestLoss - stopping.MinDelta)
            (_lowestLoss, _epochsWithoutProgress) = (watchedLoss, 0);
        else
            _epochsWithoutProgress++;
        return _epochsWithoutProgress > stopping.Patience;
    }

    private History Finish(StopReason reason)
    {
        bool restore = _options.EarlyStopping is { RestoreBestWeights: true };
        if (restore)
            _network.Built.Write(weights => _best.CopyTo(weights.Values));
        return End(reason, restore ? _history.BestEpoch : _history.Epochs.Count);
    }

    private History Cancelled()
    {
        if (_history.BestEpoch > 0)
            _network.Built.Write(weights => _best.CopyTo(weights.Values));
        return End(StopReason.Cancelled, _history.BestEpoch);
    }

    private TrainingDivergedException Diverged(int epoch, int step, double rate)
    {
        _network.Built.Write(weights => _lastGood.CopyTo(weights.Values));
        return new TrainingDivergedException(epoch, step, rate, End(StopReason.Diverged, _history.Epochs.Count));
    }

    /// <summary>The last step of an epoch can throw the weights out of range while its loss, taken before the step, was finite.</summary>
    private static bool IsFinite(ReadOnlySpan<float> weights)
    {
        foreach (float weight in weights)
        {
            if (!float.IsFinite(weight))
                return false;
        }

        return true;
    }

    private History End(StopReason reason, int keptEpoch)
    {
        (_history.Reason, _history.KeptEpoch, _history.Duration) = (reason, keptEpoch, _clock.Elapsed);
        Raise(new TrainingEvent { Kind = TrainingEventKind.Ended, Epoch = _history.Epochs.Count, Epochs = _options.Epochs, Elapsed = _clock.Elapsed, Reason = reason });
        return _history;
    }

    private void Raise(in TrainingEvent moment) => _onEvent?.Invoke(moment);

    /// <summary>A stateful layer has a state for each row of a batch, so no batch may have fewer rows than the one before.</summary>
    private void RequireWholeBatches(ISamples? samples, string what)
    {
        if (_network.StatefulParts.Length == 0 || samples is null || samples.Count <= _options.BatchSize)
            return;
        if (samples.Count % _options.BatchSize is > 0 and int last)
        {
            throw new UnrollException(
                $"A stateful layer needs batches of equally many rows, but {samples.Count} {what} samples in batches of {_options.BatchSize} "
                + $"leave a last one of {last}. Choose a BatchSize that divides them, or leave samples out.");
        }
    }

    private static (ISamples Training, ISamples? Validation) Split(ISamples samples, TrainingOptions options)
    {
        if (options.Validation is not null || options.ValidationSplit == 0)
            return (samples, options.Validation);
        int training = (int)(samples.Count * (1 - options.ValidationSplit));
        if (training == 0 || training == samples.Count)
            throw new UnrollException($"A validation split of {options.ValidationSplit} leaves {training} of {samples.Count} samples for training and {samples.Count - training} for validation; both need at least 1.");
        return (new SampleRange(samples, 0, training), new SampleRange(samples, training, samples.Count - training));
    }

    /// <summary>The loss on samples that are not trained on. Stateful layers begin it from zero, carry their states through it, and go on in training where they were.</summary>
    private sealed class Validator(Trainer trainer, ISamples samples)
    {
        // Stateful layers keep a state a row, so their batches stay as large as in training.
        private readonly int _rows = trainer._network.StatefulParts.Length > 0 ? trainer._options.BatchSize : ValidationRows;
        private readonly SampleBatch _batch = new(samples, null);
        private readonly LossTotals _totals = new(trainer._network.Graph.Outputs.Length);

        public void Reserve()
        {
            _batch.Rows = Math.Min(_rows, samples.Count);
            trainer._network.Reserve(_batch, trainer._options.Loss);
            foreach (RecurrentOp<float> op in trainer._network.StatefulParts)
            {
                trainer._network.StatesOf(op).BeginOther();
                trainer._network.StatesOf(op).Reserve(_batch.Rows);
                trainer._network.StatesOf(op).EndOther();
            }
        }

        public double Loss()
        {
            _totals.Clear();
            foreach (RecurrentOp<float> op in trainer._network.StatefulParts)
                trainer._network.StatesOf(op).BeginOther();
            for (_batch.Start = 0; _batch.Start < samples.Count; _batch.Start += _rows)
            {
                _batch.Rows = Math.Min(_rows, samples.Count - _batch.Start);
                trainer._network.AddLosses(_batch, trainer._options.Loss, _totals);
                trainer._network.CarryStates();
            }

            foreach (RecurrentOp<float> op in trainer._network.StatefulParts)
                trainer._network.StatesOf(op).EndOther();

            return _totals.Mean(trainer._options.Loss);
        }
    }
}

/// <summary>A run of consecutive samples of another set.</summary>
internal sealed class SampleRange(ISamples samples, int start, int count) : ISamples
{
    public int Count => count;

    public Shape InputShape => samples.InputShape;

    public Shape TargetShape => samples.TargetShape;

    public IReadOnlyList<Shape> InputShapes => samples.InputShapes;

    public IReadOnlyList<Shape> TargetShapes => samples.TargetShapes;

    public int LengthOf(int index) => samples.LengthOf(start + index);

    public void CopyInput(int index, Span<float> destination) => samples.CopyInput(start + index, destination);

    public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(start + index, destination);
}

/// <summary>A run of samples as a batch, in a given order or their own.</summary>
internal sealed class SampleBatch(ISamples samples, int[]? order) : IBatch<float>
{
    public int Start { get; set; }

    public int Rows { get; set; }

    public int TargetSize { get; } = samples.TargetShapes.Sum(shape => shape.Size);

    public void CopyInput(int row, Span<float> destination) => samples.CopyInput(Index(row), destination);

    public void CopyTarget(int row, Span<float> destination) => samples.CopyTarget(Index(row), destination);

    private int Index(int row) => order is null ? Start + row : order[Start + row];
}
