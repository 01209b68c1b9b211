namespace Unroll.Tests.Layers;

/// <summary>Attention of several heads.</summary>
internal static partial class GradientCases
{
    private static IEnumerable<GradientCase> OfHeads()
    {
        (string, MultiHeadAttention)[] layers =
        [
            ("two heads", new MultiHeadAttention(2, 3)),
            ("causal, other values and outputs", new MultiHeadAttention(3, 2) { ValueUnits = 4, OutputUnits = 5, Causal = true }),
            ("no bias, one head of 17", new MultiHeadAttention(1, 17) { UseBias = false }),
            ("dropout", new MultiHeadAttention(2, 3) { Dropout = 0.4 }),
        ];
        foreach ((string name, MultiHeadAttention layer) in layers)
        {
            bool training = layer.Dropout > 0;
            foreach (int rows in (int[])[1, 3, 11])
                yield return new GradientCase($"heads, {name}, of a sequence to itself, {rows} rows", layer)
                {
                    Rows = rows,
                    Training = training,
                    WeightScale = 2
                };
            yield return new GradientCase($"heads, {name}, masks", new Masking(), new Dense(3) { Activation = Activation.Sigmoid }, layer,
                new Gru(3))
            { Rows = 11, Masked = s_masks, Training = training };
            foreach (int rows in (int[])[1, 5, 11])
                yield return OfTokens($"heads, {name}, padding, {rows} rows", rows, new Embedding(5, 3) { MaskZero = true }, layer,
                    new LayerNorm(), new Gru(3)) with
                { Training = training };
            yield return OfGraph($"heads, {name}, values are the keys, scores", () =>
            {
                Node x = Node.Input(new Shape(3, 5)), y = Node.Input(new Shape(4, 2)),
                    seen = (layer with { ReturnScores = true }).Apply(new Dense(5) { Activation = Activation.Sigmoid }.Apply(x), y);
                return new Graph([x, y], [seen, seen.Scores]);
            }) with
            { Training = training };
            yield return OfGraph($"heads, {name}, three inputs, padding of queries and keys", () =>
            {
                Node x = Node.Input(new Shape(4)), y = Node.Input(new Shape(4)), z = Node.Input(new Shape(4, 2));
                Node query = new Embedding(5, 3) { MaskZero = true }.Apply(x), key = new Embedding(5, 2) { MaskZero = true }.Apply(y),
                    seen = (layer with { ReturnScores = true }).Apply(query, z, key);
                return new Graph([x, y, z], [new Dense(2).Apply(seen), new GlobalAveragePooling().Apply(seen.Scores)]);
            }) with
            { Training = training, Inputs = TwoTokens };
        }

        yield return new GradientCase("heads, every step's own sequence", new TimeDistributed(new MultiHeadAttention(2, 3)),
            new TimeDistributed(new GlobalAveragePooling()), new Gru(2))
        { Input = new Shape(3, 4, 2), Rows = 5 };
        yield return OfGraph("heads, one layer on two queries", () =>
        {
            Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(2, 3)), a = new MultiHeadAttention(2, 2).Apply(x, y);
            return new Graph([x, y], [a, a.Again(a, x)]);
        });
    }

    /// <summary>Two sequences of tokens with padding, and four steps of two numbers.</summary>
    private static double[] TwoTokens =>
    [
        3, 1, 0, 0, 2, 1, 3, 0, 0.3, -1, 0.5, 0.2, -0.4, 1.2, 0.1, 0.7,
        2, 2, 4, 0, 1, 0, 0, 0, -0.8, 0.4, 0.9, -0.2, 0.6, 0.1, -1.1, 0.3,
        4, 3, 2, 1, 0, 0, 0, 0, 0.5, 0.5, -0.3, 0.8, 1.4, -0.6, 0.2, 0.9,
        1, 0, 3, 0, 4, 1, 2, 2, -0.7, 0.1, 0.4, -0.9, 0.3, 0.3, 0.8, -0.5,
    ];
}
