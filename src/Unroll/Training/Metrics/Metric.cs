using Unroll.Training;

namespace Unroll;

/// <summary>
/// A measure of a model's outputs beside the loss: in training (<see cref="TrainingOptions.Metrics"/>) and by
/// <see cref="Model.Evaluate(ISamples, Loss, IReadOnlyList{Metric})"/>.
/// </summary>
/// <remarks>
/// Metrics are over all rows, not means of batches. Masked steps do not count. Weights of samples and steps apply as in the loss; class
/// weights belong to the loss alone. In metrics of classes a target below 0 does not count. A metric is NaN where an output that it judges
/// is NaN, or where nothing counts.
/// </remarks>
public abstract record Metric
{
    private protected Metric()
    {
    }

    /// <summary>Which output is judged, from 0, where a model has several.</summary>
    public int Output { get; init; }

    /// <summary>
    /// The name of its values in <see cref="NamedValues"/>. Null: <c>accuracy</c>, <c>top-5 accuracy</c>, <c>precision</c>, <c>recall</c>,
    /// <c>f1</c>, <c>auc</c>, <c>perplexity</c>, <c>mae</c>, <c>rmse</c>, <c>mape</c> or <c>r2</c>; for outputs after the first with the
    /// name of the output, <c>dense_2/accuracy</c>.
    /// </summary>
    public string? Name { get; init; }

    internal abstract string DefaultName { get; }

    internal string NameIn(string[] outputs) => Name ?? (Output == 0 ? DefaultName : $"{outputs[Output]}/{DefaultName}");

    internal MetricAccumulator Start(Graph graph, Loss loss, ISamples samples)
    {
        if (Output >= graph.Outputs.Length)
            throw new UnrollException(
                $"The metric {Name ?? DefaultName} judges output {Output}, counted from 0, but the model has {graph.Outputs.Length}.");
        return Start(new MetricSubject(graph.Outputs[Output].Shape, samples.TargetShapes[Output], loss.PartFor(Output)));
    }

    /// <summary>Throws where the metric cannot judge this output.</summary>
    internal abstract MetricAccumulator Start(MetricSubject subject);

    /// <summary>Throws when an option is out of range.</summary>
    internal virtual void Validate()
    {
        if (Output < 0)
            throw new UnrollException($"The metric {Name ?? DefaultName} judges output {Output}; outputs are counted from 0.");
    }

    private protected UnrollException Refusal(string why) => new($"The metric {Name ?? DefaultName} {why}");
}

/// <summary>What a metric judges.</summary>
/// <param name="Output">The shape of the model's output.</param>
/// <param name="Target">The shape of its targets.</param>
/// <param name="Loss">The loss of the output.</param>
internal sealed record MetricSubject(Shape Output, Shape Target, Loss Loss)
{
    public bool IsLogits => Loss.Takes is OutputKind.ClassLogits or OutputKind.BinaryLogits;
}

/// <summary>One row in front of a metric.</summary>
internal readonly ref struct MetricRow
{
    public ReadOnlySpan<float> Outputs { get; init; }

    public ReadOnlySpan<float> Targets { get; init; }

    /// <summary>One for each position; 0: does not count. Empty: all are 1.</summary>
    public ReadOnlySpan<float> Weights { get; init; }

    /// <summary>Steps of a sequence, pixels of an image, 1 of a vector.</summary>
    public int Positions { get; init; }

    public double WeightOf(int position) => Weights.IsEmpty ? 1 : Weights[position];
}

/// <summary>A metric at work: rows come in their order, from one thread.</summary>
internal abstract class MetricAccumulator
{
    /// <summary>Of all rows since the start or the last <see cref="Clear"/>; NaN where none counts.</summary>
    public abstract double Value { get; }

    public abstract void Add(in MetricRow row);

    public abstract void Clear();
}
