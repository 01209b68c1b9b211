namespace Unroll;

/// <summary>A penalty that is added to the loss: L1·Σ|w| + L2·Σw², over the weights of one parameter.</summary>
/// <param name="L1">Weight of the sum of magnitudes.</param>
/// <param name="L2">Weight of the sum of squares (as in Keras: no factor ½, so the gradient is 2·L2·w).</param>
public sealed record Regularizer(double L1 = 0, double L2 = 0);
