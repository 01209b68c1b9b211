using System.Numerics;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>What training makes small: a mean over the rows of a batch and over the outputs of a row.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "loss")]
[JsonDerivedType(typeof(MeanSquaredError), "mse")]
[JsonDerivedType(typeof(MeanAbsoluteError), "mae")]
[JsonDerivedType(typeof(Huber), "huber")]
public abstract record Loss
{
    private protected Loss()
    {
    }

    /// <summary>Throws when a number is outside its range.</summary>
    internal virtual void Validate()
    {
    }

    /// <summary>
    /// Sums the losses of one row's outputs, and overwrites the predictions with the gradients, times <paramref name="scale"/>.
    /// </summary>
    internal abstract double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>;
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
