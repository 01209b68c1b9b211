using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>What training makes small: a mean over the rows of a batch and over the targets of a row.</summary>
/// <remarks>
/// A loss may need several outputs for each target, k: then the model's last layer has k times as many units as there are targets,
/// and the k outputs of target i are those at i·k, …, i·k + k − 1.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "loss")]
[JsonDerivedType(typeof(MeanSquaredError), "mse")]
[JsonDerivedType(typeof(MeanAbsoluteError), "mae")]
[JsonDerivedType(typeof(Huber), "huber")]
[JsonDerivedType(typeof(QuantileLoss), "quantile")]
[JsonDerivedType(typeof(GaussianLoss), "gaussian")]
[JsonDerivedType(typeof(StudentTLoss), "student-t")]
public abstract record Loss
{
    private protected Loss()
    {
    }

    /// <summary>k, the outputs that the model gives for each target: 1 unless a loss says otherwise.</summary>
    [JsonIgnore]
    public virtual int OutputsPerTarget => 1;

    /// <summary>As errors call it.</summary>
    internal virtual string Name => "loss";

    /// <summary>Throws when a number is outside its range.</summary>
    internal virtual void Validate()
    {
    }

    /// <summary>
    /// Sums the losses of one row's n targets, and overwrites the n·k predictions with the gradients, times <paramref name="scale"/>.
    /// </summary>
    internal abstract double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>How many targets so many outputs are for.</summary>
    private protected int Targets(ReadOnlySpan<float> outputs) => outputs.Length % OutputsPerTarget == 0
        ? outputs.Length / OutputsPerTarget
        : throw new ArgumentException($"The {Name} has {OutputsPerTarget} outputs a target, but {outputs.Length} outputs were given. Give all outputs of the model.", nameof(outputs));

    // Of the base there is nothing to print: how many outputs a loss needs follows from its numbers.
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}

/// <summary>(y − ŷ)².</summary>
public sealed record MeanSquaredError : Loss
{
    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        T twice = scale + scale;
        for (int i = 0; i < targets.Length; i++)
        {
            T error = predictionsToGradients[i] - targets[i];
            sum += double.CreateTruncating(error) * double.CreateTruncating(error);
            predictionsToGradients[i] = twice * error;
        }

        return sum;
    }
}

/// <summary>|y − ŷ|; its derivative at 0 is taken to be 0.</summary>
public sealed record MeanAbsoluteError : Loss
{
    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            T error = predictionsToGradients[i] - targets[i];
            sum += Math.Abs(double.CreateTruncating(error));
            predictionsToGradients[i] = error > T.Zero ? scale : error < T.Zero ? -scale : error * scale;
        }

        return sum;
    }
}

/// <summary>½e² where |e| ≤ δ, δ(|e| − ½δ) beyond (Huber 1964): squares small errors, does not let large ones rule.</summary>
/// <param name="Delta">δ, in the units of the target; above 0.</param>
public sealed record Huber(double Delta = 1) : Loss
{
    internal override void Validate()
    {
        if (!(Delta > 0) || double.IsInfinity(Delta))
            throw new UnrollException($"Huber's delta is {Delta}; it must be above 0.");
    }

    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        T delta = T.CreateChecked(Delta);
        for (int i = 0; i < targets.Length; i++)
        {
            T error = predictionsToGradients[i] - targets[i];
            double e = Math.Abs(double.CreateTruncating(error));
            sum += e <= Delta ? 0.5 * e * e : Delta * (e - 0.5 * Delta);
            predictionsToGradients[i] = scale * T.MaxNative(-delta, T.MinNative(delta, error));
        }

        return sum;
    }
}
