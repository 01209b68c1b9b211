using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// (1 − q)^γ times the <see cref="BinaryCrossEntropy"/>, where q = y·p + (1 − y)·(1 − p) is the probability of what is true and p = 1/(1 +
/// e⁻ˣ) of an output x, a logit (Lin et al. 2017): what a model is sure of counts little, so that many easy zeros do not hide a few ones.
/// Outputs and targets have one shape; a target is from 0 to 1, and one below 0 does not count. The mean is over those that do.
/// </summary>
/// <remarks>
/// Keras' BinaryFocalCrossentropy with from_logits=True; with <see cref="Alpha"/> that of apply_class_balancing=True, whose alpha is 0.25,
/// and torchvision's sigmoid_focal_loss, which has it unless it is told otherwise.
/// </remarks>
/// <param name="Gamma">γ, at least 0; 0: the cross-entropy.</param>
public sealed record BinaryFocal(double Gamma = 2) : CrossEntropy
{
    /// <summary>α, from 0 to 1: the loss of a target y is multiplied with y·α + (1 − y)·(1 − α). Null: with 1.</summary>
    public double? Alpha { get; init; }

    [JsonIgnore]
    public override string Name => "binary focal loss";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.BinaryLogits;

    public override void Validate()
    {
        base.Validate();
        if (!(Gamma >= 0) || double.IsInfinity(Gamma) || Alpha is not (null or (>= 0 and <= 1)))
            throw new UnrollException(
                $"The {Name} has gamma {Gamma} and alpha {Alpha?.ToString() ?? "none"}; gamma must be at least 0, alpha from 0 to 1.");
    }

    public override double CountOf<T>(in LossRow<T> row) => ClassTargets.CountOfYes(row, 1);

    public override string? FaultOf<T>(in LossRow<T> row) => ClassTargets.FaultOfYes(row, Name);

    public override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        int each = row.Targets.Length / row.Positions;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double x = double.CreateTruncating(row.Outputs[i]), y = double.CreateTruncating(row.Targets[i]);
            T weight = row.WeightOf(i / each);
            if (y < 0 || weight == T.Zero)
            {
                row.Outputs[i] = T.Zero;
                continue;
            }

            y = y * (1 - LabelSmoothing) + LabelSmoothing / 2;
            double alpha = Alpha is { } own ? y * own + (1 - y) * (1 - own) : 1, small = Math.Exp(-Math.Abs(x));
            double p = (x >= 0 ? 1 : small) / (1 + small), not = (x >= 0 ? small : 1) / (1 + small);

            // L = mᵞ·b with m = 1 − q; dm/dx = −(2y − 1)·p·(1 − p), db/dx = p − y.
            double miss = y * not + (1 - y) * p, power = Math.Pow(miss, Gamma), cross = SpecialFunctions.Softplus(x) - x * y;
            double slope = miss > 0 ? power * (p - y - Gamma * (2 * y - 1) * (p * not / miss) * cross) : 0;
            sum += double.CreateTruncating(weight) * alpha * power * cross;
            row.Outputs[i] = row.Scale * weight * T.CreateTruncating(alpha * slope);
        }

        return sum;
    }
}
