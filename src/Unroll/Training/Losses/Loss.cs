using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>What training minimises: a mean over the targets of a batch that count.</summary>
/// <remarks>
/// Masked steps count neither in the sum nor in what it is divided by. Where samples have weights
/// (<see cref="ISamples.IsWeighted"/>) the mean is Σ weight·loss ÷ Σ weight, so that the weight 0 leaves a sample or a step out.
/// A loss may need several outputs for each target, k: then the model's last layer has k times as many units as there are targets,
/// and the k outputs of target i are those at i·k, …, i·k + k − 1.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "loss")]
[JsonDerivedType(typeof(MeanSquaredError), "mse")]
[JsonDerivedType(typeof(MeanAbsoluteError), "mae")]
[JsonDerivedType(typeof(Huber), "huber")]
[JsonDerivedType(typeof(QuantileLoss), "quantile")]
[JsonDerivedType(typeof(GaussianLoss), "gaussian")]
[JsonDerivedType(typeof(StudentTLoss), "student-t")]
[JsonDerivedType(typeof(SparseCategoricalCrossEntropy), "sparse-categorical-cross-entropy")]
[JsonDerivedType(typeof(CategoricalCrossEntropy), "categorical-cross-entropy")]
[JsonDerivedType(typeof(BinaryCrossEntropy), "binary-cross-entropy")]
[JsonDerivedType(typeof(Ctc), "ctc")]
[JsonDerivedType(typeof(OutputLosses), "outputs")]
public abstract record Loss
{
    private protected Loss()
    {
    }

    /// <summary>k, the outputs that the model gives for each target: 1 unless a loss says otherwise.</summary>
    [JsonIgnore]
    public virtual int OutputsPerTarget => 1;

    /// <summary>As errors call it.</summary>
    internal virtual string Name => "loss";

    /// <summary>How many targets an output of this shape has; −1: any number, so the samples say it.</summary>
    internal virtual int TargetsOf(Shape output) => output.Size / OutputsPerTarget;

    /// <summary>True where the mean is over some of the targets only, which are counted before each batch.</summary>
    [JsonIgnore]
    internal virtual bool CountsTargets => false;

    /// <summary>What the outputs of a model are to this loss.</summary>
    [JsonIgnore]
    internal virtual OutputKind Takes => OutputKind.Values;

    /// <summary>Of the outputs of a target the one that is the forecast of its value; −1: none is.</summary>
    [JsonIgnore]
    internal virtual int PointOutput => 0;

