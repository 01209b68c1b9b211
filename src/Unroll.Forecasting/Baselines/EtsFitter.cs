namespace Unroll.Forecasting;

/// <summary>
/// Fits one model of exponential smoothing: parameters and first states by maximum likelihood (for additive errors that is least
/// squares), from the first states of Hyndman et al. (2008), section 2.6.1.
/// </summary>
internal sealed class EtsFitter
{
    /// <summary>How many rows of states one model's search may compute: some seconds for all models.</summary>
    private const int Budget = 20_000_000;
    private const int Seasons = 4;
    private const double Lowest = 1e-4, Highest = 1 - Lowest, LeastDamped = 0.98, MostDamped = 0.8, Nearly = 1e-4, Closely = 1e-5;

    private readonly double[] _values;
    private readonly EtsModel _model;
    private readonly int _period;
    private readonly double _scale, _floor;
    private readonly EtsStart _start;
    private readonly double[] _season;

    /// <param name="values">Training values, finite.</param>
    /// <param name="model">The model to fit.</param>
    /// <param name="period">m; 1 where the model has no season.</param>
    public EtsFitter(double[] values, EtsModel model, int period)
    {
        (_values, _model, _period) = (values, model, period);
        _start = EtsStart.Of(values, model, period);
        _season = new double[period];
        double change = 0;
        for (int i = 1; i < values.Length; i++)
            change += Math.Abs(values[i] - values[i - 1]);
        double size = values.Max(Math.Abs);
        _scale = Math.Max(change / values.Length, 1e-9 * size);
        double rounding = model.Error == EtsError.Multiplicative ? 1e-12 : 1e-12 * size;
        _floor = values.Length * rounding * rounding;
    }

    private bool HasTrend => _model.Trend != EtsTrend.None;

    private bool HasSeason => _model.Season != EtsSeason.None;

    /// <summary>k: parameters, free states, variance.</summary>
    public int ParameterCount => SmoothingCount + (HasTrend ? 2 : 1) + (HasSeason ? _period - 1 : 0) + 1;

    private int SmoothingCount => 1 + (HasTrend ? 1 : 0) + (HasSeason ? 1 : 0) + (_model.Trend == EtsTrend.Damped ? 1 : 0);

    private int Evaluations => Math.Clamp(Budget / _values.Length, 200, 4000);

    /// <summary>The model of lowest AICc, fitted, among those that the values can tell apart; null where there is none.</summary>
    /// <remarks>
    /// All models are fitted from the first states that are read off the first rows. Only the four with the lowest AICc by then, which are
    /// rarely further apart than these states matter, have their first states fitted too, which takes twice as long.
    /// </remarks>
    /// <param name="values">Training values, finite.</param>
    /// <param name="models">The models to choose from.</param>
    /// <param name="period">m of the models with a season.</param>
    /// <param name="cancellationToken">Ends the search between two models.</param>
    public static EtsParameters? Best(double[] values, IEnumerable<EtsModel> models, int period, CancellationToken cancellationToken)
    {
        const int Refined = 4;
        var rough = new List<(EtsFitter Fitter, double[] Point, double Aicc)>();
        foreach (EtsModel model in models)
        {
            int rows = model.Season == EtsSeason.None ? 1 : period;
            if (rows > 1 && values.Length < 2 * rows)
                continue;
            var fitter = new EtsFitter(values, model, rows);
            if (values.Length < fitter.ParameterCount + 2)
                continue;
            double[] point = fitter.Rough(cancellationToken);
            EtsParameters fitted = fitter.Read(point);
            if (fitter.IsSound(fitted))
                rough.Add((fitter, point, fitted.Aicc));
        }

        EtsParameters? best = null;
        foreach ((EtsFitter fitter, double[] point, _) in rough.OrderBy(each => each.Aicc).Take(Refined))
        {
            EtsParameters fitted = fitter.Refine(point, cancellationToken);
            if (fitter.IsSound(fitted) && (best is null || fitted.Aicc < best.Aicc))
                best = fitted;
        }

        return best;
    }

    /// <summary>
    /// Whether a fit foresees the values at least about as well as the value before. The likelihood of relative errors can be high where
    /// expected values are next to 0 and errors thousands of times as large, as after a large shift of level.
    /// </summary>
    private bool IsSound(EtsParameters fitted)
    {
        const double MostTimesNaive = 2;
        if (!double.IsFinite(fitted.Aicc))
            return false;
        EtsState state = fitted.Start();
        double squares = 0, naive = 0;
        for (int row = 0; row < _values.Length; row++)
        {
            double error = _values[row] - state.Expected, change = row > 0 ? _values[row] - _values[row - 1] : 0;
            (squares, naive) = (squares + (error * error), naive + (change * change));
            state.Observe(_values[row]);
        }

        return squares <= (MostTimesNaive * naive) + _floor;
    }

