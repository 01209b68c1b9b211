namespace Unroll.Tests.Layers;

/// <summary>Small models that have every layer in them, to be saved, trained on several threads, and watched while they train.</summary>
internal static class LayerModels
{
    private static readonly Dictionary<string, Func<int, Model>> s_models = new()
    {
        ["recurrent"] = Stack(new Shape(5, 2), new Masking(), new Bidirectional(new Lstm(3) { ReturnSequences = true }),
            new SimpleRnn(4) { ReturnSequences = true }, new Gru(3) { ReturnSequences = true }, new LastSteps(2),
            new Activate(Activation.Tanh), new Dropout(0.1), new Dense(1)),
        ["stacked recurrent"] = Stack(new Shape(5, 2), new Masking(), new StackedRecurrent(new Lstm(3) { Dropout = 0.1 }, new Gru(4))
        {
            ReturnSequences = true
        }, new StackedRecurrent(new SimpleRnn(5)), new Dense(2)),
        ["independent rnn"] =
            Stack(new Shape(5, 2), new Masking(), new Bidirectional(new IndRnn(3) { ReturnSequences = true, Dropout = 0.1 }),
            new StackedRecurrent(new IndRnn(17) { Activation = Activation.Relu, RecurrentDropout = 0.1 }, new IndRnn(4)), new Dense(2)),
        ["lstm variants"] =
            Stack(new Shape(5, 2), new Masking(),
            new Bidirectional(new Lstm(4) { Peepholes = true, ProjectionUnits = 3, ReturnSequences = true }),
            new StackedRecurrent(new Lstm(3) { LayerNorm = true }, new Lstm(5)
            {
                Peepholes = true,
                LayerNorm = true,
                ProjectionUnits = 2,
                Dropout = 0.1
            }), new Dense(2) { Activation = new LeakyRelu(0.3) }),
        ["flatten"] = Stack(new Shape(5, 2), new Dense(3), new Flatten(), new Dense(2)),
        ["reshape"] = Stack(new Shape(6, 2), new Reshape(3, 4), new Gru(3) { ReturnSequences = true }, new Reshape(9) { Name = "flat" },
            new Dense(2)),
        ["repeat vector"] = Stack(new Shape(5, 2), new Gru(3), new RepeatVector(4), new Lstm(3) { ReturnSequences = true }),
        ["softmax"] = Stack(new Shape(5, 2), new Dense(5), new Softmax(), new Gru(3)),
        ["gelu and silu"] = Stack(new Shape(7), new Dense(5), new Gelu(), new Dense(5), new Silu(), new Dense(3)),
        ["rescaling"] = Stack(new Shape(5, 2), new Masking(), new Rescaling([0.5, -2], [1, 0.25]), new Dense(3), new Rescaling([3]),
            new Gru(3)),
        ["layer norm"] = Stack(new Shape(5, 2), new Dense(5), new LayerNorm { Epsilon = 1e-5 }, new Gru(3)),
        ["batch norm"] = Stack(new Shape(5, 2), new Dense(5), new BatchNorm { Momentum = 0.75, Epsilon = 0.01 }, new Gru(3),
            new BatchNorm(), new Dense(2)),
        ["time distributed"] = Stack(new Shape(5, 3, 2), new TimeDistributed(new Gru(4) { ReturnSequences = true }),
            new TimeDistributed(new BatchNorm()), new TimeDistributed(new Flatten()) { Name = "flat" }, new Lstm(3)),
        ["images"] = Stack(new Shape(2, 5, 6, 2), new TimeDistributed(new Conv2D(3, 2, 2)), new TimeDistributed(new MaxPooling2D(2, 2)),
            new Reshape(4, 2, 3), new AveragePooling2D(2, 1), new GlobalMaxPooling(), new Dense(2)),
        ["windows"] = Stack(new Shape(12, 2), new Conv1D(3, 2), new MaxPooling1D(2), new Conv1D(4, 2), new AveragePooling1D(2),
            new GlobalAveragePooling(), new Dense(2)),
        ["tokens"] = Stack(new Shape(6), new Embedding(9, 4) { MaskZero = true, EmbeddingsRegularizer = new L1L2(0.01, 0.02) },
            new TimeDistributed(new Dense(4)), new BatchNorm(), new Gru(5) { Dropout = 0.1 }, new Dense(2)),
        ["tokens, merged"] = threads =>
        {
            Node x = Node.Input(new Shape(6)), y = Node.Input(new Shape(6)), table = new Embedding(9, 4) { MaskZero = true }.Apply(x),
                other = table.Again(y);
            Node read = new Gru(4) { ReturnSequences = true }.Apply(table), sum = new LayerNorm().Apply(new Add().Apply(table, read));
            Node product = new Multiply().Apply(sum, read, new Average().Apply(other, read)), both = new Concatenate().Apply(product, sum);
            return new Model([x, y], [new Dense(1).Apply(new Lstm(3).Apply(both)), new Dense(2).Apply(new Flatten().Apply(both))])
            {
                Threads = threads
            };
        },
        ["attention"] = threads =>
        {
            Node x = Node.Input(new Shape(5, 2)), y = Node.Input(new Shape(6)), table = new Embedding(9, 4) { MaskZero = true }.Apply(y);
            Node read = new Gru(4) { ReturnSequences = true }.Apply(x), found = new Attention { UseScale = true }.Apply(read, table),
                again = new AdditiveAttention().Apply(table, read);
            return new Model([y, x], [new Dense(1).Apply(new Lstm(3).Apply(found)), new Dense(2).Apply(new Flatten().Apply(again))])
            {
                Threads = threads
            };
        },
        ["heads"] = threads =>
        {
            Node x = Node.Input(new Shape(5, 2)), y = Node.Input(new Shape(6)), table = new Embedding(9, 4) { MaskZero = true }.Apply(y);
            Node self = new MultiHeadAttention(2, 3) { Causal = true, Dropout = 0.2, KernelRegularizer = new L1L2(0, 0.01) }.Apply(table),
                sum = new RmsNorm { Epsilon = 1e-5 }.Apply(new Add().Apply(table, self));
            Node seen = new MultiHeadAttention(3, 4) { ValueUnits = 5, OutputUnits = 6, ReturnScores = true, UseBias = false }
                .Apply(sum, x);
            return new Model([x, y], [new Dense(2).Apply(new LayerNorm { Center = false }.Apply(seen)),
                new Dense(1).Apply(new Flatten().Apply(seen.Scores))])
            { Threads = threads };
        },
        ["noise"] = Stack(new Shape(5, 2), new GaussianNoise(0.1), new Dense(5), new SpatialDropout1D(0.2), new LayerNorm { Scale = false },
            new GaussianDropout(0.1), new Gru(3)),
        ["positions"] = Stack(new Shape(5, 2), new ZeroPadding1D(1, 2), new Dense(3), new UpSampling1D(2), new Permute(2, 1),
            new Cropping1D(1, 0), new Reshape(2, 4, 4), new ZeroPadding2D(1), new SpatialDropout2D(0.1), new Cropping2D(0, 1, 1, 0),
            new UpSampling2D(1, 2), new GlobalAveragePooling(), new Dense(3)),
        ["channels"] = Stack(new Shape(6), new Embedding(9, 4) { MaskZero = true },
            new Conv1D(6, 2) { Groups = 2, Padding = Padding.Causal },
            new DepthwiseConv1D(2) { DepthMultiplier = 2, Padding = Padding.Same },
            new SeparableConv1D(5, 3) { Padding = Padding.Same, PointwiseRegularizer = new L1L2(0, 0.01) },
            new Conv1DTranspose(4, 3) { Stride = 2, Padding = Padding.Same, OutputPadding = 1 }, new Gru(3), new Dense(2)),
        ["channels of images"] = Stack(new Shape(4, 5, 2), new Conv2D(4, 2, 2) { Groups = 2 },
            new DepthwiseConv2D(2, 1) { DepthMultiplier = 2 }, new SeparableConv2D(3, 1, 2),
            new Conv2DTranspose(2, 3, 3) { StrideHeight = 2, OutputPaddingHeight = 0 }, new GlobalMaxPooling(), new Dense(3)),
        ["encoder of both directions"] = threads =>
        {
            Node x = Node.Input(new Shape(5, 2)), y = Node.Input(new Shape(6, 3));
            Node read = new Bidirectional(new StackedRecurrent(new Lstm(4), new Gru(5)) { ReturnState = true })
                .Apply(new Masking().Apply(x));
            Node written = new StackedRecurrent(new Lstm(4), new Gru(5)) { ReturnSequences = true, ReturnState = true }
                .Apply([y, .. read.States.Skip(3)]);
            Node again = new Bidirectional(new Lstm(4)) { MergeMode = MergeMode.Sum }
                .Apply(y, read.States[0], read.States[1], written.States[0], written.States[1]);
            return new Model([x, y], [new Dense(2).Apply(written), new Dense(1).Apply(new Concatenate().Apply(read, again))])
            {
                Threads = threads
            };
        },
        ["encoder and decoder"] = threads =>
        {
            Node x = Node.Input(new Shape(5)), y = Node.Input(new Shape(6, 3));
            Node read = new StackedRecurrent(new Lstm(4), new Gru(5)) { ReturnSequences = true, ReturnState = true }
                .Apply(new Embedding(9, 4) { MaskZero = true }.Apply(x));
            Node written = new StackedRecurrent(new Lstm(4), new Gru(5)) { ReturnSequences = true }.Apply([y, .. read.States]),
                context = new Attention().Apply(written, read);
            return new Model([x, y], [new Dense(2).Apply(new Concatenate().Apply(written, context))]) { Threads = threads };
        },
    };

