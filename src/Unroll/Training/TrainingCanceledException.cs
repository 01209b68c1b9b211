namespace Unroll;

/// <summary>
/// Training was cancelled by its token. What it had learnt is kept: the model has the weights of the best epoch so far, or, where no epoch
/// had ended, those of the last step; it can be used, saved, and trained on with <see cref="TrainingOptions.Continue"/>.
/// </summary>
/// <example><code>
/// try
/// {
///     model.Fit(samples, options, cancellationToken: stop.Token);
/// }
/// catch (TrainingCanceledException stopped)
/// {
///     Console.WriteLine($"stopped after {stopped.History.Epochs.Count} epochs; the model has epoch {stopped.History.KeptEpoch}");
/// }
/// </code></example>
public sealed class TrainingCanceledException : OperationCanceledException
{
    internal TrainingCanceledException(History history, CancellationToken cancellationToken)
        : base(MessageOf(history), cancellationToken) => History = history;

    /// <summary>The epochs that were finished, and which of them the model has.</summary>
    public History History { get; }

    private static string MessageOf(History history) => history.KeptEpoch == 0
        ? "Training was cancelled before its first epoch had ended; the model has the weights of the last step."
        : $"Training was cancelled after {history.Epochs.Count} epoch{(history.Epochs.Count == 1 ? "" : "s")}; "
            + $"the model has the weights of epoch {history.KeptEpoch}.";
}
