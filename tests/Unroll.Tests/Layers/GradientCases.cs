using Unroll.Layers;

namespace Unroll.Tests.Layers;

/// <summary>The table of gradient checks. A new layer or option is one more row.</summary>
internal static partial class GradientCases
{
    /// <summary>Leading, middle and trailing steps, a row without any, and a row with nothing else.</summary>
    private static readonly int[][] s_masks = [[0], [1, 2], [3], [], [0, 1, 2, 3], [0, 2, 3]];

    /// <summary>Every cell, made of any number of units.</summary>
    private static readonly (string Name, Func<int, Recurrent> Of)[] s_makers =
    [
        ("simple rnn", units => new SimpleRnn(units)),
        ("independent rnn", units => new IndRnn(units)),
        ("lstm", units => new Lstm(units)),
        ("gru", units => new Gru(units)),
        ("gru, reset before", units => new Gru(units) { ResetAfter = false }),
        ("lstm, peepholes", units => new Lstm(units) { Peepholes = true }),
        ("lstm, layer norm", units => new Lstm(units) { LayerNorm = true }),
        ("lstm, projection", units => new Lstm(units) { ProjectionUnits = 3 }),
        ("lstm, all variants", units => new Lstm(units) { Peepholes = true, LayerNorm = true, ProjectionUnits = 2 }),
    ];

    private static readonly (string Name, Recurrent Layer)[] s_cells = [.. s_makers.Select(cell => (cell.Name, cell.Of(5)))];

    /// <summary>Each of the library, and those that have parameters with others.</summary>
    private static readonly Activation[] s_activations =
        [.. Activation.Named.Values, new LeakyRelu(0.01), new Elu(0.5), new HardSigmoid(0.2)];

    /// <summary>Activations whose values do not grow without bound, so that finite differences stay sharp over a few steps.</summary>
    private static readonly Activation[] s_gates =
        [Activation.HardSigmoid, Activation.Tanh, Activation.Softsign, Activation.Relu6, Activation.Linear, Activation.Softplus];

    public static IReadOnlyDictionary<string, GradientCase> All { get; } = Rows().ToDictionary(row => row.Name);

    private static IEnumerable<GradientCase> Rows() =>
        s_makers.SelectMany(cell => OfCell(cell.Name, cell.Of)).Concat(OfBidirectional()).Concat(OfStatesOfBoth()).Concat(OfStacks())
            .Concat(OfDense()).Concat(OfPlainLayers()).Concat(OfLosses()).Concat(OfClassLosses()).Concat(OfGraphs()).Concat(OfAttention())
            .Concat(OfShapes()).Concat(OfNorms()).Concat(OfMeasuredSteps()).Concat(OfConvolutions()).Concat(OfPoolings())
            .Concat(OfHeads()).Concat(OfChannels()).Concat(OfPositions()).Concat(OfNoise());

