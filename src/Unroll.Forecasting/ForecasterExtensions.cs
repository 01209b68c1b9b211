namespace Unroll.Forecasting;

/// <summary>
/// Fits on a thread of their own. Where one is cancelled, the task is, and the forecaster is as it was before the call.
/// </summary>
public static class ForecasterExtensions
{
    /// <inheritdoc cref="IForecaster.Fit"/>
    /// <example><code>await blend.FitAsync(task, progress, stop.Token);</code></example>
    public static async Task FitAsync(
        this IForecaster forecaster, ForecastTask task, IProgress<ForecastEvent>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        ArgumentNullException.ThrowIfNull(task);
        await OnThread(() => forecaster.Fit(task, progress, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc cref="IForecaster.Refit"/>
    public static async Task RefitAsync(
        this IForecaster forecaster, ForecastTask task, IProgress<ForecastEvent>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        ArgumentNullException.ThrowIfNull(task);
        await OnThread(() => forecaster.Refit(task, progress, cancellationToken)).ConfigureAwait(false);
    }

    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
