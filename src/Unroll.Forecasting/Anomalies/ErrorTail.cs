using System.Runtime.CompilerServices;

namespace Unroll.Forecasting;

/// <summary>How large the errors on one side usually are, and how often larger ones come: Student's t.</summary>
/// <param name="Scale">The deviation of this side, from the median of its sizes.</param>
/// <param name="Degrees">ν, degrees of freedom; many where errors are normal.</param>
internal sealed record ErrorTail(double Scale, double Degrees)
{
    /// <summary>Sizes above this count as large, however large: outliers themselves say nothing of the tails.</summary>
    private const double Large = 2.5;

    /// <summary>A side's own scale counts as much as that of both where it has so many rows.</summary>
    private const double RowsOfBoth = 100;

    /// <summary>Nor is it more than so many times that of both, or less than one of so many.</summary>
    private const double MostUnlike = 3;

    private const int FewestRows = 60;

    /// <summary>A median absolute deviation of n rows is as sure as the deviation of so many times n normal ones.</summary>
    private const double Efficiency = 0.367;

    /// <summary>
    /// Before any row is seen tails are light: the logarithm of the odds of ν degrees of freedom is −5/ν. Few rows say little of tails,
    /// and without this 120 rows of normal noise pass for ν = 2 by chance.
    /// </summary>
    private const double LightTails = 5;

    private static readonly double[] s_degrees = [1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 11, 15, 22, 35, 60, 120, 1000];

    /// <summary>t at which a size lies that is the median of all.</summary>
    private double Middle { get; } = Distributions.StudentTQuantile(0.75, Degrees);

    /// <param name="deviations">Of all rows, finite.</param>
    /// <param name="side">1 for errors upwards, −1 for errors downwards.</param>
    public static ErrorTail Of(double[] deviations, int side)
    {
        double[] own = [.. deviations.Where(deviation => deviation * side > 0).Select(Math.Abs)];
        double both = RobustStatistics.Scale(deviations), alone = RobustStatistics.Scale(own);
        double scale = alone > 0 && both > 0
            ? both * Math.Exp(own.Length * Math.Log(Math.Clamp(alone / both, 1 / MostUnlike, MostUnlike)) / (own.Length + RowsOfBoth))
            : both;
        if (!(scale > 0))
            return new ErrorTail(1, s_degrees[0]);
        double[] sizes = own.Length >= FewestRows
            ? Array.ConvertAll(own, each => each / scale)
            : [.. deviations.Where(deviation => deviation != 0).Select(deviation => Math.Abs(deviation) / scale)];
        double most = Math.Max(s_degrees[0], Efficiency * deviations.Length);
        double degrees = s_degrees.Where(each => each <= most).MaxBy(each => new ErrorTail(scale, each).LogLikelihood(sizes));
        return new ErrorTail(scale, degrees);
    }

    /// <summary>The same with tails one step heavier.</summary>
    public ErrorTail Heavier() => this with { Degrees = s_degrees.LastOrDefault(each => each < Degrees, Degrees / 2) };

    /// <summary>In units of this side.</summary>
    public double Deviations(double deviation) => deviation / Scale;

    /// <summary>How often an error as large comes by chance, on either side.</summary>
    public double Chance(double deviation) =>
        Distributions.StudentTTails(Deviations(deviation) / RobustStatistics.NormalMedian * Middle, Degrees);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double LogLikelihood(double[] sizes)
    {
        double unit = Middle / RobustStatistics.NormalMedian, sum = 0, logarithm = Math.Log(2 * unit);
        int large = 0;
        StudentT density = Distributions.StudentT(Degrees);
        foreach (double size in sizes)
        {
            if (size > Large)
                large++;
            else
                sum += logarithm + density.LogDensity(size * unit);
        }

        return sum - (LightTails / Degrees) + (large * Math.Log(Distributions.StudentTTails(Large * unit, Degrees)));
    }
}