    private static IEnumerable<GradientCase> OfCell(string name, Func<int, Recurrent> of)
    {
        Recurrent layer = of(5);
        foreach (Activation activation in s_activations)
            yield return new GradientCase($"{name}, {activation}", layer with { Activation = activation })
            {
                WeightScale = 0.6,
                Steps = activation == Activation.Exponential ? 2 : 4
            };
        foreach (Activation gate in s_gates)
        {
            if (WithGates(layer, gate) is Recurrent gated)
                yield return new GradientCase($"{name}, gates {gate}", gated)
                {
                    WeightScale = 0.6,
                    States = true,
                    Steps = StepsFor(layer, gate)
                };
        }

        Recurrent sequences = layer with { ReturnSequences = true };
        yield return new GradientCase($"{name}, no bias", layer with { UseBias = false });
        yield return new GradientCase($"{name}, sequences", sequences);
        yield return new GradientCase($"{name}, sequences, no bias, backwards", sequences with { UseBias = false, GoBackwards = true });
        yield return new GradientCase($"{name}, backwards", layer with { GoBackwards = true });
        yield return new GradientCase($"{name}, states", layer) { States = true };
        yield return new GradientCase($"{name}, states, sequences, backwards", sequences with { GoBackwards = true }) { States = true };
        yield return new GradientCase($"{name}, stateful, states", sequences with { Stateful = true }) { States = true };
        yield return new GradientCase($"{name}, dropout", sequences with { Dropout = 0.4 }) { Training = true };
        yield return new GradientCase($"{name}, recurrent dropout", sequences with { RecurrentDropout = 0.4 })
        {
            Training = true,
            States = true
        };
        yield return new GradientCase($"{name}, both dropouts, backwards",
            layer with { Dropout = 0.3, RecurrentDropout = 0.3, GoBackwards = true })
        { Training = true, Rows = 11 };
        yield return new GradientCase($"{name}, dropout rates outside training", sequences with { Dropout = 0.3, RecurrentDropout = 0.3 });
        yield return new GradientCase($"{name}, both dropouts, masks", new Masking(),
            sequences with { Dropout = 0.3, RecurrentDropout = 0.3 })
        { Training = true, Rows = 8, Masked = s_masks };
        yield return new GradientCase($"{name}, masks", new Masking(), layer) { Rows = 8, Masked = s_masks };
        yield return new GradientCase($"{name}, masks, sequences, states", new Masking(), sequences)
        {
            Rows = 11,
            Masked = s_masks,
            States = true
        };
        yield return new GradientCase($"{name}, masks, sequences, backwards, states", new Masking(),
            sequences with { GoBackwards = true })
        { Rows = 6, Masked = s_masks, States = true };
        yield return new GradientCase($"{name}, masks, not fused", new Masking(), sequences with { Activation = Activation.Softsign })
        {
            Rows = 6,
            Masked = s_masks,
            States = true
        };
        foreach (int rows in (int[])[1, 2, 8, 9, 11])
            yield return new GradientCase($"{name}, {rows} rows", sequences) { Rows = rows, States = true };
        foreach (int units in layer is Lstm { LayerNorm: true } ? (int[])[2, 16, 17] : [1, 16, 17])
            yield return new GradientCase($"{name}, {units} units", of(units) with { ReturnSequences = true }) { States = true };
        yield return new GradientCase($"{name}, 1 step", sequences) { Steps = 1, States = true };
        yield return new GradientCase($"{name}, 17 features", layer) { Features = 17 };
        yield return new GradientCase($"{name}, 17 units, not fused", of(17) with { ReturnSequences = true, Activation = Activation.Elu })
        {
            States = true,
            WeightScale = 0.5
        };
    }

    private static IEnumerable<GradientCase> OfBidirectional()
    {
        foreach ((string name, Recurrent cell) in s_cells)
        {
            foreach (MergeMode mode in Enum.GetValues<MergeMode>())
            {
                yield return new GradientCase($"bidirectional {name}, {mode}", new Bidirectional(cell) { MergeMode = mode })
                {
                    States = true
                };
                yield return new GradientCase($"bidirectional {name}, {mode}, sequences",
                    new Bidirectional(cell with { ReturnSequences = true }) { MergeMode = mode })
                { States = true, Rows = 9 };
                yield return new GradientCase($"bidirectional {name}, {mode}, masks", new Masking(),
                    new Bidirectional(cell with { ReturnSequences = true }) { MergeMode = mode })
                { Rows = 6, Masked = s_masks };
            }
        }

        yield return new GradientCase("bidirectional lstm around a layer that goes backwards",
            new Bidirectional(new Lstm(3) { ReturnSequences = true, GoBackwards = true }))
        { States = true };
        yield return new GradientCase(
            "bidirectional gru with dropouts", new Bidirectional(new Gru(3) { Dropout = 0.3, RecurrentDropout = 0.3 }))
        { Training = true };
        yield return new GradientCase("bidirectional lstm, 17 units", new Bidirectional(new Lstm(17) { ReturnSequences = true }));
        yield return new GradientCase("masks through a bidirectional layer into a gru", new Masking(),
            new Bidirectional(new Lstm(3) { ReturnSequences = true }), new Gru(4))
        { Rows = 6, Masked = s_masks };
    }

