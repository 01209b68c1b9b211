using System.Numerics;

namespace Unroll;

/// <summary>A loss that judges each output by its own target. One of your own is its equation and the derivative.</summary>
/// <example>
/// <code>
/// public sealed record SquaredHinge : ElementwiseLoss
/// {
///     protected override double At&lt;T&gt;(T prediction, T target, out T gradient)
///     {
///         T margin = T.Max(T.Zero, T.One - target * prediction);
///         gradient = -(margin + margin) * target;
///         return double.CreateTruncating(margin * margin);
///     }
/// }
/// </code>
/// </example>
public abstract record ElementwiseLoss : Loss
{
    /// <summary>The loss of one output.</summary>
    /// <param name="prediction">ŷ.</param>
    /// <param name="target">y.</param>
    /// <param name="gradient">The derivative of the loss by ŷ.</param>
    protected abstract double At<T>(T prediction, T target, out T gradient)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>What is wrong where a target that counts is not at least 0; null: nothing.</summary>
    private protected string? NegativeTarget<T>(in LossRow<T> row, string wanted)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int each = row.Targets.Length / row.Positions;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            if (!(row.Targets[i] >= T.Zero) && row.WeightOf(i / each) != T.Zero)
                return $"A target of the {Name} is {row.Targets[i]}; it must be {wanted}.";
        }

        return null;
    }

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            sum += At(predictionsToGradients[i], targets[i], out T gradient);
            predictionsToGradients[i] = scale * gradient;
        }

        return sum;
    }
}
