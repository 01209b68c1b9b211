namespace Unroll.Forecasting;

/// <content>Forecasts that state how sure they are: quantiles, intervals, distributions.</content>
public static partial class Metrics
{
    /// <summary>
    /// Mean pinball loss of one quantile, Σρ / n with ρ = τ(a − q) where a ≥ q and (1 − τ)(q − a) elsewhere, in the units of the values.
    /// At τ = 0.5 it is half the mean absolute error. Koenker and Bassett (1978).
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="quantile">q, n values: below each the actual value is said to lie with probability τ.</param>
    /// <param name="level">τ, between 0 and 1.</param>
    public static double Pinball(ReadOnlySpan<double> actual, ReadOnlySpan<double> quantile, double level)
    {
        Check(actual, quantile);
        CheckLevel(level);
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
            sum += PinballOf(actual[i], quantile[i], level);
        return sum / actual.Length;
    }

    /// <summary>
    /// Continuous ranked probability score of forecasts given as quantiles, in the units of the values; of a single quantile, the
    /// absolute error. CRPS = 2∫ρ(τ)dτ (Gneiting and Ranjan 2011, equation 7), here 2Σ w(k)·ρ(τ(k)), where w(k) is the stretch of
    /// (0, 1) nearer to τ(k) than to another level: the rule is exact in the limit of many levels.
    /// </summary>
    /// <param name="actual">n values.</param>
    /// <param name="quantiles">[n, K], row-major: K quantiles for each row, none below the one before it.</param>
    /// <param name="levels">τ(1) &lt; … &lt; τ(K), each between 0 and 1.</param>
    /// <exception cref="ArgumentException">Levels do not increase, or one is not between 0 and 1.</exception>
    /// <exception cref="UnrollException">The quantiles of a row decrease (cross).</exception>
    public static double CrpsQuantiles(ReadOnlySpan<double> actual, ReadOnlySpan<double> quantiles, ReadOnlySpan<double> levels)
    {
        CheckActual(actual);
        CheckTable(actual.Length, quantiles, levels.Length, "quantiles");
        for (int k = 0; k < levels.Length; k++)
        {
            CheckLevel(levels[k]);
            if (k > 0 && levels[k] <= levels[k - 1])
                throw new ArgumentException(
                    $"Quantile levels must increase, but {levels[k]} follows {levels[k - 1]}. Sort them and name each once.",
                    nameof(levels));
        }

        double sum = 0;
        for (int k = 0; k < levels.Length; k++)
        {
            double from = k == 0 ? 0 : (levels[k - 1] + levels[k]) / 2, to = k + 1 == levels.Length ? 1 : (levels[k] + levels[k + 1]) / 2;
            for (int i = 0; i < actual.Length; i++)
            {
                double quantile = quantiles[(i * levels.Length) + k];
                if (k > 0 && quantile < quantiles[(i * levels.Length) + k - 1])
                    throw new UnrollException($"The quantiles of row {i + 1} cross: that of level {levels[k]} is below that of level "
                        + $"{levels[k - 1]}. Sort each row's quantiles.");
                sum += (to - from) * PinballOf(actual[i], quantile, levels[k]);
            }
        }

        return 2 * sum / actual.Length;
    }

    /// <summary>
    /// Mean CRPS of normal distributions, σ·(z(2Φ(z) − 1) + 2φ(z) − 1/√π) with z = (a − μ)/σ, in the units of the values.
    /// Gneiting, Raftery, Westveld and Goldman (2005), equation 5.
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="mean">μ, n values.</param>
    /// <param name="deviation">σ, n values above 0.</param>
    public static double CrpsGaussian(ReadOnlySpan<double> actual, ReadOnlySpan<double> mean, ReadOnlySpan<double> deviation)
    {
        Check(actual, mean);
        CheckPositive(actual.Length, deviation, "deviations");
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double z = (actual[i] - mean[i]) / deviation[i];
            sum += deviation[i] * (
                (z * ((2 * Distributions.NormalCdf(z)) - 1)) + (2 * Distributions.NormalDensity(z)) - (1 / Math.Sqrt(Math.PI)));
        }

