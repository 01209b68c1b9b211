namespace Unroll.Forecasting;

/// <summary>Nelder and Mead's simplex search (1965), with the coefficients of Gao and Han (2012) for many dimensions.</summary>
internal static class NelderMead
{
    private const double FirstStep = 0.2;

    /// <summary>A point near <paramref name="start"/> at which the function is small, never larger than at the start.</summary>
    /// <param name="function">May be infinite, never NaN.</param>
    /// <param name="start">Where to begin; every coordinate is varied by 0.2 at first. Not overwritten.</param>
    /// <param name="evaluations">About how often the function may be computed.</param>
    /// <param name="precision">How near to each other the points of the simplex are at the end, in every coordinate; 0.001 of that, and
    /// relative, the values of the function.</param>
    public static double[] Minimize(Func<double[], double> function, double[] start, int evaluations, double precision = 1e-7)
    {
        int n = start.Length;
        double expansion = 1 + (2.0 / n), contraction = 0.75 - (0.5 / n), shrinkage = n > 1 ? 1 - (1.0 / n) : 0.5;
        var points = new double[n + 1][];
        var values = new double[n + 1];
        for (int i = 0; i <= n; i++)
        {
            points[i] = [.. start];
            if (i > 0)
                points[i][i - 1] += FirstStep;
            values[i] = function(points[i]);
        }

        int spent = n + 1;
        double[] centre = new double[n], tried = new double[n], second = new double[n];
        while (spent < evaluations)
        {
            Array.Sort(values, points);
            if (values[n] - values[0] <= 0.001 * precision * (1 + Math.Abs(values[0])) && Spread(points) <= precision)
                break;
            Array.Clear(centre);
            for (int i = 0; i < n; i++)
            {
                for (int d = 0; d < n; d++)
                    centre[d] += points[i][d] / n;
            }

            double reflected = Try(1, tried);
            if (reflected < values[0])
            {
                double expanded = Try(expansion, second);
                Replace(expanded < reflected ? second : tried, Math.Min(expanded, reflected));
            }
            else if (reflected < values[n - 1])
            {
                Replace(tried, reflected);
            }
            else
            {
                double contracted = Try(reflected < values[n] ? contraction : -contraction, second);
                if (contracted < Math.Min(reflected, values[n]))
                    Replace(second, contracted);
                else
                    Shrink();
            }
        }

        return points[Array.IndexOf(values, values.Min())];

        double Try(double step, double[] point)
        {
            for (int d = 0; d < n; d++)
                point[d] = centre[d] + (step * (centre[d] - points[n][d]));
            spent++;
            return function(point);
        }

        void Replace(double[] point, double value)
        {
            point.CopyTo(points[n], 0);
            values[n] = value;
        }

        void Shrink()
        {
            for (int i = 1; i <= n; i++)
            {
                for (int d = 0; d < n; d++)
                    points[i][d] = points[0][d] + (shrinkage * (points[i][d] - points[0][d]));
                values[i] = function(points[i]);
            }

            spent += n;
        }
    }

    private static double Spread(double[][] points)
    {
        double spread = 0;
        foreach (double[] point in points)
        {
            for (int d = 0; d < point.Length; d++)
                spread = Math.Max(spread, Math.Abs(point[d] - points[0][d]));
        }

        return spread;
    }
}
