namespace Unroll.Forecasting;

/// <summary>One training that a search wants judged.</summary>
/// <param name="Trial">From 1.</param>
/// <param name="Rung">From 1.</param>
/// <param name="Epochs">How long it is trained, from new weights.</param>
/// <param name="Settings">What it is made with.</param>
public sealed record TrialRun(int Trial, int Rung, int Epochs, TrialSettings Settings);

/// <summary>How a training went.</summary>
/// <param name="Error">On the validation rows; not finite where training or prediction was.</param>
/// <param name="Parameters">The numbers that the network learns.</param>
internal readonly record struct TrialOutcome(double Error, int Parameters);

/// <summary>A training that was judged.</summary>
/// <param name="Run">What was trained.</param>
/// <param name="Error">On the validation rows; positive infinity where training diverged.</param>
/// <param name="Parameters">The numbers that the network learns.</param>
/// <param name="Seconds">How long it took, beside the other trainings that ran at the time.</param>
public sealed record TrialResult(TrialRun Run, double Error, int Parameters, double Seconds)
{
    /// <summary>The loss or a prediction became infinite or not a number. It counts as worse than any other and never goes on.</summary>
    public bool HasDiverged => !double.IsFinite(Error);
}

/// <summary>What a search asks of the networks it tries. <see cref="ValidationObjective"/> trains them; a test need not.</summary>
internal interface ITrialObjective
{
    /// <summary>What errors are: RMSE, in the target's unit, or mean RMSSE, of several parts in units of each part's own changes.</summary>
    string Measure { get; }

    /// <summary>The naive forecast's error on the rows that trials are judged on; above 0.</summary>
    double NaiveError { get; }

    /// <summary>All that a result depends on beside the trial, by name, for a journal to know it again.</summary>
    IReadOnlyList<KeyValuePair<string, string>> Setup { get; }

    /// <summary>The part of the space that the data allow.</summary>
    /// <exception cref="UnrollException">They allow nothing of it.</exception>
    SearchSpace Restrict(SearchSpace space);

    /// <summary>Trains and judges. Called by several threads at once; the same run must give the same error whatever else runs.</summary>
    /// <param name="run">What to train.</param>
    /// <param name="epochEnded">To be told the number of each epoch, from 1, when it ends.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    TrialOutcome Evaluate(TrialRun run, Action<int> epochEnded, CancellationToken cancellationToken);
}