    public static IEnumerable<string> Names => s_models.Keys;

    /// <summary>Built with seed 3.</summary>
    public static Model Make(string name, int threads)
    {
        Model model = s_models[name](threads);
        return model.IsBuilt ? model : model.Build(seed: 3);
    }

    /// <summary>Random inputs and targets; what an embedding reads are tokens with padding.</summary>
    public static ArraySamples Samples(Model model, int count)
    {
        var random = new RandomSource(5, 1);
        return new ArraySamples([.. model.Inputs.Select(node => (Values(node.Shape, Reads(model, node)), node.Shape))],
            [.. model.Outputs.Select(node => (Values(node.Shape, false), node.Shape))]);

        float[] Values(Shape shape, bool whole)
        {
            var values = new float[count * shape.Size];
            for (int i = 0; i < values.Length; i++)
                values[i] = whole
                    ? (i % shape.Size >= i / shape.Size % 7 ? 0 : (int)(9 * random.NextDouble()))
                    : (float)random.NextNormal();
            return values;
        }
    }

    private static bool Reads(Model model, Node input) => model.Graph.Uses.Any(use => use.Layer is Embedding && use.Inputs.Contains(input));

    private static Func<int, Model> Stack(Shape input, params Layer[] layers) => threads =>
        new Model(layers) { Threads = threads }.Build(input, seed: 3);
}
