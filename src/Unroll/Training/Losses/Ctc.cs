using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// Connectionist temporal classification (Graves et al. 2006): −ln of the probability that the outputs, read step by step, spell the
/// target sequence, summed over all ways to stretch it: labels may repeat, and a blank may stand between any two; two equal labels
/// in a row need one. Outputs (T, C) are logits; targets (L) are labels, padded at the end with numbers below 0. Steps that are
/// masked are left out, as if the sequence did not have them. The mean is over the rows; one without any step that counts does not count.
/// <code>
/// α(t, s) = ln p(t, l'ₛ) + ln(e^α(t−1, s) + e^α(t−1, s−1) [+ e^α(t−1, s−2) where l'ₛ is no blank and not l'ₛ₋₂])
/// </code>
/// with l' the labels with a blank before, between and after them; β the same from the end; dL/dx = softmax − Σ e^(α+β) ÷ p(l).
/// </summary>
public sealed record Ctc : Loss
{
    /// <summary>The class that stands for "nothing here".</summary>
    public int Blank { get; init; }

    /// <summary>
    /// True: a row whose labels cannot be spelt in its steps is left out of sum and count (PyTorch's zero_infinity counts it as 0). False:
    /// it is an error, before the first step of training.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SkipUnspellable { get; init; }

    [JsonIgnore]
    public override string Name => "CTC loss";

    [JsonIgnore]
    public override OutputKind Takes => OutputKind.ClassLogits;

    [JsonIgnore]
    public override bool CountsTargets => SkipUnspellable;

    public override int TargetsOf(Shape output) => -1;

    /// <summary>The weight of the row: that of its steps, which all have the same.</summary>
    public override double CountOf<T>(in LossRow<T> row) =>
        Steps(row) is 0 || (SkipUnspellable && Missing(row) is not null) ? 0 : double.CreateTruncating(WeightOf(row));

    public override int ScratchSize(Shape output, int targets) => output.Positions * (output.Features + 2 * (2 * targets + 1));

    public override void Validate()
    {
        if (Blank < 0)
            throw new UnrollException($"The CTC loss has blank {Blank}; it is the number of a class, at least 0.");
    }

    public override void RequireTargets(Shape output, Shape target)
    {
        if (output.Rank != 2 || Blank >= output.Features)
            throw new UnrollException($"The CTC loss with blank {Blank} takes outputs of shape (time steps, classes) with more than "
                + $"{Blank} classes, but the model's output has shape {output}.");
    }

    public override string? FaultOf<T>(in LossRow<T> row)
    {
        foreach (T target in row.Targets)
        {
            if (target < T.Zero)
                break;
            int label = int.CreateSaturating(target);
            if (label >= row.Features || label == Blank || T.CreateChecked(label) != target)
                return $"A target of the CTC loss is {target}; "
                    + $"it must be the number of one of the {row.Features} classes, and not the blank, {Blank}.";
        }

        T first = WeightOf(row);
        foreach (T weight in row.Weights)
        {
            if (weight != T.Zero && weight != first)
                return $"The CTC loss judges whole rows, but the steps of this one have the weights {first} and {weight}. "
                    + "Give all steps of a row one weight, or 0.";
        }

        return SkipUnspellable || Steps(row) == 0 ? null : Missing(row);
    }

    public override double Evaluate<T>(in LossRow<T> row)
    {
        int steps = Steps(row);
        if (steps == 0 || (SkipUnspellable && Missing(row) is not null))
        {
            row.Outputs.Clear();
            return 0;
        }

        int classes = row.Features, states = 2 * Labels(row.Targets) + 1;
        Span<double> logs = row.Scratch[..(steps * classes)], alpha = row.Scratch.Slice(logs.Length, steps * states),
            beta = row.Scratch.Slice(logs.Length + alpha.Length, steps * states);
        for (int i = 0, t = 0; i < row.Positions; i++)
        {
            if (row.WeightOf(i) != T.Zero)
                LogSoftmax(row.Outputs.Slice(i * classes, classes), logs.Slice(t++ * classes, classes));
        }

        Forward(row.Targets, logs, alpha, classes, steps, states);
        Backward(row.Targets, logs, beta, classes, steps, states);
        double total = alpha[steps * states - 1];
        if (states > 1)
            total = SpecialFunctions.LogAdd(total, alpha[steps * states - 2]);
        Gradient(row, logs, alpha, beta, states, total);
        return -total * double.CreateTruncating(WeightOf(row));
    }

