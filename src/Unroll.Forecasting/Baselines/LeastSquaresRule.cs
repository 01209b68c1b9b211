namespace Unroll.Forecasting;

/// <summary>
/// A weighted sum of the newest values: p(t + 1) = c + Σ w(j)·a(t + 1 − j) over j = 1..L, the weights by least squares on the training
/// rows. Further ahead, predictions take the place of the values that are not known yet.
/// </summary>
internal sealed class LeastSquaresRule : BaselineRule
{
    /// <summary>
    /// More numbers than this, one a lag and row, are more than a baseline should take of the memory: 200 MB, and that several times.
    /// </summary>
    private const long MostNumbers = 25_000_000;

    internal const string DefaultName = "least squares";
    private readonly int? _given;
    private readonly double _ridge;
    private LinearRegression? _regression;

    /// <param name="lags">L, how many of the newest values it looks at; null for the split's window, as a network does.</param>
    /// <param name="ridge">λ of <see cref="LinearRegression"/>.</param>
    /// <exception cref="UnrollException">Fewer than 1 lag, or a ridge below 0.</exception>
    public LeastSquaresRule(int? lags = null, double ridge = 0)
    {
        if (lags < 1)
            throw new UnrollException($"Least squares on {lags} values sees nothing. Use at least 1.");
        if (!(ridge >= 0) || double.IsInfinity(ridge))
            throw new UnrollException($"A ridge of {ridge} is none. Give a number of at least 0.");
        (_given, _ridge) = (lags, ridge);
    }

    public LeastSquaresRule(double[] weights) => _regression = LinearRegression.Of(weights[..^1], weights[^1]);

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Weights: [.. Regression.Weights, Regression.Intercepts[0]]);

    /// <summary>The fitted weights; input 1 is the oldest of the L values, input L the newest.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public LinearRegression Regression =>
        _regression ?? throw new InvalidOperationException("The least squares forecaster has no weights yet. Call Fit first.");

    public override int NeededRows => Regression.Inputs;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        int lags = _given ?? split.Window, rows = split.Train.Count - lags;
        if (rows < 1)
            throw new UnrollException($"The training range {split.TrainRange} has {split.Train.Count} rows, too few for least squares on "
                + $"{lags} values. Use a longer training range or a shorter window.")
            { Subject = "train,window" };
        if ((long)rows * lags > MostNumbers)
            throw new UnrollException($"Least squares on {lags} values of each of {rows} rows takes too much memory. Use a shorter "
                + "training range or a shorter window.")
            { Subject = "train,window" };
        ReadOnlySpan<double> train = split.Train.Values;
        double[] inputs = new double[rows * lags];
        for (int row = 0; row < rows; row++)
            train.Slice(row, lags).CopyTo(inputs.AsSpan(row * lags));
        _regression = LinearRegression.Fit(inputs, train[lags..], rows, _ridge);
    }

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows) =>
        rows.Level.AsSpan().Fill(values[^1]);

    private protected override void Ahead(ReadOnlySpan<double> known, Span<double> ahead)
    {
        int lags = Regression.Inputs;
        double[] values = [.. known[^lags..], .. new double[ahead.Length]];
        for (int h = 0; h < ahead.Length; h++)
            ahead[h] = values[lags + h] = Regression.Predict(values.AsSpan(h, lags))[0];
    }
}
