using System.Diagnostics;
using Unroll.Formats;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>The loop over epochs and batches around <see cref="TrainingStep{T}"/>.</summary>
internal sealed class Trainer
{
    /// <summary>Steps of an epoch that are asked for the part that made them fail.</summary>
    private const int StepsAsked = 10;

    private readonly Model _model;
    private readonly Network<float> _network;
    private readonly TrainingOptions _options;
    private readonly ISamples _training;
    private readonly Validator? _validator;
    private readonly Action<TrainingEvent>? _onEvent;
    private readonly TrainingRun _run;
    private readonly CheckpointFile? _file;
    private readonly TrainingStep<float> _step;
    private readonly float[] _lastGood;
    private readonly int _rowsPerStep;
    private readonly long _steps;
    private readonly Measures _measures;
    private readonly TrainingCallback[] _callbacks;
    private readonly TrainingContext _context;
    private readonly Stopwatch _clock = new();
    private readonly TimeSpan _before;

    // While callbacks run that may fail.
    private bool _isTelling;

    /// <param name="model">What is trained.</param>
    /// <param name="samples">What on.</param>
    /// <param name="options">How.</param>
    /// <param name="last">The training to go on from; null: none.</param>
    /// <param name="onEvent">Told of every moment.</param>
    public Trainer(Model model, ISamples samples, TrainingOptions options, TrainingRun? last, Action<TrainingEvent>? onEvent)
    {
        (_model, _network, _options, _onEvent) = (model, model.Network, options, onEvent);
        (_training, ISamples? validation) = TrainingRequirements.Split(samples, options);
        TrainingRequirements.Check(_network, options, _training, validation);
        _rowsPerStep = (int)Math.Min(_training.Count, (long)options.BatchSize * options.AccumulateBatches);
        StepsPerEpoch = 1 + (_training.Count - 1) / _rowsPerStep;
        RateSegments<float>.RequireLayers(_network.Parameters.Parameters, options.LayerRates);
        _measures = new Measures(_network, options.Loss, options.Metrics, _training, _rowsPerStep, Math.Min(options.Epochs, 10_000));
        _validator = validation is null ? null : new Validator(_network, options, validation);
        _file = options.Checkpoint is null ? null : new CheckpointFile(model, options, _training, validation);

        // What can be refused has been: from here on the last training's state and the model's weights change.
        _run = Begin(last);
        (_callbacks, _context) = ([.. options.Callbacks], new TrainingContext(model, options, _run));
        _before = _run.History.Duration;
        _steps = _run.Before.Steps + (long)options.Epochs * StepsPerEpoch;
        _step = new TrainingStep<float>(_network, options, _run.Sums)
        { Steps = _run.Steps, Predictions = _measures.Outputs, Weights = _measures.Weights };
        GradientRecorder.Clear(_network);
        _network.Built.ChooseBackward(all: options.Gradients is not null);
        _lastGood = _run.Average is { } average ? [.. average] : _network.Parameters.ReadOnlyValues.ToArray();
        _run.Reserve(options.Epochs);
        if (_run.Best.Length == 0)
            _run.Best = _network.Parameters.ReadOnlyValues.ToArray();
    }

    /// <summary>What a later training can go on from.</summary>
    public TrainingRun State => _run;

    private int StepsPerEpoch { get; }

    private History History => _run.History;

    /// <exception cref="TrainingDivergedException">The loss became infinite.</exception>
    public History Run(CancellationToken cancellation)
    {
        try
        {
            return RunEpochs(cancellation);
        }
        catch when (_isTelling || _step.IsTorn)
        {
            _network.Built.Write(weights => _lastGood.CopyTo(weights.Values));
            throw;
        }
    }

    private History RunEpochs(CancellationToken cancellation)
    {
        _clock.Start();
        var batch = new SampleBatch(_training, _run.Order);
        _validator?.Reserve();
        var start = new TrainingEvent
        {
            Kind = TrainingEventKind.Started,
            Epoch = History.Epochs.Count,
            Epochs = _options.Epochs,
            StepsPerEpoch = StepsPerEpoch,
        };
        Tell(start, static (callback, training) => callback.OnStarted(training));
        Raise(start);
        if (Enough() is { } reached)
            return Finish(reached);
        for (int epoch = History.Epochs.Count + 1; epoch <= _options.Epochs; epoch++)
        {
            TimeSpan started = _clock.Elapsed;
            Arrange(_run.Before.Epochs + epoch);
            if (Epoch(epoch, batch, cancellation) is not (double loss, double rate))
                return _run.IsStopped ? Finish(StopReason.StoppedByCallback) : EndCancelled();

            // The last step can throw the weights out of range while its loss, taken before the step, was finite.
            if (!SampleCheck.AreFinite(_network.Parameters.ReadOnlyValues))
                throw Diverged(epoch, StepsPerEpoch, rate, batch);
            SwapAverage();
            double? validationLoss = _validator?.Loss();
            End(new EpochRecord(epoch, loss, validationLoss, rate, (_clock.Elapsed - started).TotalSeconds)
            {
                OutputLosses = _measures.OutputLosses(),
                Metrics = _measures.Metrics(),
                ValidationOutputLosses = _validator?.Measures.OutputLosses() ?? default,
                ValidationMetrics = _validator?.Measures.Metrics() ?? default,
            });
            SwapAverage();
            if (Enough() is { } reason)
                return Finish(reason);
        }

        return Finish(StopReason.Finished);
    }

