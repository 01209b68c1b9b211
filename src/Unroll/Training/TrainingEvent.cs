using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>What has happened in a training.</summary>
public enum TrainingEventKind
{
    /// <summary>Training has begun.</summary>
    Started,

    /// <summary>A step has ended.</summary>
    StepEnded,

    /// <summary>An epoch has ended, its validation included.</summary>
    EpochEnded,

    /// <summary>Training has ended.</summary>
    Ended,
}

/// <summary>One moment of training. Numbers that a kind has no use for are 0.</summary>
public readonly record struct TrainingEvent
{
    /// <summary>What has happened.</summary>
    public TrainingEventKind Kind { get; init; }

    /// <summary>
    /// From 1. In the event that training started: the epochs resumed from a checkpoint. In the event that it ended: the
    /// epochs of the history.
    /// </summary>
    public int Epoch { get; init; }

    /// <summary>How many epochs the training has at most.</summary>
    public int Epochs { get; init; }

    /// <summary>From 1, within the epoch.</summary>
    public int Step { get; init; }

    /// <summary>How many steps an epoch has.</summary>
    public int StepsPerEpoch { get; init; }

    /// <summary>
    /// The mean loss of the epoch so far (after a step) or whole (after an epoch), the penalties of regularizers included.
    /// </summary>
    public double Loss { get; init; }

    /// <summary>After an epoch, where there is validation; the same measure as <see cref="Loss"/>.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>
    /// After an epoch. The mean loss of each output of the model by the output's name, without the output's weight and without penalties.
    /// </summary>
    public NamedValues OutputLosses { get; init; }

    /// <summary>
    /// After an epoch. The <see cref="TrainingOptions.Metrics"/> over the outputs of training, computed while the weights changed and
    /// dropout was on.
    /// </summary>
    public NamedValues Metrics { get; init; }

    /// <summary>The same for validation, if there is validation: after the epoch, with dropout off.</summary>
    public NamedValues ValidationOutputLosses { get; init; }

    /// <summary>The metrics over the validation samples, if there is validation: after the epoch, with dropout off.</summary>
    public NamedValues ValidationMetrics { get; init; }

    /// <summary>The optimiser's rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>Since training started.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>
    /// After an epoch: whether it is the last, as all were run, the loss has stopped falling, or a callback has ended it. Whoever cancels a
    /// training ends it after one of which this is not said.
    /// </summary>
    internal bool IsLast { get; init; }

    /// <summary>With <see cref="TrainingEventKind.Ended"/>: why training ended. With other kinds it means nothing.</summary>
    public StopReason Reason { get; init; }
}

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>All epochs were run.</summary>
    Finished,

    /// <summary>The watched loss had stopped falling.</summary>
    StoppedEarly,

    /// <summary>The caller asked (<see cref="TrainingCanceledException"/>); the model has the best weights so far.</summary>
    Cancelled,

    /// <summary>The loss became infinite; the model has the last good weights.</summary>
    Diverged,

    /// <summary>A callback ended it, see <see cref="TrainingContext.Stop"/>.</summary>
    StoppedByCallback,
}

/// <summary>One epoch that was run to its end.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean training loss over the epoch, the penalties of regularizers included.</param>
/// <param name="ValidationLoss">Mean validation loss after it, if there is validation; the same measure, penalties included.</param>
/// <param name="LearningRate">The rate of its last step.</param>
/// <param name="Seconds">How long it took.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public readonly record struct EpochRecord(int Epoch, double Loss, double? ValidationLoss, double LearningRate, double Seconds)
{
    /// <summary>
    /// The mean loss of each output of the model by the output's name, without the output's weight and without penalties.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NamedValues OutputLosses { get; init; }

    /// <summary>
    /// The <see cref="TrainingOptions.Metrics"/> over the outputs of training, computed while the weights changed and dropout was on.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NamedValues Metrics { get; init; }

    /// <summary>The same for validation, if there is validation: after the epoch, with dropout off.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NamedValues ValidationOutputLosses { get; init; }

    /// <summary>The same metrics over the validation samples, with dropout off; empty without validation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NamedValues ValidationMetrics { get; init; }

    /// <summary>The loss that early stopping and checkpoints look at.</summary>
    public double WatchedLoss => ValidationLoss ?? Loss;
}

/// <summary>What happened in training.</summary>
public sealed class History
{
    private readonly List<EpochRecord> _epochs = [];

    internal History()
    {
    }

    /// <summary>All epochs of this training in order, including those before it was interrupted and resumed.</summary>
    public IReadOnlyList<EpochRecord> Epochs => _epochs;

    /// <summary>Epochs of the earlier trainings that this one continued, see <see cref="TrainingOptions.Continue"/>; 0: none.</summary>
    public int EpochsBefore { get; internal init; }

    /// <summary>The epochs that came from a checkpoint, see <see cref="Checkpoint.Resume"/>.</summary>
    public int EpochsResumed { get; internal set; }

    /// <summary>Why training ended.</summary>
    public StopReason Reason { get; internal set; }

    /// <summary>The epoch with the lowest watched loss, from 1; 0 when none was finished.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The epoch, from 1, whose weights the model has now; 0 when none was finished.</summary>
    public int KeptEpoch { get; internal set; }

    /// <summary>The training loss of the last finished epoch; NaN when none was finished.</summary>
    public double FinalLoss => _epochs.Count > 0 ? _epochs[^1].Loss : double.NaN;

    /// <summary>How long training took.</summary>
    public TimeSpan Duration { get; internal set; }

    internal void Reserve(int epochs) => _epochs.EnsureCapacity(epochs);

    /// <summary>Returns whether this epoch is the best so far.</summary>
    internal bool Add(EpochRecord record)
    {
        bool best = BestEpoch == 0 || record.WatchedLoss < _epochs[BestEpoch - 1].WatchedLoss;
        _epochs.Add(record);
        if (best)
            BestEpoch = record.Epoch;
        return best;
    }
}
