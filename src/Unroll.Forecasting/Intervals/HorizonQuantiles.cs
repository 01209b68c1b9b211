namespace Unroll.Forecasting;

/// <summary>Quantiles of the rows 1..H ahead of some origins, in the target's units, not yet calibrated.</summary>
/// <param name="Steps">H.</param>
/// <param name="Ahead">[origins][H, K]: those of <see cref="Heads.Levels"/> of each row ahead, none below the one before it.</param>
internal sealed record HorizonQuantiles(int Steps, double[][] Ahead)
{
    /// <summary>The levels of the heads are met exactly.</summary>
    private const double Rounding = 1e-6;

    private static readonly double[] s_normal = Array.ConvertAll(Heads.Levels, Distributions.NormalQuantile);

    /// <summary>
    /// The ends of the central interval of a level and the median, <paramref name="step"/> rows (1..H) after each origin.
    /// </summary>
    public CentralQuantiles[] Central(int step, double level) => Array.ConvertAll(Ahead, ahead => Central(ahead, step, level));

    /// <summary>
    /// The same after one origin, counted from 0. Between two levels the quantile is interpolated, beyond the last as a normal distribution
    /// goes on, along its own quantiles.
    /// </summary>
    public CentralQuantiles Central(int origin, int step, double level) => Central(Ahead[origin], step, level);

    /// <summary>The first rows ahead alone, from the same origins.</summary>
    public HorizonQuantiles First(int steps) => steps == Steps
        ? this
        : new HorizonQuantiles(steps, Array.ConvertAll(Ahead, ahead => ahead[..(steps * Heads.Levels.Length)]));

    private static CentralQuantiles Central(double[] ahead, int step, double level)
    {
        ReadOnlySpan<double> quantiles = ahead.AsSpan((step - 1) * Heads.Levels.Length, Heads.Levels.Length);
        double median = quantiles[Heads.Median], z = Distributions.NormalQuantile((1 + level) / 2);
        int at = Heads.Median;
        while (at < s_normal.Length - 2 && z > s_normal[at + 1] + Rounding)
            at++;
        double share = (z - s_normal[at]) / (s_normal[at + 1] - s_normal[at]);
        share = Math.Abs(share - 1) < Rounding ? 1 : share;
        int below = (2 * Heads.Median) - at;
        double upper = quantiles[at] + (share * (quantiles[at + 1] - quantiles[at])),
            lower = quantiles[below] + (share * (quantiles[below - 1] - quantiles[below]));
        return new CentralQuantiles(Math.Min(lower, median), median, Math.Max(upper, median));
    }
}
