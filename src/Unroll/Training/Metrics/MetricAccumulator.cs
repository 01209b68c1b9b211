namespace Unroll;

/// <summary>What a metric judges.</summary>
public sealed class MetricSubject
{
    internal MetricSubject(Shape output, Shape target, Loss loss) => (Output, Target, Loss) = (output, target, loss);

    /// <summary>The shape of the model's output.</summary>
    public Shape Output { get; }

    /// <summary>The shape of its targets.</summary>
    public Shape Target { get; }

    /// <summary>The loss of the output; <see cref="Loss.Takes"/> says what the outputs are.</summary>
    public Loss Loss { get; }

    /// <summary>True where the outputs are logits, to which the loss applies the sigmoid or the softmax.</summary>
    public bool IsLogits => Loss.Takes is OutputKind.ClassLogits or OutputKind.BinaryLogits;

    /// <summary>True where targets are one class or the other, each for an output of its own.</summary>
    internal bool IsBinary => Loss.Takes is OutputKind.BinaryLogits or OutputKind.BinaryProbabilities or OutputKind.BinaryScores;
}

/// <summary>One row in front of a metric.</summary>
public readonly ref struct MetricRow
{
    /// <summary>The outputs, row-major.</summary>
    public ReadOnlySpan<float> Outputs { get; init; }

    /// <summary>The targets, row-major.</summary>
    public ReadOnlySpan<float> Targets { get; init; }

    /// <summary>One for each position; 0: does not count. Empty: all are 1.</summary>
    public ReadOnlySpan<float> Weights { get; init; }

    /// <summary>Steps of a sequence, pixels of an image, 1 of a vector.</summary>
    public int Positions { get; init; }

    /// <summary>The weight of a position.</summary>
    public double WeightOf(int position) => Weights.IsEmpty ? 1 : Weights[position];
}

/// <summary>A metric at work: rows come in their order, from one thread.</summary>
public abstract class MetricAccumulator
{
    /// <summary>Of all rows since the start or the last <see cref="Clear"/>; NaN where none counts.</summary>
    public abstract double Value { get; }

    /// <summary>Takes a row in; its spans are gone when this returns.</summary>
    public abstract void Add(in MetricRow row);

    /// <summary>Forgets all rows.</summary>
    public abstract void Clear();
}
