namespace Unroll.Forecasting;

/// <summary>
/// y = lowest + (highest − lowest) · (x − min) / (max − min): training values lie in lowest..highest, 0..1 by default, later ones may leave
/// it. A constant column is divided by 1, and so becomes lowest, as in scikit-learn's MinMaxScaler.
/// </summary>
/// <example>
/// The scaler of a training of which only the smallest and the largest value are known:
/// <code>
/// var scaler = new MinMaxScaler();
/// scaler.Fit([12.5, 310.2]);
/// </code></example>
public sealed class MinMaxScaler : Scaler
{
    internal const string Name = "minmax";

    private readonly double _lowest, _range;

    /// <summary>To 0..1.</summary>
    public MinMaxScaler()
        : this(0, 1)
    {
    }

    /// <param name="lowest">What the smallest training value becomes.</param>
    /// <param name="highest">What the largest becomes.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is not finite, or the highest is not above the lowest.</exception>
    public MinMaxScaler(double lowest, double highest)
    {
        if (!double.IsFinite(lowest) || !double.IsFinite(highest) || !double.IsFinite(highest - lowest) || lowest >= highest)
            throw new ArgumentOutOfRangeException(
                nameof(highest), highest, $"A range from {lowest} to {highest} is none. Give two finite numbers, the lower one first.");
        (_lowest, _range) = (lowest, highest - lowest);
    }

    public override string Kind => Name;

    /// <summary>What the smallest and the largest training value become.</summary>
    internal (double Lowest, double Highest) Range => (_lowest, _lowest + _range);

    protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values)
    {
        double min = values[0], max = values[0];
        foreach (double value in values)
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
        double scale = (max > min ? max - min : 1) / _range;
        return (min - (_lowest * scale), scale);
    }
}
