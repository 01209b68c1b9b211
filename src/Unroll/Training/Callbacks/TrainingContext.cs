using Unroll.Training;

namespace Unroll;

/// <summary>A training in progress, for a <see cref="TrainingCallback"/>.</summary>
public sealed class TrainingContext
{
    private readonly TrainingRun _run;

    internal TrainingContext(Model model, TrainingOptions options, TrainingRun run) => (Model, Options, _run) = (model, options, run);

    /// <summary>The model that is trained; it may predict, evaluate and be saved.</summary>
    public Model Model { get; }

    /// <summary>The options that the training was started with.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The epochs that have ended.</summary>
    public History History => _run.History;

    /// <summary>The moment: numbers of epoch and step, loss, learning rate and metrics, as <see cref="TrainingEvent"/> says.</summary>
    public TrainingEvent Moment { get; internal set; }

    /// <summary>
    /// The loss of the batch of the last step, before that step and with penalties; the <see cref="Moment"/> has the mean over the epoch.
    /// </summary>
    public double StepLoss { get; internal set; }

    /// <summary>
    /// The rate of the steps to come, at least 0, in place of the optimiser's and of the <see cref="Schedule"/>; null, as at first: those
    /// give it. Checkpoints keep it, and with <see cref="TrainingOptions.Continue"/> a later training does, while there are callbacks.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or not finite.</exception>
    public double? LearningRate
    {
        get => _run.FixedRate;
        set => _run.FixedRate = value is null or (>= 0 and < double.PositiveInfinity)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value),
                $"The learning rate is {value}; it must be finite and at least 0, or null to follow optimiser and schedule.");
    }

    /// <summary>Whether <see cref="Stop"/> was called.</summary>
    public bool IsStopping => _run.IsStopped;

    /// <summary>
    /// Ends the training after the step in progress, as <see cref="StopReason.StoppedByCallback"/>. The model ends with the weights that it
    /// has, those of an epoch that is not whole too; where <see cref="EarlyStopping.RestoreBestWeights"/> is asked for, with the best. A
    /// training that was stopped at the end of an epoch is not run again from its checkpoint, while there are callbacks.
    /// </summary>
    public void Stop() => _run.IsStopped = true;
}
