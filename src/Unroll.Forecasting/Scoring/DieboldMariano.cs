using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>What an error costs.</summary>
internal enum ErrorLoss
{
    /// <summary>e²: the test then asks about the RMSE.</summary>
    Squared,

    /// <summary>|e|: the test then asks about the MAE.</summary>
    Absolute,
}

/// <summary>How the variance of a mean of correlated values is estimated from their autocovariances up to lag h − 1.</summary>
internal enum LongRunVariance
{
    /// <summary>
    /// All count alike, as in Diebold and Mariano (1995): errors h rows ahead correlate up to lag h − 1. May come out at 0 or below.
    /// </summary>
    Rectangular,

    /// <summary>Lag k counts 1 − k/h: Newey and West (1987). Never below 0.</summary>
    NeweyWest,
}

/// <summary>
/// The test of Diebold and Mariano (1995) whether two forecasts of the same rows are equally good, with the small-sample correction of
/// Harvey, Leybourne and Newbold (1997).
/// </summary>
/// <remarks>
/// Of n differences in loss d(t) = L(e₁(t)) − L(e₂(t)), with autocovariances γ(k) = Σ(d(t) − d̄)(d(t − k) − d̄) / n and
/// V = γ(0) + 2Σγ(k) over k &lt; h, the statistic is d̄ / √(V/n) · √((n + 1 − 2h + h(h − 1)/n) / n), judged by Student's t with n − 1
/// degrees of freedom, both tails.
/// </remarks>
internal sealed record DieboldMariano
{
    /// <summary>Below this p-value a difference is called more than chance.</summary>
    public const double SignificanceLevel = 0.05;

    private DieboldMariano()
    {
    }

    /// <summary>Below 0 where the first forecast has the smaller errors.</summary>
    public required double Statistic { get; init; }

    /// <summary>
    /// How often a difference at least as large, in either direction, would come about by chance between equally good
    /// forecasts, from 0 to 1.
    /// </summary>
    public required double PValue { get; init; }

    /// <summary>d̄, in the squared units of the values for squared errors and in their units for absolute ones.</summary>
    public required double MeanDifference { get; init; }

    /// <summary>n, the rows compared.</summary>
    public required int Rows { get; init; }

    /// <summary>h, how many rows ahead both forecasts look.</summary>
    public required int Steps { get; init; }

    public required ErrorLoss Loss { get; init; }

    /// <summary>The variance that was used: Newey and West's where the rectangular was asked for and came out at 0 or below.</summary>
    public required LongRunVariance Variance { get; init; }

    /// <summary>Whether the difference is more than chance: p below 0.05.</summary>
    public bool IsSignificant => PValue < SignificanceLevel;

    /// <summary>Compares two forecasts of the same rows.</summary>
    /// <param name="actual">n values, oldest first, without gaps between them.</param>
    /// <param name="first">n predictions, all <paramref name="steps"/> rows ahead.</param>
    /// <param name="second">n predictions, all <paramref name="steps"/> rows ahead.</param>
    /// <param name="steps">h.</param>
    /// <param name="loss">What an error costs.</param>
    /// <param name="variance">How V weighs the autocovariances.</param>
    /// <exception cref="UnrollException">
    /// Lengths differ, a value is not finite, there are not more than max(h, 2) rows, or the difference is the same on every row, so that
    /// nothing tells it from chance.
    /// </exception>
    public static DieboldMariano Test(
        ReadOnlySpan<double> actual,
        ReadOnlySpan<double> first,
        ReadOnlySpan<double> second,
        int steps = 1,
        ErrorLoss loss = ErrorLoss.Squared,
        LongRunVariance variance = LongRunVariance.Rectangular)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Metrics.Check(actual, first);
        Metrics.Check(actual, second);
        int n = actual.Length;
        if (n <= Math.Max(steps, 2))
            throw new UnrollException($"{n} rows cannot tell two forecasts {steps} {(steps == 1 ? "row" : "rows")} ahead apart. Choose a "
                + $"test range of at least {Math.Max(steps, 2) + 1} rows.");
        var d = new double[n];
        double size = 0;
        for (int t = 0; t < n; t++)
        {
            double one = Cost(actual[t] - first[t], loss), other = Cost(actual[t] - second[t], loss);
            d[t] = one - other;
            size = Math.Max(size, Math.Max(one, other));
        }

