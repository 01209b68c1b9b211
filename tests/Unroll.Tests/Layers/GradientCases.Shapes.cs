namespace Unroll.Tests.Layers;

/// <summary>Embeddings, layers that reshape, merge or go over steps, and those that normalise.</summary>
internal static partial class GradientCases
{
    /// <summary>Sequences of four tokens below 5 with padding at their end; one is nothing else, one is as long as can be.</summary>
    private static double[] Padded => [3, 1, 0, 0, /**/ 2, 2, 4, 0, /**/ 0, 0, 0, 0, /**/ 1, 0, 3, 0, /**/ 4, 3, 2, 1];

    private static IEnumerable<GradientCase> OfShapes()
    {
        foreach (int rows in (int[])[1, 5, 11])
        {
            yield return OfTokens($"embedding, {rows} rows", rows, new Embedding(5, 3));
            yield return OfTokens($"embedding, padding, gru, {rows} rows", rows, new Embedding(5, 3) { MaskZero = true }, new Gru(4));
            yield return OfTokens($"embedding, padding, sequences, {rows} rows", rows, new Embedding(5, 3) { MaskZero = true },
                new Dense(3) { Activation = Activation.Tanh }, new Lstm(4) { ReturnSequences = true });
            yield return OfTokens($"embedding, padding, dense, flatten, {rows} rows", rows, new Embedding(5, 3) { MaskZero = true },
                new Dense(3) { Activation = Activation.Sigmoid }, new Flatten(), new Dense(2));
        }

        yield return OfTokens("embedding, padding, 17 units, bidirectional", 9, new Embedding(6, 17) { MaskZero = true },
            new Bidirectional(new Gru(3)));
        yield return OfTokens("embedding, padding, the last steps", 9, new Embedding(6, 3) { MaskZero = true }, new LastSteps(3),
            new Gru(3));
        yield return OfTokens("embedding, padding, steps by themselves", 9, new Embedding(6, 3) { MaskZero = true },
            new TimeDistributed(new Dense(3)), new LayerNorm(), new Softmax(), new TimeDistributed(new BatchNorm()), new Gelu(),
            new BatchNorm(), new Silu(), new Gru(4)) with
        { Training = true };
        yield return OfGraph("graph, an embedding on two inputs, read twice", () =>
        {
            Node x = Node.Input(new Shape(4)), y = Node.Input(new Shape(2));
            Node a = new Embedding(5, 3) { MaskZero = true }.Apply(x), b = a.Again(y);
            return new Graph([x, y], [new Gru(3).Apply(a), new Flatten().Apply(a), new Lstm(2).Apply(b), b]);
        }) with
        { Inputs = [1, 2, 0, 0, 3, 0, /**/ 4, 4, 4, 1, 2, 1, /**/ 0, 0, 0, 0, 0, 0] };

        foreach (int rows in (int[])[1, 5, 11])
        {
            foreach (Padding padding in Enum.GetValues<Padding>())
                yield return OfTokens($"embedding, padding, conv1d {padding}, {rows} rows", rows, new Embedding(5, 3) { MaskZero = true },
                    new Dense(3) { Activation = Activation.Tanh }, new Conv1D(4, 2) { Padding = padding }, new Gru(3));
            foreach (Layer pooling in (Layer[])[new GlobalAveragePooling(), new GlobalMaxPooling(), new MaxPooling1D(2),
                new AveragePooling1D(3) { Stride = 1, Padding = Padding.Same }])
                yield return OfTokens($"embedding, padding, {pooling.Kind}, {rows} rows", rows, new Embedding(5, 3) { MaskZero = true },
                    new Conv1D(4, 2) { Padding = Padding.Same }, pooling, new Dense(2));
            yield return new GradientCase($"every step through a convolution, {rows} rows",
                new TimeDistributed(new Conv1D(3, 2) { Padding = Padding.Same }), new TimeDistributed(new MaxPooling1D(2)),
                new TimeDistributed(new GlobalAveragePooling()), new Gru(3))
            { Input = new Shape(3, 4, 2), Rows = rows };
            yield return new GradientCase($"every image through a convolution, {rows} rows", new TimeDistributed(new Conv2D(3, 2, 2)),
                new TimeDistributed(new AveragePooling2D(1, 2)), new TimeDistributed(new Flatten()))
            {
                Input = new Shape(3, 3, 3, 2),
                Rows = rows
            };
        }

        yield return new GradientCase("conv2d, flatten, dense", new Conv2D(2, 2, 1), new Flatten(), new Dense(2))
        {
            Input = new Shape(3, 2, 2),
            Rows = 9
        };
        yield return new GradientCase("flatten", new Flatten()) { Rows = 9, Features = 17 };
        yield return new GradientCase("flatten an image, dense", new Flatten(), new Dense(2)) { Input = new Shape(2, 3, 5), Rows = 3 };
        yield return new GradientCase("reshape to fewer steps", new Reshape(2, 6), new Gru(3)) { Rows = 9 };
        yield return new GradientCase("reshape from 17 to 34 features", new Reshape(2, 34)) { Rows = 9, Features = 17 };
        yield return new GradientCase("reshape to an image and back", new Reshape(2, 3, 2), new Dense(3), new Reshape(3, 6)) { Rows = 3 };
        yield return new GradientCase("repeat a vector", new RepeatVector(3)) { Vector = true, Rows = 9 };
        yield return new GradientCase("a gru's last state repeated for another", new Gru(4), new RepeatVector(3),
            new Gru(3) { ReturnSequences = true }, new TimeDistributed(new Dense(2)));

        foreach (Layer merge in (Layer[])[new Add(), new Multiply(), new Average(), new Concatenate()])
        {
            yield return OfGraph($"graph, {merge.GetType().Name} of three, one of them read twice", () =>
            {
                Node x = Node.Input(new Shape(4, 3)), a = new Gru(3) { ReturnSequences = true }.Apply(x), b = new Dense(3).Apply(x);
                return new Graph([x], [merge.Apply(a, b, a), new Dense(2).Apply(b)]);
            });
            yield return OfGraph($"graph, {merge.GetType().Name} of an input with itself and another", () =>
            {
                Node x = Node.Input(new Shape(17)), y = Node.Input(new Shape(17));
                return new Graph([x, y], [new Dense(2).Apply(merge.Apply(x, y, x))]);
            });
            yield return OfGraph($"graph, {merge.GetType().Name} of two layers after one mask", () =>
            {
                Node x = Node.Input(new Shape(4)), e = new Embedding(5, 3) { MaskZero = true }.Apply(x);
                return new Graph([x], [new Gru(3).Apply(merge.Apply(e, new Lstm(3) { ReturnSequences = true }.Apply(e)))]);
            }) with
            { Inputs = Padded };
            yield return OfGraph($"graph, {merge.GetType().Name} of a mask and none", () =>
            {
                Node x = Node.Input(new Shape(4)), y = Node.Input(new Shape(2)), e = new Embedding(5, 3) { MaskZero = true }.Apply(x);
                return new Graph([x, y],
                    [new Gru(3) { ReturnSequences = true }.Apply(merge.Apply(new RepeatVector(4).Apply(new Dense(3).Apply(y)), e))]);
            }) with
            { Inputs = [3, 1, 0, 0, 0.5, 0.3, /**/ 2, 2, 4, 0, -1, 2, /**/ 0, 0, 0, 0, 0.3, -0.4, /**/ 4, 3, 2, 1, 1.5, 1] };
            yield return OfGraph($"graph, {merge.GetType().Name} of two masks", () =>
            {
                Node x = Node.Input(new Shape(4)), y = Node.Input(new Shape(4)), e = new Embedding(5, 3) { MaskZero = true }.Apply(x),
                    f = new Embedding(4, 3) { MaskZero = true }.Apply(y);
                return new Graph([x, y], [new Gru(3) { ReturnSequences = true }.Apply(merge.Apply(e, f)),
                    new Flatten().Apply(new Dense(2).Apply(merge.Apply(f, e)))]);
            }) with
            { Inputs = [3, 1, 0, 0, 2, 3, 1, 0, /**/ 2, 2, 4, 0, 1, 0, 0, 0, /**/ 0, 0, 0, 0, 1, 1, 1, 1, /**/ 4, 3, 2, 1, 1, 2, 3, 1] };
        }
    }

