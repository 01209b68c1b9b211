using Unroll.Layers;

namespace Unroll;

/// <summary>A penalty that is added to the loss: L1·Σ|w| + L2·Σw², over the weights of one parameter.</summary>
/// <param name="L1">Weight of the sum of magnitudes, at least 0.</param>
/// <param name="L2">Weight of the sum of squares, at least 0 (as in Keras: no factor ½, so the gradient is 2·L2·w).</param>
/// <exception cref="ArgumentOutOfRangeException">A weight is below 0 or not finite.</exception>
public sealed record Regularizer(double L1 = 0, double L2 = 0)
{
    public double L1 { get; init => field = Option.NotNegative(value); } = Option.NotNegative(L1, nameof(L1));

    public double L2 { get; init => field = Option.NotNegative(value); } = Option.NotNegative(L2, nameof(L2));
}
