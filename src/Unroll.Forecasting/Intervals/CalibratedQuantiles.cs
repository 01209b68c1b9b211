namespace Unroll.Forecasting;

/// <summary>
/// The one place where point forecasts become distributions: quantiles from the errors that a forecaster made on rows that it had not
/// learnt from, led by the errors that became known since.
/// </summary>
/// <remarks>
/// <para>
/// Split conformal prediction with a running scale (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, section 5.2): the half width of
/// the central interval of level p from origin t, h rows ahead, is c(h)·s(t)^β·Q(p, h)·f(p, h)·exp(θ(p, h)), mirrored at the value.
/// c(h) is how large errors are h rows ahead (<see cref="ErrorProfile"/>), s(t) how large they have been lately
/// (<see cref="RunningScale"/>), β one of 0, ½ and 1, whichever explains the errors known so far best, Q the quantile of
/// the errors in these units, of steps near h together (<see cref="StepGroup"/>). f allows for the few errors that Q comes from: the ratio
/// of the quantile of Student's t with n degrees of freedom, times √(1 + 1/n), to the normal one, where n counts the independent ones
/// (Bartlett's formula). θ answers misses and hits once they are known, h rows later, so that in the long run the nominal share
/// lies inside (Gibbs and Candès 2021, on the logarithm of the width as the quantile tracker of Angelopoulos, Candès and Tibshirani 2023).
/// </para>
/// <para>
/// Where the forecaster says quantiles itself, errors count in units of its own half widths on that side of the value and each level has
/// its own scores: conformalised quantile regression in the form of Kivaranovic, Johnson and Leeb (2020), CQR-m in Sesia and Candès (2020).
/// </para>
/// <para>
/// Errors enter means and running scales clipped, a tail that comes from one stretch of rows is cut, and no half width is more than one
/// and a half times the largest error seen: one outlier cannot blow up what follows. Without a head, widths do not fall with h, except at
/// steps where errors are clearly smaller (<see cref="ErrorProfile"/>).
/// </para>
/// </remarks>
internal static class CalibratedQuantiles
{
    /// <summary>The levels of the central intervals whose ends are, with the median, the quantiles of <see cref="Heads.Levels"/>.</summary>
    public static readonly double[] Levels = [0.2, 0.4, 0.6, 0.8, 0.9, 0.95];

    /// <summary>
    /// How many of the newest training rows to calibrate on: 250, or four times the horizon where that is more, but at most a fifth of all.
    /// Eight origins at least should come of it.
    /// </summary>
    public static int CalibrationRows(int training, int steps) => Math.Min(Math.Max(250, 4 * steps), training / 5);

    /// <summary>The central interval of one of <see cref="Levels"/>.</summary>
    /// <param name="quantiles">[H·K] quantiles of one origin.</param>
    /// <param name="step">h, from 1.</param>
    /// <param name="level">One of <see cref="Levels"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no quantiles of this level.</exception>
    public static PredictionInterval Interval(ReadOnlySpan<double> quantiles, int step, double level)
    {
        int k = Array.IndexOf(Levels, level), middle = ((step - 1) * Heads.Levels.Length) + Heads.Median;
        ArgumentOutOfRangeException.ThrowIfNegative(k, nameof(level));
        return new PredictionInterval(quantiles[middle - 1 - k], quantiles[middle + 1 + k], level);
    }

