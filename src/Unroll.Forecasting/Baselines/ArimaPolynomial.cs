namespace Unroll.Forecasting;

/// <summary>
/// The coefficients of a model, multiplied out: y(t) = Σ φ(k)·y(t − k) + e(t) + Σ θ(k)·e(t − k), and what its state knows before the first
/// row. It is set anew for each point of a search and allocates nothing then.
/// </summary>
internal sealed class ArimaPolynomial
{
    /// <summary>Partial autocorrelations are tanh of the coordinates of a search, which end here.</summary>
    private const double Furthest = 7;

    private readonly ArimaOrder _order;
    private readonly double[] _coefficients, _spare, _levinson, _covariances, _products, _responses;
    private readonly int[] _rowLags, _errorLags;

    public ArimaPolynomial(ArimaOrder order)
    {
        _order = order;
        int states = order.States, rows = order.AutoregressiveLags, errors = order.MovingAverageLags;
        (_coefficients, _spare) = (new double[order.Coefficients], new double[Math.Max(1, Math.Max(rows, order.Coefficients))]);
        (Rows, Errors) = (new double[states], new double[states]);
        _rowLags = Lags(order.P, order.SeasonalP);
        _errorLags = Lags(order.Q, order.SeasonalQ);
        _levinson = new double[rows * rows];
        (_covariances, _products, _responses) = (new double[states + errors + 1], new double[errors + 1], new double[states]);
        FirstGain = new double[states];
    }

    /// <summary>φ(k) at k − 1, as many as there are states.</summary>
    public double[] Rows { get; }

    /// <summary>θ(k) at k − 1, as many as there are states.</summary>
    public double[] Errors { get; }

    /// <summary>The k of which φ(k) may be other than 0.</summary>
    public ReadOnlySpan<int> RowLags => _rowLags;

    /// <summary>The k of which θ(k) may be other than 0.</summary>
    public ReadOnlySpan<int> ErrorLags => _errorLags;

    /// <summary>
    /// The covariance of the second row's state with the first row, in units of the variance of errors; after <see cref="Prepare"/>.
    /// </summary>
    public double[] FirstGain { get; }

    /// <summary>The variance of the first row, in units of that of errors; after <see cref="Prepare"/>.</summary>
    public double FirstVariance { get; private set; }

    /// <summary>Whether no root of a polynomial lies within 1.01 of the origin: R's forecast::auto.arima takes no other model.</summary>
    public bool IsSound
    {
        get
        {
            const double Nearest = 1.01;
            (int p, int q, int seasonal) = (_order.P, _order.Q, _order.SeasonalP);
            ReadOnlySpan<double> all = _coefficients;
            double far = Math.Pow(Nearest, _order.Period);
            return Inside(all[..p], Nearest, 1) && Inside(all.Slice(p, q), Nearest, -1)
                && Inside(all.Slice(p + q, seasonal), far, 1) && Inside(all[(p + q + seasonal)..], far, -1);
        }
    }

    public ReadOnlySpan<double> Coefficients => _coefficients;

    /// <summary>
    /// Reads φ, θ, Φ, Θ off the coordinates of a search, which are inverse hyperbolic tangents of partial autocorrelations, so that every
    /// point is stationary and invertible: Barndorff-Nielsen and Schou (1973), Monahan (1984).
    /// </summary>
    public void SetTransformed(ReadOnlySpan<double> point)
    {
        int at = 0;
        Block(_order.P, 1, point);
        Block(_order.Q, -1, point);
        Block(_order.SeasonalP, 1, point);
        Block(_order.SeasonalQ, -1, point);
        Multiply();

        void Block(int count, int sign, ReadOnlySpan<double> coordinates)
        {
            Span<double> own = _coefficients.AsSpan(at, count);
            for (int k = 0; k < count; k++)
            {
                double partial = Math.Tanh(Math.Clamp(coordinates[at + k], -Furthest, Furthest));
                own[..k].CopyTo(_spare);
                for (int i = 0; i < k; i++)
                    own[i] -= partial * _spare[k - 1 - i];
                own[k] = partial;
            }

            for (int k = 0; k < count; k++)
                own[k] *= sign;
            at += count;
        }
    }

    /// <summary>Takes φ, θ, Φ, Θ as they are.</summary>
    public void Set(ReadOnlySpan<double> coefficients)
    {
        coefficients.CopyTo(_coefficients);
        Multiply();
    }

