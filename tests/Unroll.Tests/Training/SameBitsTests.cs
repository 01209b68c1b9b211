using Unroll.Training;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>The same seed gives the same bits: twice, and on any number of threads.</summary>
public class SameBitsTests
{
    private static readonly Dictionary<string, Layer[]> s_models = new()
    {
        ["simple rnn"] = [new SimpleRnn(17), new Dense(1)],
        ["lstm"] = [new Lstm(17), new Dense(1)],
        ["gru"] = [new Gru(17), new Dense(1)],
        ["gru, reset before"] = [new Gru(17) { ResetAfter = false }, new Dense(1)],
        ["lstm, not fused"] = [new Lstm(9) { Activation = Activation.Relu, RecurrentActivation = Activation.HardSigmoid }, new Dense(1)],
        ["dropouts"] = [new Lstm(9) { ReturnSequences = true, Dropout = 0.2, RecurrentDropout = 0.2 }, new Dropout(0.3),
            new Gru(5) { RecurrentDropout = 0.3 }, new Dense(1)],
        ["wide, in shards of 16 rows"] = [new Gru(384), new Dense(1)],
        ["bidirectional"] = [new Masking(), new Bidirectional(new Gru(9) { Dropout = 0.2 }), new Dense(1)],
        ["convolutions"] =
        [
            new Masking(), new Conv1D(5, 3) { Padding = Padding.Causal, Dilation = 2 }, new MaxPooling1D(2) { Stride = 1 },
            new Conv1D(17, 2) { Activation = Activation.Tanh },
            new AveragePooling1D(2) { Padding = Padding.Same }, new GlobalMaxPooling(), new Dense(1),
        ],
        ["images"] =
        [
            new Conv2D(5, 3, 2) { Padding = Padding.Same, Activation = Activation.Tanh }, new MaxPooling2D(2, 2), new Conv2D(4, 1, 1),
            new AveragePooling2D(1, 2),
            new GlobalAveragePooling(), new Dense(1),
        ],
    };

    private static ArraySamples Samples(string name, int count) => name == "images" ? TestSamples.Images(count) : TestSamples.Curves(count);

