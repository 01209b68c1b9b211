using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// −α·Σ y·(1 − p)^γ·ln p over C classes, where p = softmax of the outputs (logits): the cross-entropy, in which a class that the model is
/// sure of counts little (Lin et al. 2017). The targets y are probabilities that sum to 1, such as a one-hot vector. Outputs and targets
/// (C) or (..., C). The mean is over the choices; a choice whose targets are all 0 does not count.
/// </summary>
/// <remarks>
/// Keras' CategoricalFocalCrossentropy with from_logits=True; its list of alphas is <see cref="ClassWeights"/> here, by whose sum the mean
/// is divided. PyTorch has none.
/// </remarks>
/// <param name="Gamma">γ, at least 0; 0: α times the cross-entropy.</param>
/// <param name="Alpha">α, above 0, which all is multiplied with.</param>
public sealed record CategoricalFocal(double Gamma = 2, double Alpha = 0.25) : CrossEntropy
{
    /// <summary>How much each class counts, as of <see cref="CategoricalCrossEntropy.ClassWeights"/>; null: all count alike.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ClassWeights? ClassWeights { get; init; }

    [JsonIgnore]
    public override string Name => "categorical focal loss";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.ClassLogits;

    public override void Validate()
    {
        base.Validate();
        if (!(Gamma >= 0) || double.IsInfinity(Gamma) || !(Alpha > 0) || double.IsInfinity(Alpha))
            throw new UnrollException($"The {Name} has gamma {Gamma} and alpha {Alpha}; gamma must be at least 0, alpha above 0.");
    }

    public override void RequireTargets(Shape output, Shape target)
    {
        base.RequireTargets(output, target);
        RequireWeights(ClassWeights, output);
    }

    public override int ScratchSize(Shape output, int targets) => 2 * output.Features;

    public override double CountOf<T>(in LossRow<T> row) => ClassTargets.CountOfChoices(row, ClassWeights);

    public override string? FaultOf<T>(in LossRow<T> row) => ClassTargets.FaultOfChoices(row, Name);

    public override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        Span<double> shares = row.Scratch[..row.Features], slopes = row.Scratch.Slice(row.Features, row.Features);
        for (int i = 0; i < row.Positions; i++)
        {
            Span<T> outputs = row.Outputs.Slice(i * row.Features, row.Features);
            ReadOnlySpan<T> targets = row.Targets.Slice(i * row.Features, row.Features);
            double weight = double.CreateTruncating(row.WeightOf(i)), all = ClassTargets.Weigh(targets, ClassWeights);
            if (weight == 0 || all == 0)
            {
                outputs.Clear();
                continue;
            }

            (double largest, double total) = SpecialFunctions.SumOfExponentials<T>(outputs);
            double loss = 0, drawn = 0;
            for (int c = 0; c < shares.Length; c++)
            {
                // With s = dL/dp·p = −α·y·((1 − p)ᵞ − γ·(1 − p)^(γ − 1)·p·ln p), the derivative by xⱼ is sⱼ − pⱼ·Σ s.
                double log = double.CreateTruncating(outputs[c]) - largest - Math.Log(total), p = Math.Exp(log), not = 1 - p;
                double y = (1 - LabelSmoothing) * double.CreateTruncating(targets[c]) * (ClassWeights?.Weights[c] ?? 1)
                    + all * LabelSmoothing / targets.Length;
                double power = Math.Pow(not, Gamma), before = not > 0 && Gamma > 0 ? Gamma * power / not : 0;
                loss -= Alpha * y * power * log;
                shares[c] = p;
                slopes[c] = -Alpha * y * (power - before * p * log);
                drawn += slopes[c];
            }

            sum += weight * loss;
            double scale = double.CreateTruncating(row.Scale) * weight;
            for (int c = 0; c < shares.Length; c++)
                outputs[c] = T.CreateTruncating(scale * (slopes[c] - shares[c] * drawn));
        }

        return sum;
    }
}
