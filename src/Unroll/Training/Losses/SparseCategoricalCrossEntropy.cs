using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// −ln p of the right class, where p = softmax of the outputs: each run of C outputs (a step of a sequence, or the whole vector)
/// chooses among C classes. The last layer is linear: its outputs are logits, and the softmax is in the loss
/// (<see cref="Model.PredictProbabilities(ISamples, Loss)"/> gives the probabilities).
/// Outputs (C) or (..., C), targets the number of the right class, (1) or (...). A target below 0 does not count: it marks the
/// padding at the end of a sequence. The mean is over those that count.
/// </summary>
public sealed record SparseCategoricalCrossEntropy : CrossEntropy
{
    /// <summary>
    /// The weight of a choice, by its true class; null: all are 1. The mean is divided by the sum of the weights, as in PyTorch.
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
    public override string Name => "sparse categorical cross-entropy";

    [JsonIgnore]
    public override OutputKind Takes => FromProbabilities ? OutputKind.ClassProbabilities : OutputKind.ClassLogits;

    public override int ScratchSize(Shape output, int targets) => FromProbabilities ? output.Features : 0;

    public override int TargetsOf(Shape output) => output.Positions;

    public override double CountOf<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Targets.Length; i++)
            sum += row.Targets[i] >= T.Zero ? WeightOf(row, i) : 0;
        return sum;
    }

    public override void RequireTargets(Shape output, Shape target)
    {
        if (target.Size != output.Positions)
            throw new UnrollException(
                $"The {Name} takes one class number for each of the output's {output.Positions} "
                + $"{(output.Positions == 1 ? "choice" : "steps")}, but the samples' targets have shape {target}.");
        RequireWeights(ClassWeights, output);
    }

    public override string? FaultOf<T>(in LossRow<T> row)
    {
        for (int i = 0; i < row.Targets.Length; i++)
        {
            // Also a NaN is no class.
            T target = row.Targets[i];
            int right = int.CreateSaturating(target);
            if (!(target < T.Zero) && row.WeightOf(i) != T.Zero && (right >= row.Features || T.CreateChecked(right) != target))
                return $"A target is class {target}, but the model has {row.Features} classes, 0 to {row.Features - 1}. "
                    + "Below 0 means: does not count.";
        }

        return null;
    }

    public override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        bool isPlain = row.Weights.IsEmpty && ClassWeights is null && LabelSmoothing == 0;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            Span<T> outputs = row.Outputs.Slice(i * row.Features, row.Features);
            double weight = row.Targets[i] < T.Zero ? 0 : isPlain ? 1 : WeightOf(row, i);
            if (weight == 0)
            {
                outputs.Clear();
                continue;
            }

            int right = int.CreateTruncating(row.Targets[i]);
            if (FromProbabilities)
            {
                Span<double> shares = row.Scratch[..row.Features];
                shares.Fill(LabelSmoothing / row.Features);
                shares[right] += 1 - LabelSmoothing;
                sum += weight * Probabilities.CrossEntropy(outputs, shares, double.CreateTruncating(row.Scale) * weight);
                continue;
            }

            double logit = double.CreateTruncating(outputs[right]),
                smooth = LabelSmoothing == 0 ? 0 : LabelSmoothing * (Mean(outputs) - logit);
            (T largest, T total) = row.Kernels.Exponentials(outputs);
            double loss = Math.Log(double.CreateTruncating(total)) - (logit - double.CreateTruncating(largest)) - smooth;
            sum += isPlain ? loss : weight * loss;

            // p − y(1 − α) − α/C.
            T scale = isPlain ? row.Scale : row.Scale * T.CreateTruncating(weight);
            row.Kernels.Scale(outputs, scale / total);
            outputs[right] -= LabelSmoothing == 0 ? scale : scale * T.CreateTruncating(1 - LabelSmoothing);
            if (LabelSmoothing == 0)
                continue;
            T share = scale * T.CreateTruncating(LabelSmoothing / row.Features);
            foreach (ref T gradient in outputs)
                gradient -= share;
        }

        return sum;
    }

    private double WeightOf<T>(in LossRow<T> row, int choice)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double weight = double.CreateTruncating(row.WeightOf(choice));
        return weight == 0 || ClassWeights is null ? weight : weight * ClassWeights.Weights[int.CreateTruncating(row.Targets[choice])];
    }

    private static double Mean<T>(ReadOnlySpan<T> logits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T logit in logits)
            sum += double.CreateTruncating(logit);
        return sum / logits.Length;
    }
}
