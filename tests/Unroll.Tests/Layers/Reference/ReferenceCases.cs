using static Unroll.Tests.Layers.Reference.Loops;

namespace Unroll.Tests.Layers.Reference;

/// <summary>The table of references. A new layer is one more row; a test fails where a kind of layer has none.</summary>
internal static partial class ReferenceCases
{
    private static readonly Shape s_sequence = new(4, 3);

    private static readonly Lazy<Dictionary<string, ReferenceCase>> s_all = new(() => new[]
    {
        OfRecurrent(), OfBackwards(), OfBidirectional(), OfPlainLayers(), OfWindows(), OfShapes(), OfMerges(), OfAttention(), OfHeads(),
            OfChannels(), OfPositions(), OfNoise(),
    }.SelectMany(rows => rows).ToDictionary(row => row.Name));

    public static IReadOnlyDictionary<string, ReferenceCase> All => s_all.Value;

    private static IEnumerable<ReferenceCase> OfRecurrent()
    {
        foreach ((string name, Recurrent layer, Cell cell) in s_cells)
        {
            yield return ReferenceCase.Of(name, s_sequence, (x, w) => Run(cell, Steps(x, 3), new double[2], new double[2], w)[^1], layer);
            yield return ReferenceCase.Of($"{name}, sequences, masked", s_sequence, (x, w) => Join(Run(cell, Steps(x, 3), new double[2],
                new double[2], w, counts: t => t != 2)), new Masking(), layer with { ReturnSequences = true }) with
            {
                Inputs = (_, row) => WithoutStep(2, row),
            };
            yield return ReferenceCase.Of($"{name} on {name}", s_sequence, (x, w) => Run(cell, Run(cell, Steps(x, 3), new double[2],
                new double[2], w[..3]), new double[2], new double[2], w[3..])[^1], new StackedRecurrent(layer, layer));
        }
    }

    /// <summary>
    /// A masked sequence that is returned in the order of processing takes its mask with it; padding at the end comes first then.
    /// </summary>
    private static IEnumerable<ReferenceCase> OfBackwards()
    {
        yield return ReferenceCase.Of("gru backwards, sequences, masked, lstm", s_sequence, (x, w) =>
        {
            double[][] turned = [.. Run(GruStep, Steps(x, 3), new double[2], new double[2], w[..3], backwards: true, t => t != 2)
                .Reverse()];
            return Run(LstmStep, turned, new double[3], new double[3], w[3..], counts: t => t != 1)[^1];
        }, new Masking(), new Gru(2) { GoBackwards = true, ReturnSequences = true }, new Lstm(3)) with
        { Inputs = (_, row) => WithoutStep(2, row) };
        yield return ReferenceCase.Of("tokens, gru backwards, sequences", new Shape(4), (x, w) => Join(TokensBackwards(x, w)),
            new Embedding(5, 2) { MaskZero = true }, new Gru(2) { GoBackwards = true, ReturnSequences = true }) with
        {
            Inputs = Tokens,
        };
        yield return ReferenceCase.Of(
            "tokens, gru backwards, sequences, lstm",
            new Shape(4),
            (x, w) => Run(LstmStep, TokensBackwards(x, w), new double[3], new double[3], w[4..], counts: t => x[3 - t] != 0)[^1],
            new Embedding(5, 2) { MaskZero = true },
            new Gru(2) { GoBackwards = true, ReturnSequences = true },
            new Lstm(3)) with
        { Inputs = Tokens };
    }

    private static double[][] TokensBackwards(double[] x, double[][] w) =>
        [.. Run(GruStep, [.. x.Select(token => w[0][(2 * (int)token)..(2 * (int)token + 2)])], new double[2], new double[2], w[1..4],
            backwards: true, t => x[t] != 0).Reverse()];