    /// <summary>Quantiles of <see cref="Heads.Levels"/> for n origins that follow one another, from what was known at each.</summary>
    /// <param name="calibration">The newest training rows, forecast H ahead without having been learnt from, all before the first origin.
    /// </param>
    /// <param name="calibrationHead">What the forecaster said of the same origins; null where it predicts values alone.</param>
    /// <param name="actual">
    /// The rows after the first origin as far as they are known, oldest first: 0 to n + H − 1 values, NaN where not known.
    /// </param>
    /// <param name="values">[n][H] point forecasts, in the target's units; the first origin is the row before the first actual one.</param>
    /// <param name="head">What the forecaster said of the same origins; null where it predicts values alone.</param>
    /// <param name="limits">What no quantile goes beyond, nor the value in their middle.</param>
    /// <returns>[n][H·K] quantiles, row-major, none below the one before it; that of 0.5 is the value within the limits.</returns>
    /// <exception cref="UnrollException">Counts do not fit, a forecast is not finite, or no calibration row is known.</exception>
    public static double[][] Of(
        HorizonForecast calibration, HorizonQuantiles? calibrationHead, ReadOnlySpan<double> actual, double[][] values,
        HorizonQuantiles? head, IntervalLimits limits)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(limits);
        Check(calibration, calibrationHead, actual.Length, values, head);
        return Run(new IntervalCalibrator(calibration, calibrationHead, values, head, limits), actual, values.Length);
    }

    /// <summary>The half widths of the last origin of the same, before a head and limits have to do with them.</summary>
    public static IntervalWidths Widths(
        HorizonForecast calibration, HorizonQuantiles? calibrationHead, ReadOnlySpan<double> actual, double[][] values,
            HorizonQuantiles? head)
    {
        Check(calibration, calibrationHead, actual.Length, values, head);
        var calibrator = new IntervalCalibrator(calibration, calibrationHead, values, head, IntervalLimits.None);
        _ = Run(calibrator, actual, values.Length);
        return calibrator.Given;
    }

    private static double[][] Run(IntervalCalibrator calibrator, ReadOnlySpan<double> actual, int origins)
    {
        var quantiles = new double[origins][];
        for (int origin = 0; origin < quantiles.Length; origin++)
        {
            if (origin > 0)
                calibrator.Observe(origin <= actual.Length ? actual[origin - 1] : double.NaN);
            quantiles[origin] = calibrator.Quantiles();
        }

        return quantiles;
    }

    private static void Check(
        HorizonForecast calibration, HorizonQuantiles? calibrationHead, int known, double[][] values, HorizonQuantiles? head)
    {
        int steps = calibration.Steps;
        foreach (double[] ahead in values)
        {
            if (ahead.Length != steps)
                throw new UnrollException($"Calibration has {steps} rows ahead, but an origin {ahead.Length}. Forecast as many.");
            if (!Array.TrueForAll(ahead, double.IsFinite))
                throw new UnrollException("A forecast is no finite number. Train again, with a smaller learning rate.");
        }

        if (values.Length > 0 && known > values.Length + steps - 1)
        {
            throw new UnrollException($"{values.Length} origins with {steps} rows ahead reach {values.Length + steps - 1} rows, but "
                + $"{known} actual values were given. Leave out those after the last predicted row.");
        }

        if (calibrationHead is null != head is null)
            throw new UnrollException("Quantiles were given for calibration rows or for forecasts, not for both. Give both or neither.");
        CheckHead(calibrationHead, calibration.Origins, steps);
        CheckHead(head, values.Length, steps);
    }

    private static void CheckHead(HorizonQuantiles? head, int origins, int steps)
    {
        if (head is null)
            return;
        int each = head.Steps * Heads.Levels.Length;
        if (head.Steps < steps || head.Ahead.Length != origins || Array.Exists(head.Ahead, ahead => ahead.Length != each))
        {
            throw new UnrollException($"The quantiles are not those of {origins} origins and {steps} rows ahead. Give "
                + $"{Heads.Levels.Length} for each row ahead of each origin.");
        }

        foreach (double[] ahead in head.Ahead)
        {
            for (int i = 0; i < ahead.Length; i++)
            {
                if (!double.IsFinite(ahead[i]))
                    throw new UnrollException("A quantile is no finite number. Train again, with a smaller learning rate.");
                if (i % Heads.Levels.Length > 0 && ahead[i] < ahead[i - 1])
                    throw new UnrollException($"The quantiles {ahead[i - 1]} and {ahead[i]} cross. Sort each row's quantiles.");
            }
        }
    }
}
