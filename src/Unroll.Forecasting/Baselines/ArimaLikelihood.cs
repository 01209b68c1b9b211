using System.Numerics;

namespace Unroll.Forecasting;

/// <summary>
/// How likely differenced rows are under a model. The state space is that of Gardner, Harvey and Phillips (1980), algorithm AS 154. As the
/// covariance of a stationary state changes from row to row by a matrix of rank 1, the Kalman filter follows that one vector instead of the
/// matrix (Morf, Sidhu and Kailath 1974; Mélard 1984, algorithm AS 197), and stops to follow it where it changes no more. Variance and mean
/// that are most likely for the coefficients are found on the way.
/// </summary>
internal sealed class ArimaLikelihood
{
    /// <summary>Where the variance of a forecast is so near to that of the errors, the filter is at rest.</summary>
    private const double AtRest = 1e-13;

    private readonly double[] _rows, _errors, _meanErrors, _phi, _gain, _change, _state, _meanState;
    private readonly ArimaOrder _order;
    private readonly int _width;

    /// <param name="rows">Differenced, near 0 and of size 1.</param>
    /// <param name="order">The model.</param>
    public ArimaLikelihood(double[] rows, ArimaOrder order)
    {
        (_rows, _order) = (rows, order);
        Polynomial = new ArimaPolynomial(order);
        int lanes = Vector<double>.Count;
        _width = (order.States + lanes - 1) / lanes * lanes;
        (_phi, _gain, _change) = (new double[_width], new double[_width], new double[_width + lanes]);
        (_state, _meanState) = (new double[_width + lanes], new double[_width + lanes]);
        (_errors, _meanErrors) = (new double[rows.Length], new double[rows.Length]);
    }

    public ArimaPolynomial Polynomial { get; }

    /// <summary>The mean that is most likely for the last point.</summary>
    public double Mean { get; private set; }

    /// <summary>The variance that is most likely for the last point.</summary>
    public double Variance { get; private set; }

    /// <summary>−2 log L without n·(1 + log 2π), for the most likely mean and variance.</summary>
    /// <param name="point">As <see cref="ArimaPolynomial.SetTransformed"/> reads it.</param>
    public double Exact(double[] point)
    {
        const double Most = 1e100;
        Polynomial.SetTransformed(point);
        if (!Polynomial.Prepare())
            return double.PositiveInfinity;
        Polynomial.Rows.CopyTo(_phi, 0);
        Polynomial.FirstGain.CopyTo(_gain, 0);
        Polynomial.FirstGain.CopyTo(_change, 0);
        Array.Clear(_state);
        Array.Clear(_meanState);
        double variance = Polynomial.FirstVariance, scale = -1 / variance, logs = 0, product = 1;
        bool hasMean = _order.HasConstant, rests = false;
        double squares = 0, mixed = 0, weights = 0;
        foreach (double row in _rows)
        {
            double error = row - _state[0], meanError = hasMean ? 1 - _meanState[0] : 0;
            squares += error * error / variance;
            mixed += error * meanError / variance;
            weights += meanError * meanError / variance;
            if ((product *= variance) > Most)
                (logs, product) = (logs + Math.Log(product), 1);
            if (rests)
            {
                Rest(error, _state);
                if (hasMean)
                    Rest(meanError, _meanState);
            }
            else
            {
                double step = _change[0], next = variance + (step * step * scale);
                Follow(error / variance, meanError / variance, step / variance, step * scale, hasMean);
                scale *= variance / next;
                variance = next;
                rests = variance - 1 < AtRest;
                if (rests)
                    variance = 1;
            }
        }

        return Concentrate(squares, mixed, weights, _rows.Length) + logs + Math.Log(product);
    }

    /// <summary>
    /// n·log of the mean squared error where the first rows are taken as they are and the errors before the first forecast for 0, for the
    /// best mean: conditional least squares, which takes less time.
    /// </summary>
    /// <param name="point">As <see cref="ArimaPolynomial.SetTransformed"/> reads it.</param>
    public double Conditional(double[] point)
    {
        Polynomial.SetTransformed(point);
        int first = _order.AutoregressiveLags;
        bool hasMean = _order.HasConstant;
        double level = 1, squares = 0, mixed = 0, weights = 0;
        double[] phi = Polynomial.Rows, theta = Polynomial.Errors;
        foreach (int lag in Polynomial.RowLags)
            level -= phi[lag - 1];
        for (int t = first; t < _rows.Length; t++)
        {
            double error = _rows[t], meanError = level;
            foreach (int lag in Polynomial.RowLags)
                error -= phi[lag - 1] * _rows[t - lag];
            foreach (int lag in Polynomial.ErrorLags)
            {
                if (t - lag < first)
                    break;
                error -= theta[lag - 1] * _errors[t - lag];
                meanError -= theta[lag - 1] * _meanErrors[t - lag];
            }

            (_errors[t], _meanErrors[t]) = (error, hasMean ? meanError : 0);
            squares += error * error;
            mixed += error * _meanErrors[t];
            weights += _meanErrors[t] * _meanErrors[t];
        }

        return Concentrate(squares, mixed, weights, _rows.Length - first) * _rows.Length / (_rows.Length - first);
    }

    private double Concentrate(double squares, double mixed, double weights, int count)
    {
        const double Least = 1e-24;
        Mean = weights > 0 ? mixed / weights : 0;
        Variance = Math.Max(squares - (Mean * mixed), Least * count) / count;
        double deviance = count * Math.Log(Variance);
        return double.IsFinite(deviance) ? deviance : double.PositiveInfinity;
    }

    /// <summary>States, gain and its change move on by a row.</summary>
    private void Follow(double error, double meanError, double share, double growth, bool hasMean)
    {
        int lanes = Vector<double>.Count;
        double state = _state[0], meanState = _meanState[0], change = _change[0];
        for (int i = 0; i < _width; i += lanes)
        {
            Vector<double> phi = new(_phi, i), gain = new(_gain, i), moved = new Vector<double>(_change, i + 1) + (phi * change);
            (new Vector<double>(_state, i + 1) + (phi * state) + (gain * error)).CopyTo(_state, i);
            if (hasMean)
                (new Vector<double>(_meanState, i + 1) + (phi * meanState) + (gain * meanError)).CopyTo(_meanState, i);
            (moved - (gain * share)).CopyTo(_change, i);
            (gain + (moved * growth)).CopyTo(_gain, i);
        }
    }

    private void Rest(double error, double[] states)
    {
        int lanes = Vector<double>.Count;
        double state = states[0];
        for (int i = 0; i < _width; i += lanes)
        {
            Vector<double> moved = new Vector<double>(states, i + 1) + (new Vector<double>(_phi, i) * state);
            (moved + (new Vector<double>(_gain, i) * error)).CopyTo(states, i);
        }
    }
}
