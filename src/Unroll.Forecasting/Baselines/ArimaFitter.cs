namespace Unroll.Forecasting;

/// <summary>A model at a point of its search.</summary>
/// <param name="Order">The model.</param>
/// <param name="Point">As <see cref="ArimaPolynomial.SetTransformed"/> reads it.</param>
/// <param name="Criterion">AICc, or by conditional least squares what stands for it; infinite for a model that is not taken.</param>
internal sealed record ArimaFit(ArimaOrder Order, double[] Point, double Criterion);

/// <summary>Fits models of the same differences to one series.</summary>
internal sealed class ArimaFitter
{
    private const int RoughIterations = 30, Iterations = 60;
    private const double Roughly = 1e-3, Closely = 1e-6;

    private readonly double[] _rows, _centred;
    private readonly double _mean, _scale, _spread;

    /// <param name="differences">The differenced rows.</param>
    public ArimaFitter(double[] differences)
    {
        _mean = differences.Average();
        _centred = Array.ConvertAll(differences, row => row - _mean);
        (_scale, _spread) = (Size(differences), Size(_centred));
        _rows = Array.ConvertAll(differences, row => row / _scale);
        for (int t = 0; t < _centred.Length; t++)
            _centred[t] /= _spread;

        static double Size(double[] values) =>
            Math.Sqrt(values.Sum(value => value * value) / values.Length) is > 0 and double size ? size : 1;
    }

    /// <summary>
    /// A fit by exact maximum likelihood, or by conditional least squares: from where all coefficients are 0 by the latter, and from the
    /// coefficients of a similar model.
    /// </summary>
    public ArimaFit Fit(ArimaOrder order, ArimaFit? similar, bool isExact)
    {
        ArimaLikelihood likelihood = Of(order);
        int terms = order.Coefficients, parameters = terms + (order.HasConstant ? 1 : 0) + 1;
        double correction = (2 * parameters) + ArimaParameters.Correction(parameters, _rows.Length);
        if (!double.IsFinite(correction) || _rows.Length <= order.AutoregressiveLags + parameters)
            return new ArimaFit(order, new double[terms], double.PositiveInfinity);
        Func<double[], double> conditional = likelihood.Conditional, exact = likelihood.Exact;
        (double[] point, double value) = QuasiNewton.Minimize(conditional, new double[terms], RoughIterations, isExact ? Roughly : Closely);
        double[]? other = similar is null ? null : Transfer(similar, order);
        if (other is not null && !isExact && conditional(other) < value)
            (point, value) = QuasiNewton.Minimize(conditional, other, RoughIterations, Closely);
        if (isExact)
        {
            if (other is not null && exact(other) < exact(point))
                point = other;
            (point, value) = QuasiNewton.Minimize(exact, point, Iterations, Closely);
        }

        likelihood.Polynomial.SetTransformed(point);
        bool isTaken = likelihood.Polynomial.IsSound && double.IsFinite(value);
        return new ArimaFit(order, point, isTaken ? value + ScalingTerm(order) + correction : double.PositiveInfinity);
    }

    /// <summary>Coefficients, constant and variance of a fit.</summary>
    public ArimaParameters Read(ArimaFit fit)
    {
        ArimaOrder order = fit.Order;
        ArimaLikelihood likelihood = Of(order);
        double deviance = likelihood.Exact(fit.Point) + ScalingTerm(order), scale = order.HasConstant ? _spread : _scale;
        double[] all = likelihood.Polynomial.Coefficients.ToArray();
        int at = 0;
        double[] Next(int count) => all[at..(at += count)];
        return new ArimaParameters(
            order,
            Array.AsReadOnly(Next(order.P)),
            Array.AsReadOnly(Next(order.Q)),
            Array.AsReadOnly(Next(order.SeasonalP)),
            Array.AsReadOnly(Next(order.SeasonalQ)),
            order.HasConstant ? _mean + (_spread * likelihood.Mean) : 0,
            scale * scale * likelihood.Variance,
            -deviance / 2,
            _rows.Length);
    }

    private ArimaLikelihood Of(ArimaOrder order) => new(order.HasConstant ? _centred : _rows, order);

    /// <summary>What −2 log L of the rows as they are has more than that of the scaled ones.</summary>
    private double ScalingTerm(ArimaOrder order) =>
        _rows.Length * (1 + Math.Log(2 * Math.PI) + (2 * Math.Log(order.HasConstant ? _spread : _scale)));

    /// <summary>The point of a model at which it says nearly what a similar one says: terms that are new are 0.</summary>
    private static double[] Transfer(ArimaFit from, ArimaOrder to)
    {
        var point = new double[to.Coefficients];
        (int source, int target) = (0, 0);
        Block(from.Order.P, to.P);
        Block(from.Order.Q, to.Q);
        Block(from.Order.SeasonalP, to.SeasonalP);
        Block(from.Order.SeasonalQ, to.SeasonalQ);
        return point;

        void Block(int old, int own)
        {
            Array.Copy(from.Point, source, point, target, Math.Min(old, own));
            (source, target) = (source + old, target + own);
        }
    }
}
