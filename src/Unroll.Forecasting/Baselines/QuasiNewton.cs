namespace Unroll.Forecasting;

/// <summary>
/// Search for the minimum of a smooth function by the method of Broyden, Fletcher, Goldfarb and Shanno, with slopes from differences:
/// Nocedal and Wright (2006), Numerical optimization, algorithm 6.1. It finds a minimum near the start.
/// </summary>
internal static class QuasiNewton
{
    private const double Step = 1e-4, Sufficient = 1e-4, ShortestStep = 1e-6;

    /// <summary>A point near <paramref name="start"/> at which the function is small, never larger than at the start.</summary>
    /// <param name="function">May be infinite away from the start, never NaN.</param>
    /// <param name="start">Where to begin. Not overwritten.</param>
    /// <param name="iterations">How often the slopes may be computed.</param>
    /// <param name="precision">Where a step promises less than this, the search ends.</param>
    public static (double[] Point, double Value) Minimize(
        Func<double[], double> function, double[] start, int iterations, double precision = 1e-6)
    {
        int n = start.Length;
        double[] point = [.. start], tried = new double[n], slope = new double[n], newSlope = new double[n], direction = new double[n];
        double[] moved = new double[n], turned = new double[n], curved = new double[n], inverse = new double[n * n];
        double value = function(point);
        if (n == 0 || !double.IsFinite(value))
            return (point, value);
        Slope(function, point, slope);
        bool isFresh = true;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            if (isFresh)
                Reset(inverse, n, 1 / Math.Max(1, Math.Sqrt(Dot(slope, slope))));
            for (int i = 0; i < n; i++)
                direction[i] = -Dot(inverse.AsSpan(i * n, n), slope);
            double descent = Dot(direction, slope), length = 1, reached = value;
            bool isLower = false;
            for (; descent < 0 && length > ShortestStep && !isLower; length /= isLower ? 1 : 3)
            {
                for (int i = 0; i < n; i++)
                    tried[i] = point[i] + (length * direction[i]);
                reached = function(tried);
                isLower = reached <= value + (Sufficient * length * descent);
            }

            if (!isLower || -descent < precision)
            {
                if (isLower)
                    (point, value) = (tried, reached);
                if (isFresh || isLower)
                    break;
                isFresh = true;
                continue;
            }

            Slope(function, tried, newSlope);
            for (int i = 0; i < n; i++)
                (moved[i], turned[i]) = (tried[i] - point[i], newSlope[i] - slope[i]);
            isFresh = !Update(inverse, moved, turned, curved, isFresh);
            value = reached;
            (point, tried) = (tried, point);
            (slope, newSlope) = (newSlope, slope);
        }

        return (point, value);
    }

    private static void Slope(Func<double[], double> function, double[] point, double[] slope)
    {
        for (int i = 0; i < point.Length; i++)
        {
            double at = point[i];
            point[i] = at + Step;
            double above = function(point);
            point[i] = at - Step;
            double below = function(point);
            point[i] = at;
            slope[i] = double.IsFinite(above) && double.IsFinite(below) ? (above - below) / (2 * Step) : 0;
        }
    }

    private static void Reset(double[] inverse, int n, double scale)
    {
        Array.Clear(inverse);
        for (int i = 0; i < n; i++)
            inverse[i * (n + 1)] = scale;
    }

    /// <summary>Learns the curvature along a step; false where there is none that curves upwards.</summary>
    private static bool Update(double[] inverse, double[] moved, double[] turned, double[] curved, bool isFirst)
    {
        int n = moved.Length;
        double along = Dot(moved, turned);
        if (!(along > 1e-12 * Math.Sqrt(Dot(moved, moved) * Dot(turned, turned))))
            return false;
        if (isFirst)
            Reset(inverse, n, along / Dot(turned, turned));
        for (int i = 0; i < n; i++)
            curved[i] = Dot(inverse.AsSpan(i * n, n), turned);
        double factor = (1 + (Dot(turned, curved) / along)) / along;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                inverse[(i * n) + j] += (factor * moved[i] * moved[j]) - (((moved[i] * curved[j]) + (curved[i] * moved[j])) / along);
        }

        return true;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
