namespace Unroll.Forecasting;

/// <summary>
/// y = (x − min) / (max − min): training values lie in 0..1, later ones may leave it. A constant column is divided by 1, and so
/// becomes 0, as in scikit-learn's MinMaxScaler.
/// </summary>
public sealed class MinMaxScaler : Scaler
{
    internal const string Name = "minmax";

    public override string Kind => Name;

    protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values)
    {
        double min = values[0], max = values[0];
        foreach (double value in values)
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
        return (min, max > min ? max - min : 1);
    }
}
