namespace Unroll.Training;

/// <summary>The functions that likelihoods are made of, to a few units in the last place of a double, for any argument.</summary>
internal static class SpecialFunctions
{
    /// <summary>½·ln(2π).</summary>
    public const double HalfLogTwoPi = 0.918938533204672741780329736405617640;

    /// <summary>From here on the series of <see cref="GammaRatio"/> has all digits.</summary>
    private const double SeriesFrom = 16;

    /// <summary>
    /// ln(1 + x) for x above −1, also where 1 + x is rounded: double.LogP1 is the logarithm of the rounded sum. Goldberg (1991), theorem 4.
    /// </summary>
    public static double Log1P(double x)
    {
        double sum = 1 + x;
        return sum == 1 || double.IsPositiveInfinity(sum) ? x : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x)));

    /// <summary>1/(1 + e⁻ˣ), the derivative of <see cref="Softplus"/>.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
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
        double value = inverse * (-1.0 / 8 + square * (1.0 / 192 + square * (-1.0 / 640 + square * (17.0 / 14336 + square * (-31.0 / 18432 + square * (691.0 / 180224))))));
        slope += square * (1.0 / 8 + square * (-1.0 / 64 + square * (1.0 / 128 + square * (-17.0 / 2048 + square * (31.0 / 2048 - square * (691.0 / 16384))))));
        return (value + 0.5 * Math.Log(product), slope);
    }
}