    /// <summary>What a row adds to the number that the sum of the losses is divided by: the weights of the targets that count.</summary>
    internal virtual double CountOf<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (row.Weights.IsEmpty)
            return row.Targets.Length;
        double sum = 0;
        foreach (T weight in row.Weights)
            sum += double.CreateTruncating(weight);
        return sum * (row.Targets.Length / row.Positions);
    }

    /// <summary>What is wrong with the targets of a row, as a sentence; null: nothing.</summary>
    internal virtual string? FaultOf<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T> => null;

    /// <summary>The loss of output <paramref name="number"/> of a model with several.</summary>
    internal virtual Loss PartFor(int number) => this;

    /// <summary>Throws where there are not as many losses as outputs.</summary>
    internal virtual void RequireOutputs(int outputs)
    {
    }

    /// <summary>The weight of output <paramref name="number"/> in the sum.</summary>
    internal virtual double WeightOf(int number) => 1;

    /// <summary>Throws where targets of this shape cannot be judged by an output of that shape.</summary>
    internal virtual void RequireTargets(Shape output, Shape target)
    {
        int each = OutputsPerTarget;
        long needed = (long)target.Size * each;
        if (needed == output.Size)
            return;
        if (each == 1)
            throw new UnrollException($"The model's output has shape {output}, but the samples' targets have shape {target}. Change the last layer's units or the targets.");
        string remedy = needed % output.Steps == 0 ? $"Give the last layer {needed / output.Steps} units." : "Change the last layer or the targets.";
        throw new UnrollException($"The {Name} needs {each} outputs a target, {needed} for targets of shape {target}, but the model's output has shape {output}. {remedy}");
    }

    /// <summary>
    /// Throws where the targets of an output of this shape do not lie step by step, so that no step can be masked or weighted.
    /// </summary>
    internal void RequireWholeSteps(Shape output)
    {
        if (TargetsOf(output) >= 0 && TargetsOf(output) % output.Positions != 0)
            throw new UnrollException(
                $"The {Name} has {OutputsPerTarget} outputs a target, but the steps of the model's output {output} have {output.Features}, "
                + $"so that masks and weights of steps cannot be told apart. Give the last layer a multiple of {OutputsPerTarget} units.");
    }

    /// <summary>Doubles of memory that judging a row takes.</summary>
    internal virtual int ScratchSize(Shape output, int targets) => 0;

    /// <summary>Throws when a number is outside its range.</summary>
    internal virtual void Validate()
    {
    }

    /// <summary>
    /// Sums the losses of one row's n targets, and overwrites the n·k predictions with the gradients, times <paramref name="scale"/>.
    /// </summary>
    internal virtual double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
        where T : unmanaged, IFloatingPointIeee754<T> => throw new NotSupportedException($"The {Name} judges rows with their shape.");

    /// <summary>
    /// The same for a row whose steps may be masked or weighted: loss and gradient of each times its weight, nothing where that is 0.
    /// </summary>
    internal virtual double Evaluate<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (row.Weights.IsEmpty)
            return Evaluate(row.Outputs, row.Targets, row.Scale);
        int outputs = row.Outputs.Length / row.Positions, targets = row.Targets.Length / row.Positions;
        double sum = 0;
        for (int i = 0; i < row.Positions; i++)
        {
            Span<T> own = row.Outputs.Slice(i * outputs, outputs);
            T weight = row.Weights[i];
            if (weight == T.Zero)
                own.Clear();
            else
                sum += double.CreateTruncating(weight) * Evaluate(own, row.Targets.Slice(i * targets, targets), weight * row.Scale);
        }

        return sum;
    }

    /// <summary>How many targets so many outputs are for.</summary>
    private protected int Targets(ReadOnlySpan<float> outputs) => outputs.Length % OutputsPerTarget == 0
        ? outputs.Length / OutputsPerTarget
        : throw new ArgumentException($"The {Name} has {OutputsPerTarget} outputs a target, but {outputs.Length} outputs were given. Give all outputs of the model.", nameof(outputs));

    // Of the base there is nothing to print: how many outputs a loss needs follows from its numbers.
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}

/// <summary>What a loss takes the outputs of a model to be.</summary>
internal enum OutputKind
{
    /// <summary>Numbers in the units of the targets.</summary>
    Values,

    /// <summary>Parameters of a distribution, any numbers.</summary>
    Parameters,

    /// <summary>Logits of probabilities that add up to 1 over the classes.</summary>
    ClassLogits,

    /// <summary>Logits, each of a probability of its own.</summary>
    BinaryLogits,
}

/// <summary>(y − ŷ)².</summary>
public sealed record MeanSquaredError : Loss
{
    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        T twice = scale + scale;
        for (int i = 0; i < targets.Length; i++)
        {
            T error = predictionsToGradients[i] - targets[i];
            sum += double.CreateTruncating(error) * double.CreateTruncating(error);
            predictionsToGradients[i] = twice * error;
        }

        return sum;
    }
}

/// <summary>|y − ŷ|; its derivative at 0 is taken to be 0.</summary>
public sealed record MeanAbsoluteError : Loss
{
    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            T error = predictionsToGradients[i] - targets[i];
            sum += Math.Abs(double.CreateTruncating(error));
            predictionsToGradients[i] = error > T.Zero ? scale : error < T.Zero ? -scale : error * scale;
        }

        return sum;
    }
}

/// <summary>½e² where |e| ≤ δ, δ(|e| − ½δ) beyond (Huber 1964): squares small errors, does not let large ones rule.</summary>
/// <param name="Delta">δ, in the units of the target; above 0.</param>
public sealed record Huber(double Delta = 1) : Loss
{
    internal override void Validate()
    {
        if (!(Delta > 0) || double.IsInfinity(Delta))
            throw new UnrollException($"Huber's delta is {Delta}; it must be above 0.");
    }

    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        T delta = T.CreateChecked(Delta);
        for (int i = 0; i < targets.Length; i++)
        {
            T error = predictionsToGradients[i] - targets[i];
            double e = Math.Abs(double.CreateTruncating(error));
            sum += e <= Delta ? 0.5 * e * e : Delta * (e - 0.5 * Delta);
            predictionsToGradients[i] = scale * T.MaxNative(-delta, T.MinNative(delta, error));
        }

        return sum;
    }
}
