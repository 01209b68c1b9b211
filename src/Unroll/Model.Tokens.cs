using System.Runtime.CompilerServices;
using Unroll.Training;

namespace Unroll;

/// <content>Predictions from tokens, without padding by hand.</content>
public sealed partial class Model
{
    private volatile TokenInput? _tokenInput;

    /// <summary>
    /// The outputs for one sequence of tokens, which may be shorter than the model's T: it is padded with 0 at the end, as
    /// <see cref="TokenSamples"/> are.
    /// </summary>
    /// <param name="tokens">At most T tokens.</param>
    /// <returns>OutputShape, row-major; with several outputs one after the other.</returns>
    /// <exception cref="ArgumentException">There are more than T tokens, or the model does not take one sequence of tokens.</exception>
    /// <exception cref="UnrollException">A number is no token of the model's embedding.</exception>
    /// <example><code>float[] logits = model.Predict(subwords.Encode(words));</code></example>
    [OverloadResolutionPriority(-1)]
    public float[] Predict(ReadOnlySpan<int> tokens)
    {
        var outputs = new float[Network.OutputSize];
        Predict(tokens, outputs);
        return outputs;
    }

    /// <summary>The same, written to memory of the caller; after the first calls nothing is allocated.</summary>
    /// <param name="tokens">At most T tokens.</param>
    /// <param name="outputs">OutputShape, row-major, overwritten; with several outputs one after the other.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the model does not take one sequence of tokens.</exception>
    /// <exception cref="UnrollException">A number is no token of the model's embedding.</exception>
    [OverloadResolutionPriority(-1)]
    public void Predict(ReadOnlySpan<int> tokens, Span<float> outputs)
    {
        int length = TokenLength(nameof(tokens));
        RequireAtMost(length, tokens.Length, "The sequence", nameof(tokens));
        RequireOutputs(1, Network.OutputSize, outputs.Length);
        using PredictionWatch watch = Telemetry.Predicting(this, 1);
        using RunPool.Rental run = Runs.Rent();
        Span<float> row = run.Network.InputRows(1);
        for (int i = 0; i < tokens.Length; i++)
            row[i] = tokens[i];
        row[tokens.Length..].Clear();
        run.Network.PredictRows().CopyTo(outputs);
        run.Network.CarryStates();
    }

    /// <summary>
    /// The outputs for sequences of tokens of unequal lengths. Those of similar length run together, so that short ones cost little where
    /// the padding is masked; the order of the outputs, and their bits, are those of one call after the other.
    /// </summary>
    /// <param name="sequences">B sequences of at most T tokens each.</param>
    /// <returns>[B, ...OutputShape], row-major; with several outputs, a row has one output after the other.</returns>
    /// <exception cref="ArgumentException">One has more than T tokens, or the model does not take one sequence of tokens.</exception>
    /// <exception cref="UnrollException">A number is no token of the model's embedding.</exception>
    public float[] Predict(IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int length = TokenLength(nameof(sequences)), size = Network.OutputSize;
        for (int i = 0; i < sequences.Count; i++)
            RequireAtMost(length, sequences[i].Length, $"Sequence {i}", nameof(sequences));
        var samples = new TokenSamples(sequences, length);
        int[] order = [.. Enumerable.Range(0, sequences.Count)];
        if (Network.StatefulParts.Length == 0)
            order = [.. order.OrderBy(samples.LengthOf)];
        var outputs = new float[sequences.Count * size];
        var batch = new SampleBatch(samples, order);
        int most = RowsAtOnce(sequences.Count);
        using PredictionWatch watch = Telemetry.Predicting(this, sequences.Count);
        using RunPool.Rental run = Runs.Rent();
        for (batch.Start = 0; batch.Start < order.Length; batch.Start += most)
        {
            batch.Rows = Math.Min(most, order.Length - batch.Start);
            ReadOnlySpan<float> rows = run.Network.PredictRows(batch);
            for (int row = 0; row < batch.Rows; row++)
                rows.Slice(row * size, size).CopyTo(outputs.AsSpan(order[batch.Start + row] * size));
            run.Network.CarryStates();
        }

        return outputs;
    }

    /// <summary>T of the one sequence of tokens that the model takes.</summary>
    private int TokenLength(string argument)
    {
        Graph graph = Network.Graph;
        if (_tokenInput is not { } known || known.Graph != graph)
            _tokenInput = known = new TokenInput(graph, graph.Inputs.Length == 1 && SampleCheck.TokensOf(graph, graph.Inputs[0]) > 0);
        return known.IsTokens
            ? graph.Inputs[0].Shape.Size
            : throw new ArgumentException(
                $"The model does not take one sequence of tokens, but inputs of shape {ShapesOf(Inputs)}. "
                + "Give it numbers, or of several inputs TokenSamples.", argument);
    }

    private static void RequireAtMost(int length, int given, string what, string argument)
    {
        if (given > length)
        {
            throw new ArgumentException(
                $"{what} has {given} tokens, but the model takes at most {length}. Cut it, or build the model for longer ones.", argument);
        }
    }

    /// <summary>Whether the input of a graph is a sequence of tokens.</summary>
    private sealed record TokenInput(Graph Graph, bool IsTokens);
}
