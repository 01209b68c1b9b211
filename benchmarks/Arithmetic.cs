namespace Unroll.Benchmarks;

/// <summary>
/// The floating-point operations of the matrix products of one recurrent layer, on which all others are small: a row and step
/// takes 2·G·H·(H+F) forward, for G gates; training three times that (the states' and the weights' gradients are products of the
/// same size), without the gradients of the input, which a first layer does not need.
/// </summary>
internal static class Arithmetic
{
    /// <summary>Operations of predicting <paramref name="rows"/> windows.</summary>
    public static double Prediction(CellKind cell, int rows, int steps, int units, int features) =>
        2.0 * rows * steps * cell.Gates() * units * (units + features);

    /// <summary>Operations of one epoch over <paramref name="rows"/> windows.</summary>
    public static double Epoch(CellKind cell, int rows, int steps, int units, int features) =>
        2.0 * rows * steps * cell.Gates() * units * (3.0 * units + 2.0 * features);
}
