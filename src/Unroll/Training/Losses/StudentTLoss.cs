using System.Text.Json.Serialization;
using Unroll.Kernels;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// The negative log-likelihood of a Student-t distribution with location μ and scale σ, of which a model gives the parameters: for
/// targets with more values far out than a normal distribution has (Lange, Little and Taylor 1989). With z = (y − μ)/σ:
/// −ln p(y) = ln Γ(ν/2) − ln Γ((ν + 1)/2) + ½ln(νπ) + ln σ + ½(ν + 1)·ln(1 + z²/ν). It may be below 0.
/// </summary>
/// <remarks>
/// The outputs of a target are μ, a raw scale s and, unless ν is given, a raw number v, any numbers: σ = ln(1 + eˢ) + 10⁻⁴ as in
/// <see cref="GaussianLoss"/>, and ν = 2 + ln(1 + eᵛ) + 10⁻⁴, so that the variance σ²ν/(ν − 2) is finite. As ν grows the
/// distribution becomes normal.
/// </remarks>
/// <param name="DegreesOfFreedom">ν, above 0, where it is fixed; null: the model learns it.</param>
public sealed record StudentTLoss(double? DegreesOfFreedom = null) : Loss
{
    /// <summary>2.0001, the ν below which no learnt one gets.</summary>
    public const double LeastDegreesOfFreedom = 2.0001;

    /// <summary>3: location, raw scale, raw degrees of freedom; 2 where the degrees of freedom are fixed.</summary>
    [JsonIgnore]
    public override int OutputsPerTarget => DegreesOfFreedom is null ? 3 : 2;

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.Parameters;

    internal override bool TakesAnyTarget => true;

    [JsonIgnore]
    public override string Name => "Student-t loss";

    /// <summary>The distributions that a model's outputs stand for.</summary>
    /// <param name="outputs">n·k outputs: those of target i at i·k, …, i·k + k − 1, where k is <see cref="OutputsPerTarget"/>.</param>
    /// <returns>n distributions, in the units of the targets.</returns>
    /// <exception cref="ArgumentException">The outputs are no whole number of targets.</exception>
    public StudentTParameters[] Parameters(ReadOnlySpan<float> outputs)
    {
        int each = OutputsPerTarget;
        var parameters = new StudentTParameters[Targets(outputs)];
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] = new StudentTParameters(outputs[i * each], GaussianLoss.Deviation(outputs[i * each + 1]),
                DegreesOfFreedom ?? Degrees(outputs[i * each + 2]));
        return parameters;
    }

    public override void Validate()
    {
        if (DegreesOfFreedom is { } degrees && (!(degrees > 0) || double.IsInfinity(degrees)))
            throw new UnrollException(
                $"The Student-t loss has {degrees} degrees of freedom; they must be above 0. Leave them out to have them learnt.");
    }

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        int each = OutputsPerTarget;
        double sum = 0, factor = double.CreateTruncating(scale);
        for (int i = 0; i < targets.Length; i++)
        {
            Span<T> outputs = predictionsToGradients.Slice(i * each, each);
            double rawScale = double.CreateTruncating(outputs[1]), rawDegrees = each == 3 ? double.CreateTruncating(outputs[2]) : 0;
            double sigma = GaussianLoss.Deviation(rawScale), v = DegreesOfFreedom ?? Degrees(rawDegrees);
            double z = (double.CreateTruncating(targets[i]) - double.CreateTruncating(outputs[0])) / sigma, square = z * z;

            // With g of SpecialFunctions.GammaRatio the constant is ½ln(2π) − g(ν/2), and no digits are lost where ν is large.
            (double ratio, double ratioSlope) = SpecialFunctions.GammaRatio(0.5 * v);
            double logarithm = Elementary<double>.Log1P(square / v);
            sum += SpecialFunctions.HalfLogTwoPi - ratio + Math.Log(sigma) + 0.5 * (v + 1) * logarithm;

            // dL/dμ = −(ν + 1)z/((ν + z²)σ); dL/dσ = ν(1 − z²)/((ν + z²)σ); dL/dν = ½(ln(1 + z²/ν) − g′(ν/2) − (ν + 1)z²/(ν(ν + z²))).
            outputs[0] = T.CreateTruncating(factor * (-(v + 1) / (v + square) * z / sigma));
            outputs[1] = T.CreateTruncating(factor * (v / (v + square) * (1 - square) / sigma * Elementary<double>.Sigmoid(rawScale)));
            if (each == 3)
                outputs[2] = T.CreateTruncating(factor
                    * (0.5 * (logarithm - ratioSlope - (v + 1) / v * (square / (v + square))) * Elementary<double>.Sigmoid(rawDegrees)));
        }

        return sum;
    }

    private static double Degrees(double raw) => SpecialFunctions.Softplus(raw) + LeastDegreesOfFreedom;
}

/// <summary>A Student-t distribution, moved and stretched.</summary>
/// <param name="Location">μ, the middle, in the units of the target; the mean where ν is above 1.</param>
/// <param name="Scale">σ, in the units of the target; above 0. The deviation is σ·√(ν/(ν − 2)).</param>
/// <param name="DegreesOfFreedom">ν, above 0: the fewer, the heavier the tails.</param>
public readonly record struct StudentTParameters(double Location, double Scale, double DegreesOfFreedom);
