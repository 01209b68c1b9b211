namespace Unroll;

/// <summary>
/// A measure of a model's outputs beside the loss: in training (<see cref="TrainingOptions.Metrics"/>) and by
/// <see cref="Model.Evaluate(ISamples, Loss, IReadOnlyList{Metric})"/>.
/// </summary>
/// <remarks>
/// Metrics are over all rows, not means of batches. Masked steps do not count. Weights of samples and steps apply as in the loss; class
/// weights belong to the loss alone. In metrics of classes a target below 0 does not count. A metric is NaN where an output that it judges
/// is NaN, or where nothing counts. The mean of a function is <see cref="Of"/>; for a metric of your own derive from this class, from
/// <see cref="ValueMetric"/> or from <see cref="ClassScore"/>.
/// </remarks>
public abstract record Metric
{
    /// <summary>Which output is judged, from 0, where a model has several.</summary>
    public int Output { get; init; }

    /// <summary>
    /// The name of its values in <see cref="NamedValues"/>. Null: <c>accuracy</c>, <c>top-5 accuracy</c>, <c>precision</c>, <c>recall</c>,
    /// <c>f1</c>, <c>auc</c>, <c>perplexity</c>, <c>mae</c>, <c>rmse</c>, <c>mape</c> or <c>r2</c>; for outputs after the first with the
    /// name of the output, <c>dense_2/accuracy</c>.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Its name in <see cref="NamedValues"/> where <see cref="Name"/> is null: the type's, unless it says otherwise.</summary>
    protected internal virtual string DefaultName => GetType().Name;

    /// <summary>Throws where a metric is null, or a number of one is out of range.</summary>
    /// <exception cref="UnrollException">The message says which.</exception>
    internal static void RequireValid(IReadOnlyList<Metric> metrics)
    {
        for (int i = 0; i < metrics.Count; i++)
        {
            Metric metric = metrics[i] ?? throw new UnrollException($"Metric {i}, counted from 0, is null. Leave it out.");
            metric.Validate();
        }
    }

    /// <summary>The mean of a function of target and prediction, over the targets that count.</summary>
    /// <param name="name">Its name in <see cref="NamedValues"/>.</param>
    /// <param name="function">
    /// Of target and prediction, in the units of the targets. Of a loss with several outputs for each target the prediction is the point
    /// forecast, of one of zeros and ones (such as <see cref="BinaryCrossEntropy"/>) the probability of a one.
    /// </param>
    /// <example><code>Metrics = [Metric.Of("brier", (target, prediction)
    /// => (target - prediction) * (target - prediction))]</code></example>
    public static Metric Of(string name, Func<double, double, double> function)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(function);
        return new FunctionMetric(name, function);
    }

    internal string NameIn(string[] outputs) => Name ?? (Output == 0 ? DefaultName : $"{outputs[Output]}/{DefaultName}");

    internal MetricAccumulator Start(Graph graph, Loss loss, ISamples samples)
    {
        if (Output >= graph.Outputs.Length)
            throw new UnrollException(
                $"The metric {Name ?? DefaultName} judges output {Output}, counted from 0, but the model has {graph.Outputs.Length}.");
        return Start(new MetricSubject(graph.Outputs[Output].Shape, samples.TargetShapes[Output], loss.PartFor(Output)));
    }

    /// <summary>The metric at work on one output; it throws where it cannot judge that output (<see cref="Refusal"/>).</summary>
    public abstract MetricAccumulator Start(MetricSubject subject);

    /// <summary>Throws when an option is out of range.</summary>
    /// <exception cref="UnrollException">An option is out of range; the message names it.</exception>
    public virtual void Validate()
    {
        if (Output < 0)
            throw new UnrollException($"The metric {Name ?? DefaultName} judges output {Output}; outputs are counted from 0.");
    }

    /// <summary>An error of this metric: its name, and what follows it.</summary>
    /// <param name="why">For example: judges values, but the model is trained with another loss.</param>
    protected UnrollException Refusal(string why) => new($"The metric {Name ?? DefaultName} {why}");
}
