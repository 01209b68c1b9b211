namespace Unroll.Forecasting;

/// <summary>
/// y = (x − median) / (q₀.₇₅ − q₀.₂₅): a few values far from all others change neither, as in scikit-learn's RobustScaler. Between two
/// values quantiles are interpolated, as in NumPy. A column whose middle half is constant is divided by 1.
/// </summary>
public sealed class RobustScaler : Scaler
{
    internal const string Name = "robust";

    public override string Kind => Name;

    protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        double range = Quantile(sorted, 0.75) - Quantile(sorted, 0.25);
        return (Quantile(sorted, 0.5), range > 0 ? range : 1);
    }

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        double next = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((place - below) * (next - sorted[below]));
    }
}
