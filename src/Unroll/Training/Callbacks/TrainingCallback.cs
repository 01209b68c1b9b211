namespace Unroll;

/// <summary>
/// Code of yours at the moments of a training, which may look on, set the learning rate of the steps to come, and end the training:
/// <see cref="TrainingOptions.Callbacks"/>. All is called on the thread that called <see cref="Model.Fit"/>, in the order of the list, and
/// training waits; the model may predict, evaluate and be saved meanwhile. An exception ends the training and comes out of Fit; the model
/// then has the weights of the last epoch that went well, or those that it began with.
/// </summary>
/// <remarks>
/// A checkpoint keeps what a callback did (the rate that it set, that it ended the training) but knows nothing of its fields. A callback
/// that remembers something gives it in <see cref="SaveState"/> and takes it in <see cref="RestoreState"/>; then a training that is
/// resumed is the one that was never interrupted, to the bit. With <see cref="TrainingOptions.Continue"/> the same
/// object goes on as it is.
/// </remarks>
/// <example>
/// <code>
/// sealed class StopBelow(double loss) : TrainingCallback
/// {
///     public override void OnEpochEnded(TrainingContext training)
///     {
///         if (training.Moment.Loss &lt; loss)
///             training.Stop();
///     }
/// }
/// </code>
/// </example>
public abstract class TrainingCallback
{
    /// <summary>Before the first step, after <see cref="RestoreState"/>.</summary>
    public virtual void OnStarted(TrainingContext training)
    {
    }

    /// <summary>After each step.</summary>
    public virtual void OnStepEnded(TrainingContext training)
    {
    }

    /// <summary>
    /// After each epoch and its validation, before the checkpoint is written. With <see cref="TrainingOptions.WeightAverage"/> the model
    /// has the average here, which was judged.
    /// </summary>
    public virtual void OnEpochEnded(TrainingContext training)
    {
    }

    /// <summary>
    /// At the end, when the model has the weights that it ends with; also where training diverged, but not after an exception. An exception
    /// thrown here comes out of Fit; the model keeps these weights.
    /// </summary>
    public virtual void OnEnded(TrainingContext training)
    {
    }

    /// <summary>
    /// What the callback remembers, as text for a checkpoint, asked for after <see cref="OnEpochEnded"/>; null: nothing. A checkpoint with
    /// a state is resumed only where <see cref="TrainingOptions.Callbacks"/> have a callback of the same type to take it.
    /// </summary>
    public virtual string? SaveState() => null;

    /// <summary>Takes what <see cref="SaveState"/> gave, when a training is resumed from a checkpoint.</summary>
    /// <param name="state">Never null.</param>
    public virtual void RestoreState(string state) => throw new InvalidOperationException(
        $"{GetType()} gave a state to a checkpoint but takes none. Override RestoreState as well as SaveState.");
}
