using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Kernels;
using Unroll.Training;

namespace Unroll;

/// <summary>A rule that turns gradients into steps. Its running sums lie beside the weights and are not part of it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "optimizer")]
[JsonDerivedType(typeof(Sgd), "sgd")]
[JsonDerivedType(typeof(RmsProp), "rmsprop")]
[JsonDerivedType(typeof(Adam), "adam")]
[JsonDerivedType(typeof(AdamW), "adamw")]
public abstract record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>The step size; a <see cref="Schedule"/> changes it from step to step.</summary>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>How many running sums the rule keeps for each weight.</summary>
    internal abstract int Slots { get; }

    /// <summary>As errors call it.</summary>
    internal string InWords => $"{GetType().Name} with {Slots} running sum{(Slots == 1 ? "" : "s")} a weight";

    /// <summary>Throws when a number is outside its range.</summary>
    internal virtual void Validate()
    {
        if (!(LearningRate > 0) || double.IsInfinity(LearningRate))
            throw new UnrollException($"The learning rate is {LearningRate}; it must be above 0.");
    }

    /// <summary>One step over some weights, with their gradients and running sums. <paramref name="step"/> counts from 1.</summary>
    internal abstract void Step<T>(Kernels<T> kernels, Span<T> weights, ReadOnlySpan<T> gradients, OptimizerSlots<T> state, double rate, long step)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>
/// Stochastic gradient descent: w −= lr·g; with momentum μ (Polyak 1964) v = μv − lr·g, w += v; with Nesterov's look ahead
/// w += μv − lr·g (Sutskever et al. 2013).
/// </summary>
public sealed record Sgd : Optimizer
{
    public Sgd() => LearningRate = 0.01;

    /// <summary>μ, at least 0 and below 1.</summary>
    public double Momentum { get; init; }

    public bool Nesterov { get; init; }

    internal override int Slots => Momentum > 0 ? 1 : 0;

    internal override void Validate()
    {
        base.Validate();
        if (Momentum is not (>= 0 and < 1))
            throw new UnrollException($"SGD's momentum is {Momentum}; it must be at least 0 and below 1.");
    }

    internal override void Step<T>(Kernels<T> kernels, Span<T> weights, ReadOnlySpan<T> gradients, OptimizerSlots<T> state, double rate, long step)
    {
        if (Momentum > 0)
            kernels.MomentumStep(weights, gradients, state[0], T.CreateChecked(rate), T.CreateChecked(Momentum), Nesterov);
        else
            kernels.SgdStep(weights, gradients, T.CreateChecked(rate));
    }
}

/// <summary>
/// RMSprop (Hinton 2012): v = ρv + (1−ρ)g²; w −= lr·g/(√v + ε). ε stands outside the root, as in Keras 2 and PyTorch;
/// Keras 3 has it inside: √(v + ε), which matters where gradients are small, as on data scaled to [0, 1].
/// </summary>
public sealed record RmsProp : Optimizer
{
    /// <summary>ρ, the share of the old average that is kept.</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>ε, above 0.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>True: √(v + ε), as in Keras 3. False: √v + ε, as in Keras 2 and PyTorch.</summary>
    public bool EpsilonInsideRoot { get; init; }

    /// <summary>μ: m = μm + lr·g/(√v + ε), w −= m.</summary>
    public double Momentum { get; init; }

    /// <summary>True: v − ḡ² in place of v, where ḡ is the running mean of g: the variance (Graves 2013).</summary>
    public bool Centered { get; init; }

    internal override int Slots => Momentum > 0 ? 3 : Centered ? 2 : 1;

    internal override void Validate()
    {
        base.Validate();
        if (Rho is not (>= 0 and < 1) || !(Epsilon > 0) || Momentum is not (>= 0 and < 1))
            throw new UnrollException($"RMSprop has rho {Rho}, epsilon {Epsilon}, momentum {Momentum}; rho and momentum must be at least 0 and below 1, epsilon above 0.");
    }

    internal override void Step<T>(Kernels<T> kernels, Span<T> weights, ReadOnlySpan<T> gradients, OptimizerSlots<T> state, double rate, long step)
    {
        var numbers = new RmsPropNumbers<T>(T.CreateChecked(rate), T.CreateChecked(Rho), T.CreateChecked(Epsilon), T.CreateChecked(Momentum), EpsilonInsideRoot);
        kernels.RmsPropStep(weights, gradients, state[0], Centered ? state[1] : default, Momentum > 0 ? state[2] : default, numbers);
    }
}

/// <summary>
/// Adam (Kingma and Ba 2015): m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; w −= lr/(1−β₁ᵗ)·m/(√v/√(1−β₂ᵗ) + ε), the paper's
/// algorithm 1 and PyTorch's; Keras adds ε to √v before the correction, which differs only while t is small.
/// </summary>
public record Adam : Optimizer
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, above 0 (1e-7 as in Keras; PyTorch has 1e-8).</summary>
    public double Epsilon { get; init; } = 1e-7;

    internal override int Slots => 2;

    private protected virtual double Decay => 0;

    internal override void Validate()
    {
        base.Validate();
        if (Beta1 is not (>= 0 and < 1) || Beta2 is not (>= 0 and < 1) || !(Epsilon > 0) || !(Decay >= 0))
            throw new UnrollException($"Adam has beta1 {Beta1}, beta2 {Beta2}, epsilon {Epsilon}, weight decay {Decay}; the betas must be at least 0 and below 1, epsilon above 0, the decay at least 0.");
    }

    internal override void Step<T>(Kernels<T> kernels, Span<T> weights, ReadOnlySpan<T> gradients, OptimizerSlots<T> state, double rate, long step)
    {
        var numbers = new AdamNumbers<T>(
            T.CreateChecked(rate / (1 - Math.Pow(Beta1, step))),
            T.CreateChecked(Beta1),
            T.CreateChecked(Beta2),
            T.CreateChecked(Math.Sqrt(1 - Math.Pow(Beta2, step))),
            T.CreateChecked(Epsilon),
            T.CreateChecked(1 - rate * Decay));
        kernels.AdamStep(weights, gradients, state[0], state[1], numbers);
    }
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019): w −= lr·decay·w before the step, over all weights.</summary>
public sealed record AdamW : Adam
{
    /// <summary>The decay (0.01 as in PyTorch; Keras has 0.004).</summary>
    public double WeightDecay { get; init; } = 0.01;

    private protected override double Decay => WeightDecay;
}