    /// <summary>37 rows are four whole shards and one of 5; 13 one and one of 5; 150 rows are more shards than groups.</summary>
    public static MatrixTheoryData<string, int> Cases => new(s_models.Keys, [13, 37, 150]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_losses_and_predictions_have_the_same_bits_on_any_number_of_threads(string name, int batchSize)
    {
        ArraySamples samples = Samples(name, 150);
        (float[] Weights, float[] Predictions, double[] Losses) one = Train(s_models[name], samples, batchSize, threads: 1);
        Assert.NotEqual(one.Losses[0], one.Losses[^1]);
        foreach (int threads in (int[])[1, 2, 5])
        {
            (float[] Weights, float[] Predictions, double[] Losses) other = Train(s_models[name], samples, batchSize, threads);
            Assert.Equal(Bits(one.Weights), Bits(other.Weights));
            Assert.Equal(Bits(one.Predictions), Bits(other.Predictions));
            Assert.Equal(one.Losses, other.Losses);
        }
    }

    /// <summary>
    /// The sums of two halves of a batch, made apart and then added, are those of the whole: what several machines need to train one model.
    /// A half's gradients are of a mean over half as many rows, so exactly twice as large.
    /// </summary>
    [Theory]
    [InlineData("lstm", 16)]
    [InlineData("lstm", 32)]
    [InlineData("lstm", 64)]
    [InlineData("gru", 64)]
    [InlineData("bidirectional", 64)]
    [InlineData("convolutions", 64)]
    public void Sums_of_two_halves_made_apart_give_the_bits_of_the_whole(string name, int rows)
    {
        const int size = 12;
        float[] inputs = TestData.Single(rows * size, 1), targets = TestData.Single(rows, 2);
        (float[] whole, double loss) = GradientsOf(0, rows);
        (float[] first, double firstLoss) = GradientsOf(0, rows / 2);
        (float[] second, double secondLoss) = GradientsOf(rows / 2, rows);
        Assert.Equal(Bits(whole), Bits([.. first.Zip(second, (a, b) => (a + b) / 2)]));
        Assert.Equal(loss, (firstLoss + secondLoss) / 2);

        (float[] Gradients, double Loss) GradientsOf(int from, int to)
        {
            var network = new Network<float>(name == "bidirectional" ? [new Bidirectional(new Gru(9)), new Dense(1)] : s_models[name],
                new Shape(size / 2, 2), Kernels<float>.Best, threads: 2);
            network.Parameters.Initialize(3);
            var batch = new CheckedBatch<float>(inputs[(from * size)..(to * size)], targets[from..to], to - from);
            double mean = network.Gradients(batch, new MeanSquaredError());
            return (network.Parameters.Gradients.ToArray(), mean);
        }
    }

    private static readonly Dictionary<string, Layer[]> s_wide = new()
    {
        ["lstm"] = [new Lstm(197), new Dense(1)],
        ["gru"] = [new Gru(197), new Dense(1)],
        ["simple rnn"] = [new SimpleRnn(300), new Dense(1)],
        ["stacked"] = [new Dropout(0.1), new Gru(197) { ReturnSequences = true, Dropout = 0.2 }, new Lstm(197) { GoBackwards = true },
            new Dense(1)],
        ["bidirectional"] = [new Bidirectional(new Lstm(197) { ReturnSequences = true }), new Dense(3), new Gru(11), new Dense(1)],
        ["some layers alone"] =
            [new Gru(197) { ResetAfter = false, ReturnSequences = true }, new Lstm(197) { RecurrentDropout = 0.2 }, new Dense(1)],
    };

    /// <summary>Batches of so few rows that several threads do a shard together, where that is worth their while.</summary>
    public static MatrixTheoryData<string, int> WideCases => new(s_wide.Keys, [1, 3, 8]);

    [Theory]
    [MemberData(nameof(WideCases))]
    public void Threads_that_do_a_shard_together_change_no_bits(string name, int batchSize)
    {
        ArraySamples samples = TestSamples.Curves(17);
        var one = new Model(s_wide[name]) { Threads = 1 };
        one.Build(samples.InputShape, seed: 5);
        Train(one);
        foreach (int threads in (int[])[2, 5])
        {
            var other = new Model(s_wide[name]) { Threads = threads };
            other.Build(samples.InputShape, seed: 5);
            float[] input = new float[samples.InputShape.Size];
            samples.CopyInput(3, input);
            other.Predict(input);
            Assert.InRange(other.Network.ThreadsPerShard, 2, threads);
            Train(other);
            Assert.Equal(Bits(TestSamples.Weights(one)), Bits(TestSamples.Weights(other)));
            Assert.Equal(Bits(one.Predict(samples)), Bits(other.Predict(samples)));
            Assert.Equal(Bits(one.Predict(input)), Bits(other.Predict(input)));
        }

        void Train(Model model) => model.Fit(
            samples, new TrainingOptions { Epochs = 2, BatchSize = batchSize, Seed = 5, Optimizer = new Adam { LearningRate = 0.01 } });
    }

    /// <summary>Where one thread's samples fail, all leave, and the model can be used again.</summary>
    [Fact]
    public void A_failure_while_threads_share_a_shard_is_reported_and_ends_the_run()
    {
        ArraySamples samples = TestSamples.Curves(4);
        var model = new Model(s_wide["lstm"]) { Threads = 3 };
        model.Build(samples.InputShape, seed: 5);
        float[] before = model.Predict(samples);
        Assert.Equal("no row 2", Assert.Throws<InvalidOperationException>(() => model.Predict(new FailingSamples(samples))).Message);
        Assert.Equal(before, model.Predict(samples));
    }

    private sealed class FailingSamples(ISamples samples) : ISamples
    {
        public int Count => samples.Count;

        public Shape InputShape => samples.InputShape;

        public Shape TargetShape => samples.TargetShape;

        public void CopyInput(int index, Span<float> destination)
        {
            if (index == 2)
                throw new InvalidOperationException("no row 2");
            samples.CopyInput(index, destination);
        }

        public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(index, destination);
    }

    [Fact]
    public void Another_seed_gives_other_weights_shuffles_and_masks()
    {
        ArraySamples samples = TestSamples.Curves(37);
        Assert.NotEqual(Train(s_models["lstm"], samples, 13, 1).Weights, Train(s_models["lstm"], samples, 13, 1, seed: 6).Weights);

        // Same initial weights and order, so that only the masks can differ.
        float[] Masks(int seed)
        {
            Model model = new Model(new Dropout(0.5), new Lstm(4), new Dense(1)).Build(samples.InputShape, seed: 3);
            model.Fit(samples, new TrainingOptions { Epochs = 1, Shuffle = false, Seed = seed });
            return TestSamples.Weights(model);
        }

        Assert.Equal(Masks(1), Masks(1));
        Assert.NotEqual(Masks(1), Masks(2));
    }

    [Fact]
    public void A_row_is_predicted_with_the_same_bits_alone_and_among_others()
    {
        foreach ((string name, Layer[] layers) in s_models)
        {
            ArraySamples samples = Samples(name, 1100);
            Model model = new Model(layers).Build(samples.InputShape, seed: 2);
            float[] all = model.Predict(samples), input = new float[samples.InputShape.Size];
            Assert.True(all.Distinct().Count() > 1000);
            foreach (int row in (int[])[0, 1, 7, 8, 1023, 1024, 1096, 1099])
            {
                samples.CopyInput(row, input);
                Assert.Equal(all[row], Assert.Single(model.Predict(input)));
            }
        }
    }

    private static (float[] Weights, float[] Predictions, double[] Losses) Train(
        Layer[] layers, ArraySamples samples, int batchSize, int threads, int seed = 5)
    {
        var model = new Model(layers) { Threads = threads };
        var losses = new List<double>();
        model.Fit(
            samples,
            new TrainingOptions
            {
                Epochs = 2,
                BatchSize = batchSize,
                Seed = seed,
                Optimizer = new Adam { LearningRate = 0.01 },
                Clipping = new Clipping(ClipMode.GlobalNorm, 0.5)
            },
            moment => losses.Add(moment.Loss));
        losses.RemoveAll(loss => loss == 0);
        return (TestSamples.Weights(model), model.Predict(samples), [.. losses]);
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
