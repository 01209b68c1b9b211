using System.Text.Json.Serialization;
using Unroll.Kernels;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// The negative log-likelihood of a normal distribution, −ln p(y) = ½ln(2π) + ln σ + ½((y − μ)/σ)², of which a model gives the mean
/// and the deviation (Nix and Weigend 1994; with the softplus, Salinas, Flunkert, Gasthaus and Januschowski 2020). It may be below 0.
/// </summary>
/// <remarks>
/// The 2 outputs of a target are μ and a raw scale s, any number: σ = ln(1 + eˢ) + 10⁻⁴. Without the last term a target that is met
/// exactly would drive σ to 0 and the loss to −∞. It is a ten-thousandth of the unit that targets are scaled to, far below the noise of
/// a series, and leaves gradients finite in single precision for errors up to 10¹⁵. Targets in units of their own need scaling first.
/// </remarks>
public sealed record GaussianLoss : Loss
{
    /// <summary>10⁻⁴, the σ below which no prediction gets, in the units of the targets.</summary>
    public const double LeastDeviation = 1e-4;

    /// <summary>2: mean and raw scale.</summary>
    [JsonIgnore]
    public override int OutputsPerTarget => 2;

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.Parameters;

    internal override bool TakesAnyTarget => true;

    [JsonIgnore]
    public override string Name => "Gaussian loss";

    /// <summary>The distributions that a model's outputs stand for.</summary>
    /// <param name="outputs">n·2 outputs: those of target i at 2i and 2i + 1.</param>
    /// <returns>n distributions, in the units of the targets.</returns>
    /// <exception cref="ArgumentException">The outputs are no whole number of targets.</exception>
    public GaussianParameters[] Parameters(ReadOnlySpan<float> outputs)
    {
        var parameters = new GaussianParameters[Targets(outputs)];
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] = new GaussianParameters(outputs[2 * i], Deviation(outputs[2 * i + 1]));
        return parameters;
    }

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0, factor = double.CreateTruncating(scale);
        for (int i = 0; i < targets.Length; i++)
        {
            Span<T> outputs = predictionsToGradients.Slice(2 * i, 2);
            double raw = double.CreateTruncating(outputs[1]), deviation = Deviation(raw);
            double z = (double.CreateTruncating(targets[i]) - double.CreateTruncating(outputs[0])) / deviation;
            sum += SpecialFunctions.HalfLogTwoPi + Math.Log(deviation) + 0.5 * z * z;

            // dL/dμ = −z/σ; dL/dσ = (1 − z²)/σ, dσ/ds = sigmoid(s).
            outputs[0] = T.CreateTruncating(factor * (-z / deviation));
            outputs[1] = T.CreateTruncating(factor * ((1 - z * z) / deviation * Elementary<double>.Sigmoid(raw)));
        }

        return sum;
    }

    /// <summary>σ of a raw scale.</summary>
    internal static double Deviation(double raw) => SpecialFunctions.Softplus(raw) + LeastDeviation;
}

/// <summary>A normal distribution.</summary>
/// <param name="Mean">μ, in the units of the target.</param>
/// <param name="Deviation">σ, in the units of the target; above 0.</param>
public readonly record struct GaussianParameters(double Mean, double Deviation);
