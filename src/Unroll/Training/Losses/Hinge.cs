using System.Numerics;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// max(0, 1 − y·ŷ), where the target y is −1 or 1; a 0 is taken for −1, as in Keras. The outputs are scores, any numbers: above 0 for one
/// class, below 0 for the other, so the last layer is linear. Its derivative at the corner is taken to be 0.
/// </summary>
/// <remarks>PyTorch's HingeEmbeddingLoss is another: x where y is 1, max(0, margin − x) where it is −1.</remarks>
public sealed record Hinge : ElementwiseLoss
{
    [JsonIgnore]
    public override string Name => "hinge loss";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.BinaryScores;

    public override string? FaultOf<T>(in LossRow<T> row) => FaultOf(row, Name);

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        T sign = target > T.Zero ? T.One : -T.One, margin = T.One - sign * prediction;
        gradient = margin > T.Zero ? -sign : margin <= T.Zero ? T.Zero : margin;
        return Math.Max(0, double.CreateTruncating(margin));
    }

    /// <summary>Targets that are no sides.</summary>
    internal static string? FaultOf<T>(in LossRow<T> row, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int each = row.Targets.Length / row.Positions;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            T target = row.Targets[i];
            if (target != T.Zero && T.Abs(target) != T.One && row.WeightOf(i / each) != T.Zero)
                return $"A target of the {name} is {target}; it must be 1, or −1 or 0 for the other class.";
        }

        return null;
    }
}
