namespace Unroll.Forecasting;

/// <summary>How often a series is differenced before it is taken for stationary, as R's forecast::auto.arima decides.</summary>
internal static class ArimaDifferences
{
    /// <summary>The strength of a season from which on it is differenced: fpp3, section 9.1.</summary>
    private const double StrongSeason = 0.64;

    /// <summary>What the statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992) passes in 5 % of stationary series, table 1.</summary>
    private const double CriticalValue = 0.463;

    /// <summary>Values that differ less than this, relative to their size, are the same.</summary>
    private const double Rounding = 1.5e-8;

    private const int Most = 2;

    /// <summary>D, 0 or 1, by the strength of the season in the values.</summary>
    public static int Seasonal(double[] values, int period) =>
        period > 1 && values.Length > 2 * period && !IsConstant(values) && SeasonalTrend.Of(values, [period]).Strength() > StrongSeason
            ? 1
            : 0;

    /// <summary>d, 0 to 2: the first for which a test at the 5 % level does not reject that the differences are stationary.</summary>
    public static int Ordinary(double[] values)
    {
        int order = 0;
        while (order < Most && !IsConstant(values) && Kpss(values) > CriticalValue)
        {
            values = Of(values, 1);
            order++;
        }

        return order;
    }

    /// <summary>values[t] − values[t − lag].</summary>
    public static double[] Of(double[] values, int lag)
    {
        var differences = new double[Math.Max(0, values.Length - lag)];
        for (int t = 0; t < differences.Length; t++)
            differences[t] = values[t + lag] - values[t];
        return differences;
    }

    /// <summary>Seasonal differences first, then ordinary ones.</summary>
    public static double[] Of(double[] values, ArimaOrder order)
    {
        for (int i = 0; i < order.SeasonalD; i++)
            values = Of(values, order.Period);
        for (int i = 0; i < order.D; i++)
            values = Of(values, 1);
        return values;
    }

    /// <summary>Whether values are the same but for rounding.</summary>
    public static bool IsConstant(double[] values)
    {
        double difference = 0, size = 0;
        foreach (double value in values)
            (difference, size) = (difference + Math.Abs(value - values[0]), size + Math.Abs(value));
        return difference <= Rounding * Math.Max(size, double.Epsilon);
    }

    /// <summary>
    /// The statistic for a constant level: Σ S(t)² / (n²·s²) with the partial sums S of the deviations from the mean and their long-run
    /// variance s², which has Bartlett's weights over ⌊3√n / 13⌋ lags.
    /// </summary>
    internal static double Kpss(double[] values)
    {
        int rows = values.Length, lags = (int)(3 * Math.Sqrt(rows) / 13);
        double mean = values.Average(), partial = 0, sums = 0, variance = 0;
        foreach (double value in values)
        {
            partial += value - mean;
            sums += partial * partial;
            variance += (value - mean) * (value - mean);
        }

        for (int lag = 1; lag <= lags; lag++)
        {
            double products = 0;
            for (int t = lag; t < rows; t++)
                products += (values[t] - mean) * (values[t - lag] - mean);
            variance += 2 * (1 - (lag / (lags + 1.0))) * products;
        }

        return sums / (rows * variance);
    }
}
