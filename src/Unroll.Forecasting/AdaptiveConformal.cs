namespace Unroll.Forecasting;

/// <summary>
/// Adaptive conformal inference: intervals around any point forecast that widen after misses and narrow after hits, so that in the long
/// run the nominal share of values lies inside even where the errors change over time. Gibbs and Candès (2021), equation 2.
/// </summary>
/// <remarks>
/// With target α = 1 − level, the interval of a row is the split conformal one at level 1 − α(t) over the errors known so far; once the
/// row's value is known, α(t + 1) = α(t) + γ(α − miss), where miss is 1 outside and 0 inside. Where α(t) asks for more than the known
/// errors can tell, the largest of them is used in place of an unbounded interval. One instance serves one step ahead: h rows ahead,
/// an interval is judged h rows later (<see cref="Over"/> does that).
/// </remarks>
public sealed class AdaptiveConformal
{
    private readonly Queue<double> _errors = new();
    private readonly List<double> _sorted = [];
    private readonly int _window;

    /// <param name="actual">The values of the calibration range, at least one.</param>
    /// <param name="predicted">As many predictions for them, by a forecaster not fitted to them.</param>
    /// <param name="level">The nominal level, between 0 and 1.</param>
    /// <param name="rate">γ, how strongly a miss widens what follows: 0 leaves the level alone. Gibbs and Candès use 0.005.</param>
    /// <param name="window">How many of the newest errors count; 0 for all.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, or the level or the rate is out of range.</exception>
    public AdaptiveConformal(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, double level, double rate = 0.005, int window = 0)
    {
        Metrics.Check(actual, predicted);
        Metrics.CheckLevel(level);
        if (rate is not (>= 0 and < 1))
            throw new UnrollException($"An adaptation rate of {rate} is none. Give a number of at least 0 and below 1, for example 0.005.");
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        (Level, Rate, Alpha, _window) = (level, rate, 1 - level, window);
        for (int i = 0; i < actual.Length; i++)
            Learn(Math.Abs(actual[i] - predicted[i]));
    }

    /// <summary>The nominal level, between 0 and 1.</summary>
    public double Level { get; }

    /// <summary>γ.</summary>
    public double Rate { get; }

    /// <summary>α(t), the share of misses that the next interval allows for: 1 − <see cref="Level"/> at first, then as the misses demand.</summary>
    public double Alpha { get; private set; }

    /// <summary>The interval around the next prediction; nothing changes.</summary>
    public PredictionInterval Around(double prediction)
    {
        int rank = Math.Clamp(SplitConformal.Rank(_sorted.Count, Alpha), 0, _sorted.Count);
        double half = rank == 0 ? 0 : _sorted[rank - 1];
        return new PredictionInterval(prediction - half, prediction + half, Level);
    }

    /// <summary>Tells what came where <paramref name="prediction"/> had been made and <paramref name="interval"/> been given around it.</summary>
    /// <exception cref="UnrollException">A value is not finite.</exception>
    public void Observe(double actual, double prediction, PredictionInterval interval)
    {
        Metrics.Check([actual], [prediction]);
        double miss = interval.Contains(actual) ? 0 : 1;
        Alpha = Math.Clamp(Alpha + (Rate * (1 - Level - miss)), -Rate, 1 + Rate);
        Learn(Math.Abs(actual - prediction));
    }

    /// <summary>Intervals for a whole range, each from what was known when its prediction was made; this instance has then seen all of it.</summary>
    /// <param name="actual">n values that follow the calibration range, oldest first.</param>
    /// <param name="predicted">n predictions for them, each made <paramref name="steps"/> rows before.</param>
    /// <param name="steps">h: the interval of row i uses the rows up to i − h. Rows of the calibration range count as known.</param>
    /// <exception cref="UnrollException">Lengths differ, or a value is not finite.</exception>
    public PredictionInterval[] Over(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, int steps = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Metrics.Check(actual, predicted);
        var intervals = new PredictionInterval[actual.Length];
        for (int i = 0; i < actual.Length + steps; i++)
        {
            int known = i - steps;
            if (known >= 0)
                Observe(actual[known], predicted[known], intervals[known]);
            if (i < actual.Length)
                intervals[i] = Around(predicted[i]);
        }

        return intervals;
    }

    private void Learn(double error)
    {
        _errors.Enqueue(error);
        int at = _sorted.BinarySearch(error);
        _sorted.Insert(at < 0 ? ~at : at, error);
        if (_window > 0 && _errors.Count > _window)
            _sorted.RemoveAt(_sorted.BinarySearch(_errors.Dequeue()));
    }
}