    /// <summary>The smoothing parameters, level and trend that fit best, with the seasons as they are read off the first rows.</summary>
    private double[] Rough(CancellationToken cancellationToken)
    {
        double[]? best = null;
        foreach ((double alpha, double beta, double gamma) in new[] { (0.2, 0.1, 0.1), (0.8, 0.05, 0.3) })
        {
            cancellationToken.ThrowIfCancellationRequested();
            double[] first = [alpha, .. HasTrend ? [beta] : Array.Empty<double>(), .. HasSeason ? [gamma] : Array.Empty<double>(),
                .. _model.Trend == EtsTrend.Damped ? [0.5] : Array.Empty<double>(), 0, .. HasTrend ? [0.0] : Array.Empty<double>()];
            double[] found = NelderMead.Minimize(Deviance, first, Evaluations / 4, Nearly);
            if (best is null || Deviance(found) < Deviance(best))
                best = found;
        }

        return best!;
    }

    private EtsParameters Refine(double[] rough, CancellationToken cancellationToken)
    {
        double[] all = [.. rough, .. HasSeason ? new double[_period - 1] : []];
        for (int rounds = 0; rounds < 2; rounds++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            all = NelderMead.Minimize(Deviance, all, Evaluations / 2, Closely);
        }

        return Read(all);
    }

    private double Deviance(double[] point)
    {
        EtsState state = State(point, out _);
        return state.Judge(_values, _model.Error == EtsError.Multiplicative, _floor).Deviance;
    }

    private EtsParameters Read(double[] point)
    {
        EtsState state = State(point, out Smoothing p);
        double[] season = HasSeason ? [.. _season] : [];
        (double deviance, double squares) = state.Judge(_values, _model.Error == EtsError.Multiplicative, _floor);
        return new EtsParameters(
            _model, _period, p.Alpha, p.Beta, p.Gamma, p.Phi, p.Level, p.Trend, Array.AsReadOnly(season), squares, deviance, ParameterCount,
                _values.Length);
    }

    /// <summary>
    /// What a point of the search stands for. Its coordinates are α, β/α, γ/(1 − α) and the place of φ between its limits, each taken
    /// to the nearest value allowed; then the differences of level, trend and seasons from where the search starts, in mean changes
    /// from row to row, of which the last season's makes the sum what it was.
    /// </summary>
    private EtsState State(double[] point, out Smoothing smoothing)
    {
        int at = 0;
        double alpha = Share(point[at++]);
        double beta = HasTrend ? alpha * Share(point[at++]) : 0;
        double gamma = HasSeason ? (1 - alpha) * Share(point[at++]) : 0;
        double phi = _model.Trend == EtsTrend.Damped ? MostDamped + ((LeastDamped - MostDamped) * Math.Clamp(point[at++], 0, 1)) : 1;
        double level = _start.Level + (_scale * point[at++]);
        double trend = HasTrend ? _start.Trend + (_scale * point[at++] / 10) : 0;
        _start.Season.CopyTo(_season, 0);
        double unit = _model.Season == EtsSeason.Multiplicative ? _scale / Math.Max(Math.Abs(_start.Level), _scale) : _scale, sum = 0;
        for (int s = 0; at < point.Length; s++, at++)
        {
            _season[s] += unit * point[at];
            sum += unit * point[at];
        }

        _season[^1] -= sum;
        smoothing = new Smoothing(alpha, beta, gamma, phi, level, trend);
        return new EtsState(_model, alpha, beta, gamma, phi, level, trend, _season);

        static double Share(double coordinate) => Math.Clamp(coordinate, Lowest, Highest);
    }

    /// <summary>Parameters, level and trend of a point of the search.</summary>
    private readonly record struct Smoothing(double Alpha, double Beta, double Gamma, double Phi, double Level, double Trend);

    /// <summary>Level, trend and seasons before the first row, read off the first rows.</summary>
    internal sealed record EtsStart(double Level, double Trend, double[] Season)
    {
        /// <summary>
        /// Seasons are the mean differences from, or ratios to, a centred moving average over the first seasons, with mean 0 or 1; level
        /// and trend come from a line through the first ten values (two seasons where that is more) without their seasons.
        /// </summary>
        public static EtsStart Of(ReadOnlySpan<double> values, EtsModel model, int period)
        {
            double[] season = model.Season == EtsSeason.None ? new double[period] : SeasonalIndices.Decompose(
                values[..Math.Min(values.Length, Seasons * period)], period, model.Season != EtsSeason.Multiplicative);
            int count = Math.Min(values.Length, Math.Max(10, 2 * period));
            var plain = new double[count];
            for (int t = 0; t < count; t++)
                plain[t] = model.Season == EtsSeason.Multiplicative ? values[t] / season[t % period] : values[t] - season[t % period];
            double mean = plain.Average(), middle = (count + 1) / 2.0, products = 0, squares = 0;
            for (int t = 0; t < count; t++)
            {
                products += (t + 1 - middle) * (plain[t] - mean);
                squares += (t + 1 - middle) * (t + 1 - middle);
            }

            double slope = squares > 0 ? products / squares : 0;
            return model.Trend == EtsTrend.None ? new EtsStart(mean, 0, season) : new EtsStart(mean - (slope * middle), slope, season);
        }
    }
}
