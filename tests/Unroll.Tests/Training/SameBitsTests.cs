using Unroll.Layers;
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
        ["dropouts"] = [new Lstm(9) { ReturnSequences = true, Dropout = 0.2, RecurrentDropout = 0.2 }, new Dropout(0.3), new Gru(5) { RecurrentDropout = 0.3 }, new Dense(1)],
        ["wide, in shards of 16 rows"] = [new Gru(384), new Dense(1)],
        ["bidirectional"] = [new Masking(), new Bidirectional(new Gru(9) { Dropout = 0.2 }), new Dense(1)],
    };

    /// <summary>37 rows are four whole shards and one of 5; 13 one and one of 5; 150 rows are more shards than groups.</summary>
    public static MatrixTheoryData<string, int> Cases => new(s_models.Keys, [13, 37, 150]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_losses_and_predictions_have_the_same_bits_on_any_number_of_threads(string name, int batchSize)
    {
        ArraySamples samples = TestSamples.Curves(150);
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
        foreach (Layer[] layers in s_models.Values)
        {
            ArraySamples samples = TestSamples.Curves(1100);
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

    private static (float[] Weights, float[] Predictions, double[] Losses) Train(Layer[] layers, ArraySamples samples, int batchSize, int threads, int seed = 5)
    {
        var model = new Model(layers) { Threads = threads };
        var losses = new List<double>();
        model.Fit(
            samples,
            new TrainingOptions { Epochs = 2, BatchSize = batchSize, Seed = seed, Optimizer = new Adam { LearningRate = 0.01 }, Clipping = new Clipping(ClipMode.GlobalNorm, 0.5) },
            moment => losses.Add(moment.Loss));
        losses.RemoveAll(loss => loss == 0);
        return (TestSamples.Weights(model), model.Predict(samples), [.. losses]);
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
