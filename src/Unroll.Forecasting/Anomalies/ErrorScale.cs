namespace Unroll.Forecasting;

/// <summary>
/// Errors in units of what is usual where they are: 1.4826 times the median absolute error of the 30 rows before and the 30 after. Medians
/// of so few rows differ by chance alone, so they are drawn towards that of all rows by as much as chance explains of their variance.
/// </summary>
internal sealed class ErrorScale
{
    private const int Reach = 30, FewestWindows = 4;

    /// <summary>The variance of the logarithm of a median of n absolute errors, times n; of tails a little heavier than normal.</summary>
    private const double LogVariance = 1.7;

    /// <summary>No place is so quiet that the usual deviation is less than this share of that of all rows.</summary>
    private const double Least = 0.1;

    /// <summary>An error below this share of their mean is none.</summary>
    private const double Rounding = 1e-3;

    /// <param name="errors">NaN where there is none.</param>
    public ErrorScale(double[] errors)
    {
        double mean = errors.Where(double.IsFinite).Average(Math.Abs);
        errors = Array.ConvertAll(errors, error => Math.Abs(error) < Rounding * mean ? 0 : error);
        double[] local = Local(errors);
        double all = RobustStatistics.Scale(errors, out bool isSparse);
        const int Window = (2 * Reach) + 1;
        double[] logarithms = Array.ConvertAll(local, each => Math.Log(Math.Max(each, Least * all)));
        double[] apart = [.. logarithms.Where((_, row) => row % Window == Reach)];
        double share = 0, middle = Math.Log(all);
        if (apart.Length >= FewestWindows && all > 0 && !isSparse)
        {
            middle = RobustStatistics.Median(apart);
            double variance = apart.Sum(each => (each - middle) * (each - middle)) / (apart.Length - 1);
            share = Math.Max(0, 1 - (LogVariance / Window / variance));
        }

        Deviations = [.. errors.Select((error, row) => all > 0 ? error / Math.Exp(middle + (share * (logarithms[row] - middle))) : 0)];
    }

    /// <summary>NaN where there is no error.</summary>
    public double[] Deviations { get; }

    /// <summary>The deviation around each row, from a window that is kept sorted.</summary>
    private static double[] Local(double[] errors)
    {
        var local = new double[errors.Length];
        var sorted = new List<double>((2 * Reach) + 2);
        for (int row = -Reach; row < errors.Length; row++)
        {
            int enters = row + Reach, leaves = row - Reach - 1;
            if (enters < errors.Length && double.IsFinite(errors[enters]))
                sorted.Insert(Place(sorted, Math.Abs(errors[enters])), Math.Abs(errors[enters]));
            if (leaves >= 0 && double.IsFinite(errors[leaves]))
                sorted.RemoveAt(sorted.BinarySearch(Math.Abs(errors[leaves])));
            if (row >= 0 && sorted.Count > 0)
                local[row] = (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2 / RobustStatistics.NormalMedian;
        }

        return local;
    }

    private static int Place(List<double> sorted, double value)
    {
        int at = sorted.BinarySearch(value);
        return at >= 0 ? at : ~at;
    }
}
