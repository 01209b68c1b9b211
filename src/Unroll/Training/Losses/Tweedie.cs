using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// The unit deviance of a Tweedie distribution of power p, 1 &lt; p &lt; 2 (Jørgensen 1987): 2·(y²⁻ᵖ/((1 − p)(2 − p)) − y·μ¹⁻ᵖ/(1 − p) +
/// μ²⁻ᵖ/(2 − p)) with μ = ŷ + 10⁻⁷, for targets that are often exactly 0 and otherwise any number above: rain, claims, sales. It is 0
/// where μ = y. The model gives the mean ŷ, which must be above 0: let the last layer end in a function that is. Targets are at least 0.
/// </summary>
/// <remarks>
/// scikit-learn's mean_tweedie_deviance. Towards p = 1 it becomes the deviance of <see cref="Poisson"/>, towards 2 that
/// of a gamma distribution.
/// </remarks>
public sealed record Tweedie : ElementwiseLoss
{
    private const double Epsilon = 1e-7;

    /// <summary>p, above 1 and below 2: the variance is proportional to μᵖ.</summary>
    public double Power { get; init; } = 1.5;

    /// <summary>True: the model gives x = ln μ, any number.</summary>
    public bool LogInput { get; init; }

    [JsonIgnore]
    public override string Name => "Tweedie loss";

    [JsonIgnore]
    public override OutputKind Takes => LogInput ? OutputKind.Parameters : OutputKind.Values;

    [JsonIgnore]
    public override int PointOutput => LogInput ? -1 : 0;

    public override void Validate()
    {
        if (!(Power > 1 && Power < 2))
            throw new UnrollException($"The {Name} has a power of {Power}; it must be above 1 and below 2. For 1 use the Poisson loss.");
    }

    public override string? FaultOf<T>(in LossRow<T> row) => NegativeTarget(row, "at least 0");

    /// <summary>dL/dμ = 2·(μ¹⁻ᵖ − y·μ⁻ᵖ), and dL/dx = μ·dL/dμ.</summary>
    protected override double At<T>(T prediction, T target, out T gradient)
    {
        double x = double.CreateTruncating(prediction), y = double.CreateTruncating(target), a = 1 - Power, b = 2 - Power;
        double log = LogInput ? x : Math.Log(x + Epsilon), ofA = Math.Exp(a * log), ofB = Math.Exp(b * log);
        double slope = 2 * (ofB - y * ofA);
        gradient = T.CreateTruncating(LogInput ? slope : slope / (x + Epsilon));
        return 2 * (Math.Pow(y, b) / (a * b) - y * ofA / a + ofB / b);
    }
}
