using Unroll.Layers;

namespace Unroll.Tests.Layers;

/// <summary>States that a layer of two directions gives and takes in a graph, and queries that are masked.</summary>
internal static partial class GradientCases
{
    private static IEnumerable<GradientCase> OfStatesOfBoth()
    {
        foreach ((string name, Recurrent cell) in s_cells)
        {
            yield return OfGraph($"graph, states of both directions of a {name} to a decoder of both", () =>
            {
                Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(3, 2));
                Node encoded = new Bidirectional(cell with { ReturnState = true }).Apply(x);
                Node decoded = new Bidirectional(cell with { ReturnSequences = true, ReturnState = true }).Apply([y, .. encoded.States]);
                return new Graph([x, y], [new Dense(2).Apply(decoded), decoded.States[0], decoded.States[^1]]);
            });
            yield return new GradientCase($"graph, states of both directions of a {name}, masks")
            {
                Graph = () =>
                {
                    Node x = Node.Input(new Shape(4, 3)), masked = new Masking().Apply(x);
                    Node encoded = new Bidirectional(cell with { ReturnState = true }).Apply(masked);
                    return new Graph([x],
                        [new Bidirectional(cell with { ReturnSequences = true }).Apply([masked, .. encoded.States]), encoded.States[^1]]);
                },
                Rows = 6,
                Masked = s_masks,
            };
        }

        yield return OfGraph("graph, states of a stack in both directions", () =>
        {
            Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(3, 2));
            Node encoded = new Bidirectional(new StackedRecurrent(new Lstm(3), new Gru(4)) { ReturnState = true }).Apply(x);
            Node decoded = new Bidirectional(new StackedRecurrent(new Lstm(3), new Gru(4)) { ReturnSequences = true })
                .Apply([y, .. encoded.States]);
            return new Graph([x, y], [decoded, encoded]);
        });
        yield return OfTokens("tokens backwards in the order of processing", 9, new Embedding(5, 3) { MaskZero = true },
            new Gru(3) { GoBackwards = true, ReturnSequences = true }, new Lstm(2)) with
        { States = true };
        yield return new GradientCase("stack in both directions, masks, states", new Masking(), new Bidirectional(
            new StackedRecurrent(new Gru(4), new Lstm(3)) { ReturnSequences = true }))
        { Rows = 6, Masked = s_masks, States = true };
        foreach (AttentionLayer layer in (AttentionLayer[])[new Attention(), new AdditiveAttention()])
        {
            yield return new GradientCase($"{layer.Kind}, queries and values masked, scores")
            {
                Graph = () =>
                {
                    Node x = Node.Input(new Shape(4, 3)), masked = new Masking().Apply(x),
                        seen = (layer with { ReturnScores = true }).Apply(masked, masked);
                    return new Graph([x], [seen, seen.Scores]);
                },
                Rows = 6,
                Masked = s_masks,
            };
        }
    }
}