    /// <summary>How many steps of a row count.</summary>
    private static int Steps<T>(in LossRow<T> row)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        int steps = 0;
        for (int i = 0; i < row.Positions; i++)
            steps += row.WeightOf(i) != T.Zero ? 1 : 0;
        return steps;
    }

    /// <summary>The weight of the steps that count.</summary>
    private static T WeightOf<T>(in LossRow<T> row)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        row.Weights.IndexOfAnyExcept(T.Zero) is var first and >= 0 ? row.Weights[first] : T.One;

    /// <summary>How many labels there are.</summary>
    private static int Labels<T>(ReadOnlySpan<T> targets)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        int labels = 0;
        while (labels < targets.Length && targets[labels] >= T.Zero)
            labels++;
        return labels;
    }

    /// <summary>Where the labels cannot be spelt in the steps of the row: why.</summary>
    private static string? Missing<T>(in LossRow<T> row)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        int labels = Labels(row.Targets), repeats = 0, steps = Steps(row);
        for (int i = 1; i < labels; i++)
            repeats += row.Targets[i] == row.Targets[i - 1] ? 1 : 0;
        return labels + repeats <= steps
            ? null
            : $"It has {labels} labels, {repeats} of them like the one before, which takes at least {labels + repeats} time steps, "
                + $"but there are {steps}. Give longer inputs or shorter targets, or set SkipUnspellable to leave such samples out.";
    }

    /// <summary>The label of a state: a blank where it is even.</summary>
    private int LabelOf<T>(ReadOnlySpan<T> targets, int state)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => state % 2 == 0 ? Blank : int.CreateTruncating(targets[state / 2]);

    /// <summary>True where the path may jump over the blank before this state.</summary>
    private static bool Jumps<T>(ReadOnlySpan<T> targets, int state)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => state % 2 == 1 && state >= 3
            && targets[state / 2] != targets[state / 2 - 1];

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
                    sum = SpecialFunctions.LogAdd(sum, before[s - 1]);
                if (Jumps(targets, s))
                    sum = SpecialFunctions.LogAdd(sum, before[s - 2]);
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
                    sum = SpecialFunctions.LogAdd(sum, after[s + 1] + emitted[LabelOf(targets, s + 1)]);
                if (s + 2 < states && Jumps(targets, s + 2))
                    sum = SpecialFunctions.LogAdd(sum, after[s + 2] + emitted[LabelOf(targets, s + 2)]);
                beta[t * states + s] = sum;
            }
        }
    }

    private void Gradient<T>(in LossRow<T> row, Span<double> logs, ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, int states,
        double total)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        int classes = row.Features;
        T scale = row.Scale * WeightOf(row);
        for (int i = 0, t = 0; i < row.Positions; i++)
        {
            Span<T> gradient = row.Outputs.Slice(i * classes, classes);
            if (row.WeightOf(i) == T.Zero)
            {
                gradient.Clear();
                continue;
            }

            Span<double> step = logs.Slice(t * classes, classes);
            for (int c = 0; c < classes; c++)
                step[c] = Math.Exp(step[c]);
            for (int s = 0; s < states; s++)
                step[LabelOf(row.Targets, s)] -= Math.Exp(alpha[t * states + s] + beta[t * states + s] - total);
            for (int c = 0; c < classes; c++)
                gradient[c] = scale * T.CreateTruncating(step[c]);
            t++;
        }
    }

    private static void LogSoftmax<T>(ReadOnlySpan<T> logits, Span<double> logs)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        (double largest, double sum) = SpecialFunctions.SumOfExponentials(logits);
        double log = largest + Math.Log(sum);
        for (int c = 0; c < logs.Length; c++)
            logs[c] = double.CreateTruncating(logits[c]) - log;
    }
}
