namespace Unroll.Forecasting;

/// <summary>
/// Conformalised quantile regression that adapts over time: the intervals of a model that says itself how sure it is, made wider or
/// narrower until they hold the nominal share of the values. Romano, Patterson and Candès (2019), scores in units of the width (CQR-r of
/// Sesia and Candès 2020), the share of misses adapted as <see cref="AdaptiveConformal"/> does it.
/// </summary>
/// <remarks>
/// For quantiles l and u of a width w = u − l the score of a value y is max(l − y, y − u) / w: by how many widths it is outside, below 0
/// inside. The interval of a row is [l − Qw, u + Qw], where Q is the ⌈(n + 1)(1 − α(t))⌉-th smallest score known so far, with an α(t) that
/// misses lower and hits raise. The promise is that of any conformal score. In units of the width, rows that the model is sure of are
/// changed by little, the unit of the target does not matter, and no interval turns over: a score is never below −½. Where the
/// median would be outside, the interval ends there. One instance serves one step ahead.
/// </remarks>
public sealed class AdaptiveConformalQuantiles
{
    /// <summary>Of |y − (l + u)/2| / w, which is the score and ½ more.</summary>
    private readonly AdaptiveConformal _distance;

    /// <param name="actual">The values of the calibration range, at least one, oldest first.</param>
    /// <param name="predicted">As many predictions for them, by a model not fitted to them.</param>
    /// <param name="level">The nominal level, between 0 and 1: that of the quantiles.</param>
    /// <param name="steps">h, how many rows ahead all predictions are made.</param>
    /// <param name="rate">γ, how strongly a miss widens what follows; 0 leaves the level alone.</param>
    /// <param name="decay">
    /// λ, above 0 and at most 1. Below 1 the distance of a value from the middle counts in units of how large distances have been lately; a
    /// model that says itself how sure it is needs that less than others, and 1, which leaves it out, measured better.
    /// </param>
    /// <param name="window">How many of the newest scores count; 0 for all.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, quantiles cross, or the level, the rate or the decay is out of range.</exception>
    public AdaptiveConformalQuantiles(ReadOnlySpan<double> actual, ReadOnlySpan<CentralQuantiles> predicted, double level, int steps = 1, double rate = 0.01, double decay = 1, int window = 0) =>
        _distance = new AdaptiveConformal(Distances(actual, predicted), new double[actual.Length], level, steps, rate, decay, window);

    /// <summary>The nominal level, between 0 and 1.</summary>
    public double Level => _distance.Level;

    /// <summary>α(t), the share of misses that the next interval allows for.</summary>
    public double Alpha => _distance.Alpha;

    /// <summary>Q, the widths that the next interval is extended by on each side: 0 where the model needs no correction, below 0 where it is too careful.</summary>
    public double Correction => _distance.Around(0).Upper - 0.5;

    /// <summary>The interval for a prediction made now, when all values told so far are known; nothing changes.</summary>
    /// <exception cref="UnrollException">A quantile is not finite, or they cross.</exception>
    public PredictionInterval Around(CentralQuantiles predicted) => Corrected(predicted, _distance.Around(0).Upper);

    /// <summary>Tells what came where <paramref name="predicted"/> had been said, h rows before, and <paramref name="interval"/> been given for it.</summary>
    /// <exception cref="UnrollException">A value is not finite, or the quantiles cross.</exception>
    public void Observe(double actual, CentralQuantiles predicted, PredictionInterval interval)
    {
        double distance = Distance(actual, predicted);
        _distance.Observe(distance, 0, new PredictionInterval(-1, interval.Contains(actual) ? distance : -1, Level));
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
        PredictionInterval[] distances = _distance.Over(Distances(actual, predicted), new double[actual.Length]);
        var intervals = new PredictionInterval[distances.Length];
        for (int i = 0; i < intervals.Length; i++)
            intervals[i] = Corrected(predicted[i], distances[i].Upper);
        return intervals;
    }

    private PredictionInterval Corrected(CentralQuantiles predicted, double distance)
    {
        double by = (distance - 0.5) * Width(predicted);
        return new PredictionInterval(Math.Min(predicted.Lower - by, predicted.Median), Math.Max(predicted.Upper + by, predicted.Median), Level);
    }

    private static double[] Distances(ReadOnlySpan<double> actual, ReadOnlySpan<CentralQuantiles> predicted)
    {
        if (actual.Length != predicted.Length)
            throw new UnrollException($"There are {actual.Length} actual values but {predicted.Length} predictions. Give one prediction for each.");
        var distances = new double[actual.Length];
        for (int i = 0; i < distances.Length; i++)
            distances[i] = Distance(actual[i], predicted[i]);
        return distances;
    }

    private static double Distance(double actual, CentralQuantiles predicted) =>
        Math.Max(0, (Math.Max(predicted.Lower - actual, actual - predicted.Upper) / Width(predicted)) + 0.5);

    private static double Width(CentralQuantiles predicted)
    {
        (double lower, double median, double upper) = predicted;
        if (!double.IsFinite(lower) || !double.IsFinite(median) || !double.IsFinite(upper))
            throw new UnrollException($"The quantiles {lower}, {median} and {upper} are not all finite. Train the model again, with a smaller learning rate.");
        if (lower > median || median > upper)
            throw new UnrollException($"The quantiles {lower}, {median} and {upper} cross. Sort each row's quantiles.");
        return Math.Max(upper - lower, Math.Max(1e-9 * Math.Abs(median), 1e-300));
    }
}
