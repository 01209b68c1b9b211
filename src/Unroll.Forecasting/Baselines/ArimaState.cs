namespace Unroll.Forecasting;

/// <summary>
/// The state of a model ARIMA, moved on by one value after the other: the Kalman filter of <see cref="ArimaLikelihood"/>.
/// </summary>
internal sealed class ArimaState
{
    private readonly double[] _phi, _gain, _change, _state, _spare, _differencing;
    private readonly double _constant;
    private double _variance, _scale;

    public ArimaState(ArimaParameters p)
    {
        ArimaPolynomial polynomial = p.Polynomial();
        polynomial.Prepare();
        int states = p.Order.States;
        (_phi, _gain, _change) = (polynomial.Rows, polynomial.FirstGain, [.. polynomial.FirstGain, 0]);
        (_state, _spare, _constant) = (new double[states + 1], new double[states + 1], p.Constant);
        (_variance, _scale) = (polynomial.FirstVariance, -1 / polynomial.FirstVariance);
        _differencing = Differencing(p.Order);
    }

    /// <summary>Moves on by the last of these values; does nothing while there are too few of them to be differenced.</summary>
    public void Observe(ReadOnlySpan<double> known)
    {
        if (known.Length < _differencing.Length)
            return;
        double row = -_constant;
        for (int k = 0; k < _differencing.Length; k++)
            row += _differencing[k] * known[^(k + 1)];
        double error = (row - _state[0]) / _variance, change = _change[0], share = change / _variance, growth = change * _scale;
        Advance(_state, error);
        for (int i = 0; i < _phi.Length; i++)
        {
            double moved = _change[i + 1] + (_phi[i] * change);
            _change[i] = moved - (_gain[i] * share);
            _gain[i] += moved * growth;
        }

        double next = Math.Max(1, _variance + (change * growth));
        (_scale, _variance) = (_scale * _variance / next, next);
    }

    /// <summary>The expected values of the next rows, over all of <paramref name="ahead"/>.</summary>
    /// <param name="known">The values that have been observed.</param>
    /// <param name="ahead">Is overwritten.</param>
    public void Forecast(ReadOnlySpan<double> known, Span<double> ahead)
    {
        _state.CopyTo(_spare, 0);
        for (int h = 0; h < ahead.Length; h++)
        {
            double value = _constant + _spare[0];
            for (int k = 1; k < _differencing.Length; k++)
                value -= _differencing[k] * (h - k >= 0 ? ahead[h - k] : known[^(k - h)]);
            ahead[h] = value;
            Advance(_spare, 0);
        }
    }

    private void Advance(double[] state, double error)
    {
        double first = state[0];
        for (int i = 0; i < _phi.Length; i++)
            state[i] = state[i + 1] + (_phi[i] * first) + (_gain[i] * error);
    }

    /// <summary>The coefficients of (1 − B)ᵈ(1 − Bᵐ)ᴰ.</summary>
    public static double[] Differencing(ArimaOrder order)
    {
        double[] product = [1];
        for (int i = 0; i < order.D; i++)
            product = Times(product, 1);
        for (int i = 0; i < order.SeasonalD; i++)
            product = Times(product, order.Period);
        return product;

        static double[] Times(double[] polynomial, int lag)
        {
            double[] longer = [.. polynomial, .. new double[lag]];
            for (int k = 0; k < polynomial.Length; k++)
                longer[k + lag] -= polynomial[k];
            return longer;
        }
    }
}
