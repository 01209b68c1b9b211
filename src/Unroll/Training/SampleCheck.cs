using System.Globalization;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>Reads samples once before they are trained on or judged, and says which one is at fault.</summary>
internal static class SampleCheck
{
    private const int Rows = 256;

    /// <param name="network">What the samples are for; nobody else runs it.</param>
    /// <param name="loss">What judges the outputs.</param>
    /// <param name="samples">All samples.</param>
    /// <param name="word">What errors call one.</param>
    /// <exception cref="UnrollException">A value is not finite, no token, no target of the loss, or a weight below 0.</exception>
    public static void Require(Network<float> network, Loss loss, ISamples samples, string word = "Sample")
    {
        var batch = new SampleBatch(samples, null) { Word = word };
        for (batch.Start = 0; batch.Start < samples.Count; batch.Start += Rows)
        {
            batch.Rows = Math.Min(Rows, samples.Count - batch.Start);
            Require(network, loss, batch);
        }
    }

    /// <summary>The same for a batch.</summary>
    public static void Require(Network<float> network, Loss loss, SampleBatch batch)
    {
        Graph graph = network.Graph;
        var inputs = new float[network.InputSize];
        var targets = new float[batch.TargetSize];
        var weights = new float[batch.IsWeighted ? graph.Outputs.Sum(node => node.Shape.Positions) : 0];
        int[] tokens = [.. graph.Inputs.Select(input => TokensOf(graph, input))];
        for (int row = 0; row < batch.Rows; row++)
        {
            batch.CopyInput(row, inputs);
            int from = 0;
            for (int i = 0; i < graph.Inputs.Length; i++)
            {
                Shape shape = graph.Inputs[i].Shape;
                RequireInput(graph, i, inputs.AsSpan(from, shape.Size), tokens[i], batch, row);
                from += shape.Size;
            }

            batch.CopyTarget(row, targets);
            from = 0;
            for (int i = 0; i < batch.TargetShapes.Count; i++)
            {
                Shape shape = batch.TargetShapes[i];
                RequireTarget(targets.AsSpan(from, shape.Size), i, batch, row);
                from += shape.Size;
            }

            if (batch.IsWeighted)
            {
                batch.CopyWeights(row, weights);
                RequireWeights(weights, batch, row);
            }
        }

        if (Enumerable.Range(0, graph.Outputs.Length).Any(i => !loss.PartFor(i).TakesAnyTarget))
            network.RequireTargets(batch, loss);
    }

    private static void RequireInput(Graph graph, int number, ReadOnlySpan<float> values, int tokens, SampleBatch batch, int row)
    {
        if (!AreFinite(values))
        {
            int at = FirstNotFinite(values);
            throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
                $"{batch.NameOf(row)} has {values[at]} in its input{NameOf(graph, number)}, "
                    + $"{(tokens > 0 ? $"step {at}" : Place(at, graph.Inputs[number].Shape))}. "
                + $"Put a number there, or leave the sample out."));
        }

        if (tokens == 0)
            return;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= 0 && values[i] < tokens && float.IsInteger(values[i])))
                throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
                    $"{batch.NameOf(row)} has {values[i]} in its input{NameOf(graph, number)}, step {i}, but tokens are whole numbers from "
                        + $"0 to {tokens - 1}. "
                    + $"Number the tokens anew, or make the embedding for more of them."));
        }
    }

    /// <summary>What errors call an input of a model with several.</summary>
    private static string NameOf(Graph graph, int number) => graph.Inputs.Length > 1 ? $" {graph.InputName(number)}" : "";

    private static void RequireTarget(ReadOnlySpan<float> values, int number, SampleBatch batch, int row)
    {
        if (AreFinite(values))
            return;
        int at = FirstNotFinite(values);
        string output = batch.TargetShapes.Count > 1 ? $" of output {number}" : "";
        throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
            $"{batch.NameOf(row)} has {values[at]} in its target{output}, {Place(at, batch.TargetShapes[number])}. "
            + $"Put a number there and give it the weight 0, or leave the sample out."));
    }

    private static void RequireWeights(ReadOnlySpan<float> weights, SampleBatch batch, int row)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0 && float.IsFinite(weights[i])))
                throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
                    $"{batch.NameOf(row)} has the weight {weights[i]}{(weights.Length > 1 ? $" at step {i}" : "")}. "
                    + $"Weights are finite and at least 0."));
        }
    }

    private static string Place(int at, Shape shape) =>
        shape.Positions > 1 ? $"step {at / shape.Features}, feature {at % shape.Features}" : $"feature {at}";

    /// <summary>A number times 0 is 0; what is no number stays none. Four sums do not wait for each other.</summary>
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        float a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            a += values[i] * 0;
            b += values[i + 1] * 0;
            c += values[i + 2] * 0;
            d += values[i + 3] * 0;
        }

        for (; i < values.Length; i++)
            a += values[i] * 0;
        return a + b + c + d == 0;
    }

    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        int at = 0;
        while (float.IsFinite(values[at]))
            at++;
        return at;
    }

    /// <summary>How many tokens the embeddings that read an input take; 0 where none does.</summary>
    public static int TokensOf(Graph graph, Node input)
    {
        int most = 0;
        foreach (LayerUse use in graph.Uses.Where(use => use.Inputs.Contains(input)))
        {
            Layer layer = use.Layer;
            while (layer is TimeDistributed each)
                layer = each.Inner;
            if (layer is Embedding embedding)
                most = most == 0 ? embedding.Inputs : Math.Min(most, embedding.Inputs);
        }

        return most;
    }
}
