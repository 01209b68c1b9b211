using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>What training minimises: a mean over the targets of a batch that count.</summary>
/// <remarks>
/// <para>
/// Masked steps count neither in the sum nor in what it is divided by. Where samples have weights
/// (<see cref="ISamples.IsWeighted"/>) the mean is Σ weight·loss ÷ Σ weight, so that the weight 0 leaves a sample or a step out.
/// A loss may need several outputs for each target, k: then the model's last layer has k times as many units as there are targets,
/// and the k outputs of target i are those at i·k, …, i·k + k − 1.
/// </para>
/// <para>
/// For a loss of your own derive from <see cref="ElementwiseLoss"/> where each output is judged by itself, from <see cref="VectorLoss"/>
/// where the outputs of a step are judged together, and from this class, with one of the two <c>Evaluate</c>, for anything else. It is a
/// record of its numbers, without state: rows are judged by several threads at the same time. <see cref="Kinds"/> names it in files.
/// </para>
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
[JsonDerivedType(typeof(LogCosh), "log-cosh")]
[JsonDerivedType(typeof(Poisson), "poisson")]
[JsonDerivedType(typeof(Tweedie), "tweedie")]
[JsonDerivedType(typeof(MeanAbsolutePercentageError), "mape")]
[JsonDerivedType(typeof(MeanSquaredLogarithmicError), "msle")]
[JsonDerivedType(typeof(Hinge), "hinge")]
[JsonDerivedType(typeof(SquaredHinge), "squared-hinge")]
[JsonDerivedType(typeof(CategoricalHinge), "categorical-hinge")]
[JsonDerivedType(typeof(KullbackLeibler), "kullback-leibler")]
[JsonDerivedType(typeof(CosineSimilarity), "cosine-similarity")]
[JsonDerivedType(typeof(BinaryFocal), "binary-focal")]
[JsonDerivedType(typeof(CategoricalFocal), "categorical-focal")]
public abstract record Loss
{
    /// <summary>k, the outputs that the model gives for each target: 1 unless a loss says otherwise.</summary>
    [JsonIgnore]
    public virtual int OutputsPerTarget => 1;

    /// <summary>What errors call it, after "the"; the type's name unless a loss says otherwise.</summary>
    [JsonIgnore]
    public virtual string Name => GetType().Name;

    /// <summary>How many targets an output of this shape has; −1: any number, so the samples say it.</summary>
    public virtual int TargetsOf(Shape output) => output.Size / OutputsPerTarget;

    /// <summary>
    /// True where the mean is over some of the targets only, or where they weigh differently: then <see cref="CountOf"/> depends on the
    /// targets, which are read before each batch.
    /// </summary>
    [JsonIgnore]
    public virtual bool CountsTargets => false;

    /// <summary>What the outputs of a model are to this loss: values unless it says otherwise.</summary>
    [JsonIgnore]
    public virtual OutputKind Takes => OutputKind.Values;

    /// <summary>Of the outputs of a target the one that is the forecast of its value, from 0; −1: none is.</summary>
    [JsonIgnore]
    public virtual int PointOutput => 0;

    /// <summary>True where any numbers may be targets, so that samples need no check.</summary>
    internal virtual bool TakesAnyTarget => false;

