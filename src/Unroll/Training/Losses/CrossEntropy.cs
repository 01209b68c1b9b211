using System.Numerics;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// −ln p of the right class, where p = softmax of the outputs: each run of C outputs (a step of a sequence, or the whole vector)
/// chooses among C classes. The last layer is linear: its outputs are logits, and the softmax is in the loss.
/// Outputs (C) or (..., C), targets the number of the right class, (1) or (...). A target below 0 does not count: it marks the
/// padding at the end of a sequence. The mean is over those that count.
/// </summary>
public sealed record SparseCategoricalCrossEntropy : Loss
{
    internal override string Name => "sparse categorical cross-entropy";

    internal override bool CountsTargets => true;

    internal override int TargetsOf(Shape output) => output.Positions;

    internal override int CountOf<T>(int size, int features, ReadOnlySpan<T> targets) => NotNegative(targets);

    internal override void RequireTargets(Shape output, Shape target)
    {
        if (target.Size != output.Positions)
            throw new UnrollException($"The {Name} takes one class number for each of the output's {output.Positions} {(output.Positions == 1 ? "choice" : "steps")}, but the samples' targets have shape {target}.");
    }

    internal override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            Span<T> outputs = row.Outputs.Slice(i * row.Features, row.Features);
            if (row.Targets[i] < T.Zero)
            {
                outputs.Clear();
                continue;
            }

            int right = int.CreateSaturating(row.Targets[i]);
            if (right >= row.Features || T.CreateChecked(right) != row.Targets[i])
                throw new UnrollException($"A target is class {row.Targets[i]}, but the model has {row.Features} classes, 0 to {row.Features - 1}. Below 0 means: does not count.");
            double logit = double.CreateTruncating(outputs[right]);
            (T largest, T total) = row.Kernels.Exponentials(outputs);
            sum += Math.Log(double.CreateTruncating(total)) - (logit - double.CreateTruncating(largest));
            row.Kernels.Scale(outputs, row.Scale / total);
            outputs[right] -= row.Scale;
        }

        return sum;
    }

    /// <summary>How many targets count.</summary>
    internal static int NotNegative<T>(ReadOnlySpan<T> targets)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = 0;
        foreach (T target in targets)
            count += target >= T.Zero ? 1 : 0;
        return count;
    }
}

/// <summary>
/// −Σ y ln p over C classes, where p = softmax of the outputs (logits) and the targets y are probabilities that sum to 1, such as a
/// one-hot vector or soft labels. Outputs and targets (C) or (..., C). The mean is over the choices; a choice whose targets are all
/// 0 does not count.
/// </summary>
public sealed record CategoricalCrossEntropy : Loss
{
    internal override string Name => "categorical cross-entropy";

    internal override bool CountsTargets => true;

    internal override int CountOf<T>(int size, int features, ReadOnlySpan<T> targets)
    {
        int count = 0;
        for (int from = 0; from < targets.Length; from += features)
            count += targets.Slice(from, features).ContainsAnyExcept(T.Zero) ? 1 : 0;
        return count;
    }

    internal override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int from = 0; from < row.Targets.Length; from += row.Features)
        {
            Span<T> outputs = row.Outputs.Slice(from, row.Features);
            ReadOnlySpan<T> targets = row.Targets.Slice(from, row.Features);
            double dot = 0, weight = 0;
            for (int i = 0; i < targets.Length; i++)
            {
                dot += double.CreateTruncating(targets[i]) * double.CreateTruncating(outputs[i]);
                weight += double.CreateTruncating(targets[i]);
            }

            (T largest, T total) = row.Kernels.Exponentials(outputs);
            sum += weight * (Math.Log(double.CreateTruncating(total)) + double.CreateTruncating(largest)) - dot;
            row.Kernels.Scale(outputs, row.Scale * T.CreateTruncating(weight) / total);
            row.Kernels.AddScaled(outputs, targets, -row.Scale);
        }

        return sum;
    }
}

/// <summary>
/// −y ln p − (1 − y) ln(1 − p), where p = 1/(1 + e⁻ˣ) of an output x (a logit; the last layer is linear) and the target y is from 0
/// to 1. Outputs and targets have one shape. A target below 0 does not count; the mean is over those that do.
/// </summary>
public sealed record BinaryCrossEntropy : Loss
{
    internal override string Name => "binary cross-entropy";

    internal override bool CountsTargets => true;

    internal override int CountOf<T>(int size, int features, ReadOnlySpan<T> targets) => SparseCategoricalCrossEntropy.NotNegative(targets);

    internal override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double x = double.CreateTruncating(row.Outputs[i]), y = double.CreateTruncating(row.Targets[i]);
            if (y < 0)
            {
                row.Outputs[i] = T.Zero;
                continue;
            }

            // ln(1 + eˣ) = max(x, 0) + ln(1 + e⁻|ˣ|) does not overflow.
            double small = Math.Exp(-Math.Abs(x)), p = x >= 0 ? 1 / (1 + small) : small / (1 + small);
            sum += Math.Max(x, 0) - x * y + double.LogP1(small);
            row.Outputs[i] = row.Scale * T.CreateTruncating(p - y);
        }

        return sum;
    }
}
