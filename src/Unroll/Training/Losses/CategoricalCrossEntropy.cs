using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// −Σ y ln p over C classes, where p = softmax of the outputs (logits) and the targets y are probabilities that sum to 1, such as a
/// one-hot vector or soft labels. Outputs and targets (C) or (..., C). The mean is over the choices; a choice whose targets are all
/// 0 does not count.
/// </summary>
public sealed record CategoricalCrossEntropy : CrossEntropy
{
    /// <summary>
    /// How much each class counts: a choice with the targets y is taken as C choices, one of each class c, of the weights y(c)·weight(c).
    /// So soft labels are −Σ weight·y·ln p, as in PyTorch; the mean is divided by Σ weight·y. Null: all count alike.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>
    /// True: the outputs are probabilities (the model ends in a softmax), and the loss is Keras' of from_logits=False: they are divided by
    /// their sum and cut to 10⁻⁷ … 1 − 10⁻⁷, and what is cut has no gradient. False, which is better: they are logits, whose loss loses no
    /// digits where a model is sure.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FromProbabilities { get; init; }

    [JsonIgnore]
    public override string Name => "categorical cross-entropy";

    [JsonIgnore]
    public override OutputKind Takes => FromProbabilities ? OutputKind.ClassProbabilities : OutputKind.ClassLogits;

    public override int ScratchSize(Shape output, int targets) => FromProbabilities ? output.Features : 0;

    public override double CountOf<T>(in LossRow<T> row) => ClassTargets.CountOfChoices(row, ClassWeights);

    public override void RequireTargets(Shape output, Shape target)
    {
        base.RequireTargets(output, target);
        RequireWeights(ClassWeights, output);
    }

    public override string? FaultOf<T>(in LossRow<T> row) => ClassTargets.FaultOfChoices(row, Name);

    public override double Evaluate<T>(in LossRow<T> row)
    {
        if (ClassWeights is not null || LabelSmoothing > 0 || FromProbabilities)
            return EvaluateWeighted(row);
        double sum = 0;
        for (int i = 0; i < row.Positions; i++)
        {
            Span<T> outputs = row.Outputs.Slice(i * row.Features, row.Features);
            ReadOnlySpan<T> targets = row.Targets.Slice(i * row.Features, row.Features);
            T of = row.WeightOf(i);
            if (of == T.Zero)
            {
                outputs.Clear();
                continue;
            }

            double dot = 0, weight = 0;
            for (int c = 0; c < targets.Length; c++)
            {
                dot += double.CreateTruncating(targets[c]) * double.CreateTruncating(outputs[c]);
                weight += double.CreateTruncating(targets[c]);
            }

            (T largest, T total) = row.Kernels.Exponentials(outputs);
            sum += double.CreateTruncating(of)
                * (weight * (Math.Log(double.CreateTruncating(total)) + double.CreateTruncating(largest)) - dot);
            T scale = row.Scale * of;
            row.Kernels.Scale(outputs, scale * T.CreateTruncating(weight) / total);
            row.Kernels.AddScaled(outputs, targets, -scale);
        }

        return sum;
    }

    /// <summary>W·ln Σeˣ − Σ t·x with t = (1 − α)·weight·y + W·α/C and W = Σ weight·y; its derivative is W·p − t.</summary>
    private double EvaluateWeighted<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int i = 0; i < row.Positions; i++)
        {
            Span<T> outputs = row.Outputs.Slice(i * row.Features, row.Features);
            ReadOnlySpan<T> targets = row.Targets.Slice(i * row.Features, row.Features);
            double of = double.CreateTruncating(row.WeightOf(i)), all = ClassTargets.Weigh(targets, ClassWeights);
            if (of == 0 || all == 0)
            {
                outputs.Clear();
                continue;
            }

            if (FromProbabilities)
            {
                Span<double> shares = row.Scratch[..row.Features];
                for (int c = 0; c < targets.Length; c++)
                    shares[c] = Share(targets, c, all);
                sum += of * Probabilities.CrossEntropy(outputs, shares, double.CreateTruncating(row.Scale) * of);
                continue;
            }

            double dot = 0;
            for (int c = 0; c < targets.Length; c++)
                dot += Share(targets, c, all) * double.CreateTruncating(outputs[c]);
            (T largest, T total) = row.Kernels.Exponentials(outputs);
            sum += of * (all * (Math.Log(double.CreateTruncating(total)) + double.CreateTruncating(largest)) - dot);
            double scale = double.CreateTruncating(row.Scale) * of;
            row.Kernels.Scale(outputs, T.CreateTruncating(scale * all) / total);
            for (int c = 0; c < targets.Length; c++)
                outputs[c] -= T.CreateTruncating(scale * Share(targets, c, all));
        }

        return sum;
    }

    /// <summary>t of one class.</summary>
    private double Share<T>(ReadOnlySpan<T> targets, int c, double all)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (1 - LabelSmoothing) * double.CreateTruncating(targets[c]) * (ClassWeights?.Weights[c] ?? 1)
        + all * LabelSmoothing / targets.Length;
}
