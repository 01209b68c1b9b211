namespace Unroll.Forecasting;

/// <summary>Student's t distribution of some degrees of freedom.</summary>
/// <param name="Degrees">ν.</param>
/// <param name="LogFactor">ln Γ((ν + 1)/2) / (√(νπ) Γ(ν/2)).</param>
internal readonly record struct StudentT(double Degrees, double LogFactor)
{
    public double Density(double t) => Math.Exp(LogDensity(t));

    public double LogDensity(double t) => LogFactor - (0.5 * (Degrees + 1) * Math.Log(1 + (t * t / Degrees)));
}