    private static IEnumerable<GradientCase> OfNorms()
    {
        foreach (Layer layer in (Layer[])[new Softmax(), new Gelu(), new Silu(), new LayerNorm(),
            new LayerNorm { Epsilon = 1e-5, Name = "small epsilon" }])
        {
            string name = layer.Name ?? layer.GetType().Name;
            yield return new GradientCase($"{name} of sequences", layer) { Rows = 9 };
            yield return new GradientCase($"{name} of vectors between dense layers", new Dense(17), layer, new Dense(2))
            {
                Vector = true,
                Rows = 11,
                WeightScale = 2
            };
            yield return new GradientCase($"{name} after masks", new Masking(), layer, new Gru(3)) { Rows = 6, Masked = s_masks };
            yield return new GradientCase($"{name} of every step of an image", new TimeDistributed(layer))
            {
                Input = new Shape(3, 2, 5),
                Rows = 3
            };
        }

        foreach (bool training in (bool[])[true, false])
        {
            string when = training ? "training" : "prediction";
            yield return new GradientCase($"batch norm of sequences, {when}", new BatchNorm()) { Rows = 11, Training = training };
            yield return new GradientCase($"batch norm of vectors, {when}, the last row alone", new Dense(17), new BatchNorm(),
                new Dense(2))
            { Vector = true, Rows = 9, Training = training };
            yield return new GradientCase($"batch norm in a stack, {when}", new Lstm(3) { ReturnSequences = true }, new BatchNorm(),
                new Gru(3), new BatchNorm { Epsilon = 0.1 })
            { Rows = 11, Training = training };
            yield return new GradientCase($"batch norm, masks, {when}", new Masking(), new Dense(3) { Activation = Activation.Tanh },
                new BatchNorm())
            { Rows = 6, Masked = s_masks, Training = training };
            yield return new GradientCase($"batch norm of every step, {when}", new TimeDistributed(new BatchNorm()))
            {
                Rows = 11,
                Training = training
            };
            yield return OfGraph($"graph, batch norm on two inputs, {when}", () =>
            {
                Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(2, 3)), a = new BatchNorm().Apply(x);
                return new Graph([x, y], [a, a.Again(y), new Gru(2).Apply(a)]);
            }) with
            { Training = training };
        }

