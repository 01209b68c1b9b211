namespace Unroll.Benchmarks;

/// <summary>What one forecaster said of the judged rows.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Ahead">H values for each series that it forecast.</param>
internal sealed record JudgedForecasts(string Name, IReadOnlyDictionary<string, double[]> Ahead)
{
    /// <summary>The processor's seconds a series, all threads together, for fit and forecast; null where unknown.</summary>
    public double? Seconds { get; init; }

    /// <summary>The most memory resident meanwhile; null where unknown.</summary>
    public double? Megabytes { get; init; }

    /// <summary>Whether a series has all its H forecasts.</summary>
    public bool Has(string key, int horizon) =>
        Ahead.TryGetValue(key, out double[]? values) && values.Length == horizon && Array.TrueForAll(values, double.IsFinite);
}

/// <summary>Errors on some series of a file, as the Monash archive computes them (Godahewa et al. 2021).</summary>
/// <param name="Forecasts">What is judged.</param>
/// <param name="Mase">
/// For each series whose scale is above 0: the mean absolute error over that of the seasonal naive forecast, one season ahead, in the rows
/// before the judged ones.
/// </param>
/// <param name="Smape">For each series the mean of 200·|f − a| / (|f| + |a|); a step on which both are 0 counts as 0.</param>
internal sealed record SeriesErrors(JudgedForecasts Forecasts, IReadOnlyDictionary<string, double> Mase, double[] Smape)
{
    public double MeanMase => Mase.Values.Average();

    public double MedianMase => Median([.. Mase.Values]);

    public double MeanSmape => Smape.Average();

    public double MedianSmape => Median(Smape);

    /// <param name="file">The actual values.</param>
    /// <param name="forecasts">All of these series.</param>
    /// <param name="keys">The series to judge.</param>
    public static SeriesErrors Of(AccuracyFile file, JudgedForecasts forecasts, IReadOnlyList<string> keys)
    {
        var mase = new Dictionary<string, double>();
        var smape = new double[keys.Count];
        for (int i = 0; i < smape.Length; i++)
        {
            double[] training = file.Training(keys[i]), actual = file.Test(keys[i]), values = forecasts.Ahead[keys[i]];
            double scale = training.Skip(file.Season).Zip(training, (value, before) => Math.Abs(value - before)).Average();
            if (scale > 0)
                mase.Add(keys[i], actual.Zip(values, (a, f) => Math.Abs(f - a)).Average() / scale);
            smape[i] = 100 * actual.Zip(values, Symmetric).Average();
        }

        static double Symmetric(double a, double f) => Math.Abs(f) + Math.Abs(a) is > 0 and double size ? 2 * Math.Abs(f - a) / size : 0;

        return new SeriesErrors(forecasts, mase, smape);
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