    private static IEnumerable<GradientCase> OfStacks()
    {
        yield return new GradientCase("lstm on lstm", new Lstm(5) { ReturnSequences = true }, new Lstm(4)) { States = true };
        yield return new GradientCase("gru on simple rnn on lstm, dense", new Lstm(4) { ReturnSequences = true },
            new SimpleRnn(5) { ReturnSequences = true }, new Gru(3), new Dense(2))
        { Rows = 11 };
        yield return new GradientCase("recurrent stack", new StackedRecurrent(new Lstm(5), new SimpleRnn(4), new Gru(17)))
        {
            States = true,
            Rows = 9
        };
        yield return new GradientCase("recurrent stack, sequences, masks, states", new Masking(),
            new StackedRecurrent(new Gru(4), new Lstm(5)) { ReturnSequences = true })
        { Rows = 6, Masked = s_masks, States = true };
        yield return new GradientCase("recurrent stack, dropouts, dense", new StackedRecurrent(new Gru(4) { Dropout = 0.2 },
            new Lstm(5) { Dropout = 0.3, RecurrentDropout = 0.3 }), new Dense(2))
        { Training = true, Rows = 11 };
        yield return new GradientCase("every step through a recurrent stack",
            new TimeDistributed(new StackedRecurrent(new Gru(3), new Lstm(2))))
        { Input = new Shape(3, 4, 2), Rows = 5 };
        yield return new GradientCase("masks through two layers", new Masking(), new Gru(4) { ReturnSequences = true },
            new Lstm(4) { ReturnSequences = true })
        { Rows = 6, Masked = s_masks };
        yield return new GradientCase("masks through dropout and dense", new Masking(), new Dropout(0.3),
            new Dense(4) { Activation = Activation.Tanh }, new Lstm(3))
        { Rows = 6, Masked = s_masks, Training = true };
        yield return new GradientCase("the last steps of an lstm, dense", new Lstm(4) { ReturnSequences = true }, new LastSteps(2),
            new Dense(2))
        { Rows = 9 };
        yield return new GradientCase("the last steps alone, then a gru", new LastSteps(3), new Gru(4)) { Rows = 11 };
        yield return new GradientCase("dropouts everywhere", new Lstm(4) { ReturnSequences = true, Dropout = 0.2, RecurrentDropout = 0.2 },
            new Dropout(0.3), new Gru(4) { Dropout = 0.2 }, new Dropout(0.3), new Dense(2))
        { Training = true, Rows = 9 };
        yield return new GradientCase("the tutorial's model, smaller", new Lstm(7), new Dense(1))
        {
            Features = 1,
            Steps = 12,
            Rows = 8,
            Loss = new MeanSquaredError()
        };
    }

    private static IEnumerable<GradientCase> OfDense()
    {
        foreach (Activation activation in s_activations)
        {
            yield return new GradientCase($"dense, {activation}", new Dense(5) { Activation = activation })
            {
                Vector = true,
                Rows = 8,
                WeightScale = 3
            };
            yield return new GradientCase($"dense on sequences, {activation}", new Dense(4) { Activation = activation });
        }

        yield return new GradientCase("dense, no bias", new Dense(5) { UseBias = false }) { Vector = true };
        foreach (int units in (int[])[1, 16, 17, 50])
            yield return new GradientCase($"dense, {units} units", new Dense(units)) { Vector = true, Rows = 11, Features = 17 };
        yield return new GradientCase("three dense", new Dense(5) { Activation = Activation.Relu },
            new Dense(17) { Activation = Activation.Tanh }, new Dense(1))
        { Vector = true, Rows = 9 };
    }

    private static IEnumerable<GradientCase> OfPlainLayers()
    {
        foreach (Activation activation in s_activations)
            yield return new GradientCase($"activate {activation}", new Activate(activation)) { Rows = 9 };
        yield return new GradientCase("dropout of vectors", new Dense(5), new Dropout(0.5)) { Vector = true, Training = true, Rows = 9 };
        yield return new GradientCase("dropout of sequences", new Dropout(0.25)) { Training = true, Rows = 9 };
        yield return new GradientCase("dropout outside training", new Dropout(0.25));
        yield return new GradientCase("rescaling of sequences", new Rescaling([0.5, -3, 1.25], [1, 2, -1])) { Rows = 9 };
        yield return new GradientCase("rescaling of 17 features between masks and a gru", new Masking(), new Dense(17),
            new Rescaling([-0.5], [0.1]), new Gru(3))
        { Rows = 6, Masked = s_masks };
        yield return new GradientCase("masking", new Masking()) { Masked = s_masks, Rows = 6 };
        yield return new GradientCase("last steps", new LastSteps(2)) { Rows = 9 };
        yield return new GradientCase("all steps", new LastSteps(4)) { Rows = 3, Features = 17 };
        yield return new GradientCase("last steps of a gru, dense", new Gru(5) { ReturnSequences = true }, new LastSteps(2), new Dense(2))
        {
            Rows = 11,
            States = true
        };
        yield return new GradientCase("masks end at the last steps", new Masking(), new Lstm(4) { ReturnSequences = true },
            new LastSteps(3), new Gru(3))
        { Rows = 6, Masked = s_masks };
    }

