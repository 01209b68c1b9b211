using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// Adagrad (Duchi, Hazan and Singer 2011): s += g²; w −= lr·g/(√s + ε), where s begins at <see cref="InitialSum"/>. ε stands outside the
/// root, as in PyTorch; Keras has it inside, which shows only where s is as small as ε.
/// </summary>
public sealed record Adagrad : Optimizer
{
    /// <summary>The rate is 0.01, as in PyTorch; Keras has 0.001, the paper 1. It falls by itself as s grows.</summary>
    public Adagrad() => LearningRate = 0.01;

    /// <summary>What the sums of squares begin at, at least 0 (0.1 as in Keras; PyTorch has 0).</summary>
    public double InitialSum { get; init; } = 0.1;

    /// <summary>ε, above 0 (1e-7 as in Keras; PyTorch has 1e-10).</summary>
    public double Epsilon { get; init; } = 1e-7;

    [JsonIgnore]
    public override int Slots => 1;

    public override void Validate()
    {
        base.Validate();
        if (!(InitialSum >= 0) || double.IsInfinity(InitialSum) || !(Epsilon > 0))
        {
            throw new UnrollException(
                $"Adagrad has an initial sum of {InitialSum} and epsilon {Epsilon}; the sum must be at least 0, epsilon above 0.");
        }
    }

    public override void Step<T>(in OptimizerStep<T> step) => step.Kernels.AdagradStep(
        step.AllWeights, step.AllGradients, step.AllOf(0), T.CreateChecked(step.Rate), T.CreateChecked(InitialSum),
        T.CreateChecked(Epsilon));
}
