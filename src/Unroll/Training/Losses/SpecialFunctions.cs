using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>The functions that likelihoods are made of, to a few units in the last place of a double, for any argument.</summary>
internal static class SpecialFunctions
{
    /// <summary>½·ln(2π).</summary>
    public const double HalfLogTwoPi = 0.918938533204672741780329736405617640;

    /// <summary>From here on the series of <see cref="GammaRatio"/> has all digits.</summary>
    private const double SeriesFrom = 16;

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Elementary<double>.Log1P(Math.Exp(-Math.Abs(x)));

    /// <summary>ln(eᵃ + eᵇ), also of −∞.</summary>
    public static double LogAdd(double a, double b)
    {
        if (double.IsNegativeInfinity(a))
            return b;
        if (double.IsNegativeInfinity(b))
            return a;
        return Math.Max(a, b) + Elementary<double>.Log1P(Math.Exp(-Math.Abs(a - b)));
    }

    /// <summary>
    /// The largest of some values, and Σe^(x − largest), which does not overflow: ln Σeˣ is the first plus the logarithm of the second.
    /// </summary>
    public static (double Largest, double Sum) SumOfExponentials<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (T value in values)
            largest = Math.Max(largest, double.CreateTruncating(value));
        foreach (T value in values)
            sum += Math.Exp(double.CreateTruncating(value) - largest);
        return (largest, sum);
    }

    /// <summary>
    /// g(x) = ln Γ(x + ½) − ln Γ(x) − ½·ln x and its derivative, for x above 0. Both go to 0 as x grows, where the three terms
    /// taken one by one would leave no digits.
    /// </summary>
    /// <remarks>
    /// From Γ(x + 1) = x·Γ(x): g(x) = g(x + 1) + ½·ln(4x(x + 1)/(2x + 1)²) and g′(x) = g′(x + 1) + 1/(4x(x + ½)(x + 1)). From 16 on,
    /// Stirling's series (DLMF 5.11.1) with the duplication formula (5.5.5):
    /// g(x) = −1/(8x) + 1/(192x³) − 1/(640x⁵) + 17/(14336x⁷) − 31/(18432x⁹) + 691/(180224x¹¹) − ….
    /// </remarks>
    public static (double Value, double Derivative) GammaRatio(double x)
    {
        double product = 1, slope = 0;
        for (; x < SeriesFrom; x++)
        {
            double twice = 2 * x + 1;
            product *= 4 * x * (x + 1) / (twice * twice);
            slope += 1 / (2 * x * twice * (x + 1));
        }

        double inverse = 1 / x, square = inverse * inverse;
        double value = inverse * (-1.0 / 8 + square
            * (1.0 / 192 + square * (-1.0 / 640 + square * (17.0 / 14336 + square * (-31.0 / 18432 + square * (691.0 / 180224))))));
        slope += square * (1.0 / 8
            + square * (-1.0 / 64 + square * (1.0 / 128 + square * (-17.0 / 2048 + square * (31.0 / 2048 - square * (691.0 / 16384))))));
        return (value + 0.5 * Math.Log(product), slope);
    }
}
