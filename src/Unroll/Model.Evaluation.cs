using Unroll.Kernels;
using Unroll.Training;

namespace Unroll;

/// <content>Judging a model on samples, and its outputs as probabilities.</content>
public sealed partial class Model
{
    /// <summary>
    /// The mean loss over all samples, plus the penalties of regularizers: what validation reports. Masked steps do not count. A model with
    /// stateful layers takes all samples as one batch.
    /// </summary>
    /// <exception cref="UnrollException">
    /// The samples or the loss do not fit the model, a number of the loss is out of range, or a sample is at fault.
    /// </exception>
    public double Evaluate(ISamples samples, Loss loss) => Evaluate(samples, loss, []).Loss;

    /// <summary>Loss, losses of the outputs and metrics on samples.</summary>
    /// <param name="samples">Inputs, targets and perhaps weights; at least one sample.</param>
    /// <param name="loss">The loss of all outputs.</param>
    /// <param name="metrics">What to measure beside it; may be empty.</param>
    /// <exception cref="UnrollException">
    /// The samples, the loss or a metric do not fit the model, an option is out of range, or a sample is at fault.
    /// </exception>
    /// <example><code>double auc = model.Evaluate(test, new BinaryCrossEntropy(), [new Auc()]).Metrics["auc"];</code></example>
    public Evaluation Evaluate(ISamples samples, Loss loss, IReadOnlyList<Metric> metrics)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(metrics);
        loss.RequireValid();
        Metric.RequireValid(metrics);
        RequireSamples(samples, loss, "to judge");
        var batch = new SampleBatch(samples, null);
        int rows = Math.Min(RowsAtOnce(samples.Count), samples.Count);
        using RunPool.Rental run = Runs.Rent(overSamples: true);
        SampleCheck.Require(run.Network, loss, samples);
        var measures = new Measures(run.Network, loss, metrics, samples, rows, times: 1);
        measures.Judge(batch, samples.Count, rows);
        return new Evaluation(measures.Loss, measures.OutputLosses(), measures.Penalty, measures.Metrics());
    }

    /// <summary>
    /// The outputs as probabilities, where the loss takes logits: 1/(1 + e⁻ˣ) of each output with <see cref="BinaryCrossEntropy"/>, eˣ/Σeˣ
    /// over the last axis with the losses of classes. With several outputs, each is treated as its own loss says; outputs with a loss of
    /// values stay as they are, as do probabilities with a loss that takes such.
    /// </summary>
    /// <param name="samples">The inputs; targets are not looked at.</param>
    /// <param name="loss">What the model was trained with.</param>
    /// <returns>[Count, ...OutputShape], row-major, as <see cref="Predict(ISamples)"/> gives them.</returns>
    /// <exception cref="ArgumentException">No output's loss takes logits.</exception>
    /// <exception cref="UnrollException">The samples do not fit the model, or an output has its sigmoid or softmax already.</exception>
    public float[] PredictProbabilities(ISamples samples, Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        loss.RequireOutputs(Outputs.Count);
        OutputFunction.Require(Graph, loss);
        if (!Outputs.Where((_, i) => loss.PartFor(i).Takes
            is OutputKind.ClassLogits or OutputKind.BinaryLogits or OutputKind.ClassProbabilities or OutputKind.BinaryProbabilities).Any())
            throw new ArgumentException(
                $"The {loss.Name} takes no logits, so the model's outputs are no probabilities. Use Predict.", nameof(loss));
        float[] outputs = Predict(samples);
        for (int from = 0; from < outputs.Length;)
        {
            for (int i = 0; i < Outputs.Count; i++)
            {
                Shape shape = Outputs[i].Shape;
                Span<float> own = outputs.AsSpan(from, shape.Size);
                from += shape.Size;
                if (loss.PartFor(i).Takes == OutputKind.BinaryLogits)
                    ToSigmoid(own);
                for (int at = 0; at < own.Length && loss.PartFor(i).Takes == OutputKind.ClassLogits; at += shape.Features)
                    ToSoftmax(own.Slice(at, shape.Features));
            }
        }

        return outputs;
    }

    /// <summary>The same for inputs [B, ...InputShape], row-major.</summary>
    /// <exception cref="ArgumentException">
    /// The length is not a multiple of the size of an input, the model has several, or no output's loss takes logits.
    /// </exception>
    public float[] PredictProbabilities(float[] inputs, Loss loss)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return PredictProbabilities(new ArraySamples(inputs, InputShape, new float[RowsOf(inputs.Length)], new Shape(1)), loss);
    }

    private static void ToSigmoid(Span<float> logits)
    {
        foreach (ref float logit in logits)
            logit = (float)Elementary<double>.Sigmoid(logit);
    }

    private static void ToSoftmax(Span<float> logits)
    {
        (double largest, double sum) = SpecialFunctions.SumOfExponentials<float>(logits);
        foreach (ref float logit in logits)
            logit = (float)(Math.Exp(logit - largest) / sum);
    }

    internal void RequireSamples(ISamples samples, Loss loss, string what)
    {
        if (samples.Count == 0)
            throw new UnrollException($"There are no samples {what}.");
        RequireInputs(samples);
        if (samples.TargetShapes.Count == 0)
            throw new UnrollException($"The samples have no targets, so there is nothing {what}. Give them targets, or predict with them.");
        if (samples.TargetShapes.Count != Outputs.Count)
            throw new UnrollException(
                $"The model has {Outputs.Count} outputs, but the samples have targets for {samples.TargetShapes.Count}.");
        loss.RequireOutputs(Outputs.Count);
        OutputFunction.Require(Graph, loss);
        for (int i = 0; i < Outputs.Count; i++)
        {
            loss.PartFor(i).RequireTargets(Outputs[i].Shape, samples.TargetShapes[i]);
            if (samples.IsWeighted || Network.IsMasked)
                loss.PartFor(i).RequireWholeSteps(Outputs[i].Shape);
        }
    }
}
