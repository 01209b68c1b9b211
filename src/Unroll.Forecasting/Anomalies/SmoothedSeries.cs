namespace Unroll.Forecasting;

/// <summary>A series with its forecasts one row ahead, by the smoothing that fits it best.</summary>
internal sealed class SmoothedSeries
{
    private static readonly double[] s_levels = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1];
    private static readonly double?[] s_slopes = [null, 0, 0.02, 0.1];
    private static readonly double[] s_seasons = [0, 0.05, 0.15, 0.3];

    /// <summary>So many of the newest rows tell which smoothing fits best.</summary>
    private const int RowsToChoose = 20_000;

    private readonly bool _isLogarithmic;
    private readonly double[] _forecasts;
    private readonly RobustSmoothing _smoothing;

    private SmoothedSeries(double[] values, RobustSmoothing smoothing, bool isLogarithmic)
    {
        (_isLogarithmic, _smoothing) = (isLogarithmic, smoothing);
        (_forecasts, IsShift) = smoothing.Run(values);
        Errors = new double[values.Length];
        for (int row = 0; row < values.Length; row++)
            Errors[row] = values[row] - _forecasts[row];
    }

    /// <summary>On the scale that was smoothed; NaN where a value is missing.</summary>
    public double[] Errors { get; }

    /// <summary>The rows from which on the level is another.</summary>
    public bool[] IsShift { get; }

    /// <summary>The forecast of a row, in the units of the series.</summary>
    public double ForecastOf(int row) => _isLogarithmic ? Math.Exp(_forecasts[row]) : _forecasts[row];

    /// <summary>Of the values or, where all are above 0 and it fits better, of their logarithms.</summary>
    /// <param name="values">Oldest first; NaN where one is missing.</param>
    /// <param name="period">The rows of a season; 1 for none.</param>
    public static SmoothedSeries Best(double[] values, int period)
    {
        double[] newest = values.Length > RowsToChoose ? values[^RowsToChoose..] : values;
        if (newest.Count(double.IsFinite) < Anomalies.FewestRows)
            newest = values;
        SmoothedSeries best = BestOf(newest, period, !Array.Exists(values, value => value <= 0));
        if (newest.Length == values.Length)
            return best;
        double[] all = best._isLogarithmic ? Array.ConvertAll(values, Math.Log) : values;
        return new SmoothedSeries(all, best._smoothing with { Start = new SmoothingStart(all, period) }, best._isLogarithmic);
    }

    private static SmoothedSeries BestOf(double[] values, int period, bool isPositive)
    {
        SmoothedSeries plain = Fit(values, period, false);
        if (!isPositive)
            return plain;
        double[] finite = [.. values.Where(double.IsFinite)];
        SmoothedSeries logarithmic = Fit(Array.ConvertAll(values, Math.Log), period, true);

        // The scale of logarithms in units of the values, at their geometric mean.
        double jacobian = finite.Average(Math.Log);
        double Size(SmoothedSeries smoothed) => 0.5 * Math.Log(RobustStatistics.TauSquared(smoothed.Errors));
        return Size(logarithmic) + jacobian < Size(plain) ? logarithmic : plain;
    }

    /// <summary>One weight after the other, the level's first.</summary>
    private static SmoothedSeries Fit(double[] values, int period, bool isLogarithmic)
    {
        var start = new SmoothingStart(values, period);
        var chosen = new RobustSmoothing(start, 1, null, 0);
        SmoothedSeries best = new(values, chosen, isLogarithmic);
        double lowest = RobustStatistics.TauSquared(best.Errors);
        foreach (double weight in s_levels)
            Try(chosen with { Level = weight });
        foreach (double? weight in s_slopes)
            Try(chosen with { Slope = weight });
        foreach (double weight in period > 1 ? s_seasons : [])
            Try(chosen with { Season = weight });
        foreach (double weight in s_levels)
            Try(chosen with { Level = weight });
        return best;

        void Try(RobustSmoothing smoothing)
        {
            if (smoothing == chosen)
                return;
            var tried = new SmoothedSeries(values, smoothing, isLogarithmic);
            double size = RobustStatistics.TauSquared(tried.Errors);
            if (size < 0.999 * lowest)
                (best, lowest, chosen) = (tried, size, smoothing);
        }
    }
}

/// <summary>Where smoothing begins: medians of the first rows.</summary>
internal sealed class SmoothingStart
{
    private const int FirstSeasons = 10, FirstRows = 60;

    public SmoothingStart(double[] values, int period)
    {
        double[] first = values[..Math.Min(values.Length, Math.Max(FirstRows, FirstSeasons * period))];
        Season = period > 1 ? Places(first, period) : [0];
        double[] level = [.. first.Select((value, row) => value - Season[row % period])];
        int lag = Math.Min(Math.Max(period, 10), level.Length / 2);
        Slope = RobustStatistics.Median(level.Skip(lag).Zip(level, (after, before) => (after - before) / lag));
        double middle = RobustStatistics.Median(level.Take(12).Select((value, row) => value - (row * Slope)));
        (Level, LevelAlone) = (middle, RobustStatistics.Median(level.Take(8)));
        Scale = RobustStatistics.Scale(level.Skip(1).Zip(level, (after, before) => (after - before) / Math.Sqrt(2)));
        double[] all = [.. values.Select((value, row) => value - Season[row % period])];
        double changes = RobustStatistics.Scale(all.Skip(1).Zip(all, (after, before) => (after - before) / Math.Sqrt(2)));
        Least = 0.1 * (changes > 0 ? changes : RobustStatistics.Scale(all.Select(value => value - middle)));
        Scale = Math.Max(Scale, Least);
    }

    /// <summary>Of row 0, where there is a slope.</summary>
    public double Level { get; }

    /// <summary>Of the first rows, where there is none.</summary>
    public double LevelAlone { get; }

    public double Slope { get; }

    /// <summary>A value for each row of a season.</summary>
    public double[] Season { get; }

    public double Scale { get; }

    /// <summary>No error below this says that errors are smaller now.</summary>
    public double Least { get; }

    /// <summary>For each place of a season the median of what is left beside the median of the season around it.</summary>
    private static double[] Places(double[] values, int period)
    {
        double[] rest = [.. values.Select((value, row) =>
        {
            int from = Math.Clamp(row - (period / 2), 0, Math.Max(0, values.Length - period));
            return value - RobustStatistics.Median(values.AsSpan(from, Math.Min(period, values.Length - from)).ToArray());
        })];
        IEnumerable<double> Of(int place) => rest.Where((_, row) => row % period == place);
        double[] places = [.. Enumerable.Range(0, period).Select(place => RobustStatistics.Median(Of(place)))];
        return Array.ConvertAll(places, place => double.IsFinite(place) ? place : 0);
    }
}
