using Unroll.Training;

namespace Unroll;

/// <summary>
/// What is measured of a model's outputs beside the loss: in training (<see cref="TrainingOptions.Metrics"/>) and by
/// <see cref="Model.Evaluate(ISamples, Loss, IReadOnlyList{Metric})"/>.
/// </summary>
/// <remarks>
/// Metrics are over all rows, not means of batches. What is masked does not count, and weights of samples and steps weigh as they do in the loss;
/// weights of classes belong to the loss and do not. A target below 0 of a metric of classes does not count. Where an output that is judged is no
/// number, or nothing counts, a metric is NaN.
/// </remarks>
public abstract record Metric
{
    private protected Metric()
    {
    }

    /// <summary>The number of the output that is judged, from 0, of a model with several.</summary>
    public int Output { get; init; }

    /// <summary>What its values are found by; null: what it is, as <c>accuracy</c>, for outputs after the first with the output's name before, <c>dense_2/accuracy</c>.</summary>
    public string? Name { get; init; }

    internal abstract string DefaultName { get; }

    internal string NameIn(string[] outputs) => Name ?? (Output == 0 ? DefaultName : $"{outputs[Output]}/{DefaultName}");

    internal MetricAccumulator Start(Graph graph, Loss loss, ISamples samples)
    {
        if (Output >= graph.Outputs.Length)
            throw new UnrollException($"The metric {Name ?? DefaultName} judges output {Output}, counted from 0, but the model has {graph.Outputs.Length}.");
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