    private static IEnumerable<ReferenceCase> OfPlainLayers()
    {
        yield return ReferenceCase.Of("dense", s_sequence, (x, w) => Join(Steps(x, 3)
            .Select(step => Affine(step, w[0], w[1]).Select(Math.Tanh).ToArray())), new Dense(5) { Activation = Activation.Tanh });
        yield return ReferenceCase.Of("dropout outside of training", s_sequence, (x, _) => x, new Dropout(0.5));
        yield return ReferenceCase.Of("masking", s_sequence, (x, _) => [.. x[..6], 0, 0, 0, .. x[9..]], new Masking { Value = -2 }) with
        {
            Inputs = (_, row) => [.. TestData.Normal(6, row), -2, -2, -2, -2, 0.5, -2],
        };
        yield return ReferenceCase.Of("activation", s_sequence, (x, _) => [.. x.Select(value => value > 0 ? value : Math.Exp(value) - 1)],
            new Activate(Activation.Elu));
        yield return ReferenceCase.Of("rescaling", s_sequence, (x, _) => [.. x.Select(
            (value, i) => value * (i % 3 == 0 ? 0.5 : i % 3 == 1 ? -3 : 1.25) + 0.75)], new Rescaling([0.5, -3, 1.25], [0.75]));
        yield return ReferenceCase.Of("softmax", s_sequence, (x, _) => Join(Steps(x, 3).Select(Shares)), new Softmax());
        yield return ReferenceCase.Of("gelu", s_sequence, (x, _) => [.. x.Select(value => value * Normal(value))], new Gelu());
        yield return ReferenceCase.Of("silu", s_sequence, (x, _) => [.. x.Select(value => value * Sigmoid(value))], new Silu());
        yield return ReferenceCase.Of("layer norm", s_sequence, (x, w) => Join(Steps(x, 3).Select(step =>
        {
            double mean = step.Average(), variance = step.Average(value => (value - mean) * (value - mean));
            return Normalize(step, [mean, mean, mean], [variance, variance, variance], 1e-2, w[0], w[1]);
        })), new LayerNorm { Epsilon = 1e-2 });
        yield return ReferenceCase.Of("batch norm outside of training", s_sequence, (x, w) =>
            Join(Steps(x, 3).Select(step => Normalize(step, w[2], [.. w[3].Select(Math.Abs)], 1e-3, w[0], w[1]))), new BatchNorm());
        yield return ReferenceCase.Of("embedding", new Shape(4),
            (x, w) => Join(x.Select(token => w[0][(2 * (int)token)..(2 * (int)token + 2)])), new Embedding(5, 2)) with
        { Inputs = Tokens };

        // Token 0 is masked where it is, and what the model gives for padding at the end is 0.
        yield return ReferenceCase.Of(
            "embedding, mask zero",
            new Shape(4),
            (x, w) =>
            {
                double[][] read = [.. x.Select(token => w[0][(2 * (int)token)..(2 * (int)token + 2)])];
                double[][] h = Run(GruStep, read, new double[3], new double[3], w[1..], counts: t => x[t] != 0);
                int length = Array.FindLastIndex(x, token => token != 0) + 1;
                return Join(h.Select((step, t) => t < length ? step : new double[3]));
            },
            new Embedding(5, 2) { MaskZero = true },
            new Gru(3) { ReturnSequences = true }) with
        { Inputs = Tokens };
        yield return ReferenceCase.Of("time distributed", new Shape(3, 4, 2), (x, w) => Join(
            x.Chunk(8).Select(step => Run(GruStep, Steps(step, 2), new double[3], new double[3], w)[^1])), new TimeDistributed(new Gru(3)));
    }

