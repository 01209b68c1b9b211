using Unroll.Training;

namespace Unroll;

/// <summary>
/// Connectionist temporal classification (Graves et al. 2006): −ln of the probability that the outputs, read step by step, spell the
/// target sequence, summed over all ways to stretch it: labels may repeat, and a blank may stand between any two; two equal labels
/// in a row need one. Outputs (T, C) are logits; targets (L) are labels, padded at the end with numbers below 0. Outputs that are
/// padding (see Embedding) are left out. The mean is over the rows.
/// <code>
/// α(t, s) = ln p(t, l'ₛ) + ln(e^α(t−1, s) + e^α(t−1, s−1) [+ e^α(t−1, s−2) where l'ₛ is no blank and not l'ₛ₋₂])
/// </code>
/// with l' the labels with a blank before, between and after them; β the same from the end; dL/dx = softmax − Σ e^(α+β) ÷ p(l).
/// </summary>
public sealed record Ctc : Loss
{
    /// <summary>The class that stands for "nothing here".</summary>
    public int Blank { get; init; }

    internal override string Name => "CTC loss";

    internal override int TargetsOf(Shape output) => -1;

    internal override int CountOf<T>(int size, int features, ReadOnlySpan<T> targets) => 1;

    internal override int ScratchSize(Shape output, int targets) => output.Positions * (output.Features + 2 * (2 * targets + 1));

    internal override void Validate()
    {
        if (Blank < 0)
            throw new UnrollException($"The CTC loss has blank {Blank}; it is the number of a class, at least 0.");
    }

    internal override void RequireTargets(Shape output, Shape target)
    {
        if (output.Rank != 2 || Blank >= output.Features)
            throw new UnrollException($"The CTC loss with blank {Blank} takes outputs of shape (time steps, classes) with more than {Blank} classes, but the model's output has shape {output}.");
    }

    internal override double Evaluate<T>(in LossRow<T> row)
    {
        int classes = row.Features, steps = row.Steps, labels = Labels(row.Targets, classes, steps);
        int states = 2 * labels + 1;
        Span<double> logs = row.Scratch[..(steps * classes)], alpha = row.Scratch.Slice(logs.Length, steps * states), beta = row.Scratch.Slice(logs.Length + alpha.Length, steps * states);
        for (int t = 0; t < steps; t++)
            LogSoftmax(row.Outputs.Slice(t * classes, classes), logs.Slice(t * classes, classes));
        Forward(row.Targets, logs, alpha, classes, steps, states);
        Backward(row.Targets, logs, beta, classes, steps, states);
        double total = alpha[steps * states - 1];
        if (states > 1)
            total = LogAdd(total, alpha[steps * states - 2]);
        Gradient(row, logs, alpha, beta, states, total);
        return -total;
    }

    /// <summary>How many labels there are; throws where they cannot be spelt in so many steps.</summary>
    private int Labels<T>(ReadOnlySpan<T> targets, int classes, int steps)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        int labels = 0, repeats = 0;
        for (; labels < targets.Length && targets[labels] >= T.Zero; labels++)
        {
            int label = int.CreateSaturating(targets[labels]);
            if (label >= classes || label == Blank || T.CreateChecked(label) != targets[labels])
                throw new UnrollException($"A target of the CTC loss is {targets[labels]}; it must be the number of one of the {classes} classes, and not the blank, {Blank}.");
            repeats += labels > 0 && targets[labels] == targets[labels - 1] ? 1 : 0;
        }

        return labels + repeats <= steps && steps > 0
            ? labels
            : throw new UnrollException($"A sample has {labels} labels, {repeats} of them like the one before, which takes at least {labels + repeats} time steps, but there are {steps}. Give longer inputs or shorter targets.");
    }

    /// <summary>The label of a state: a blank where it is even.</summary>
    private int LabelOf<T>(ReadOnlySpan<T> targets, int state)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => state % 2 == 0 ? Blank : int.CreateTruncating(targets[state / 2]);

    /// <summary>True where the path may jump over the blank before this state.</summary>
    private static bool Jumps<T>(ReadOnlySpan<T> targets, int state)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => state % 2 == 1 && state >= 3 && targets[state / 2] != targets[state / 2 - 1];

    private void Forward<T>(ReadOnlySpan<T> targets, ReadOnlySpan<double> logs, Span<double> alpha, int classes, int steps, int states)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        alpha.Fill(double.NegativeInfinity);
        for (int s = 0; s < Math.Min(2, states); s++)
            alpha[s] = logs[LabelOf(targets, s)];
        for (int t = 1; t < steps; t++)
        {
            ReadOnlySpan<double> before = alpha.Slice((t - 1) * states, states);
            for (int s = 0; s < states; s++)
            {
                double sum = before[s];
                if (s > 0)
                    sum = LogAdd(sum, before[s - 1]);
                if (Jumps(targets, s))
                    sum = LogAdd(sum, before[s - 2]);
                alpha[t * states + s] = sum + logs[t * classes + LabelOf(targets, s)];
            }
        }
    }

    /// <summary>β(t, s): ln of the probability of what follows step t, from state s; the step itself is not in it.</summary>
    private void Backward<T>(ReadOnlySpan<T> targets, ReadOnlySpan<double> logs, Span<double> beta, int classes, int steps, int states)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        beta.Fill(double.NegativeInfinity);
        for (int s = Math.Max(0, states - 2); s < states; s++)
            beta[(steps - 1) * states + s] = 0;
        for (int t = steps - 2; t >= 0; t--)
        {
            ReadOnlySpan<double> after = beta.Slice((t + 1) * states, states), emitted = logs.Slice((t + 1) * classes, classes);
            for (int s = 0; s < states; s++)
            {
                double sum = after[s] + emitted[LabelOf(targets, s)];
                if (s + 1 < states)
                    sum = LogAdd(sum, after[s + 1] + emitted[LabelOf(targets, s + 1)]);
                if (s + 2 < states && Jumps(targets, s + 2))
                    sum = LogAdd(sum, after[s + 2] + emitted[LabelOf(targets, s + 2)]);
                beta[t * states + s] = sum;
            }
        }
    }

    private void Gradient<T>(in LossRow<T> row, Span<double> logs, ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, int states, double total)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        int classes = row.Features;
        for (int t = 0; t < row.Steps; t++)
        {
            Span<double> step = logs.Slice(t * classes, classes);
            for (int c = 0; c < classes; c++)
                step[c] = Math.Exp(step[c]);
            for (int s = 0; s < states; s++)
                step[LabelOf(row.Targets, s)] -= Math.Exp(alpha[t * states + s] + beta[t * states + s] - total);
            for (int c = 0; c < classes; c++)
                row.Outputs[t * classes + c] = row.Scale * T.CreateTruncating(step[c]);
        }
    }

    private static void LogSoftmax<T>(ReadOnlySpan<T> logits, Span<double> logs)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int c = 0; c < logits.Length; c++)
            largest = Math.Max(largest, logs[c] = double.CreateTruncating(logits[c]));
        foreach (double value in logs)
            sum += Math.Exp(value - largest);
        double log = largest + Math.Log(sum);
        for (int c = 0; c < logs.Length; c++)
            logs[c] -= log;
    }

    private static double LogAdd(double a, double b)
    {
        if (double.IsNegativeInfinity(a))
            return b;
        if (double.IsNegativeInfinity(b))
            return a;
        return Math.Max(a, b) + double.LogP1(Math.Exp(-Math.Abs(a - b)));
    }
}