        foreach (int rows in (int[])[1, 3, 11])
        {
            yield return new GradientCase($"every step through dense, {rows} rows",
                new TimeDistributed(new Dense(5) { Activation = Activation.Tanh }))
            { Rows = rows };
            yield return new GradientCase($"every step flattened, {rows} rows", new TimeDistributed(new Flatten()), new Gru(3))
            {
                Input = new Shape(3, 2, 5),
                Rows = rows
            };
            yield return new GradientCase($"every step reshaped, {rows} rows", new TimeDistributed(new Reshape(3, 2)),
                new TimeDistributed(new Gru(3)))
            { Features = 6, Rows = rows };
            yield return new GradientCase($"every step through a bidirectional lstm, {rows} rows",
                new TimeDistributed(new Bidirectional(new Lstm(3) { ReturnSequences = true })))
            { Input = new Shape(3, 4, 2), Rows = rows };
        }

        foreach (int rows in (int[])[1, 3, 9])
        {
            yield return new GradientCase($"every image of a sequence through convolution and pooling, {rows} rows",
                new TimeDistributed(new Conv2D(3, 2, 2) { Activation = Activation.Tanh }), new TimeDistributed(new MaxPooling2D(2, 2)),
                new TimeDistributed(new Flatten()), new Gru(3))
            { Input = new Shape(3, 4, 5, 2), Rows = rows };
            yield return new GradientCase($"every step's own sequence through convolution and pooling, {rows} rows",
                new TimeDistributed(new Conv1D(3, 2)), new TimeDistributed(new AveragePooling1D(2)),
                new TimeDistributed(new GlobalAveragePooling()), new Gru(3))
            { Input = new Shape(3, 6, 2), Rows = rows };
        }

        yield return new GradientCase("every step through dropouts", new TimeDistributed(new Gru(3)
        {
            ReturnSequences = true,
            Dropout = 0.3,
            RecurrentDropout = 0.3
        }), new TimeDistributed(new Dropout(0.3)))
        { Input = new Shape(3, 4, 2), Rows = 11, Training = true };
        yield return new GradientCase("every step of every step", new TimeDistributed(new TimeDistributed(new SimpleRnn(3))))
        {
            Input = new Shape(2, 3, 4, 2),
            Rows = 5
        };
        yield return OfTokens("every step through an embedding", 9, new Reshape(2, 2), new TimeDistributed(new Embedding(5, 3)),
            new TimeDistributed(new Gru(2)));
        yield return new GradientCase("every masked step through dense", new Masking(), new TimeDistributed(new Dense(3)), new Gru(3))
        {
            Rows = 6,
            Masked = s_masks
        };
    }

    private static GradientCase OfTokens(string name, int rows, params Layer[] layers) =>
        new(name, layers) { Vector = true, Features = 4, Rows = rows, Inputs = Padded };
}
