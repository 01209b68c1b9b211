using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// Tells when predictions follow the actual values instead of foreseeing them: drawn in one chart the two curves look alike, but the
/// predicted one comes later.
/// </summary>
/// <remarks>
/// Two questions, for predictions p(t) of a(t) made h rows before. Which shift fits best: the correlation of the predictions' changes
/// p(t) − p(t − 1) with the actual changes a(t − k) − a(t − k − 1), for k = 0, 1, …; a forecast that foresees has its largest at 0. And
/// does it foresee anything: the correlation of the predicted change p(t) − a(t − h) with the actual a(t) − a(t − h), which chance alone
/// keeps within 2/√n. Predictions follow where a shift above 0 fits clearly best and nothing is foreseen.
/// </remarks>
internal sealed record LagDiagnosis
{
    /// <summary>By how much the correlation at a shift must be above that without, before it is called the better fit.</summary>
    private const double Clearly = 0.1;

    /// <summary>How strongly the predictions' changes must correlate with earlier changes.</summary>
    private const double Strong = 0.3;

    private LagDiagnosis()
    {
    }

    /// <summary>The shift k, in rows, at which the predictions fit the actual values best; 0 where they do not come late.</summary>
    public required int Lag { get; init; }

    /// <summary>
    /// The correlations of changes at shifts 0, 1, …, each from −1 to 1; empty where predictions or actual values never change.
    /// </summary>
    public required IReadOnlyList<double> Correlations { get; init; }

    /// <summary>
    /// The correlation of predicted with actual changes from the newest value known, from −1 to 1; null where either never changes.
    /// </summary>
    public required double? ChangeCorrelation { get; init; }

    /// <summary>
    /// RMSE against the values that were to be predicted, in the target's units, on the rows where both RMSEs can be had.
    /// </summary>
    public required double Rmse { get; init; }

    /// <summary>RMSE against the values <see cref="Lag"/> rows earlier, in the target's units, on the same rows.</summary>
    public required double LaggedRmse { get; init; }

    /// <summary>h, how many rows ahead the predictions were made.</summary>
    public required int Steps { get; init; }

    /// <summary>Whether the predictions follow the actual values.</summary>
    public required bool Follows { get; init; }

    /// <summary>What is wrong in plain words, on one line; null where nothing is.</summary>
    public string? Warning => !Follows ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"The predictions follow the actual values {(Lag == 1 ? "1 row" : $"{Lag} rows")} late: they are closer to what had already "
            + $"happened (RMSE {LaggedRmse:G3}) than to what they predict (RMSE {Rmse:G3}), and they do not foresee changes. A chart of "
            + $"both looks better than the forecast is.");

    /// <summary>Judges predictions against the actual values.</summary>
    /// <param name="actual">n values, oldest first, without gaps between them.</param>
    /// <param name="predicted">n predictions, all <paramref name="steps"/> rows ahead.</param>
    /// <param name="steps">h.</param>
    /// <param name="longest">The largest shift to look at; at least <paramref name="steps"/>.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, or fewer than longest + 10 rows are there.</exception>
    public static LagDiagnosis Of(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, int steps = 1, int longest = 7)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Metrics.Check(actual, predicted);
        longest = Math.Max(longest, steps);
        int first = longest + 1, n = actual.Length - first;
        if (n < 9)
            throw new UnrollException($"{actual.Length} rows cannot show whether predictions come up to {longest} rows late. Choose a test "
                + $"range of at least {longest + 10} rows.");
        double[] moves = Changes(predicted, predicted, 1, first);
        double[] correlations = new double[longest + 1];
        bool defined = true;
        for (int k = 0; k <= longest && defined; k++)
        {
            double? correlation = Correlation(moves, Changes(actual[..^k], actual[..^k], 1, first - k));
            defined = correlation is not null;
            correlations[k] = correlation ?? 0;
        }

        int best = Array.IndexOf(correlations, correlations.Max());
        bool late = defined && best > 0 && correlations[best] >= Strong && correlations[best] >= correlations[0] + Clearly;
        double? foreseen = Correlation(Changes(predicted, actual, steps, first), Changes(actual, actual, steps, first));
        int lag = late ? best : 0;
        return new LagDiagnosis
        {
            Lag = lag,
            Correlations = defined ? Array.AsReadOnly(correlations) : [],
            ChangeCorrelation = foreseen,
            Rmse = Metrics.Rmse(actual[first..], predicted[first..]),
            LaggedRmse = Metrics.Rmse(actual[(first - lag)..^lag], predicted[first..]),
            Steps = steps,
            Follows = late && (foreseen is null || foreseen < 2 * Math.Sqrt(steps) / Math.Sqrt(n)),
        };
    }

    /// <summary>to(t) − from(t − rows) for every t from <paramref name="first"/> on.</summary>
    private static double[] Changes(ReadOnlySpan<double> to, ReadOnlySpan<double> from, int rows, int first)
    {
        var changes = new double[to.Length - first];
        for (int t = first; t < to.Length; t++)
            changes[t - first] = to[t] - from[t - rows];
        return changes;
    }

    /// <summary>Pearson's correlation; null where one side does not vary.</summary>
    private static double? Correlation(double[] x, double[] y)
    {
        double meanX = x.Average(), meanY = y.Average(), xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }

        double least = 1e-20 * x.Length;
        return xx <= least * meanX * meanX || yy <= least * meanY * meanY || xx == 0 || yy == 0 ? null : xy / Math.Sqrt(xx) / Math.Sqrt(yy);
    }
}
