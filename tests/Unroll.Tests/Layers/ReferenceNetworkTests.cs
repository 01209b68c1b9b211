using Unroll.Tests.Layers.Reference;
using Unroll.Training;
using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>
/// The equations of the layers' doc comments, written down once more as plain loops over one row: what libtorch has no
/// counterpart for (the reset before the product, other activations, merge modes, dropout) is judged by them.
/// </summary>
public class ReferenceNetworkTests
{
    private const int Features = 3, Units = 5, Steps = 6;

    private static readonly string[] s_activations =
        [.. Activation.Named.Keys.Where(name => name != "Softmax"), "LeakyRelu 0.01", "Elu 0.5", "HardSigmoid 0.2"];

    public static MatrixTheoryData<string, string> Pairs =>
        new(s_activations, ["Sigmoid", "HardSigmoid", "Tanh", "Linear", "HardSigmoid 0.2"]);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Lstm(string activation, string gate)
    {
        var layer = new Lstm(Units) { Activation = Named(activation), RecurrentActivation = Named(gate), ReturnSequences = true };
        Compare(layer, (x, h, c, w) =>
        {
            double[] z = Affine(x, w[0], 4 * Units, Affine(h, w[1], 4 * Units, w[2]));
            for (int u = 0; u < Units; u++)
            {
                double i = F(gate, z[u]), f = F(gate, z[Units + u]), g = F(activation, z[2 * Units + u]), o = F(gate, z[3 * Units + u]);
                c[u] = f * c[u] + i * g;
                h[u] = o * F(activation, c[u]);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Gru_with_the_reset_after_the_product(string activation, string gate)
    {
        var layer = new Gru(Units) { Activation = Named(activation), RecurrentActivation = Named(gate), ReturnSequences = true };
        Compare(layer, (x, h, _, w) =>
        {
            double[] fromInput = Affine(x, w[0], 3 * Units, w[2][..(3 * Units)]),
                fromState = Affine(h, w[1], 3 * Units, w[2][(3 * Units)..]);
            for (int u = 0; u < Units; u++)
            {
                double z = F(gate, fromInput[u] + fromState[u]), r = F(gate, fromInput[Units + u] + fromState[Units + u]);
                h[u] = z * h[u] + (1 - z) * F(activation, fromInput[2 * Units + u] + r * fromState[2 * Units + u]);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Gru_with_the_reset_before_the_product(string activation, string gate)
    {
        var layer = new Gru(Units)
        {
            Activation = Named(activation),
            RecurrentActivation = Named(gate),
            ResetAfter = false,
            ReturnSequences = true
        };
        Compare(layer, (x, h, _, w) =>
        {
            double[] fromInput = Affine(x, w[0], 3 * Units, w[2]), fromState = Affine(h, w[1], 3 * Units, new double[3 * Units]),
                reset = new double[Units];
            for (int u = 0; u < Units; u++)
                reset[u] = F(gate, fromInput[Units + u] + fromState[Units + u]) * h[u];
            double[] candidate = Affine(reset, w[1], 3 * Units, new double[3 * Units]);
            for (int u = 0; u < Units; u++)
            {
                double z = F(gate, fromInput[u] + fromState[u]);
                h[u] = z * h[u] + (1 - z) * F(activation, fromInput[2 * Units + u] + candidate[2 * Units + u]);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Simple_rnn_and_a_dense_layer_on_every_step(string activation, string last)
    {
        Layer[] layers = [new SimpleRnn(Units) { Activation = Named(activation), ReturnSequences = true },
            new Dense(2) { Activation = Named(last) }];
        var network = Build(layers, out double[][] w);
        double[] inputs = TestData.Normal(2 * Steps * Features, 8), outputs = Predict(network, inputs, 2);
        for (int row = 0; row < 2; row++)
        {
            var h = new double[Units];
            for (int t = 0; t < Steps; t++)
            {
                int at = row * Steps + t;
                h = [.. Affine(inputs[(at * Features)..((at + 1) * Features)], w[0], Units, Affine(h, w[1], Units, w[2]))
                    .Select(z => F(activation, z))];
                if (h.Any(value => Math.Abs(value) > 1e6))
                    break; // eˣ inside a loop leaves all bounds; until here it agreed
                Near(Affine(h, w[3], 2, w[4]).Select(z => F(last, z)).ToArray(), outputs[(2 * at)..(2 * at + 2)]);
            }
        }
    }

    [Theory]
    [InlineData(MergeMode.Concat)]
    [InlineData(MergeMode.Sum)]
    [InlineData(MergeMode.Multiply)]
    [InlineData(MergeMode.Average)]
    [InlineData(MergeMode.None)]
    public void Bidirectional_is_two_layers_of_which_one_reads_backwards(MergeMode mode)
    {
        foreach (bool sequences in (bool[])[true, false])
        {
            var inner = new Gru(Units) { ReturnSequences = sequences };
            var network = Build([new Bidirectional(inner) { MergeMode = mode }], out double[][] w);
            double[] inputs = TestData.Normal(Steps * Features, 8), merged = Predict(network, inputs, 1);
            double[] forward = Run(inner, w[..3], inputs), backward = Run(inner with { GoBackwards = true }, w[3..], inputs);
            if (sequences)
                backward = [.. backward.Chunk(Units).Reverse().SelectMany(step => step)];
            double[] expected = mode switch
            {
                MergeMode.Concat => [.. forward.Chunk(Units).Zip(backward.Chunk(Units), (a, b) => a.Concat(b)).SelectMany(step => step)],
                MergeMode.Sum => [.. forward.Zip(backward, (a, b) => a + b)],
                MergeMode.Multiply => [.. forward.Zip(backward, (a, b) => a * b)],
                MergeMode.Average => [.. forward.Zip(backward, (a, b) => (a + b) / 2)],
                _ => [.. forward, .. backward],
            };
            Near(expected, merged);
        }
    }

    [Fact]
    public void Going_backwards_is_reading_the_reversed_sequence()
    {
        foreach (bool sequences in (bool[])[true, false])
        {
            var layer = new Lstm(Units) { ReturnSequences = sequences };
            Build([layer], out double[][] w);
            double[] inputs = TestData.Normal(Steps * Features, 8),
                reversed = [.. inputs.Chunk(Features).Reverse().SelectMany(step => step)];
            Assert.Equal(Run(layer, w, reversed), Run(layer with { GoBackwards = true }, w, inputs));
        }
    }

    [Fact]
    public void Without_bias_is_a_bias_of_zero()
    {
        foreach (Recurrent layer in (Recurrent[])[new SimpleRnn(Units), new Lstm(Units), new Gru(Units),
            new Gru(Units) { ResetAfter = false }])
        {
            Build([layer], out double[][] w);
            double[] inputs = TestData.Normal(Steps * Features, 8);
            Assert.Equal(Run(layer, [w[0], w[1], new double[w[2].Length]], inputs), Run(layer with { UseBias = false }, w[..2], inputs));
        }
    }

    /// <summary>Peepholes, normalisation and projection of an LSTM, alone and together.</summary>
    [Theory]
    [InlineData(true, false, null)]
    [InlineData(false, true, null)]
    [InlineData(false, false, 3)]
    [InlineData(true, true, null)]
    [InlineData(true, true, 7)]
    public void Lstm_variants(bool peepholes, bool norm, int? projection)
    {
        var layer = new Lstm(Units) { Peepholes = peepholes, LayerNorm = norm, ProjectionUnits = projection, ReturnSequences = true };
        Compare(layer, (x, h, c, w) =>
        {
            int at = 2;
            double[] bias = norm ? w[^1] : w[at++], zero = new double[4 * Units], project = projection is null ? [] : w[at++],
                p = peepholes ? w[at++] : new double[3 * Units];
            double[] fromX = Affine(x, w[0], 4 * Units, zero), fromH = Affine(h, w[1], 4 * Units, zero);
            if (norm)
                (fromX, fromH) = ([.. Normal(fromX).Zip(w[at], (a, b) => a * b)], [.. Normal(fromH).Zip(w[at + 1], (a, b) => a * b)]);
            double[] z = [.. fromX.Select((value, i) => value + fromH[i] + bias[i])], m = new double[Units], o = new double[Units];
            for (int u = 0; u < Units; u++)
            {
                double i = F("Sigmoid", z[u] + p[u] * c[u]), f = F("Sigmoid", z[Units + u] + p[Units + u] * c[u]);
                c[u] = f * c[u] + i * Math.Tanh(z[2 * Units + u]);
                o[u] = F("Sigmoid", z[3 * Units + u] + p[2 * Units + u] * c[u]);
            }

            double[] c2 = norm ? [.. Normal(c).Select((value, u) => value * w[at + 2][u] + w[at + 3][u])] : c;
            for (int u = 0; u < Units; u++)
                m[u] = o[u] * Math.Tanh(c2[u]);
            (projection is null ? m : Affine(m, project, projection.Value, new double[projection.Value])).CopyTo(h, 0);
        }, projection ?? Units);

        static double[] Normal(double[] x)
        {
            double mean = x.Average(), deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
            return [.. x.Select(value => (value - mean) / deviation)];
        }
    }

    private delegate void CellStep(double[] x, double[] h, double[] c, double[][] weights);

    private static void Compare(Layer layer, CellStep step, int units = Units)
    {
        const int Rows = 3;
        var network = Build([layer], out double[][] w);
        double[] inputs = TestData.Normal(Rows * Steps * Features, 8), outputs = Predict(network, inputs, Rows);
        for (int row = 0; row < Rows; row++)
        {
            double[] h = new double[units], c = new double[Units];
            for (int t = 0; t < Steps; t++)
            {
                int at = row * Steps + t;
                step(inputs[(at * Features)..((at + 1) * Features)], h, c, w);
                if (h.Any(value => Math.Abs(value) > 1e6))
                    return; // eˣ inside a loop leaves all bounds; until here it agreed
                Near(h, outputs[(at * units)..((at + 1) * units)]);
            }
        }
    }

    private static Network<double> Build(Layer[] layers, out double[][] weights)
    {
        var network = new Network<double>(layers, new Shape(Steps, Features), Kernels<double>.Best, 1);
        TestData.Normal(network.Parameters.Count, 2, 0.4).CopyTo(network.Parameters.Values);
        var all = new List<double[]>();
        foreach (Parameter parameter in network.Parameters.Parameters)
            all.Add(network.Parameters.Values[parameter.Range].ToArray());
        weights = [.. all];
        return network;
    }

    private static double[] Run(Layer layer, double[][] weights, double[] inputs)
    {
        Network<double> network = Build([layer], out _);
        weights.SelectMany(values => values).ToArray().CopyTo(network.Parameters.Values);
        return Predict(network, inputs, 1);
    }

    private static double[] Predict(Network<double> network, double[] inputs, int rows)
    {
        var outputs = new double[rows * network.Output.Size];
        network.Predict(new CheckedBatch<double>(inputs, new double[rows], rows), outputs);
        return outputs;
    }

    /// <summary>bias + x·W.</summary>
    private static double[] Affine(double[] x, double[] w, int columns, double[] bias)
    {
        double[] z = (double[])bias.Clone();
        for (int k = 0; k < x.Length; k++)
        {
            for (int n = 0; n < columns; n++)
                z[n] += x[k] * w[k * columns + n];
        }

        return z;
    }

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-11 * Math.Max(1, Math.Abs(expected[i])),
                $"[{i}]: expected {expected[i]:R}, was {actual[i]:R}");
    }

    /// <summary>Keras 3's definitions.</summary>
    private static double F(string activation, double x) => activation switch
    {
        "Linear" => x,
        "Tanh" => Math.Tanh(x),
        "Sigmoid" => 1 / (1 + Math.Exp(-x)),
        "HardSigmoid" => x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5,
        "HardTanh" => x < -1 ? -1 : x > 1 ? 1 : x,
        "Relu" => Math.Max(x, 0),
        "Relu6" => Math.Min(Math.Max(x, 0), 6),
        "LeakyRelu" => x < 0 ? 0.2 * x : x,
        "Elu" => x < 0 ? Math.Exp(x) - 1 : x,
        "Selu" => 1.0507009873554804934193349852946 * (x < 0 ? 1.6732632423543772848170429916717 * (Math.Exp(x) - 1) : x),
        "Softplus" => Math.Log(1 + Math.Exp(x)),
        "Softsign" => x / (1 + Math.Abs(x)),
        "Exponential" => Math.Exp(x),
        "LeakyRelu 0.01" => x < 0 ? 0.01 * x : x,
        "Elu 0.5" => x < 0 ? 0.5 * (Math.Exp(x) - 1) : x,
        "HardSigmoid 0.2" => x <= -2.5 ? 0 : x >= 2.5 ? 1 : 0.2 * x + 0.5,
        "Gelu" => x * (Math.Abs(x) > 8 ? (x > 0 ? 1 : 0) : Loops.Normal(x)),
        "GeluTanh" => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        "Silu" => x / (1 + Math.Exp(-x)),
        "Mish" => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
        "HardSwish" => x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6,
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    private static Activation Named(string name) => name switch
    {
        "LeakyRelu 0.01" => new LeakyRelu(0.01),
        "Elu 0.5" => new Elu(0.5),
        "HardSigmoid 0.2" => new HardSigmoid(0.2),
        _ => Activation.Named[name],
    };

    /// <summary>As the activation of a layer a softmax is over the features of a step, not over what lies behind them in memory.</summary>
    [Fact]
    public void Softmax_as_an_activation()
    {
        Model fused = new Model(new Dense(5) { Activation = Activation.Softmax }).Build(new Shape(4, 3), seed: 3);
        Model apart = new Model(new Dense(5), new Softmax()).Build(new Shape(4, 3), seed: 3);
        float[] inputs = TestData.Single(9 * 12, 4);
        Assert.Equal(apart.Predict(inputs), fused.Predict(inputs));
        Assert.All(fused.Predict(inputs).Chunk(5), step => Assert.Equal(1, step.Sum(), 1e-6f));
        Model recurrent = new Model(new Gru(5) { Activation = Activation.Softmax }).Build(new Shape(1, 3), seed: 3);
        Assert.All(recurrent.Predict(TestData.Single(9 * 3, 5)).Chunk(5), h => Assert.InRange(h.Sum(), 0.05f, 0.95f));
    }
}
