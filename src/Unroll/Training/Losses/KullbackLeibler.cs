using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// Σ y·ln(y ÷ ŷ) over C classes: the divergence of the model's probabilities ŷ from the targets y (Kullback and Leibler 1951). Both are
/// probabilities, so the model ends in a softmax; they are cut to 10⁻⁷ … 1, as in Keras, and what is cut has no gradient.
/// </summary>
/// <remarks>
/// PyTorch's KLDivLoss takes ln ŷ, and divides by the number of classes too unless its reduction is "batchmean", which is the mean here.
/// From logits, <see cref="CategoricalCrossEntropy"/> has the same gradients.
/// </remarks>
public sealed record KullbackLeibler : VectorLoss
{
    private const double Epsilon = 1e-7;

    [JsonIgnore]
    public override string Name => "Kullback-Leibler divergence";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.ClassProbabilities;

    public override string? FaultOf<T>(in LossRow<T> row)
    {
        int each = row.Targets.Length / row.Positions;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            if (!(row.Targets[i] >= T.Zero && row.Targets[i] <= T.One) && row.WeightOf(i / each) != T.Zero)
                return $"A target of the {Name} is {row.Targets[i]}; it must be a probability, 0 to 1.";
        }

        return null;
    }

    protected override double At<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int c = 0; c < targets.Length; c++)
        {
            double x = double.CreateTruncating(predictionsToGradients[c]), p = Math.Clamp(x, Epsilon, 1);
            double y = Math.Clamp(double.CreateTruncating(targets[c]), Epsilon, 1);
            sum += y * Math.Log(y / p);
            predictionsToGradients[c] = x < Epsilon || x > 1 ? T.Zero : scale * T.CreateTruncating(-y / p);
        }

        return sum;
    }
}