    private static IEnumerable<GradientCase> OfConvolutions()
    {
        foreach (Padding padding in Enum.GetValues<Padding>())
        {
            foreach ((int kernel, int stride, int dilation) in ((int, int, int)[])[(1, 1, 1), (2, 1, 1), (3, 1, 2), (3, 2, 1), (4, 3, 1),
                (1, 2, 1), (2, 2, 2)])
                yield return new GradientCase($"conv1d {kernel}, stride {stride}, dilation {dilation}, {padding}",
                    new Conv1D(4, kernel) { Stride = stride, Dilation = dilation, Padding = padding })
                { Steps = 7, Rows = 9 };
            yield return new GradientCase($"conv1d in a stack, {padding}", new Lstm(4) { ReturnSequences = true },
                new Conv1D(17, 2) { Padding = padding, Activation = Activation.Tanh },
                new Conv1D(2, 3) { Padding = padding, UseBias = false })
            { Steps = 5, Rows = 3 };
            yield return new GradientCase($"conv1d, masks, {padding}", new Masking(), new Dense(3), new Conv1D(3, 2) { Padding = padding },
                new Gru(3))
            { Rows = 11, Masked = s_masks };
            yield return new GradientCase($"conv1d, masks, stride 2, {padding}", new Masking(), new Dense(3),
                new Conv1D(3, 2) { Padding = padding, Stride = 2 })
            { Rows = 6, Masked = s_masks };
        }

        foreach (Activation activation in s_activations)
            yield return new GradientCase($"conv1d, {activation}", new Conv1D(4, 2) { Activation = activation }) { Rows = 8 };
        yield return new GradientCase("conv1d 1 after masks", new Masking(), new Conv1D(3, 1), new Gru(3)) { Rows = 6, Masked = s_masks };
        yield return new GradientCase("conv1d, no bias, one row", new Conv1D(4, 2) { UseBias = false }) { Rows = 1 };
        yield return new GradientCase("conv1d, 17 features, 17 filters", new Conv1D(17, 3) { Padding = Padding.Same })
        {
            Features = 17,
            Rows = 11
        };
        yield return new GradientCase("conv1d, a kernel longer than the input", new Conv1D(3, 9) { Padding = Padding.Same }) { Rows = 2 };
        foreach (Padding padding in (Padding[])[Padding.Valid, Padding.Same])
        {
            yield return OfImage($"conv2d 3×2, {padding}", new Conv2D(4, 3, 2) { Padding = padding });
            yield return OfImage(
                $"conv2d 2×3, strides 2 and 3, {padding}", new Conv2D(4, 2, 3) { Padding = padding, StrideHeight = 2, StrideWidth = 3 });
            yield return OfImage($"conv2d 3×3, strides 1 and 2, dilations 2 and 1, {padding}",
                new Conv2D(3, 3, 3) { Padding = padding, StrideWidth = 2, DilationHeight = 2 });
            yield return OfImage($"conv2d 1×2, dilation 3, no bias, {padding}",
                new Conv2D(3, 1, 2) { Padding = padding, DilationWidth = 3, UseBias = false });
            yield return OfImage($"conv2d on conv2d, {padding}", new Conv2D(17, 2, 2) { Padding = padding, Activation = Activation.Tanh },
                new Conv2D(2, 2, 3) { Padding = padding });
        }

        yield return OfImage("conv2d 1×1", new Conv2D(3, 1, 1) { Activation = Activation.Sigmoid }, new Conv2D(2, 1, 1));
    }

