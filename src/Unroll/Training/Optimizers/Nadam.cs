using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// Adam with Nesterov's look ahead (Dozat 2016): m and v as in <see cref="Adam"/>, with a momentum that grows,
/// μₜ = β₁(1 − ½·0.96^(ψt)) and Πₜ = μ₁·…·μₜ; w −= lr·(μₜ₊₁·m/(1−Πₜ₊₁) + (1−μₜ)·g/(1−Πₜ))/(√v/√(1−β₂ᵗ) + ε), as in PyTorch.
/// </summary>
/// <remarks>Keras 3 has ψ = 1 where PyTorch, and Keras 2, have 0.004.</remarks>
public sealed record Nadam : Optimizer
{
    /// <summary>β₁, how much of the mean gradient stays from step to step, at least 0 and below 1 (0.9).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, how much of the mean square stays from step to step, at least 0 and below 1 (0.999).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, above 0 (1e-7 as in Keras; PyTorch has 1e-8).</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>ψ, at least 0 (0.004 as in PyTorch; 1 is Keras 3's rule).</summary>
    public double MomentumDecay { get; init; } = 0.004;

    /// <summary>Decoupled decay: w −= lr·decay·w before the step; PyTorch's with decoupled_weight_decay.</summary>
    public double WeightDecay { get; init; }

    [JsonIgnore]
    public override int Slots => 2;

    public override void Validate()
    {
        base.Validate();
        bool areBetas = Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1;
        if (!areBetas || !(Epsilon > 0) || !(MomentumDecay >= 0) || double.IsInfinity(MomentumDecay))
        {
            throw new UnrollException(
                $"Nadam has beta1 {Beta1}, beta2 {Beta2}, epsilon {Epsilon}, momentum decay {MomentumDecay}; "
                + "the betas must be at least 0 and below 1, epsilon above 0, the momentum decay at least 0.");
        }

        RequireDecay("Nadam", WeightDecay);
    }

    public override void Step<T>(in OptimizerStep<T> step)
    {
        double now = Momentum(step.Number), next = Momentum(step.Number + 1), product = ProductTo(step.Number);
        var numbers = new NadamNumbers<T>(
            T.CreateChecked(step.Rate * next / (1 - product * next)),
            T.CreateChecked(step.Rate * (1 - now) / (1 - product)),
            T.CreateChecked(Beta1),
            T.CreateChecked(Beta2),
            T.CreateChecked(Math.Sqrt(1 - Math.Pow(Beta2, step.Number))),
            T.CreateChecked(Epsilon),
            step.Shrink(WeightDecay));
        step.Kernels.NadamStep(step.AllWeights, step.AllGradients, step.AllOf(0), step.AllOf(1), numbers);
    }

    /// <summary>μ of step t.</summary>
    private double Momentum(long t) => Beta1 * (1 - 0.5 * Math.Pow(0.96, t * MomentumDecay));

    /// <summary>Πₜ, made anew so that it is no state; 0 once 1 − Πₜ is 1, which comes soon because each factor is at most β₁.</summary>
    private double ProductTo(long step)
    {
        const double nothing = 1e-17;
        if (Math.Pow(Beta1, step) < nothing)
            return 0;
        double product = 1;
        for (long t = 1; t <= step && product > nothing; t++)
            product *= Momentum(t);
        return product;
    }
}
