using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// −cos of the angle between the outputs and the targets of a position, −1 where they point the same way: −Σ ŷ·y ÷ (‖ŷ‖·‖y‖), where a
/// length below 10⁻⁷ is taken for 10⁻⁷, as in Keras.
/// </summary>
/// <remarks>PyTorch's CosineEmbeddingLoss is 1 − cos for pairs that belong together.</remarks>
public sealed record CosineSimilarity : VectorLoss
{
    private const double Epsilon = 1e-7;

    [JsonIgnore]
    public override string Name => "cosine similarity";

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double dot = 0, squares = 0, targetSquares = 0;
        for (int c = 0; c < targets.Length; c++)
        {
            double x = double.CreateTruncating(predictionsToGradients[c]), y = double.CreateTruncating(targets[c]);
            (dot, squares, targetSquares) = (dot + x * y, squares + x * x, targetSquares + y * y);
        }

        // d(−x·y/(‖x‖·‖y‖))/dx = −(y/‖y‖ − cos·x/‖x‖)/‖x‖; where ‖x‖ is cut it is −y/(‖y‖·ε).
        double norm = Math.Max(Math.Sqrt(squares), Epsilon), targetNorm = Math.Max(Math.Sqrt(targetSquares), Epsilon);
        double cosine = dot / (norm * targetNorm), along = Math.Sqrt(squares) < Epsilon ? 0 : cosine;
        for (int c = 0; c < targets.Length; c++)
        {
            double x = double.CreateTruncating(predictionsToGradients[c]), y = double.CreateTruncating(targets[c]);
            predictionsToGradients[c] = scale * T.CreateTruncating((along * x / norm - y / targetNorm) / norm);
        }

        return -cosine;
    }
}
