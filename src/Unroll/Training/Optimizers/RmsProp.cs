using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

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

    [JsonIgnore]
    public override int Slots => Momentum > 0 ? 3 : Centered ? 2 : 1;

    public override void Validate()
    {
        base.Validate();
        if (Rho is not (>= 0 and < 1) || !(Epsilon > 0) || Momentum is not (>= 0 and < 1))
            throw new UnrollException(
                $"RMSprop has rho {Rho}, epsilon {Epsilon}, momentum {Momentum}; "
                + "rho and momentum must be at least 0 and below 1, epsilon above 0.");
    }

    public override void Step<T>(in OptimizerStep<T> step)
    {
        var numbers = new RmsPropNumbers<T>(
            T.CreateChecked(step.Rate), T.CreateChecked(Rho), T.CreateChecked(Epsilon), T.CreateChecked(Momentum), EpsilonInsideRoot);
        Span<T> mean = Centered ? step.AllOf(1) : default, move = Momentum > 0 ? step.AllOf(2) : default;
        step.Kernels.RmsPropStep(step.AllWeights, step.AllGradients, step.AllOf(0), mean, move, numbers);
    }
}
