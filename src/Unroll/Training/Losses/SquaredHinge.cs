using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// max(0, 1 − y·ŷ)², where the target y is −1 or 1; a 0 is taken for −1, as in Keras. The outputs are scores, any numbers: above 0 for one
/// class, below 0 for the other, so the last layer is linear.
/// </summary>
public sealed record SquaredHinge : ElementwiseLoss
{
    [JsonIgnore]
    public override string Name => "squared hinge loss";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.BinaryScores;

    public override string? FaultOf<T>(in LossRow<T> row) => Hinge.FaultOf(row, Name);

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        T sign = target > T.Zero ? T.One : -T.One, margin = T.One - sign * prediction;
        if (margin <= T.Zero)
        {
            gradient = T.Zero;
            return 0;
        }

        gradient = -sign * (margin + margin);
        return double.CreateTruncating(margin) * double.CreateTruncating(margin);
    }
}
