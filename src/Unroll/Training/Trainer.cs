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
    private readonly Measures _measures;
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
        _measures = new Measures(_network, options.Loss, options.Metrics, _training, Math.Min(options.BatchSize, _training.Count), Math.Min(options.Epochs, 10_000));
        _step = new TrainingStep<float>(_network, options.Optimizer, options.Loss, options.Clipping, options.Seed) { Recorder = options.Gradients, Predictions = _measures.Outputs, Weights = _measures.Weights };
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
        Validator? validation = _validation is null ? null : new Validator(_network, _options, _validation);
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
            var record = new EpochRecord(epoch, loss.Value, validationLoss, rate, (_clock.Elapsed - started).TotalSeconds)
            {
                OutputLosses = _measures.OutputLosses(),
                Metrics = _measures.Metrics(),
                ValidationOutputLosses = validation?.Measures.OutputLosses() ?? default,
                ValidationMetrics = validation?.Measures.Metrics() ?? default,
            };
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
                OutputLosses = record.OutputLosses,
                Metrics = record.Metrics,
                ValidationOutputLosses = record.ValidationOutputLosses,
                ValidationMetrics = record.ValidationMetrics,
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
        _measures.Clear();
        for (int step = 1; step <= StepsPerEpoch; step++)
        {
            if (cancellation.IsCancellationRequested)
                return null;
            batch.Start = (step - 1) * _options.BatchSize;
            batch.Rows = Math.Min(_options.BatchSize, _training.Count - batch.Start);
            double loss = _step.Run(batch, rate);
            if (!double.IsFinite(loss))
            {
                SampleCheck.Require(_network, _options.Loss, batch);
                throw Diverged(epoch, step, rate);
            }

            Model.CarryStates(_network);
            _measures.Add(batch, _step.Penalty);
            Raise(new TrainingEvent
            {
                Kind = TrainingEventKind.StepEnded,
                Epoch = epoch,
                Epochs = _options.Epochs,
                Step = step,
                StepsPerEpoch = StepsPerEpoch,
                Loss = _measures.Loss,
                LearningRate = rate,
                Elapsed = _clock.Elapsed,
            });
        }

        return _measures.Loss;
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

    private static (ISamples Training, ISamples? Validation) Split(ISamples samples, TrainingOptions options)
    {
        if (options.Validation is not null || options.ValidationSplit == 0)
            return (samples, options.Validation);
        int training = (int)(samples.Count * (1 - options.ValidationSplit));
        if (training == 0 || training == samples.Count)
            throw new UnrollException($"A validation split of {options.ValidationSplit} leaves {training} of {samples.Count} samples for training and {samples.Count - training} for validation; both need at least 1.");
        return (new SampleRange(samples, 0, training), new SampleRange(samples, training, samples.Count - training));
    }
}
