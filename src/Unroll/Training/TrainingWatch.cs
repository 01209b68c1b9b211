using System.Diagnostics;

namespace Unroll.Training;

/// <summary>Tells whoever listens (<see cref="Telemetry"/>) of one training, by its events, and passes them on.</summary>
internal sealed class TrainingWatch : IDisposable
{
    private readonly Model _model;
    private readonly Action<TrainingEvent>? _next;
    private readonly Activity? _activity;
    private readonly int _samples, _rowsPerStep;
    private long _epochBegan;
    private bool _hasEnded;

    public TrainingWatch(Model model, ISamples samples, TrainingOptions options, Action<TrainingEvent>? next)
    {
        (_model, _next) = (model, next);
        _samples = options.Validation is null ? (int)(samples.Count * (1 - options.ValidationSplit)) : samples.Count;
        _rowsPerStep = (int)Math.Min(_samples, (long)options.BatchSize * options.AccumulateBatches);
        _activity = Telemetry.Begin("unroll.fit", model);
        _activity?.SetTag("unroll.training.samples", _samples)
            .SetTag("unroll.training.epochs", options.Epochs)
            .SetTag("unroll.training.batch_size", options.BatchSize);
        Telemetry.Trains(model, 1);
    }

    public void Take(TrainingEvent moment)
    {
        switch (moment.Kind)
        {
            case TrainingEventKind.Started:
                _epochBegan = Stopwatch.GetTimestamp();
                break;
            case TrainingEventKind.StepEnded:
                Telemetry.Step(_model, Math.Min(_rowsPerStep, _samples - ((moment.Step - 1) * _rowsPerStep)));
                break;
            case TrainingEventKind.EpochEnded:
                Telemetry.Epoch(_model, moment, Stopwatch.GetElapsedTime(_epochBegan).TotalSeconds, _samples);
                _epochBegan = Stopwatch.GetTimestamp();
                _activity?.SetTag("unroll.training.loss", moment.Loss);
                if (moment.ValidationLoss is { } validation)
                    _activity?.SetTag("unroll.training.validation_loss", validation);
                break;
            case TrainingEventKind.Ended:
                _hasEnded = moment.Reason != StopReason.Diverged;
                _activity?.SetTag("unroll.training.epochs_run", moment.Epoch).SetTag("unroll.training.reason", moment.Reason.ToString());
                break;
        }

        _next?.Invoke(moment);
    }

    public void Dispose()
    {
        Telemetry.Trains(_model, -1);
        if (!_hasEnded)
            _activity?.SetStatus(ActivityStatusCode.Error);
        _activity?.Dispose();
    }
}
