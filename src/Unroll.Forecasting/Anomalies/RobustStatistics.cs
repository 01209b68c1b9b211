namespace Unroll.Forecasting;

/// <summary>Middles and scales that a share of wild values does not move.</summary>
internal static class RobustStatistics
{
    /// <summary>The median of the absolute values of a standard normal distribution.</summary>
    public const double NormalMedian = 0.67448975019608171;

    /// <summary>Their 90 % quantile, and the share of it below which a median is as good as 0; Cauchy's has a share of 0.39.</summary>
    private const double NormalUpper = 1.6448536269514722, Sparse = 0.2;

    /// <summary>The median; NaN of nothing.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : Quantile(sorted, 0.5);
    }

    /// <summary>Of sorted values, linear between neighbours.</summary>
    public static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }

    /// <summary>
    /// The deviation of errors around 0, from the median of their sizes; where more than half are as good as 0 (rain), from the 90 %
    /// quantile, and where that is 0 too their mean size.
    /// </summary>
    public static double Scale(IEnumerable<double> errors) => Scale(errors, out _);

    /// <param name="errors">Those that are not finite are left out.</param>
    /// <param name="isSparse">Whether more than half are as good as 0.</param>
    /// <inheritdoc cref="Scale(IEnumerable{double})"/>
    public static double Scale(IEnumerable<double> errors, out bool isSparse)
    {
        double[] sorted = [.. errors.Where(double.IsFinite).Select(Math.Abs).Order()];
        isSparse = false;
        if (sorted.Length == 0)
            return 0;
        double median = Quantile(sorted, 0.5) / NormalMedian, upper = Quantile(sorted, 0.9) / NormalUpper;
        isSparse = median <= Sparse * upper;
        return !isSparse ? median : upper > 0 ? upper : sorted.Average();
    }

    /// <summary>
    /// The τ scale of Yohai and Zamar (1988), squared: a mean of squares bounded at three times <see cref="Scale(IEnumerable{double})"/>.
    /// </summary>
    public static double TauSquared(IEnumerable<double> errors)
    {
        double[] finite = [.. errors.Where(double.IsFinite)];
        double scale = Scale(finite), most = 3 * scale;
        return finite.Length == 0 || scale == 0 ? scale : finite.Average(error => Math.Min(error * error, most * most));
    }
}
