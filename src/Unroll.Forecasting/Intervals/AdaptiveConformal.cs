namespace Unroll.Forecasting;

/// <summary>
/// Adaptive conformal inference: intervals around any point forecast that widen after misses and narrow after hits, so that in the long
/// run the nominal share of values lies inside even where the errors change over time. Gibbs and Candès (2021), equation 2.
/// </summary>
/// <remarks>
/// A score is an absolute error in units of how large errors have been lately, |e(t)| / s, where s ← λs + (1 − λ)|e| runs over the errors
/// known when the prediction was made (Lei et al. 2018, section 5.2, with a running scale); λ = 1 keeps s as it is. With target
/// α = 1 − level, the interval of a row is the split conformal one at level 1 − α(t) over the scores known so far, times s; once the row's
/// value is known, α(t + 1) = α(t) + γ(α − miss), where miss is 1 outside and 0 inside. Where α(t) asks for more than the known scores can
/// tell, the largest of them is used in place of an unbounded interval. One instance serves one step ahead.
/// </remarks>
public sealed class AdaptiveConformal
{
    /// <summary>The scale starts from the mean of this many errors.</summary>
    private const int FirstErrors = 20;
    private readonly Queue<double> _scores = new();
    private readonly Queue<double> _scales = new();
    private readonly List<double> _sorted = [];
    private readonly int _steps, _window;
    private readonly double _decay;
    private double _scale, _least = double.Epsilon;

    /// <param name="actual">The values of the calibration range, at least one, oldest first.</param>
    /// <param name="predicted">As many predictions for them, by a forecaster not fitted to them.</param>
    /// <param name="level">The nominal level, between 0 and 1.</param>
    /// <param name="steps">h, how many rows ahead all predictions are made.</param>
    /// <param name="rate">γ, how strongly a miss widens what follows; 0 leaves the level alone.</param>
    /// <param name="decay">λ, above 0 and at most 1; 0.94 is what RiskMetrics (1996) uses for daily prices.</param>
    /// <param name="window">How many of the newest scores count; 0 for all.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, or the level, the rate or the decay is out of range.</exception>
    public AdaptiveConformal(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, double level, int steps = 1, double rate = 0.01, double decay = 0.94, int window = 0)
    {
        Metrics.Check(actual, predicted);
        Metrics.CheckLevel(level);
        if (rate is not (>= 0 and < 1))
            throw new UnrollException($"An adaptation rate of {rate} is none. Give a number of at least 0 and below 1, for example 0.01.");
        if (decay is not (> 0 and <= 1))
            throw new UnrollException($"A decay of {decay} is none. Give a number above 0 and at most 1, for example 0.94.");
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        (Level, Rate, Alpha, _steps, _decay, _window) = (level, rate, 1 - level, steps, decay, window);
        int first = Math.Min(FirstErrors, actual.Length);
        _scale = Metrics.Mae(actual[..first], predicted[..first]);
        FillScales();
        for (int i = 0; i < actual.Length; i++)
            Learn(actual[i], predicted[i]);
        FillScales();
    }

    /// <summary>The nominal level, between 0 and 1.</summary>
    public double Level { get; }

    /// <summary>γ.</summary>
    public double Rate { get; }

    /// <summary>α(t), the share of misses that the next interval allows for: 1 − <see cref="Level"/> at first, then as the misses demand.</summary>
    public double Alpha { get; private set; }

    /// <summary>s, how large errors have been lately, in the target's units: the mean of the first at first.</summary>
    public double Scale => Math.Max(_scale, _least);

    /// <summary>The interval around a prediction made now, when all values told so far are known; nothing changes.</summary>
    public PredictionInterval Around(double prediction)
    {
        int rank = Math.Clamp(SplitConformal.Rank(_sorted.Count, Alpha), 0, _sorted.Count);
        double half = rank == 0 ? 0 : _sorted[rank - 1] * Scale;
        return new PredictionInterval(prediction - half, prediction + half, Level);
    }

    /// <summary>Tells what came where <paramref name="prediction"/> had been made, h rows before, and <paramref name="interval"/> been given around it.</summary>
    /// <exception cref="UnrollException">A value is not finite.</exception>
    public void Observe(double actual, double prediction, PredictionInterval interval)
    {
        Metrics.Check([actual], [prediction]);
        double miss = interval.Contains(actual) ? 0 : 1;
        Alpha = Math.Clamp(Alpha + (Rate * (1 - Level - miss)), -Rate, 1 + Rate);
        Learn(actual, prediction);
    }

    /// <summary>
    /// Intervals for a whole range, each from what was known when its prediction was made: that of row i uses the rows up to i − h. The
    /// first prediction is made when the last calibration row is known, as those of a <see cref="HorizonForecast"/> are. This instance has
    /// then been told the whole range.
    /// </summary>
    /// <param name="actual">n values, oldest first.</param>
    /// <param name="predicted">n predictions for them, each made h rows before.</param>
    /// <exception cref="UnrollException">Lengths differ, or a value is not finite.</exception>
    public PredictionInterval[] Over(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Metrics.Check(actual, predicted);
        var intervals = new PredictionInterval[actual.Length];
        for (int i = 0; i < actual.Length + _steps; i++)
        {
            int known = i - _steps;
            if (known >= 0)
                Observe(actual[known], predicted[known], intervals[known]);
            if (i < actual.Length)
                intervals[i] = Around(predicted[i]);
        }

        return intervals;
    }

    private void Learn(double actual, double prediction)
    {
        // What an error is measured by was known when its prediction was made, h rows before.
        double error = Math.Abs(actual - prediction), score = error / _scales.Dequeue();
        _least = Math.Max(_least, 1e-12 * Math.Max(Math.Abs(actual), Math.Abs(prediction)));
        _scale = (_decay * _scale) + ((1 - _decay) * error);
        _scales.Enqueue(Scale);
        _scores.Enqueue(score);
        int at = _sorted.BinarySearch(score);
        _sorted.Insert(at < 0 ? ~at : at, score);
        if (_window > 0 && _scores.Count > _window)
            _sorted.RemoveAt(_sorted.BinarySearch(_scores.Dequeue()));
    }

    /// <summary>The scale of each of the next h rows to be told is the present one: all were, or will be, predicted from here.</summary>
    private void FillScales()
    {
        _scales.Clear();
        for (int h = 0; h < _steps; h++)
            _scales.Enqueue(Scale);
    }
}