    private static IEnumerable<GradientCase> OfPoolings()
    {
        (int, int?)[] sizes = [(2, null), (3, 1), (2, 3), (1, 2)];
        foreach (Padding padding in (Padding[])[Padding.Valid, Padding.Same])
        {
            foreach ((int size, int? stride) in sizes)
            {
                Pooling[] poolings = [new MaxPooling1D(size) { Stride = stride, Padding = padding },
                    new AveragePooling1D(size) { Stride = stride, Padding = padding }];
                foreach (Pooling pooling in poolings)
                {
                    yield return new GradientCase($"{pooling.Kind} {size}, stride {stride}, {padding}", pooling) { Steps = 7, Rows = 9 };
                    yield return new GradientCase($"{pooling.Kind} {size}, stride {stride}, {padding}, masks", new Masking(), new Dense(17),
                        pooling, new Dense(2))
                    { Rows = 11, Masked = s_masks };
                }
            }

            foreach (Pooling pooling in (Pooling[])[new MaxPooling2D(2, 3) { Padding = padding, StrideHeight = 1 },
                new AveragePooling2D(2, 3) { Padding = padding, StrideHeight = 1 }, new MaxPooling2D(3, 2) { Padding = padding },
                new AveragePooling2D(3, 2) { Padding = padding }])
                yield return OfImage($"{pooling}", new Conv2D(3, 2, 2), pooling);
        }

        foreach (Pooling pooling in (Pooling[])[new GlobalMaxPooling(), new GlobalAveragePooling()])
        {
            yield return new GradientCase($"{pooling.Kind} of sequences", pooling) { Rows = 9 };
            yield return new GradientCase($"{pooling.Kind}, masks", new Masking(), new Dense(17), pooling, new Dense(2))
            {
                Rows = 11,
                Masked = s_masks
            };
            yield return OfImage($"{pooling.Kind} of images", new Conv2D(17, 2, 2), pooling);
        }
    }

    private static GradientCase OfImage(string name, params Layer[] layers) => new(name, layers) { Input = new Shape(5, 6, 2), Rows = 9 };

    private static IEnumerable<GradientCase> OfLosses()
    {
        Loss[] losses =
        [
            new MeanSquaredError(), new MeanAbsoluteError(), new Huber(), new Huber(0.3),
            new QuantileLoss([0.5]), new QuantileLoss([0.1, 0.5, 0.9]), new GaussianLoss(), new StudentTLoss(), new StudentTLoss(3.5),
        ];
        foreach (Loss loss in losses)
        {
            int units = 2 * loss.OutputsPerTarget;
            yield return new GradientCase($"{loss} of vectors", new Lstm(4), new Dense(units)) { Loss = loss, Rows = 11 };
            yield return new GradientCase($"{loss} of sequences", new Gru(4) { ReturnSequences = true }, new Dense(units))
            {
                Loss = loss,
                Rows = 9
            };
        }
    }

    private static IEnumerable<GradientCase> OfClassLosses()
    {
        double[] labels = [2, 0, -1, 1, 4, 4, 3], shares = [0.2, 0.5, 0.3, 0, 0, 1, 0, 0, 0], yes = [1, 0, 0.3, -1, 1];
        foreach ((Loss loss, double[] targets, int units) in ((Loss, double[], int)[])
            [(new SparseCategoricalCrossEntropy(), labels, 5), (new CategoricalCrossEntropy(), shares, 3),
                (new BinaryCrossEntropy(), yes, 3)])
        {
            yield return new GradientCase($"{loss} of vectors", new Lstm(4), new Dense(units))
            {
                Loss = loss,
                Targets = targets,
                Rows = 11
            };
            yield return new GradientCase($"{loss} of sequences", new Gru(4) { ReturnSequences = true }, new Dense(units))
            {
                Loss = loss,
                Targets = targets,
                Rows = 9
            };
        }

        double[] spelt = [1, 3, 3, 2, -1, -1, 1, 2, 3, -1, -1, -1];
        yield return new GradientCase("CTC", new Gru(4) { ReturnSequences = true }, new Dense(4))
        {
            Loss = new Ctc(),
            Targets = spelt,
            TargetSize = 3,
            Rows = 9,
            Steps = 7
        };
        yield return new GradientCase("CTC, another blank", new Gru(4) { ReturnSequences = true }, new Dense(5))
        {
            Loss = new Ctc { Blank = 4 },
            Targets = spelt,
            TargetSize = 3,
            Rows = 9,
            Steps = 7
        };
    }

