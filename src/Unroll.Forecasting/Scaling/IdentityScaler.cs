namespace Unroll.Forecasting;

/// <summary>y = x: for values that already have a good scale.</summary>
public sealed class IdentityScaler : Scaler
{
    internal const string Name = "none";

    public override string Kind => Name;

    protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values) => (0, 1);
}
