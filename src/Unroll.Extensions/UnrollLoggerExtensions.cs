using Microsoft.Extensions.Logging;
using Unroll;
using Unroll.Extensions;
using Unroll.Forecasting;

namespace Microsoft.Extensions.Logging;

/// <summary>Training and forecasting in logs, with properties by name.</summary>
public static class UnrollLoggerExtensions
{
    /// <summary>
    /// Logs a moment of training: beginning, end and epochs as information, metrics of epochs as debug, steps as trace,
    /// divergence as a warning.
    /// </summary>
    /// <param name="logger">Where to.</param>
    /// <param name="moment">What a training tells.</param>
    /// <example><code>model.Fit(samples, options, logger.LogTraining);</code></example>
    public static void LogTraining(this ILogger logger, TrainingEvent moment)
    {
        ArgumentNullException.ThrowIfNull(logger);
        switch (moment.Kind)
        {
            case TrainingEventKind.Started:
                Log.TrainingStarted(logger, moment.Epochs, moment.StepsPerEpoch, moment.Epoch);
                break;
            case TrainingEventKind.StepEnded:
                Log.StepEnded(logger, moment.Epoch, moment.Step, moment.StepsPerEpoch, moment.Loss, moment.LearningRate);
                break;
            case TrainingEventKind.EpochEnded:
                Log.EpochEnded(
                    logger, moment.Epoch, moment.Epochs, moment.Loss, moment.ValidationLoss, moment.LearningRate, moment.Elapsed);
                if (!logger.IsEnabled(LogLevel.Debug))
                    break;
                for (int i = 0; i < moment.Metrics.Count; i++)
                {
                    double? validation = i < moment.ValidationMetrics.Count ? moment.ValidationMetrics[i] : null;
                    Log.Metric(logger, moment.Epoch, moment.Metrics.Names[i], moment.Metrics[i], validation);
                }

                break;
            case TrainingEventKind.Ended when moment.Reason == StopReason.Diverged:
                Log.TrainingDiverged(logger, moment.Epoch, moment.Elapsed);
                break;
            case TrainingEventKind.Ended:
                Log.TrainingEnded(logger, moment.Epoch, moment.Elapsed, moment.Reason);
                break;
        }
    }

    /// <summary>What tells a log of a training: steps as trace, epochs as information; <see cref="LogTraining"/> says more.</summary>
    /// <param name="logger">Where to.</param>
    /// <example><code>History history = await model.FitAsync(samples, options, logger.TrainingProgress(), stop.Token);</code></example>
    public static IProgress<TrainingEvent> TrainingProgress(this ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        return new Told<TrainingEvent>(logger.LogTraining);
    }

    /// <summary>
    /// What tells a log of a fit of a forecaster: its end as information, what it is at as debug, steps of networks as trace.
    /// </summary>
    /// <param name="logger">Where to.</param>
    /// <example><code>blend.Fit(task, logger.ForecastProgress());</code></example>
    public static IProgress<ForecastEvent> ForecastProgress(this ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        return new Told<ForecastEvent>(moment =>
        {
            if (moment.Stage == ForecastStage.Done)
                Log.ForecastDone(logger, moment.Forecaster, moment.Elapsed);
            else if (moment.Training is { Kind: TrainingEventKind.StepEnded } step)
                Log.StepEnded(logger, step.Epoch, step.Step, step.StepsPerEpoch, step.Loss, step.LearningRate);
            else
                Log.Forecast(logger, moment.Forecaster, moment.Stage, moment.Done, moment.Count, moment.Share, moment.Left);
        });
    }

    /// <summary>Tells at once, on the thread that reports.</summary>
    private sealed class Told<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }
}
