using Unroll.Training;
using Unroll.Kernels;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

public class EmbeddingTests
{
    /// <summary>Layers that must not see padding, after an embedding of five tokens.</summary>
    private static readonly Dictionary<string, Layer[]> s_readers = new()
    {
        ["lstm"] = [new Lstm(5)],
        ["sequences"] = [new Gru(5) { ReturnSequences = true }],
        ["bidirectional"] = [new Bidirectional(new Gru(5) { ReturnSequences = true }), new Lstm(3)],
        ["dropouts"] = [new Dropout(0.3), new Gru(5) { Dropout = 0.2, RecurrentDropout = 0.2 }],
        ["dense, norms and activations"] = [new Dense(6) { Activation = Activation.Tanh }, new LayerNorm(), new Gelu(), new BatchNorm(),
            new Silu(), new Softmax(), new Gru(4)],
        ["steps by themselves"] =
            [new TimeDistributed(new Dense(6)), new TimeDistributed(new BatchNorm()), new TimeDistributed(new LayerNorm()), new Gru(4)],
    };

    public static TheoryData<string> Readers => [.. s_readers.Keys];

    [Fact]
    public void Each_token_becomes_its_row_of_the_table()
    {
        Model model = new Model(new Embedding(4, 2)).Build(new Shape(3), seed: 1);
        Assert.All(model.GetWeights("embedding_1/embeddings"), value => Assert.InRange(value, -0.05f, 0.05f));
        model.SetWeights("embedding_1/embeddings", [0, 1, 10, 11, 20, 21, 30, 31]);
        Assert.Equal([20, 21, 0, 1, 30, 31, /**/ 10, 11, 10, 11, 10, 11], model.Predict(2, 0, 3, /**/ 1, 1, 1));
    }

    /// <summary>By hand: the gradient of a token is the sum over its places, rows that only fill the shard apart.</summary>
    [Fact]
    public void Gradients_of_a_token_add_up()
    {
        var network = new Network<double>([new Embedding(4, 2)], new Shape(3), Kernels<double>.Best, threads: 1, inputGradient: true);
        network.Gradients(new CheckedBatch<double>([2, 0, 2, /**/ 1, 2, 1], [1, 10, 2, 20, 3, 30, /**/ 4, 40, 5, 50, 6, 60], 2),
            new UpstreamLoss());
        Assert.Equal([2, 20, 10, 100, 9, 90, 0, 0], network.Parameters.Gradients[..8].ToArray());
        Assert.Equal(new double[6], network.InputGradient);
    }