    /// <summary>
    /// What the row adds to the divisor of the mean: the weights of the targets that count. Outputs are empty; targets are given only where
    /// <see cref="CountsTargets"/>.
    /// </summary>
    public virtual double CountOf<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (row.Weights.IsEmpty)
            return row.Targets.Length;
        double sum = 0;
        foreach (T weight in row.Weights)
            sum += double.CreateTruncating(weight);
        return sum * (row.Targets.Length / row.Positions);
    }

    /// <summary>What is wrong with the targets of a row, as a sentence; null: nothing. Its outputs may be empty.</summary>
    public virtual string? FaultOf<T>(in LossRow<T> row)
        where T : unmanaged, IFloatingPointIeee754<T> => null;

    /// <summary>The loss of output <paramref name="number"/> of a model with several.</summary>
    internal virtual Loss PartFor(int number) => this;

    /// <summary>Throws where there are not as many losses as outputs.</summary>
    internal virtual void RequireOutputs(int outputs)
    {
    }

    /// <summary>The weight of output <paramref name="number"/> in the sum.</summary>
    internal virtual double WeightOf(int number) => 1;

    /// <summary>Throws where targets of this shape cannot be judged by an output of that shape, both without the batch.</summary>
    /// <exception cref="UnrollException">The shapes do not fit each other; the message says what does.</exception>
    public virtual void RequireTargets(Shape output, Shape target)
    {
        int each = OutputsPerTarget;
        long needed = (long)target.Size * each;
        if (needed == output.Size)
            return;
        if (each == 1)
            throw new UnrollException($"The model's output has shape {output}, but the samples' targets have shape {target}. Change the "
                + "last layer's units or the targets.");
        string remedy = needed % output.Steps == 0
            ? $"Give the last layer {needed / output.Steps} units."
            : "Change the last layer or the targets.";
        throw new UnrollException($"The {Name} needs {each} outputs a target, {needed} for targets of shape {target}, but the model's "
            + $"output has shape {output}. {remedy}");
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

    /// <summary>How many doubles <see cref="LossRow{T}.Scratch"/> has to hold for a row.</summary>
    /// <param name="output">The shape of the output.</param>
    /// <param name="targets">Targets of a row.</param>
    public virtual int ScratchSize(Shape output, int targets) => 0;

    /// <summary>Throws when a number is outside its range.</summary>
    /// <exception cref="UnrollException">A number is out of range; the message names it.</exception>
    public virtual void Validate()
    {
    }

    /// <summary>Throws where a number is out of range, or what the loss says of itself does not go together.</summary>
    /// <exception cref="UnrollException">The message names what is wrong.</exception>
    internal void RequireValid()
    {
        Validate();
        if (this is OutputLosses)
            return;
        if (OutputsPerTarget < 1)
            throw new UnrollException($"The {Name} has {OutputsPerTarget} outputs a target (OutputsPerTarget); it must be at least 1.");
        if (this is VectorLoss && OutputsPerTarget != 1)
            throw new UnrollException(
                $"The {Name} has {OutputsPerTarget} outputs a target (OutputsPerTarget), but a VectorLoss has as many targets as outputs, "
                + "so it must be 1. Derive from Loss for another number.");
        if (PointOutput < -1 || PointOutput >= OutputsPerTarget)
            throw new UnrollException(
                $"The {Name} has the forecast of a target in its output {PointOutput} (PointOutput), but its outputs are numbered from "
                    + "0 to "
                + $"{OutputsPerTarget - 1}. Give one of these, or -1 where none is a forecast.");
    }

    /// <summary>
    /// Sums the losses of one row, or of one step of it where steps are weighted, and overwrites its outputs with their gradients.
    /// </summary>
    /// <param name="predictionsToGradients">
    /// In: n·k outputs; out: the derivative of the sum by each, times <paramref name="scale"/>.
    /// </param>
    /// <param name="targets">n targets.</param>
    /// <param name="scale">What gradients are multiplied by, for the mean over the batch; the sum is not.</param>
    /// <returns>The sum of the n losses.</returns>
    public virtual double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
        where T : unmanaged, IFloatingPointIeee754<T> => throw new NotSupportedException(
            $"The {Name} judges rows with their shape, or overrides neither of the two Evaluate. Override one of them.");

    /// <summary>
    /// The same for a row with its shape, whose steps may be masked or weighted: loss and gradient of each times its weight, nothing where
    /// that is 0. Override it where the loss is more than a sum over targets.
    /// </summary>
    public virtual double Evaluate<T>(in LossRow<T> row)
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
        : throw new ArgumentException($"The {Name} has {OutputsPerTarget} outputs a target, but {outputs.Length} outputs were given. Give "
            + "all outputs of the model.", nameof(outputs));

    // Of the base there is nothing to print: how many outputs a loss needs follows from its numbers.
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}
