using static Unroll.Tests.Layers.Reference.Loops;

namespace Unroll.Tests.Layers.Reference;

/// <summary>Two directions and their states, and attention.</summary>
internal static partial class ReferenceCases
{
    private static readonly (string Name, Recurrent Layer, Cell Cell)[] s_cells =
    [
        ("simple rnn", new SimpleRnn(2), SimpleRnnStep),
        ("independent rnn", new IndRnn(2), (x, h, _, w) => Affine(x, w[0], [.. w[2].Select((bias, i) => bias + w[1][i] * h[i])])
            .Select(Math.Tanh).ToArray().CopyTo(h, 0)),
        ("lstm", new Lstm(2), LstmStep),
        ("gru", new Gru(2), GruStep),
    ];

    private static IEnumerable<ReferenceCase> OfBidirectional()
    {
        foreach ((string name, Recurrent layer, Cell cell) in s_cells)
        {
            foreach (MergeMode mode in Enum.GetValues<MergeMode>())
            {
                yield return ReferenceCase.Of($"bidirectional {name}, {mode}", s_sequence,
                    (x, w) => Merged(mode, Both(cell, x, w, new double[4][].Select(_ => new double[2]).ToArray())),
                    new Bidirectional(layer with { ReturnSequences = true }) { MergeMode = mode });
                yield return ReferenceCase.Of($"bidirectional {name}, {mode}, masked", s_sequence,
                    (x, w) => Merged(mode, Both(cell, x, w, new double[4][].Select(_ => new double[2]).ToArray(), t => t != 2)),
                    new Masking(), new Bidirectional(layer with { ReturnSequences = true }) { MergeMode = mode }) with
                {
                    Inputs = (_, row) => WithoutStep(2, row),
                };
            }

            // Given and taken states: forward's, then backward's.
            bool hasC = layer is Lstm;
            foreach (bool masked in (bool[])[false, true])
            {
                yield return new ReferenceCase($"bidirectional {name}, states{(masked ? ", masked" : "")}", () =>
                {
                    Node x = Node.Input(s_sequence);
                    Node[] states = [.. Enumerable.Range(0, hasC ? 4 : 2).Select(_ => Node.Input(new Shape(2)))];
                    Node read = masked ? new Masking().Apply(x) : x, both = new Bidirectional(layer with { ReturnState = true })
                        .Apply([read, .. states]);
                    return new Graph([x, .. states], [both, .. both.States]);
                }, (x, w) =>
                {
                    double[][] given = hasC ? [[.. x[1]], [.. x[2]], [.. x[3]], [.. x[4]]]
                        : [[.. x[1]], new double[2], [.. x[2]], new double[2]];
                    Both(cell, x[0], w, given, t => !masked || t != 2);
                    return [.. given[0], .. given[2], .. hasC ? Join(given) : Join([given[0], given[2]])];
                })
                {
                    Inputs = (input, row) => input == 0 ? (masked ? WithoutStep(2, row) : TestData.Normal(12, row))
                    : TestData.Normal(2, 7 * input + row)
                };
            }
        }

        yield return new ReferenceCase("a bidirectional encoder hands its states to a decoder", () =>
        {
            Node x = Node.Input(s_sequence), y = Node.Input(new Shape(2, 1)), read = new Bidirectional(new Lstm(2) { ReturnState = true })
                .Apply(x);
            Node h = new Concatenate().Apply(read.States[0], read.States[2]), c = new Concatenate().Apply(read.States[1], read.States[3]);
            return new Graph([x, y], [new Lstm(4) { ReturnSequences = true }.Apply(y, h, c)]);
        }, (x, w) =>
        {
            double[][] states = [new double[2], new double[2], new double[2], new double[2]];
            Both(LstmStep, x[0], w[..6], states);
            return Join(Run(LstmStep, Steps(x[1], 1), [.. states[0], .. states[2]], [.. states[1], .. states[3]], w[6..]));
        });

        // A stack in both directions: two layers each, and states of all four.
        yield return new ReferenceCase("bidirectional stack, states", () =>
        {
            Node x = Node.Input(s_sequence);
            Node[] states = [.. Enumerable.Range(0, 6).Select(_ => Node.Input(new Shape(2)))];
            Node both = new Bidirectional(new StackedRecurrent(new Lstm(2), new Gru(2)) { ReturnState = true, ReturnSequences = true })
                .Apply([x, .. states]);
            return new Graph([x, .. states], [both, .. both.States]);
        }, (x, w) =>
        {
            double[][] s = [.. x[1..].Select(state => state.ToArray())], steps = Steps(x[0], 3);
            double[] none = new double[2];
            double[][] forward = Run(GruStep, Run(LstmStep, steps, s[0], s[1], w[..3]), s[2], none, w[3..6]);
            double[][] backward =
                Run(GruStep, Run(LstmStep, steps, s[3], s[4], w[6..9], backwards: true), s[5], none, w[9..], backwards: true);
            return [.. Join(forward.Zip(backward, (a, b) => (double[])[.. a, .. b])), .. Join(s)];
        });
    }

