namespace Unroll.Forecasting;

/// <summary>
/// How large changes from row to row have been lately: the root of their exponentially weighted mean square, λ = 0.94 (RiskMetrics 1996),
/// known at every row from those up to it.
/// </summary>
internal static class Volatility
{
    public const double Decay = 0.94;

    /// <summary>Of calm times no less than this share of the usual change is said, of rough ones no more than its inverse.</summary>
    public const double Least = 0.25;

    /// <param name="values">Oldest first.</param>
    /// <param name="usual">The usual change: what is said before there are any, and what bounds the rest.</param>
    public static double[] Of(ReadOnlySpan<double> values, double usual)
    {
        var volatility = new double[values.Length];
        double square = usual * usual;
        for (int row = 0; row < values.Length; row++)
        {
            if (row > 0)
                square = (Decay * square) + ((1 - Decay) * (values[row] - values[row - 1]) * (values[row] - values[row - 1]));
            volatility[row] = Math.Clamp(Math.Sqrt(square), Least * usual, usual / Least);
        }

        return volatility;
    }
}
