using System.Globalization;

namespace Unroll;

/// <summary>The loss became infinite or not a number. The model has the last good weights again.</summary>
public sealed class TrainingDivergedException : UnrollException
{
    internal TrainingDivergedException(int epoch, int step, double learningRate, History history, OpFault? cause)
        : base($"The loss became infinite at epoch {epoch}, step {step}; the weights of the last good epoch are kept. "
            + $"{Remedy(learningRate, cause)}")
    {
        (Epoch, Step, History) = (epoch, step, history);
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The epochs that went well.</summary>
    public History History { get; }

    private static string Remedy(double learningRate, OpFault? cause) => cause switch
    {
        null => string.Create(CultureInfo.InvariantCulture, $"Try a learning rate below {learningRate:R}, say {learningRate / 10:R}, ")
            + "or clip the gradients (a global norm of 1 is a usual limit).",
        { IsOwn: true } => $"With them, {cause.InWords} is not finite, while all that goes into it is. Check that part with GradientCheck; "
            + "another learning rate does not help.",
        _ => $"With them, {cause.InWords} is not finite, while all that goes into it is. Bring inputs and targets to a scale near 1; "
            + "another learning rate does not help.",
    };
}
