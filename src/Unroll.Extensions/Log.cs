using Microsoft.Extensions.Logging;

namespace Unroll.Extensions;

/// <summary>All that is logged, each with a number of its own.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Loaded the {What} {Path}, version {Version}.")]
    public static partial void Loaded(ILogger logger, string what, string path, string version);

    [LoggerMessage(
        2, LogLevel.Warning,
        "The {What} {Path} has changed and could not be loaded; the one before goes on to answer. {Reason}")]
    public static partial void ReloadFailed(ILogger logger, string what, string path, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The {What} {Path} could not be loaded. {Reason}")]
    public static partial void LoadFailed(ILogger logger, string what, string path, string reason);

    [LoggerMessage(
        10, LogLevel.Information, "Training starts: {Epochs} epochs of {StepsPerEpoch} steps, {EpochsDone} of them done before.")]
    public static partial void TrainingStarted(ILogger logger, int epochs, int stepsPerEpoch, int epochsDone);

    [LoggerMessage(11, LogLevel.Trace, "Epoch {Epoch}, step {Step} of {StepsPerEpoch}: loss {Loss}, learning rate {LearningRate}.")]
    public static partial void StepEnded(ILogger logger, int epoch, int step, int stepsPerEpoch, double loss, double learningRate);

    [LoggerMessage(
        12, LogLevel.Information,
        "Epoch {Epoch} of {Epochs}: loss {Loss}, validation loss {ValidationLoss}, learning rate {LearningRate}, {Elapsed} elapsed.")]
    public static partial void EpochEnded(
        ILogger logger, int epoch, int epochs, double loss, double? validationLoss, double learningRate, TimeSpan elapsed);

    [LoggerMessage(13, LogLevel.Debug, "Epoch {Epoch}: {Metric} {Value}, validation {ValidationValue}.")]
    public static partial void Metric(ILogger logger, int epoch, string metric, double value, double? validationValue);

    [LoggerMessage(14, LogLevel.Information, "Training ended after {Epochs} epochs, {Elapsed}: {Reason}.")]
    public static partial void TrainingEnded(ILogger logger, int epochs, TimeSpan elapsed, StopReason reason);

    [LoggerMessage(
        15, LogLevel.Warning,
        "Training ended after {Epochs} epochs, {Elapsed}: the loss became infinite. The model has the last good weights.")]
    public static partial void TrainingDiverged(ILogger logger, int epochs, TimeSpan elapsed);

    [LoggerMessage(20, LogLevel.Debug, "{Forecaster}, {Stage}: {Done} of {Count}, {Share:P0} of all, {Left} left.")]
    public static partial void Forecast(
        ILogger logger, string forecaster, Forecasting.ForecastStage stage, int done, int count, double share, TimeSpan? left);

    [LoggerMessage(21, LogLevel.Information, "{Forecaster} is done after {Elapsed}.")]
    public static partial void ForecastDone(ILogger logger, string forecaster, TimeSpan elapsed);
}
