using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Unroll;

/// <content>Training beside other work.</content>
public sealed partial class Model
{
    /// <summary>Trains the model on a thread of its own, as <see cref="Fit"/> does.</summary>
    /// <param name="samples">Inputs and targets.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told of every step and epoch, on the thread that trains.</param>
    /// <param name="cancellationToken">Ends training after the step in progress. The task is cancelled then.</param>
    /// <returns>What happened in training.</returns>
    /// <exception cref="UnrollException">Samples or options do not fit the model.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite; the model has the last good weights.</exception>
    /// <exception cref="TrainingCanceledException">It was cancelled; the model has the best weights so far.</exception>
    /// <example><code>History history = await model.FitAsync(samples, options, progress, stop.Token);</code></example>
    public async Task<History> FitAsync(
        ISamples samples, TrainingOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(options);
        return await OnThread(() => Fit(samples, options, progress is null ? null : progress.Report, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Trains the model on a thread of its own and gives the events as they come. The stream ends when training does; its errors are thrown
    /// here. Leaving the loop ends training after the step in progress, with the best weights so far.
    /// </summary>
    /// <param name="samples">Inputs and targets.</param>
    /// <param name="options">How to train.</param>
    /// <param name="cancellationToken">Ends training after the step in progress.</param>
    /// <exception cref="UnrollException">Samples or options do not fit the model.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite; the model has the last good weights.</exception>
    /// <exception cref="TrainingCanceledException">It was cancelled; the model has the best weights so far.</exception>
    /// <example><code>
    /// await foreach (TrainingEvent moment in model.FitEventsAsync(samples, options))
    /// {
    ///     if (moment.Kind == TrainingEventKind.EpochEnded &amp;&amp; moment.Loss &lt; 0.01)
    ///         break;
    /// }
    /// </code></example>
    public async IAsyncEnumerable<TrainingEvent> FitEventsAsync(
        ISamples samples, TrainingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<TrainingEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<History> work = OnThread(() =>
        {
            try
            {
                return Fit(samples, options, moment => channel.Writer.TryWrite(moment), stop.Token);
            }
            finally
            {
                channel.Writer.Complete();
            }
        });
        try
        {
            await foreach (TrainingEvent moment in channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return moment;
        }
        finally
        {
            // Who leaves the loop waits for the end of training, and does not ask how it ended.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(work).ConfigureAwait(false);
        }

        try
        {
            await work.ConfigureAwait(false);
        }
        catch (TrainingCanceledException stopped)
        {
            throw new TrainingCanceledException(stopped.History, cancellationToken);
        }
    }

    private static Task<History> OnThread(Func<History> fit) =>
        Task.Factory.StartNew(fit, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