    /// <summary>What the training begins from, with the weights of the model: a checkpoint, the last training, or nothing.</summary>
    private TrainingRun Begin(TrainingRun? last)
    {
        TrainingRun run = BeginWith(last);
        if (_options.Callbacks.Count == 0)
            (run.FixedRate, run.IsStopped) = (null, false);
        return run;
    }

    private TrainingRun BeginWith(TrainingRun? last)
    {
        if (_options.Checkpoint is { Resume: true } && _file!.Exists)
            return _file.Read();
        _file?.RequireWritable();
        if (!_options.Continue || last is null)
            return new TrainingRun(_options.Optimizer, _network.Parameters.PaddedLength, _training.Count);
        last.GoOn(_options.Optimizer, _training.Count);
        if (last.Trained is { } trained && last.KeptVersion == _network.Parameters.Version)
            _network.Built.Write(weights => trained.CopyTo(weights.Values));
        last.Trained = null;
        if (_options.WeightAverage is null)
            last.Average = null;
        last.Best = [];
        return last;
    }

    /// <summary>Puts the samples into the order of an epoch.</summary>
    /// <param name="epoch">From 1, trainings before counted.</param>
    private void Arrange(int epoch)
    {
        if (_options.Shuffle)
            new RandomSource((ulong)_options.Seed, (1UL << 40) + (ulong)epoch).Shuffle(_run.Order);
        if (_options.BucketByLength)
        {
            int rows = Math.Min(_options.BatchSize, _training.Count);
            LengthBuckets.Arrange(_run.Order, rows, _training.LengthOf, new RandomSource((ulong)_options.Seed, (1UL << 41) + (ulong)epoch));
        }
    }

    /// <summary>The mean loss of the epoch and the rate of its last step, or null when cancelled or stopped within it.</summary>
    private (double Loss, double Rate)? Epoch(int epoch, SampleBatch batch, CancellationToken cancellation)
    {
        double rate = 0;
        _measures.Clear();
        for (int step = 1; step <= StepsPerEpoch; step++)
        {
            if (cancellation.IsCancellationRequested)
                return null;
            TakeRows(batch, step);
            rate = RateOf(epoch, step);
            double loss = _step.Run(batch, rate);
            if (!double.IsFinite(loss))
            {
                SampleCheck.Require(_network, _options.Loss, batch);
                throw Diverged(epoch, step, rate, batch);
            }

            (_run.Steps, _context.StepLoss) = (_step.Steps, loss);
            if (_options.WeightAverage is { } average)
                _run.TakeAverage(_network.Parameters, average);
            _network.CarryStates();
            _measures.Add(batch, _step.Penalty);
            var moment = new TrainingEvent
            {
                Kind = TrainingEventKind.StepEnded,
                Epoch = epoch,
                Epochs = _options.Epochs,
                Step = step,
                StepsPerEpoch = StepsPerEpoch,
                Loss = _measures.Loss,
                LearningRate = rate,
                Elapsed = _before + _clock.Elapsed,
            };
            Tell(moment, static (callback, training) => callback.OnStepEnded(training));
            Raise(moment);
            if (_run.IsStopped && step < StepsPerEpoch)
                return null;
        }

        return (_measures.Loss, rate);
    }

    private double RateOf(int epoch, int step)
    {
        if (_run.FixedRate is { } fixedRate)
            return fixedRate;
        if (_options.Schedule is null)
            return _options.Optimizer.LearningRate;
        double rate = _options.Schedule.RateAt(new ScheduleMoment
        {
            InitialRate = _options.Optimizer.LearningRate,
            Step = _run.Steps,
            Steps = _steps,
            StepsPerEpoch = StepsPerEpoch,
            Epoch = _run.Before.Epochs + epoch,
            Epochs = _run.Before.Epochs + _options.Epochs,
            Losses = _run.Losses,
        });
        return rate >= 0 && double.IsFinite(rate)
            ? rate
            : throw new UnrollException(
                $"The schedule gives the learning rate {rate} for step {step} of epoch {epoch}; it must be at least 0 and finite.");
    }

    /// <summary>The model gets the average of its weights, which is judged and kept, or again the weights that are trained on.</summary>
    private void SwapAverage()
    {
        if (_run.Average is not null)
            _network.Built.Write(_run.SwapAverage);
    }

