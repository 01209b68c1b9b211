using System.Runtime.CompilerServices;

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
        double[] finite = Finite(values);
        return finite.Length == 0 ? double.NaN : OrderStatistics.Quantile(finite, 0.5, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Finite(IEnumerable<double> values)
    {
        if (values is not double[] array)
            return [.. values.Where(double.IsFinite)];
        var finite = new double[array.Length];
        int count = 0;
        foreach (double value in array)
        {
            if (double.IsFinite(value))
                finite[count++] = value;
        }

        return count == array.Length ? finite : finite[..count];
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
        double[] sizes = Finite(errors);
        isSparse = false;
        if (sizes.Length == 0)
            return 0;
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = Math.Abs(sizes[i]);
        double median = OrderStatistics.Quantile(sizes, 0.5, 0) / NormalMedian,
            upper = OrderStatistics.Quantile(sizes, 0.9, (int)(0.5 * (sizes.Length - 1))) / NormalUpper;
        isSparse = median <= Sparse * upper;
        if (!isSparse || upper > 0)
            return isSparse ? upper : median;
        Array.Sort(sizes);
        return sizes.Average();
    }

    /// <summary>
    /// The τ scale of Yohai and Zamar (1988), squared: a mean of squares bounded at three times <see cref="Scale(IEnumerable{double})"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double TauSquared(IEnumerable<double> errors)
    {
        double[] finite = Finite(errors);
        double scale = Scale(finite), most = 3 * scale;
        if (finite.Length == 0 || scale == 0)
            return scale;
        double sum = 0;
        foreach (double error in finite)
            sum += Math.Min(error * error, most * most);
        return sum / finite.Length;
    }
}
