using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// max(0, 1 + max over c of (1 − y)·ŷ − Σ y·ŷ) over C classes, where the targets y are one-hot: the score of the right class should be
/// larger by 1 than those of all others, and than 0, as in Keras. The outputs are scores, any numbers, so the last layer is linear.
/// </summary>
/// <remarks>PyTorch's MultiMarginLoss is another: Σ of max(0, 1 − x of the right class + x) over all wrong classes, ÷ C.</remarks>
public sealed record CategoricalHinge : VectorLoss
{
    [JsonIgnore]
    public override string Name => "categorical hinge loss";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.ClassScores;

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double right = 0, wrong = double.NegativeInfinity;
        int at = 0;
        for (int c = 0; c < targets.Length; c++)
        {
            double y = double.CreateTruncating(targets[c]), score = double.CreateTruncating(predictionsToGradients[c]);
            double other = (1 - y) * score;
            right += y * score;
            if (other > wrong || double.IsNaN(other))
                (wrong, at) = (other, c);
        }

        double loss = 1 + wrong - right;
        if (loss <= 0)
        {
            predictionsToGradients.Clear();
            return 0;
        }

        for (int c = 0; c < targets.Length; c++)
            predictionsToGradients[c] = -scale * targets[c];
        predictionsToGradients[at] += scale * (T.One - targets[at]);
        return loss;
    }
}