    private static Recurrent? WithGates(Recurrent layer, Activation gate) => layer switch
    {
        Lstm lstm => lstm with { RecurrentActivation = gate },
        Gru gru => gru with { RecurrentActivation = gate },
        _ => null,
    };

    /// <summary>Linear gates let a state grow, and where it is normalised too central differences lose their digits.</summary>
    private static int StepsFor(Recurrent layer, Activation gate) => gate == Activation.Linear && layer is Lstm { LayerNorm: true } ? 2 : 4;

    private static IEnumerable<GradientCase> OfGraphs()
    {
        yield return OfGraph("graph, one input read by three layers", () =>
        {
            Node x = Node.Input(new Shape(4, 3));
            Node a = new Gru(3) { ReturnSequences = true }.Apply(x), b = new Dense(2) { Activation = Activation.Tanh }.Apply(x);
            return new Graph([x], [new Lstm(4).Apply(a), new Gru(2).Apply(a), b]);
        });
        yield return OfGraph("graph, an output that another layer reads", () =>
        {
            Node x = Node.Input(new Shape(4, 3)), a = new SimpleRnn(3) { ReturnSequences = true }.Apply(x);
            return new Graph([x], [a, new Dense(2).Apply(a), new Lstm(3).Apply(a)]);
        });
        yield return OfGraph("graph, one layer on two inputs", () =>
        {
            Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(2, 3));
            Node a = new Lstm(5).Apply(x), b = new Dense(3) { Activation = Activation.Tanh }.Apply(a);
            return new Graph([x, y], [b, b.Again(a.Again(y))]);
        });
        foreach ((string name, Recurrent layer) in s_cells)
        {
            yield return OfGraph($"graph, states of a {name} from encoder to decoder", () =>
            {
                Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(3, 2));
                Node encoded = (layer with { ReturnState = true }).Apply(x);
                Node decoded = (layer with { ReturnSequences = true, ReturnState = true }).Apply([y, .. encoded.States]);
                return new Graph([x, y], [new Dense(2).Apply(decoded), decoded.States[0]]);
            });
        }

        yield return OfGraph("graph, states of a stack from encoder to decoder", () =>
        {
            Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(3, 2));
            Node encoded = new StackedRecurrent(new Lstm(3), new Gru(4)) { ReturnState = true }.Apply(x);
            Node decoded = new StackedRecurrent(new Lstm(3), new Gru(4)) { ReturnSequences = true, ReturnState = true }
                .Apply([y, .. encoded.States]);
            return new Graph([x, y], [new Dense(2).Apply(decoded), decoded.States[0], decoded.States[2]]);
        });
    }

    private static IEnumerable<GradientCase> OfAttention()
    {
        foreach ((string name, AttentionLayer layer) in ((string, AttentionLayer)[])
            [("dot", new Attention()), ("scaled dot, causal", new Attention { UseScale = true, Causal = true }), ("additive",
                new AdditiveAttention()), ("additive, no scale, causal", new AdditiveAttention { UseScale = false, Causal = true })])
        {
            yield return OfGraph($"attention, {name}, values are the keys", () =>
            {
                // A sigmoid leaves values in the padding of a slab.
                Node x = Node.Input(new Shape(3, 5)), y = Node.Input(new Shape(4, 5));
                var dense = new Dense(5) { Activation = Activation.Sigmoid };
                return new Graph([x, y], [layer.Apply(dense.Apply(x), dense.Apply(y))]);
            });
            yield return OfGraph($"attention, {name}, with keys and scores", () =>
            {
                Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(2, 17)), z = Node.Input(new Shape(2, 3));
                Node seen = (layer with { ReturnScores = true }).Apply(x, y, z);
                return new Graph([x, y, z], [seen, seen.Scores]);
            });
            yield return OfGraph($"attention, {name}, of a sequence to itself", () =>
            {
                Node x = Node.Input(new Shape(4, 3)), a = new Gru(5) { ReturnSequences = true }.Apply(x);
                return new Graph([x], [layer.Apply(a, a), a]);
            });
        }
    }

    private static GradientCase OfGraph(string name, Func<Graph> graph) => new(name) { Graph = graph, Rows = 9 };
}
