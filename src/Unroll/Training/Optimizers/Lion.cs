using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// Lion (Chen et al. 2023): w −= lr·(sign(β₁m + (1−β₁)g) + decay·w); m = β₂m + (1−β₂)g. Every weight steps by the rate, whatever the size
/// of its gradient, so the rate is 3 to 10 times lower than Adam's and the decay as much higher; m is its only running sum.
/// </summary>
public sealed record Lion : Optimizer
{
    /// <summary>The rate is 1e-4, as in the paper; Keras has 0.001.</summary>
    public Lion() => LearningRate = 1e-4;

    /// <summary>β₁, the share of m in the direction of the step, at least 0 and below 1 (0.9).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, how much of m stays from step to step, at least 0 and below 1 (0.99).</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>Decoupled decay, at least 0, over all weights but those that <see cref="Optimizer.ExcludeFromDecay"/> names.</summary>
    public double WeightDecay { get; init; }

    [JsonIgnore]
    public override int Slots => 1;

    public override void Validate()
    {
        base.Validate();
        if (Beta1 is not (>= 0 and < 1) || Beta2 is not (>= 0 and < 1))
            throw new UnrollException($"Lion has beta1 {Beta1} and beta2 {Beta2}; both must be at least 0 and below 1.");
        RequireDecay("Lion", WeightDecay);
    }

    public override void Step<T>(in OptimizerStep<T> step)
    {
        var numbers = new LionNumbers<T>(
            T.CreateChecked(step.Rate), T.CreateChecked(Beta1), T.CreateChecked(Beta2), step.Shrink(WeightDecay));
        step.Kernels.LionStep(step.AllWeights, step.AllGradients, step.AllOf(0), numbers);
    }
}