    /// <summary>
    /// What is known before the first row, from the autocovariances of rows: those of the autoregressive part by Levinson's recursion
    /// backwards and forwards, then the moving average of these. False where it is not stationary.
    /// </summary>
    public bool Prepare()
    {
        int rows = _order.AutoregressiveLags, errors = _order.MovingAverageLags, states = Rows.Length;
        if (!Autocovariances(rows, states + errors))
            return false;
        for (int k = 0; k <= errors; k++)
        {
            double sum = k == 0 ? 1 : Errors[k - 1];
            for (int i = 0; i < errors - k; i++)
                sum += Errors[i] * Errors[i + k];
            _products[k] = sum;
        }

        Array.Clear(_responses);
        _responses[0] = 1;
        for (int j = 1; j < states; j++)
        {
            double response = Errors[j - 1];
            foreach (int lag in _rowLags)
            {
                if (lag > j)
                    break;
                response += Rows[lag - 1] * _responses[j - lag];
            }

            _responses[j] = response;
        }

        FirstVariance = OfRows(0, errors);
        Array.Clear(FirstGain);
        for (int h = 0; h < rows; h++)
            _spare[h] = OfRows(h, errors);

        foreach (int lag in _rowLags)
        {
            for (int i = 0; i < lag; i++)
                FirstGain[i] += Rows[lag - 1] * _spare[lag - 1 - i];
        }

        foreach (int lag in _errorLags)
        {
            for (int i = 0; i < lag; i++)
                FirstGain[i] += Errors[lag - 1] * _responses[lag - 1 - i];
        }

        return double.IsFinite(FirstVariance) && FirstVariance > 0;
    }

    /// <summary>γ(h) of the rows.</summary>
    private double OfRows(int h, int errors)
    {
        double sum = _products[0] * _covariances[h];
        for (int k = 1; k <= errors; k++)
            sum += _products[k] * (_covariances[h + k] + _covariances[Math.Abs(h - k)]);
        return sum;
    }

    /// <summary>γ of the autoregressive part alone.</summary>
    private bool Autocovariances(int rows, int count)
    {
        double variance = 1;
        Rows.AsSpan(0, rows).CopyTo(_levinson.AsSpan(rows * Math.Max(0, rows - 1)));
        for (int order = rows; order >= 1; order--)
        {
            Span<double> own = _levinson.AsSpan((order - 1) * rows, order);
            double partial = own[order - 1], rest = 1 - (partial * partial);
            if (!(rest > 0))
                return false;
            variance /= rest;
            if (order == 1)
                break;
            Span<double> lower = _levinson.AsSpan((order - 2) * rows, order - 1);
            for (int i = 0; i < order - 1; i++)
                lower[i] = (own[i] + (partial * own[order - 2 - i])) / rest;
        }

        _covariances[0] = variance;
        for (int h = 1; h < count; h++)
        {
            double sum = 0;
            if (h <= rows)
            {
                ReadOnlySpan<double> own = _levinson.AsSpan((h - 1) * rows, h);
                for (int k = 1; k <= h; k++)
                    sum += own[k - 1] * _covariances[h - k];
            }
            else
            {
                foreach (int lag in _rowLags)
                    sum += Rows[lag - 1] * _covariances[h - lag];
            }

            _covariances[h] = sum;
        }

        return true;
    }

    private void Multiply()
    {
        (int p, int q, int seasonalP, int seasonalQ) = (_order.P, _order.Q, _order.SeasonalP, _order.SeasonalQ);
        ReadOnlySpan<double> all = _coefficients;
        Expand(Rows, all[..p], all.Slice(p + q, seasonalP), -1);
        Expand(Errors, all.Slice(p, q), all.Slice(p + q + seasonalP, seasonalQ), 1);
    }

    private void Expand(double[] product, ReadOnlySpan<double> ordinary, ReadOnlySpan<double> seasonal, int sign)
    {
        Array.Clear(product);
        for (int i = 0; i < ordinary.Length; i++)
            product[i] += ordinary[i];
        for (int j = 0; j < seasonal.Length; j++)
        {
            int season = (j + 1) * _order.Period;
            product[season - 1] += seasonal[j];
            for (int i = 0; i < ordinary.Length; i++)
                product[season + i] += sign * seasonal[j] * ordinary[i];
        }
    }

    private int[] Lags(int ordinary, int seasonal) =>
    [
        .. Enumerable.Range(0, seasonal + 1).SelectMany(j => Enumerable.Range(0, ordinary + 1).Select(i => (j * _order.Period) + i))
            .Where(lag => lag > 0).Distinct().Order(),
    ];

    /// <summary>Whether all roots of 1 − Σ sign·c(k)·zᵏ are further from 0 than a distance: Levinson's recursion backwards.</summary>
    private static bool Inside(ReadOnlySpan<double> coefficients, double distance, int sign)
    {
        Span<double> own = stackalloc double[ArimaOrder.MostTerms], lower = stackalloc double[ArimaOrder.MostTerms];
        double power = sign;
        for (int k = 0; k < coefficients.Length; k++)
            own[k] = coefficients[k] * (power *= distance);
        for (int order = coefficients.Length; order >= 1; order--)
        {
            double partial = own[order - 1], rest = 1 - (partial * partial);
            if (!(rest > 0))
                return false;
            for (int i = 0; i < order - 1; i++)
                lower[i] = (own[i] + (partial * own[order - 2 - i])) / rest;
            lower[..(order - 1)].CopyTo(own);
        }

        return true;
    }
}