    /// <summary>Takes in an epoch that has ended, while the model has the weights that it is judged by.</summary>
    private void End(EpochRecord record)
    {
        bool isBest = History.Add(record);
        _run.Losses.Add(record.WatchedLoss);
        _network.Parameters.ReadOnlyValues.CopyTo(_lastGood);
        if (isBest)
            _network.Parameters.ReadOnlyValues.CopyTo(_run.Best);
        if (record.WatchedLoss < _run.LowestLoss - (_options.EarlyStopping?.MinDelta ?? 0))
            (_run.LowestLoss, _run.EpochsWithoutProgress) = (record.WatchedLoss, 0);
        else
            _run.EpochsWithoutProgress++;
        History.Duration = _before + _clock.Elapsed;
        var moment = new TrainingEvent
        {
            Kind = TrainingEventKind.EpochEnded,
            Epoch = record.Epoch,
            Epochs = _options.Epochs,
            Step = StepsPerEpoch,
            StepsPerEpoch = StepsPerEpoch,
            Loss = record.Loss,
            ValidationLoss = record.ValidationLoss,
            OutputLosses = record.OutputLosses,
            Metrics = record.Metrics,
            ValidationOutputLosses = record.ValidationOutputLosses,
            ValidationMetrics = record.ValidationMetrics,
            LearningRate = record.LearningRate,
            Elapsed = History.Duration,
        };

        // What callbacks do at the end of an epoch belongs to it, so the file comes after them.
        Tell(moment, static (callback, training) => callback.OnEpochEnded(training));
        _file?.Write(_run);
        Raise(moment with { IsLast = record.Epoch >= _options.Epochs || Enough() is not null });
    }

    /// <summary>Why training ends after so many epochs; null: it goes on.</summary>
    private StopReason? Enough() => _options.EarlyStopping?.IsEnough(_run.EpochsWithoutProgress, StepsPerEpoch) == true
        ? StopReason.StoppedEarly
        : _run.IsStopped ? StopReason.StoppedByCallback
        : null;

    private History Finish(StopReason reason)
    {
        bool restore = _options.EarlyStopping is { RestoreBestWeights: true } && History.BestEpoch > 0;
        return Keep(reason, restore ? _run.Best : null, restore ? History.BestEpoch : History.Epochs.Count);
    }

    private History EndCancelled() => Keep(StopReason.Cancelled, History.BestEpoch > 0 ? _run.Best : null, History.BestEpoch);

    /// <summary>Ends training with some weights; null: with those that are there, or with their average.</summary>
    private History Keep(StopReason reason, float[]? kept, int keptEpoch)
    {
        if (kept is not null)
        {
            // A later training goes on from the weights that were trained on, unless those are of another epoch than what is kept.
            if (_run.Average is not null && keptEpoch == History.Epochs.Count && reason != StopReason.Cancelled)
                _run.Trained = _network.Parameters.ReadOnlyValues.ToArray();
            _network.Built.Write(weights => kept.CopyTo(weights.Values));
        }
        else if (_run.Average is not null)
        {
            _run.Trained = _network.Parameters.ReadOnlyValues.ToArray();
            _network.Built.Write(weights => _run.Average.CopyTo(weights.Values));
        }

        _run.KeptVersion = _network.Parameters.Version;

        return End(reason, keptEpoch);
    }

    private TrainingDivergedException Diverged(int epoch, int step, double rate, SampleBatch batch)
    {
        _network.Built.Write(weights => _lastGood.CopyTo(weights.Values));
        return new TrainingDivergedException(epoch, step, rate, End(StopReason.Diverged, History.Epochs.Count), FirstFault(step, batch));
    }

    /// <summary>
    /// A part that makes no finite numbers with the weights that training began with either: in the batch that failed, or in one of the
    /// first, since a gradient that is not finite shows a step later. After an epoch the weights may be what is wrong, and nobody is named.
    /// </summary>
    private OpFault? FirstFault(int step, SampleBatch batch)
    {
        if (History.Epochs.Count > 0)
            return null;
        OpFault? cause = _network.FirstFault(batch, _options.Loss);
        for (int before = 1; before < Math.Min(step, StepsAsked) && cause is null; before++)
        {
            TakeRows(batch, before);
            cause = _network.FirstFault(batch, _options.Loss);
        }

        return cause;
    }

    private void TakeRows(SampleBatch batch, int step)
    {
        batch.Start = (step - 1) * _rowsPerStep;
        batch.Rows = Math.Min(_rowsPerStep, _training.Count - batch.Start);
    }

    private History End(StopReason reason, int keptEpoch)
    {
        (History.Reason, History.KeptEpoch, History.Duration) = (reason, keptEpoch, _before + _clock.Elapsed);
        var moment = new TrainingEvent
        {
            Kind = TrainingEventKind.Ended,
            Epoch = History.Epochs.Count,
            Epochs = _options.Epochs,
            Elapsed = History.Duration,
            Reason = reason,
        };
        Tell(moment, static (callback, training) => callback.OnEnded(training));
        Raise(moment);
        return History;
    }

    private void Raise(in TrainingEvent moment) => _onEvent?.Invoke(moment);

    private void Tell(in TrainingEvent moment, Action<TrainingCallback, TrainingContext> tell)
    {
        if (_callbacks.Length == 0)
            return;
        _context.Moment = moment;
        _isTelling = moment.Kind != TrainingEventKind.Ended;
        foreach (TrainingCallback callback in _callbacks)
            tell(callback, _context);
        _isTelling = false;
    }
}
