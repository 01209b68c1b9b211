using System.Text.Json.Serialization;
using Unroll.Kernels;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// −y ln p − (1 − y) ln(1 − p), where p = 1/(1 + e⁻ˣ) of an output x (a logit; the last layer is linear, and
/// <see cref="Model.PredictProbabilities(ISamples, Loss)"/> gives the probabilities) and the target y is from 0
/// to 1. Outputs and targets have one shape. A target below 0 does not count; the mean is over those that do.
/// </summary>
public sealed record BinaryCrossEntropy : CrossEntropy
{
    /// <summary>
    /// w, the weight of a target of 1, where one of 0 has the weight 1: the loss is −w·y·ln p − (1 − y)·ln(1 − p), divided by Σ w·y + 1 −
    /// y. PyTorch's pos_weight has the same sum, divided by the number of targets.
    /// </summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>
    /// True: the outputs are probabilities (the model ends in a sigmoid), and the loss is Keras' of from_logits=False: they are cut to
    /// 10⁻⁷ … 1 − 10⁻⁷, and what is cut has no gradient. False, which is better: they are logits, whose loss loses no digits where a
    /// model is sure.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FromProbabilities { get; init; }

    [JsonIgnore]
    public override string Name => "binary cross-entropy";

    [JsonIgnore]
    public override OutputKind Takes => FromProbabilities ? OutputKind.BinaryProbabilities : OutputKind.BinaryLogits;

    public override void Validate()
    {
        base.Validate();
        if (!(PositiveWeight >= 0) || double.IsInfinity(PositiveWeight))
            throw new UnrollException($"The positive weight of the {Name} is {PositiveWeight}; it must be at least 0.");
    }

    public override double CountOf<T>(in LossRow<T> row) => ClassTargets.CountOfYes(row, PositiveWeight);

    public override string? FaultOf<T>(in LossRow<T> row) => ClassTargets.FaultOfYes(row, Name);

    public override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        int each = row.Targets.Length / row.Positions;
        bool isPlain = PositiveWeight == 1 && LabelSmoothing == 0;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double x = double.CreateTruncating(row.Outputs[i]), y = double.CreateTruncating(row.Targets[i]);
            T weight = row.WeightOf(i / each);
            if (y < 0 || weight == T.Zero)
            {
                row.Outputs[i] = T.Zero;
                continue;
            }

            T scale = row.Scale * weight;

            // W·ln(1 + eˣ) − t·x: a one of weight w·y, smoothed to 1 − α/2, and a zero of weight 1 − y, smoothed to α/2.
            double ones = PositiveWeight * y, all = ones + 1 - y, t = ones * (1 - LabelSmoothing / 2) + (1 - y) * LabelSmoothing / 2;
            if (FromProbabilities)
            {
                double cut = Probabilities.Cut(x);
                sum += double.CreateTruncating(weight) * (-t * Math.Log(cut) - (all - t) * Math.Log(1 - cut));
                row.Outputs[i] = cut == x ? scale * T.CreateTruncating((all - t) / (1 - cut) - t / cut) : T.Zero;
                continue;
            }

            // ln(1 + eˣ) = max(x, 0) + ln(1 + e⁻|ˣ|) does not overflow.
            double small = Math.Exp(-Math.Abs(x)), p = x >= 0 ? 1 / (1 + small) : small / (1 + small);
            double softplus = Elementary<double>.Log1P(small);
            if (isPlain)
            {
                sum += double.CreateTruncating(weight) * (Math.Max(x, 0) - x * y + softplus);
                row.Outputs[i] = scale * T.CreateTruncating(p - y);
                continue;
            }

            sum += double.CreateTruncating(weight) * (all * (Math.Max(x, 0) + softplus) - t * x);
            row.Outputs[i] = scale * T.CreateTruncating(all * p - t);
        }

        return sum;
    }
}
