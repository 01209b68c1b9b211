namespace Unroll.Forecasting;

/// <summary>
/// The choice of a model ARIMA by steps from one to a similar one, as long as AICc gets lower: Hyndman and Khandakar (2008), Automatic time
/// series forecasting: the forecast package for R, section 3.2, in the order of R's forecast::auto.arima. Differences come first
/// (<see cref="ArimaDifferences"/>); long series, and long seasons, are searched by conditional least squares.
/// </summary>
internal sealed class ArimaSearch
{
    internal const int ModelsAtMost = 94;
    private const int LongSeries = 150, LongSeason = 12, ShortSeries = 10;

    /// <summary>What a step changes of p, q, P and Q.</summary>
    private static readonly (int P, int Q, int SeasonalP, int SeasonalQ)[] s_steps =
    [
        (0, 0, -1, 0), (0, 0, 0, -1), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, -1, -1), (0, 0, -1, 1), (0, 0, 1, -1), (0, 0, 1, 1),
        (-1, 0, 0, 0), (0, -1, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (-1, -1, 0, 0), (-1, 1, 0, 0), (1, -1, 0, 0), (1, 1, 0, 0),
    ];

    private readonly ArimaFitter _fitter;
    private readonly ArimaOrder _differences, _most;
    private readonly int _rows, _models;
    private readonly bool _isExact, _choosesConstant;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<ArimaOrder, ArimaFit> _fits = [];
    private ArimaFit? _best;

    private ArimaSearch(int rows, double[] differences, ArimaOrder order, int models, CancellationToken cancellationToken)
    {
        int period = order.Period, terms = rows / 3, seasonal = period > 1 ? rows / 3 / period : 0;
        (_rows, _models, _differences, _cancellationToken) = (rows, models, order, cancellationToken);
        _fitter = new ArimaFitter(differences);
        int mostP = Math.Min(ArimaOrder.MostSeasonalTerms, seasonal), most = Math.Min(ArimaOrder.MostTerms, terms);
        most = mostP > 0 ? Math.Min(most, period - 1) : most;
        _most = new ArimaOrder(most, order.D, most, mostP, order.SeasonalD, mostP, period);
        _isExact = rows <= LongSeries && period <= LongSeason;
        _choosesConstant = order.D + order.SeasonalD <= 1;
    }

    /// <summary>The model of lowest AICc that is found, fitted; null where the values are too few for any.</summary>
    /// <param name="values">Training values, finite.</param>
    /// <param name="period">m; 1 for no season.</param>
    /// <param name="models">How many models are fitted at most.</param>
    /// <param name="cancellationToken">Ends the search between two models.</param>
    public static ArimaParameters? Best(double[] values, int period, int models, CancellationToken cancellationToken)
    {
        int seasonal = ArimaDifferences.Seasonal(values, period);
        double[] once = seasonal > 0 ? ArimaDifferences.Of(values, period) : values;
        var order = new ArimaOrder(0, ArimaDifferences.Ordinary(once), 0, 0, seasonal, 0, period);
        double[] differences = ArimaDifferences.Of(values, order);
        if (differences.Length < 3)
            return null;
        var search = new ArimaSearch(values.Length, differences, order, models, cancellationToken);
        ArimaFit? found = ArimaDifferences.IsConstant(differences) ? null : search.Run();
        return search._fitter.Read(found ?? search.Null());
    }

    /// <summary>One model, fitted; null where the values are too few for it.</summary>
    public static ArimaParameters? Of(double[] values, ArimaOrder order)
    {
        if (values.Length - order.LostRows < 3)
            return null;
        var fitter = new ArimaFitter(ArimaDifferences.Of(values, order));
        ArimaFit fit = fitter.Fit(order, null, true);
        return fitter.Read(fit) is var read && double.IsFinite(read.LogLikelihood) && double.IsFinite(read.Aicc) ? read : null;
    }

    /// <summary>Only differences and the constant that they leave.</summary>
    private ArimaFit Null() => new(_differences with { HasConstant = _choosesConstant }, [], double.PositiveInfinity);

    private ArimaFit? Run()
    {
        (int p, int seasonal) = (Math.Min(1, _most.P), Math.Min(1, _most.SeasonalP));
        int first = Math.Min(_rows < ShortSeries ? 1 : 2, _most.P), firstSeasonal = _rows < ShortSeries ? 0 : seasonal;
        Try(first, first, firstSeasonal, firstSeasonal, _choosesConstant);
        Try(0, 0, 0, 0, _choosesConstant);
        Try(p, 0, seasonal, 0, _choosesConstant);
        Try(0, p, 0, seasonal, _choosesConstant);
        if (_choosesConstant)
            Try(0, 0, 0, 0, false);
        while (Step())
        {
        }

        if (_isExact)
            return _best is { Criterion: < double.PositiveInfinity } ? _best : null;
        foreach (ArimaFit rough in _fits.Values.Where(fit => double.IsFinite(fit.Criterion)).OrderBy(fit => fit.Criterion))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            ArimaFit fit = _fitter.Fit(rough.Order, rough, true);
            if (double.IsFinite(fit.Criterion))
                return fit;
        }

        return null;
    }

    /// <summary>Tries models that are similar to the best until one is better; false where none is.</summary>
    private bool Step()
    {
        ArimaOrder at = _best!.Order;
        foreach ((int p, int q, int seasonalP, int seasonalQ) in s_steps)
        {
            if (Try(at.P + p, at.Q + q, at.SeasonalP + seasonalP, at.SeasonalQ + seasonalQ, at.HasConstant))
                return true;
        }

        return _choosesConstant && Try(at.P, at.Q, at.SeasonalP, at.SeasonalQ, !at.HasConstant);
    }

    /// <summary>Fits a model that has not been, if it is one; whether it is the best by now.</summary>
    private bool Try(int p, int q, int seasonalP, int seasonalQ, bool hasConstant)
    {
        bool isOne = p >= 0 && p <= _most.P && q >= 0 && q <= _most.Q
            && seasonalP >= 0 && seasonalP <= _most.SeasonalP && seasonalQ >= 0 && seasonalQ <= _most.SeasonalQ;
        if (!isOne)
            return false;
        ArimaOrder order = _differences with { P = p, Q = q, SeasonalP = seasonalP, SeasonalQ = seasonalQ, HasConstant = hasConstant };
        if (_fits.Count >= _models || _fits.ContainsKey(order))
            return false;
        _cancellationToken.ThrowIfCancellationRequested();
        ArimaFit fit = _fitter.Fit(order, _best, _isExact);
        _fits.Add(order, fit);
        if (_best is not null && !(fit.Criterion < _best.Criterion))
            return false;
        _best = fit;
        return true;
    }
}