    private static IEnumerable<ReferenceCase> OfWindows()
    {
        yield return ReferenceCase.Of("conv1d", s_sequence,
            (x, w) => Join(Enumerable.Range(0, 3).Select(t => Affine(x[(3 * t)..(3 * t + 6)], w[0], w[1]))), new Conv1D(2, 2));
        yield return ReferenceCase.Of("conv1d, causal", s_sequence, (x, w) =>
        {
            double[] padded = [0, 0, 0, .. x];
            return Join(Enumerable.Range(0, 4).Select(t => Affine(padded[(3 * t)..(3 * t + 6)], w[0], w[1])));
        }, new Conv1D(2, 2) { Padding = Padding.Causal });
        yield return ReferenceCase.Of("conv2d", new Shape(3, 3, 2), (x, w) => Join(
            from i in Enumerable.Range(0, 2)
            from j in Enumerable.Range(0, 2)
            select Affine([.. x[((i * 3 + j) * 2)..((i * 3 + j + 2) * 2)], .. x[(((i + 1) * 3 + j) * 2)..(((i + 1) * 3 + j + 2) * 2)]],
                w[0], w[1])), new Conv2D(4, 2, 2));
        Func<IEnumerable<double>, double> most = values => values.Max(), mean = values => values.Average();
        yield return ReferenceCase.Of("max pooling 1d", s_sequence, (x, _) => Pool(Steps(x, 3), 2, 1, most),
            new MaxPooling1D(2) { Stride = 1 });
        yield return ReferenceCase.Of("average pooling 1d", s_sequence, (x, _) => Pool(Steps(x, 3), 3, 3, mean), new AveragePooling1D(3));
        yield return ReferenceCase.Of("max pooling 2d", new Shape(4, 5, 2), (x, _) => Pool(x, 4, 5, 2, 2, 2, most), new MaxPooling2D(2, 2));
        yield return ReferenceCase.Of("average pooling 2d", new Shape(4, 5, 2), (x, _) => Pool(x, 4, 5, 2, 1, 3, mean),
            new AveragePooling2D(1, 3));
        yield return ReferenceCase.Of("global max pooling", s_sequence, (x, _) => Pool(Steps(x, 3), 4, 1, most), new GlobalMaxPooling());
        yield return ReferenceCase.Of("global average pooling", s_sequence, (x, _) => Pool(Steps(x, 3), 4, 1, mean),
            new GlobalAveragePooling());
        yield return ReferenceCase.Of("global max pooling, masked", s_sequence, (x, _) => Pool([.. Steps(x, 3).Where((_, t) => t != 1)], 3,
            1, most), new Masking(), new GlobalMaxPooling()) with
        { Inputs = (_, row) => WithoutStep(1, row) };
        yield return ReferenceCase.Of("global average pooling, masked", s_sequence,
            (x, _) => Pool([.. Steps(x, 3).Where((_, t) => t != 1)], 3, 1, mean), new Masking(), new GlobalAveragePooling()) with
        {
            Inputs = (_, row) => WithoutStep(1, row),
        };
    }

    private static IEnumerable<ReferenceCase> OfShapes()
    {
        yield return ReferenceCase.Of("flatten", s_sequence, (x, _) => x, new Flatten());
        yield return ReferenceCase.Of("reshape", s_sequence, (x, w) => Join(x.Chunk(6).Select(step => Affine(step, w[0], w[1]))),
            new Reshape(2, 6), new Dense(2));
        yield return ReferenceCase.Of("repeat vector", new Shape(3), (x, _) => [.. x, .. x, .. x], new RepeatVector(3));
        yield return ReferenceCase.Of("last steps", s_sequence, (x, _) => x[6..], new LastSteps(2));
    }

    private static IEnumerable<ReferenceCase> OfMerges()
    {
        (string, Layer, Func<double[][], double[]>)[] merges =
        [
            ("concatenate", new Concatenate(), x => Join(Enumerable.Range(0, 4)
                .Select(t => (double[])[.. x[0][(3 * t)..(3 * t + 3)], .. x[1][(3 * t)..(3 * t + 3)], .. x[2][(3 * t)..(3 * t + 3)]]))),
            ("add", new Add(), x => [.. x[0].Select((value, i) => value + x[1][i] + x[2][i])]),
            ("multiply", new Multiply(), x => [.. x[0].Select((value, i) => value * x[1][i] * x[2][i])]),
            ("average", new Average(), x => [.. x[0].Select((value, i) => (value + x[1][i] + x[2][i]) / 3)]),
        ];
        foreach ((string name, Layer layer, Func<double[][], double[]> expected) in merges)
        {
            yield return new ReferenceCase(name, () =>
            {
                Node[] inputs = [Node.Input(s_sequence), Node.Input(s_sequence), Node.Input(s_sequence)];
                return new Graph(inputs, [layer.Apply(inputs)]);
            }, (x, _) => expected(x));
        }
    }

    /// <summary>Four steps of which one is nothing but zeros.</summary>
    private static double[] WithoutStep(int step, int row)
    {
        double[] x = TestData.Normal(12, 30 + row);
        x.AsSpan(3 * step, 3).Clear();
        return x;
    }

    private static double[] Tokens(int input, int row) => row switch { 0 => [3, 1, 0, 0], 1 => [4, 0, 2, 1], _ => [1, 2, 3, 4] };
}
