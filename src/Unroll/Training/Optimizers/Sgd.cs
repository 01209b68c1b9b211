using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// Stochastic gradient descent: w −= lr·g; with momentum μ (Polyak 1964) v = μv − lr·g, w += v; with Nesterov's look ahead
/// w += μv − lr·g (Sutskever et al. 2013).
/// </summary>
public sealed record Sgd : Optimizer
{
    public Sgd() => LearningRate = 0.01;

    /// <summary>μ, at least 0 and below 1.</summary>
    public double Momentum { get; init; }

    /// <summary>True: with Nesterov's look ahead.</summary>
    public bool Nesterov { get; init; }

    /// <summary>
    /// Decoupled decay (SGDW, Loshchilov and Hutter 2019): w −= lr·decay·w before the step, which no momentum sees. As in Keras; PyTorch's
    /// weight_decay of SGD adds decay·w to the gradient, as a <see cref="Regularizer"/> does.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double WeightDecay { get; init; }

    [JsonIgnore]
    public override int Slots => Momentum > 0 ? 1 : 0;

    public override void Validate()
    {
        base.Validate();
        if (Momentum is not (>= 0 and < 1))
            throw new UnrollException($"SGD's momentum is {Momentum}; it must be at least 0 and below 1.");
        RequireDecay("SGD", WeightDecay);
    }

    public override void Step<T>(in OptimizerStep<T> step)
    {
        T rate = T.CreateChecked(step.Rate), shrink = step.Shrink(WeightDecay);
        if (Momentum > 0)
        {
            step.Kernels.MomentumStep(
                step.AllWeights, step.AllGradients, step.AllOf(0), new(rate, T.CreateChecked(Momentum), Nesterov, shrink));
        }
        else
        {
            step.Kernels.SgdStep(step.AllWeights, step.AllGradients, rate, shrink);
        }
    }
}