    [Theory]
    [InlineData(4, "4")]
    [InlineData(-1, "-1")]
    [InlineData(2.5f, "2.5")]
    [InlineData(-0.5f, "-0.5")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(3e9f, "3E+09")]
    public void A_number_that_is_no_token_is_refused_on_any_number_of_threads(float bad, string text)
    {
        string expected = $"words takes whole numbers from 0 to 3, but received {text} at step 1. Number the tokens anew, or make the "
            + "layer for more of them.";
        foreach (int threads in (int[])[1, 2, 5])
        {
            foreach (int place in (int[])[0, 39])
            {
                var tokens = new float[80];
                Model model = new Model(new Embedding(4, 2) { Name = "words" }, new Gru(3), new Dense(1)) { Threads = threads }
                    .Build(new Shape(2));
                float[] good = model.Predict(tokens);
                tokens[2 * place + 1] = bad;
                Assert.Equal(expected, Assert.Throws<UnrollException>(() => model.Predict(tokens)).Message);
                var samples = new ArraySamples(tokens, new Shape(2), new float[40], new Shape(1));
                string remedy = float.IsNaN(bad)
                    ? " Put a number there, or leave the sample out."
                    : ", but tokens are whole numbers from 0 to 3. Number the tokens anew, or make the embedding for more of them.";
                Assert.Equal(
                    $"Sample {place}, counted from 0, has {text} in its input, step 1{(float.IsNaN(bad) ? "." : "")}{remedy}",
                    Assert.Throws<UnrollException>(() => model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 40 })).Message);
                Assert.Equal(good, model.Predict(new float[80]));
            }
        }
    }

    /// <summary>More padding at the end changes neither an output nor a weight's gradient, to the last bit.</summary>
    [Theory]
    [MemberData(nameof(Readers))]
    public void Padding_changes_no_bits(string name)
    {
        int[] lengths = [5, 3, 1, 4, 0, 5, 2, 5, 3, 3, 1];
        Result five = Run(s_readers[name], lengths, 5), nine = Run(s_readers[name], lengths, 9),
            sixteen = Run(s_readers[name], lengths, 16);
        Assert.Equal(five.Gradients, nine.Gradients);
        Assert.Equal(five.Gradients, sixteen.Gradients);
        Assert.True(five.Gradients.Count(value => value != 0) > five.Gradients.Length / 2);
        foreach ((Result longer, int steps) in (ReadOnlySpan<(Result, int)>)[(nine, 9), (sixteen, 16)])
        {
            if (five.Outputs.Length == longer.Outputs.Length)
            {
                Assert.Equal(five.Outputs, longer.Outputs);
                continue;
            }

            // Sequences: the same steps, then zeros.
            int units = five.Outputs.Length / lengths.Length / 5;
            for (int row = 0; row < lengths.Length; row++)
            {
                Assert.Equal(five.Outputs[(row * 5 * units)..((row + 1) * 5 * units)],
                    longer.Outputs[(row * steps * units)..((row * steps + 5) * units)]);
                Assert.All(longer.Outputs[((row * steps + lengths[row]) * units)..((row + 1) * steps * units)],
                    value => Assert.Equal(0, value));
            }
        }
    }

    /// <summary>
    /// Short rows give the same among themselves as among long ones, also through layers that read every step: those see zeros in the
    /// padding.
    /// </summary>
    [Theory]
    [MemberData(nameof(Readers))]
    [InlineData("flatten")]
    public void A_short_row_gives_the_same_among_long_ones(string name)
    {
        Layer[] readers = name == "flatten" ? [new Dense(3), new Flatten(), new Dense(2)] : s_readers[name];
        int[] among = [9, 2, 8, 0, 9, 2, 3, 9], alone = [2, 0, 2, 3];
        int[] places = [1, 3, 5, 6];
        double[] tokens = Tokens(among, 9), shorts = [.. places.SelectMany(row => tokens[(row * 9)..(row * 9 + 9)])];
        double[] all = Predict(readers, tokens, 9, among.Length), some = Predict(readers, shorts, 9, alone.Length);
        int size = all.Length / among.Length;
        for (int i = 0; i < places.Length; i++)
            Assert.Equal(some[(i * size)..((i + 1) * size)], all[(places[i] * size)..((places[i] + 1) * size)]);
        Assert.True(all.Distinct().Count() > size);
    }

    /// <summary>A batch of empty rows leaves states at zero and moves no weight.</summary>
    [Theory]
    [MemberData(nameof(Readers))]
    public void Rows_may_be_nothing_but_padding(string name)
    {
        foreach (int rows in (int[])[1, 3, 9])
        {
            Result empty = Run(s_readers[name], new int[rows], 4);
            Assert.All(empty.Outputs, value => Assert.Equal(0, value));
            int statistics = s_readers[name].Count(layer => layer is BatchNorm or TimeDistributed { Inner: BatchNorm });
            Assert.Equal(statistics > 0, empty.Gradients.Any(value => value != 0));
            Assert.InRange(empty.Gradients.Count(value => value != 0), 0, statistics * 2 * 6);
        }
    }

    /// <summary>
    /// What layers read in the padding is zero, so what the weights of the padding token are makes no difference to them.
    /// </summary>
    [Fact]
    public void The_padding_token_is_never_seen()
    {
        double[] tokens = [3, 1, 0, 0, /**/ 2, 2, 4, 0, /**/ 0, 0, 0, 0];
        foreach (Layer[] readers in s_readers.Values.Append([new Flatten(), new Dense(2)])
            .Append([new Dense(3), new LastSteps(3), new Gru(3)]))
        {
            double[] first = Predict(readers, tokens, 4, 3),
                second = Predict(readers, tokens, 4, 3, change: weights => weights[..4].Fill(1e6));
            Assert.Equal(first, second);
        }
    }

    [Fact]
    public void What_cannot_be_embedded_is_refused()
    {
        Assert.StartsWith("An embedding is for 1 to 16777216 tokens.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding(0, 1)).Message);
        Assert.StartsWith("An embedding is for 1 to 16777216 tokens.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding((1 << 24) + 1, 1)).Message);
        Assert.StartsWith("An embedding needs at least 1 unit.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding(1, 0)).Message);
        Assert.Equal(
            "embedding takes token numbers of shape (time steps), but its input has shape (4, 2).",
            Assert.Throws<UnrollException>(() => new Embedding(3, 2).GetOutputShape(new Shape(4, 2))).Message);
        Assert.Equal(new Shape(7, 2), new Embedding(3, 2).GetOutputShape(new Shape(7)));
    }

    private sealed record Result(double[] Outputs, double[] Gradients);

    private static double[] Tokens(int[] lengths, int steps)
    {
        var tokens = new double[lengths.Length * steps];
        for (int row = 0; row < lengths.Length; row++)
        {
            for (int t = 0; t < lengths[row]; t++)
                tokens[row * steps + t] = 1 + (3 * row + 2 * t + row * t) % 4;
        }

        return tokens;
    }

    private static Network<double> Network(Layer[] readers, int steps)
    {
        Layer[] layers = [new Embedding(5, 4) { MaskZero = true }, .. readers];
        var network = new Network<double>(layers, new Shape(steps), Kernels<double>.Best, 1) { StepSeed = 3 };
        double[] weights = TestData.Normal(network.Parameters.Count, 2, 0.5);
        for (int i = 0; i < weights.Length; i++)
            network.Parameters.Values[i] = Math.Abs(weights[i]) < 0.1 ? 0.3 : weights[i];
        foreach (Parameter parameter in network.Parameters.Parameters.Where(
            parameter => parameter.Name.EndsWith("variance", StringComparison.Ordinal)))
            network.Parameters.Values[parameter.Range].Fill(0.5);
        return network;
    }

    private static Result Run(Layer[] readers, int[] lengths, int steps)
    {
        Network<double> network = Network(readers, steps);
        var outputs = new double[lengths.Length * network.Output.Size];

        // The same upstream gradients for the same steps, whatever the longest row could be.
        double[] upstream = TestData.Normal(lengths.Length * 400, 6);
        double[] targets = [.. Enumerable.Range(0, lengths.Length)
            .SelectMany(row => upstream[(row * 400)..(row * 400 + network.Output.Size)])];
        network.Gradients(new CheckedBatch<double>(Tokens(lengths, steps), targets, lengths.Length), new UpstreamLoss(), outputs);
        return new Result(outputs, network.Parameters.Gradients[..network.Parameters.Count].ToArray());
    }

    private delegate void Change(Span<double> weights);

    private static double[] Predict(Layer[] readers, double[] tokens, int steps, int rows, Change? change = null)
    {
        Network<double> network = Network(readers, steps);
        change?.Invoke(network.Parameters.Values);
        var outputs = new double[rows * network.Output.Size];
        network.Predict(new CheckedBatch<double>(tokens, new double[rows], rows), outputs);
        return outputs;
    }
}
