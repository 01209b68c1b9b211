using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;
using Unroll.Training;

namespace Unroll;

/// <summary>What training makes small: a mean over the rows of a batch and over the targets of a row.</summary>
/// <remarks>
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

    /// <summary>What a row adds to the number that the sum of the losses is divided by.</summary>
    internal virtual int CountOf<T>(int size, int features, ReadOnlySpan<T> targets)
        where T : unmanaged, IFloatingPointIeee754<T> => size;

    /// <summary>The loss of output <paramref name="number"/> of a model with several.</summary>
    internal virtual Loss PartFor(int number) => this;

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

    /// <summary>The same for a row whose outputs may be sequences with padding at the end.</summary>
    internal virtual double Evaluate<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T> => Evaluate(row.Outputs, row.Targets, row.Scale);

    /// <summary>How many targets so many outputs are for.</summary>
    private protected int Targets(ReadOnlySpan<float> outputs) => outputs.Length % OutputsPerTarget == 0
        ? outputs.Length / OutputsPerTarget
        : throw new ArgumentException($"The {Name} has {OutputsPerTarget} outputs a target, but {outputs.Length} outputs were given. Give all outputs of the model.", nameof(outputs));

    // Of the base there is nothing to print: how many outputs a loss needs follows from its numbers.
    protected virtual bool PrintMembers(StringBuilder builder) => false;
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