    private static IEnumerable<ReferenceCase> OfAttention()
    {
        foreach (bool causal in (bool[])[false, true])
        {
            foreach (bool scaled in (bool[])[false, true])
            {
                double scale = scaled ? 1 / Math.Sqrt(3) : 1;
                yield return OfAttention($"attention, causal {causal}, scaled {scaled}",
                    new Attention { Causal = causal, UseScale = scaled }, (_, a, b) => scale * Dot(a, b), causal, masked: false);
                yield return OfAttention($"attention, causal {causal}, scaled {scaled}, masked",
                    new Attention { Causal = causal, UseScale = scaled }, (_, a, b) => scale * Dot(a, b), causal, masked: true);
                yield return OfAttention($"additive attention, causal {causal}, scaled {scaled}",
                    new AdditiveAttention { Causal = causal, UseScale = scaled }, Additive, causal, masked: false);
                yield return OfAttention($"additive attention, causal {causal}, scaled {scaled}, masked",
                    new AdditiveAttention { Causal = causal, UseScale = scaled }, Additive, causal, masked: true);

                double Additive(double[][] w, double[] a, double[] b) =>
                    a.Zip(b, (x, y) => Math.Tanh(x + y)).Select((t, i) => scaled ? w[0][i] * t : t).Sum();
            }
        }

        yield return new ReferenceCase("attention with keys and scores", () =>
        {
            Node query = Node.Input(new Shape(2, 3)), value = Node.Input(new Shape(4, 2)), key = Node.Input(s_sequence),
                seen = new Attention { ReturnScores = true }.Apply(query, value, key);
            return new Graph([query, value, key], [seen, seen.Scores]);
        }, (x, _) =>
        {
            double[][] query = Steps(x[0], 3), key = Steps(x[2], 3);
            return [.. Attention(query, Steps(x[1], 2), key, Dot, false),
                .. Join(query.Select(q => Shares([.. key.Select(k => Dot(q, k))])))];
        });
    }

    /// <summary>Step 1 of the query and step 2 of the value are masked.</summary>
    private static ReferenceCase OfAttention(string name, AttentionLayer layer, Func<double[][], double[], double[], double> score,
        bool causal, bool masked) => new(name, () =>
    {
        Node query = Node.Input(s_sequence), value = Node.Input(s_sequence);
        return new Graph([query, value],
            [masked ? layer.Apply(new Masking().Apply(query), new Masking().Apply(value)) : layer.Apply(query, value)]);
    }, (x, w) => Attention(Steps(x[0], 3), Steps(x[1], 3), Steps(x[1], 3), (a, b) => score(w, a, b), causal, i => !masked || i != 1,
        j => !masked || j != 2))
        {
            Inputs = (input, row) => masked ? WithoutStep(1 + input, row + 10 * input) : TestData.Normal(12, row + 10 * input),
        };

    /// <summary>h of every step of both directions; the states (forward's h and c, then backward's) become the final ones.</summary>
    private static (double[][] Forward, double[][] Backward) Both(
        Cell cell, double[] x, double[][] w, double[][] states, Func<int, bool>? counts = null) =>
        (Run(cell, Steps(x, 3), states[0], states[1], w[..3], counts: counts),
            Run(cell, Steps(x, 3), states[2], states[3], w[3..6], backwards: true, counts));

    private static double[] Merged(MergeMode mode, (double[][] Forward, double[][] Backward) both)
    {
        double[] Each(Func<double, double, double> merge) => Join(both.Forward.Zip(both.Backward, (a, b) => a.Zip(b, merge).ToArray()));
        return mode switch
        {
            MergeMode.Concat => Join(both.Forward.Zip(both.Backward, (a, b) => (double[])[.. a, .. b])),
            MergeMode.Sum => Each((a, b) => a + b),
            MergeMode.Multiply => Each((a, b) => a * b),
            MergeMode.Average => Each((a, b) => (a + b) / 2),
            _ => [.. Join(both.Forward), .. Join(both.Backward)],
        };
    }
}
