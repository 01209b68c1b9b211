using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// Adam (Kingma and Ba 2015): m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; w −= lr/(1−β₁ᵗ)·m/(√v/√(1−β₂ᵗ) + ε), the paper's
/// algorithm 1 and PyTorch's; Keras adds ε to √v before the correction, which differs only while t is small.
/// </summary>
public record Adam : Optimizer
{
    /// <summary>β₁, how much of the mean gradient stays from step to step, at least 0 and below 1 (0.9).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, how much of the mean square stays from step to step, at least 0 and below 1 (0.999).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, above 0 (1e-7 as in Keras; PyTorch has 1e-8).</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>
    /// True: the largest v so far in the place of v, so that the step of a weight never grows again (AMSGrad; Reddi, Kale and Kumar 2018).
    /// The largest is taken before the correction by 1−β₂ᵗ, as in PyTorch and Keras.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AmsGrad { get; init; }

    [JsonIgnore]
    public override int Slots => AmsGrad ? 3 : 2;

    private protected virtual double Decay => 0;

    public override void Validate()
    {
        base.Validate();
        if (Beta1 is not (>= 0 and < 1) || Beta2 is not (>= 0 and < 1) || !(Epsilon > 0) || !(Decay >= 0))
            throw new UnrollException(
                $"Adam has beta1 {Beta1}, beta2 {Beta2}, epsilon {Epsilon}, weight decay {Decay}; "
                + "the betas must be at least 0 and below 1, epsilon above 0, the decay at least 0.");
    }

    public override void Step<T>(in OptimizerStep<T> step)
    {
        var numbers = new AdamNumbers<T>(
            T.CreateChecked(step.Rate / (1 - Math.Pow(Beta1, step.Number))),
            T.CreateChecked(Beta1),
            T.CreateChecked(Beta2),
            T.CreateChecked(Math.Sqrt(1 - Math.Pow(Beta2, step.Number))),
            T.CreateChecked(Epsilon),
            step.Shrink(Decay));
        Span<T> largest = AmsGrad ? step.AllOf(2) : default;
        step.Kernels.AdamStep(step.AllWeights, step.AllGradients, step.AllOf(0), step.AllOf(1), largest, numbers);
    }
}

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019): w −= lr·decay·w before the step, over all weights but those that
/// <see cref="Optimizer.ExcludeFromDecay"/> names.
/// </summary>
public sealed record AdamW : Adam
{
    /// <summary>The decay (0.01 as in PyTorch; Keras has 0.004).</summary>
    public double WeightDecay { get; init; } = 0.01;

    private protected override double Decay => WeightDecay;
}