        return OfDifferences(d, size, steps, loss, variance);
    }

    /// <summary>Compares two forecasts by what their errors cost at each of n origins that follow one another.</summary>
    /// <param name="first">n losses, none below 0: for example mean squared errors over H rows ahead.</param>
    /// <param name="second">n losses.</param>
    /// <param name="steps">H: losses of origins less than H apart are of the same rows in part.</param>
    /// <exception cref="UnrollException">As <see cref="Test"/>.</exception>
    public static DieboldMariano OfLosses(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int steps = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Metrics.Check(first, second);
        if (first.Length <= Math.Max(steps, 2))
            throw new UnrollException($"{first.Length} origins cannot tell two forecasts {steps} rows ahead apart. At least "
                + $"{Math.Max(steps, 2) + 1} are needed.");
        var d = new double[first.Length];
        double size = 0;
        for (int t = 0; t < d.Length; t++)
            (d[t], size) = (first[t] - second[t], Math.Max(size, Math.Max(first[t], second[t])));
        return OfDifferences(d, size, steps, ErrorLoss.Squared, LongRunVariance.Rectangular);
    }

    private static DieboldMariano OfDifferences(double[] d, double size, int steps, ErrorLoss loss, LongRunVariance variance)
    {
        int n = d.Length;
        double mean = d.Average(), v = LongRun(d, mean, steps, variance), least = Math.Pow(1e-14 * size, 2);
        if (v <= least && variance == LongRunVariance.Rectangular && steps > 1)
        {
            variance = LongRunVariance.NeweyWest;
            v = LongRun(d, mean, steps, variance);
        }

        if (v <= least)
            throw new UnrollException("The Diebold-Mariano test is not defined: the two forecasts' errors differ by the same amount on "
                + "every row. Compare different forecasts, or a longer test range.");
        double small = (n + 1 - (2 * steps) + ((double)steps * (steps - 1) / n)) / n;
        double statistic = mean / Math.Sqrt(v / n) * Math.Sqrt(small);
        return new DieboldMariano
        {
            Statistic = statistic,
            PValue = Distributions.StudentTTails(statistic, n - 1),
            MeanDifference = mean,
            Rows = n,
            Steps = steps,
            Loss = loss,
            Variance = variance,
        };
    }

    /// <summary>
    /// One plain sentence, for example: The LSTM's errors are smaller than the naive forecast's, but the difference could well be chance
    /// (p = 0.31).
    /// </summary>
    /// <param name="first">What to call the first forecast, for example LSTM.</param>
    /// <param name="second">What to call the second, for example naive forecast.</param>
    public string InWords(string first, string second)
    {
        ArgumentException.ThrowIfNullOrEmpty(first);
        ArgumentException.ThrowIfNullOrEmpty(second);
        string p = PValue < 0.001 ? "p < 0.001" : string.Create(
            CultureInfo.InvariantCulture, $"p = {PValue.ToString(PValue < 0.1 ? "0.###" : "0.##", CultureInfo.InvariantCulture)}");
        if (MeanDifference == 0)
            return $"The {first}'s errors are as large as the {second}'s ({p}).";
        string judged = IsSignificant ? "and that is hardly chance" : "but the difference could well be chance";
        return $"The {first}'s errors are {(MeanDifference < 0 ? "smaller" : "larger")} than the {second}'s, {judged} ({p}).";
    }

    private static double Cost(double error, ErrorLoss loss) => loss == ErrorLoss.Squared ? error * error : Math.Abs(error);

    private static double LongRun(double[] d, double mean, int steps, LongRunVariance variance)
    {
        double sum = 0;
        for (int k = 0; k < steps; k++)
        {
            double covariance = 0;
            for (int t = k; t < d.Length; t++)
                covariance += (d[t] - mean) * (d[t - k] - mean);
            double weight = k == 0 ? 1 : 2 * (variance == LongRunVariance.NeweyWest ? 1 - ((double)k / steps) : 1);
            sum += weight * covariance / d.Length;
        }

        return sum;
    }
}