        return sum / actual.Length;
    }

    /// <summary>
    /// Mean CRPS of Student-t distributions with location μ and scale σ, in the units of the values: with z = (a − μ)/σ,
    /// σ·(z(2F(z) − 1) + 2f(z)(ν + z²)/(ν − 1) − 2√ν/(ν − 1) · B(½, ν − ½)/B(½, ν/2)²). Jordan, Krüger and Lerch (2019), appendix A.
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="location">μ, n values.</param>
    /// <param name="scale">σ, n values above 0.</param>
    /// <param name="degreesOfFreedom">ν, above 1: the score is infinite for heavier tails.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not more than 1 degrees of freedom.</exception>
    public static double CrpsStudentT(ReadOnlySpan<double> actual, ReadOnlySpan<double> location, ReadOnlySpan<double> scale,
        double degreesOfFreedom)
    {
        Check(actual, location);
        CheckPositive(actual.Length, scale, "scales");
        double v = degreesOfFreedom;
        if (!(v > 1) || double.IsInfinity(v))
            throw new ArgumentOutOfRangeException(
                nameof(degreesOfFreedom), v, "CRPS of a Student-t distribution is defined for more than 1 degree of freedom.");
        double betas = Math.Exp(Distributions.LogBeta(0.5, v - 0.5) - (2 * Distributions.LogBeta(0.5, v / 2)));
        double spread = 2 * Math.Sqrt(v) / (v - 1) * betas, sum = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double z = (actual[i] - location[i]) / scale[i];
            double centre = z * ((2 * Distributions.StudentTCdf(z, v)) - 1);
            sum += scale[i] * (centre + (2 * Distributions.StudentTDensity(z, v) * (v + (z * z)) / (v - 1)) - spread);
        }

        return sum / actual.Length;
    }

    /// <summary>
    /// Mean CRPS of ensembles, Σ|x(j) − a| / M − ΣΣ|x(j) − x(k)| / (2M²), in the units of the values: that of the step function of the
    /// M members; of a single member, the absolute error. Gneiting and Raftery (2007), equation 21. O(M log M) a row.
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="members">x, [n, M], row-major: M values for each row, in any order.</param>
    public static double CrpsEnsemble(ReadOnlySpan<double> actual, ReadOnlySpan<double> members)
    {
        CheckActual(actual);
        int count = members.Length / actual.Length;
        CheckTable(actual.Length, members, count, "ensemble members");
        var sorted = new double[count];
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            members.Slice(i * count, count).CopyTo(sorted);
            Array.Sort(sorted);
            double distance = 0, spread = 0;
            for (int j = 0; j < count; j++)
            {
                distance += Math.Abs(sorted[j] - actual[i]);
                spread += ((2 * j) + 1 - count) * sorted[j];
            }

            sum += (distance / count) - (spread / count / count);
        }

        return sum / actual.Length;
    }

    /// <summary>
    /// The share of actual values inside their intervals, ends included, from 0 to 1: near the nominal level where intervals are honest.
    /// </summary>
    /// <exception cref="UnrollException">A lower end is above its upper end.</exception>
    public static double Coverage(ReadOnlySpan<double> actual, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        CheckIntervals(actual, lower, upper);
        int inside = 0;
        for (int i = 0; i < actual.Length; i++)
            inside += actual[i] >= lower[i] && actual[i] <= upper[i] ? 1 : 0;
        return (double)inside / actual.Length;
    }

    /// <summary>
    /// Mean width of intervals, Σ(u − l) / n, in the units of the values: of two that cover alike, the narrower says more.
    /// </summary>
    /// <exception cref="UnrollException">A lower end is above its upper end.</exception>
    public static double IntervalWidth(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        CheckIntervals(lower, lower, upper);
        double sum = 0;
        for (int i = 0; i < lower.Length; i++)
            sum += upper[i] - lower[i];
        return sum / lower.Length;
    }

    /// <summary>
    /// Winkler's interval score, Σ((u − l) + (2/α)·max(l − a, 0) + (2/α)·max(a − u, 0)) / n with α = 1 − level, in the units of the
    /// values: width, and a fine for every value outside. Winkler (1972); Gneiting and Raftery (2007), equation 43.
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="lower">l, n values.</param>
    /// <param name="upper">u, n values.</param>
    /// <param name="level">The nominal level, between 0 and 1: 0.8 for intervals said to hold 80 % of the values.</param>
    /// <exception cref="UnrollException">A lower end is above its upper end.</exception>
    public static double Winkler(ReadOnlySpan<double> actual, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, double level)
    {
        CheckIntervals(actual, lower, upper);
        CheckLevel(level);
        double fine = 2 / (1 - level), sum = 0;
        for (int i = 0; i < actual.Length; i++)
            sum += upper[i] - lower[i] + (fine * (Math.Max(lower[i] - actual[i], 0) + Math.Max(actual[i] - upper[i], 0)));
        return sum / actual.Length;
    }

    internal static void CheckLevel(double level)
    {
        if (level is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(level), level, $"A level of {level} is no probability between 0 and 1. Give for example 0.8 for 80 %.");
    }

    private static double PinballOf(double actual, double quantile, double level) =>
        actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual);

    private static void CheckIntervals(ReadOnlySpan<double> actual, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        CheckActual(actual);
        CheckRows(actual.Length, lower, "lower ends");
        CheckRows(actual.Length, upper, "upper ends");
        for (int i = 0; i < lower.Length; i++)
        {
            if (lower[i] > upper[i])
                throw new UnrollException(
                    $"The interval of row {i + 1} ends at {upper[i]}, below its beginning {lower[i]}. Exchange the two ends.");
        }
    }

    private static void CheckPositive(int rows, ReadOnlySpan<double> values, string what)
    {
        CheckRows(rows, values, what);
        for (int i = 0; i < rows; i++)
        {
            if (values[i] <= 0)
                throw new UnrollException($"Of the {what}, that of row {i + 1} is {values[i]}. They must be above 0.");
        }
    }

    private static void CheckTable(int rows, ReadOnlySpan<double> values, int columns, string what)
    {
        if (columns == 0 || values.Length != rows * columns)
            throw new UnrollException($"{values.Length} {what} are not the same number, at least 1, for each of {rows} actual values. Give "
                + $"one row of {what} for each.");
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                throw new UnrollException($"Of the {what} of row {(i / columns) + 1}, number {(i % columns) + 1} is {values[i]}. Train the "
                    + "model again, with a smaller learning rate.");
        }
    }
}
