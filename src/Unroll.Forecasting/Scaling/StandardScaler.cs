namespace Unroll.Forecasting;

/// <summary>
/// y = (x − mean) / σ with σ² = Σ(x − mean)² / n, the population's deviation, as in scikit-learn's StandardScaler. A column whose
/// deviation is no more than rounding (σ² ≤ n·ε·σ² + (n·mean·ε)²) counts as constant and is divided by 1.
/// </summary>
public sealed class StandardScaler : Scaler
{
    internal const string Name = "standard";
    private const double MachineEpsilon = 2.220446049250313e-16;

    public override string Kind => Name;

    protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values)
    {
        double n = values.Length, sum = 0, squares = 0;
        foreach (double value in values)
            sum += value;
        double mean = sum / n;
        foreach (double value in values)
            squares += (value - mean) * (value - mean);
        double variance = squares / n, rounding = n * mean * MachineEpsilon;
        bool constant = variance <= (n * MachineEpsilon * variance) + (rounding * rounding);
        return (mean, constant ? 1 : Math.Sqrt(variance));
    }
}
