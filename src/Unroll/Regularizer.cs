using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>A penalty that is added to the loss, a function of the weights of one parameter.</summary>
/// <remarks>One of your own is a record with its numbers, the penalty and its derivative; <see cref="Kinds"/> names it in files.</remarks>
/// <example><code>new Dense(8) { KernelRegularizer = new L1L2(L2: 1e-4) }</code></example>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "regularizer")]
[JsonDerivedType(typeof(L1L2), "l1l2")]
public abstract record Regularizer
{
    /// <summary>The penalty of a parameter.</summary>
    /// <param name="weights">Its weights, row-major.</param>
    /// <param name="shape">Its shape: (F, units) of a kernel.</param>
    public abstract double Penalty<T>(ReadOnlySpan<T> weights, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Adds the derivative of the penalty by each weight.</summary>
    /// <param name="weights">The weights, row-major.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="gradients">What is added to: as many as weights.</param>
    public abstract void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>L1·Σ|w| + L2·Σw².</summary>
/// <param name="L1">Weight of the sum of magnitudes, at least 0.</param>
/// <param name="L2">Weight of the sum of squares, at least 0 (as in Keras: no factor ½, so the gradient is 2·L2·w).</param>
/// <exception cref="ArgumentOutOfRangeException">A weight is below 0 or not finite.</exception>
public sealed record L1L2(double L1 = 0, double L2 = 0) : Regularizer
{
    /// <summary>The factor of Σ|w|, at least 0 (0).</summary>
    public double L1 { get; init => field = Option.NotNegative(value); } = Option.NotNegative(L1, nameof(L1));

    /// <summary>The factor of Σw², at least 0 (0).</summary>
    public double L2 { get; init => field = Option.NotNegative(value); } = Option.NotNegative(L2, nameof(L2));

    public override double Penalty<T>(ReadOnlySpan<T> weights, Shape shape)
    {
        double magnitudes = 0, squares = 0;
        foreach (T weight in weights)
        {
            double w = double.CreateTruncating(weight);
            magnitudes += Math.Abs(w);
            squares += w * w;
        }

        return L1 * magnitudes + L2 * squares;
    }

    public override void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients)
    {
        T l1 = T.CreateChecked(L1), l2 = T.CreateChecked(2 * L2);
        for (int j = 0; j < weights.Length; j++)
            gradients[j] += l2 * weights[j] + (weights[j] > T.Zero ? l1 : weights[j] < T.Zero ? -l1 : T.Zero);
    }
}
