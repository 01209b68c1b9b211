using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>What the losses of classes share: label smoothing.</summary>
public abstract record CrossEntropy : Loss
{
    private protected CrossEntropy()
    {
    }

    /// <summary>
    /// α, at least 0 and below 1 (Szegedy et al. 2016): a target y becomes y·(1 − α) + α/C, as in Keras, where C is the number of classes;
    /// of <see cref="BinaryCrossEntropy"/> y·(1 − α) + α/2.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LabelSmoothing { get; init; }

    internal sealed override bool CountsTargets => true;

    internal override void Validate()
    {
        if (LabelSmoothing is not (>= 0 and < 1))
            throw new UnrollException($"The label smoothing of the {Name} is {LabelSmoothing}; it must be at least 0 and below 1.");
    }

    /// <summary>Throws where there is not a weight for each class.</summary>
    private protected void RequireWeights(ClassWeights? weights, Shape output)
    {
        if (weights is not null && weights.Weights.Count != output.Features)
            throw new UnrollException(
                $"The {Name} has {weights.Weights.Count} class weights, but the model has {output.Features} classes. "
                + "Give one weight for each.");
    }
}

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

    internal override string Name => "sparse categorical cross-entropy";

    internal override OutputKind Takes => OutputKind.ClassLogits;

    internal override int TargetsOf(Shape output) => output.Positions;

    internal override double CountOf<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Targets.Length; i++)
            sum += row.Targets[i] >= T.Zero ? WeightOf(row, i) : 0;
        return sum;
    }

    internal override void RequireTargets(Shape output, Shape target)
    {
        if (target.Size != output.Positions)
            throw new UnrollException($"The {Name} takes one class number for each of the output's {output.Positions} {(output.Positions == 1 ? "choice" : "steps")}, but the samples' targets have shape {target}.");
        RequireWeights(ClassWeights, output);
    }

    internal override string? FaultOf<T>(in LossRow<T> row)
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

    internal override double Evaluate<T>(in LossRow<T> row)
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

/// <summary>
/// −Σ y ln p over C classes, where p = softmax of the outputs (logits) and the targets y are probabilities that sum to 1, such as a
/// one-hot vector or soft labels. Outputs and targets (C) or (..., C). The mean is over the choices; a choice whose targets are all
/// 0 does not count.
/// </summary>
public sealed record CategoricalCrossEntropy : CrossEntropy
{
    /// <summary>
    /// By how much the sum of the targets of a choice may differ from 1: more than rounding in single precision, less than a forgotten
    /// class.
    /// </summary>
    private const double Tolerance = 1e-3;

    /// <summary>
    /// How much each class counts: a choice with the targets y is taken as C choices, one of each class c, of the weights y(c)·weight(c).
    /// So soft labels are −Σ weight·y·ln p, as in PyTorch; the mean is divided by Σ weight·y. Null: all count alike.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ClassWeights? ClassWeights { get; init; }

    internal override string Name => "categorical cross-entropy";

    internal override OutputKind Takes => OutputKind.ClassLogits;

    internal override double CountOf<T>(in LossRow<T> row)
    {
        double count = 0;
        for (int i = 0; i < row.Positions; i++)
        {
            ReadOnlySpan<T> targets = row.Targets.Slice(i * row.Features, row.Features);
            if (targets.ContainsAnyExcept(T.Zero))
                count += double.CreateTruncating(row.WeightOf(i)) * (ClassWeights is null ? 1 : Weigh(targets, ClassWeights.Weights));
        }

        return count;
    }

    internal override void RequireTargets(Shape output, Shape target)
    {
        base.RequireTargets(output, target);
        RequireWeights(ClassWeights, output);
    }

    internal override string? FaultOf<T>(in LossRow<T> row)
    {
        for (int i = 0; i < row.Positions; i++)
        {
            double sum = 0;
            bool any = false;
            if (row.WeightOf(i) == T.Zero)
                continue;
            foreach (T target in row.Targets.Slice(i * row.Features, row.Features))
            {
                if (target < T.Zero)
                    return $"A target of the {Name} is {target}; targets are probabilities, at least 0. "
                        + "A choice that does not count has zeros only.";
                sum += double.CreateTruncating(target);
                any |= target != T.Zero;
            }

            if (any && !(Math.Abs(sum - 1) <= Tolerance))
                return $"The targets of a choice add up to {sum:0.######}; for the {Name} they are probabilities, which add up to 1. "
                    + "Use weights of samples to have choices count more or less.";
        }

        return null;
    }

    internal override double Evaluate<T>(in LossRow<T> row)
    {
        if (ClassWeights is not null || LabelSmoothing > 0)
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
            double of = double.CreateTruncating(row.WeightOf(i)),
                all = ClassWeights is null ? Weigh(targets, null) : Weigh(targets, ClassWeights.Weights);
            if (of == 0 || all == 0)
            {
                outputs.Clear();
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

    private static double Weigh<T>(ReadOnlySpan<T> targets, IReadOnlyList<double>? weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int c = 0; c < targets.Length; c++)
            sum += double.CreateTruncating(targets[c]) * (weights?[c] ?? 1);
        return sum;
    }
}
