namespace Unroll.Forecasting;

/// <summary>What a model ARIMA was fitted to, and how well it fits.</summary>
/// <param name="Order">Its terms.</param>
/// <param name="Autoregressive">φ, p of them.</param>
/// <param name="MovingAverage">θ, q of them.</param>
/// <param name="SeasonalAutoregressive">Φ, P of them.</param>
/// <param name="SeasonalMovingAverage">Θ, Q of them.</param>
/// <param name="Constant">c, the mean of the differenced rows, in the target's units; 0 where it is not fitted.</param>
/// <param name="Variance">σ² of the errors, by maximum likelihood.</param>
/// <param name="LogLikelihood">Of the differenced rows.</param>
/// <param name="Rows">n, the differenced training rows.</param>
internal sealed record ArimaParameters(
    ArimaOrder Order,
    IReadOnlyList<double> Autoregressive,
    IReadOnlyList<double> MovingAverage,
    IReadOnlyList<double> SeasonalAutoregressive,
    IReadOnlyList<double> SeasonalMovingAverage,
    double Constant,
    double Variance,
    double LogLikelihood,
    int Rows)
{
    /// <summary>k: coefficients, c where it is fitted, and the variance.</summary>
    public int ParameterCount => Order.Coefficients + (Order.HasConstant ? 1 : 0) + 1;

    /// <summary>
    /// Akaike's criterion corrected for few rows, −2 log L + 2k + 2k(k + 1)/(n − k − 1). Comparable between models of the
    /// same differences only.
    /// </summary>
    public double Aicc => (-2 * LogLikelihood) + (2 * ParameterCount) + Correction(ParameterCount, Rows);

    internal bool IsSound =>
        Order.IsInRange && Autoregressive.Count == Order.P && MovingAverage.Count == Order.Q
        && SeasonalAutoregressive.Count == Order.SeasonalP && SeasonalMovingAverage.Count == Order.SeasonalQ
        && double.IsFinite(Constant) && Polynomial().Prepare();

    /// <summary>2k(k + 1)/(n − k − 1); infinite for fewer rows than that takes.</summary>
    internal static double Correction(int parameters, int rows) =>
        rows > parameters + 1 ? 2.0 * parameters * (parameters + 1) / (rows - parameters - 1) : double.PositiveInfinity;

    internal ArimaPolynomial Polynomial()
    {
        var polynomial = new ArimaPolynomial(Order);
        polynomial.Set([.. Autoregressive, .. MovingAverage, .. SeasonalAutoregressive, .. SeasonalMovingAverage]);
        return polynomial;
    }
}
