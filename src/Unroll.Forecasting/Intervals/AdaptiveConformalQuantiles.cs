namespace Unroll.Forecasting;

/// <summary>
/// Conformalised quantile regression that adapts over time: the intervals of a model that says itself how sure it is, stretched about
/// their medians until they hold the nominal share of the values. Romano, Patterson and Candès (2019), with the score of Kivaranovic,
/// Johnson and Leeb (2020).
/// </summary>
/// <remarks>
/// With quantiles l ≤ m ≤ u a value y has the score f = (y − m)/(u − m) above the median and (m − y)/(m − l) below it: by how much the
/// interval must be stretched to reach it. The interval of a row is [m − F(m − l), m + F(u − m)], where F is what
/// <see cref="AdaptiveConformal"/> takes for the half width of errors f: the ⌈(n + 1)(1 − α)⌉-th smallest score in units of how large
/// scores have been lately, with an α that misses widen and hits narrow. The promise is that of any conformal score. Where a model is
/// equally sure of all rows, these are the intervals of <see cref="AdaptiveConformal"/>. Unlike the difference y − u, the score has no
/// unit, a stretched interval never turns over, and rows that the model is sure of are corrected by little. One instance serves one step
/// ahead.
/// </remarks>
public sealed class AdaptiveConformalQuantiles
{
    /// <summary>No side is taken to be shorter than this share of the interval, so that a value beside a quantile that is the median has a score.</summary>
    private const double LeastShare = 0.05;

    private readonly AdaptiveConformal _stretch;

    /// <param name="actual">The values of the calibration range, at least one, oldest first.</param>
    /// <param name="predicted">As many predictions for them, by a model not fitted to them.</param>
    /// <param name="level">The nominal level, between 0 and 1: that of the quantiles.</param>
    /// <param name="steps">h, how many rows ahead all predictions are made.</param>
    /// <param name="rate">γ, how strongly a miss widens what follows; 0 leaves the level alone.</param>
    /// <param name="decay">λ, above 0 and at most 1: how slowly what is meant by lately passes.</param>
    /// <param name="window">How many of the newest scores count; 0 for all.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, quantiles cross, or the level, the rate or the decay is out of range.</exception>
    public AdaptiveConformalQuantiles(ReadOnlySpan<double> actual, ReadOnlySpan<CentralQuantiles> predicted, double level, int steps = 1, double rate = 0.01, double decay = 0.94, int window = 0) =>
        _stretch = new AdaptiveConformal(Scores(actual, predicted), new double[actual.Length], level, steps, rate, decay, window);

    /// <summary>The nominal level, between 0 and 1.</summary>
    public double Level => _stretch.Level;

    /// <summary>α(t), the share of misses that the next interval allows for.</summary>
    public double Alpha => _stretch.Alpha;

    /// <summary>F, by how much the next interval is stretched.</summary>
    public double Factor => _stretch.Around(0).Upper;

    /// <summary>The interval for a prediction made now, when all values told so far are known; nothing changes.</summary>
    /// <exception cref="UnrollException">A quantile is not finite, or they cross.</exception>
    public PredictionInterval Around(CentralQuantiles predicted) => Stretched(predicted, Factor);

    /// <summary>Tells what came where <paramref name="predicted"/> had been said, h rows before, and <paramref name="interval"/> been given for it.</summary>
    /// <exception cref="UnrollException">A value is not finite, or the quantiles cross.</exception>
    public void Observe(double actual, CentralQuantiles predicted, PredictionInterval interval)
    {
        double score = Score(actual, predicted), end = interval.Contains(actual) ? score : -1;
        _stretch.Observe(score, 0, new PredictionInterval(-1, end, Level));
    }

    /// <summary>
    /// Intervals for a whole range, each from what was known when its prediction was made, as <see cref="AdaptiveConformal.Over"/>. This
    /// instance has then been told the whole range.
    /// </summary>
    /// <param name="actual">n values, oldest first.</param>
    /// <param name="predicted">n predictions for them, each made h rows before.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, or quantiles cross.</exception>
    public PredictionInterval[] Over(ReadOnlySpan<double> actual, ReadOnlySpan<CentralQuantiles> predicted)
    {
        PredictionInterval[] factors = _stretch.Over(Scores(actual, predicted), new double[actual.Length]);
        var intervals = new PredictionInterval[factors.Length];
        for (int i = 0; i < intervals.Length; i++)
            intervals[i] = Stretched(predicted[i], factors[i].Upper);
        return intervals;
    }

    private PredictionInterval Stretched(CentralQuantiles predicted, double factor)
    {
        (double below, double above) = Sides(predicted);
        return new PredictionInterval(predicted.Median - (factor * below), predicted.Median + (factor * above), Level);
    }

    private static double[] Scores(ReadOnlySpan<double> actual, ReadOnlySpan<CentralQuantiles> predicted)
    {
        if (actual.Length != predicted.Length)
            throw new UnrollException($"There are {actual.Length} actual values but {predicted.Length} predictions. Give one prediction for each.");
        var scores = new double[actual.Length];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = Score(actual[i], predicted[i]);
        return scores;
    }

    private static double Score(double actual, CentralQuantiles predicted)
    {
        (double below, double above) = Sides(predicted);
        return actual >= predicted.Median ? (actual - predicted.Median) / above : (predicted.Median - actual) / below;
    }

    private static (double Below, double Above) Sides(CentralQuantiles predicted)
    {
        (double lower, double median, double upper) = predicted;
        if (!double.IsFinite(lower) || !double.IsFinite(median) || !double.IsFinite(upper))
            throw new UnrollException($"The quantiles {lower}, {median} and {upper} are not all finite. Train the model again, with a smaller learning rate.");
        if (lower > median || median > upper)
            throw new UnrollException($"The quantiles {lower}, {median} and {upper} cross. Sort each row's quantiles.");
        double least = Math.Max(LeastShare * (upper - lower), Math.Max(1e-9 * Math.Abs(median), 1e-300));
        return (Math.Max(median - lower, least), Math.Max(upper - median, least));
    }
}
