using Unroll.Formats;
using Unroll.Tests.Training;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>What holds of every layer: it comes back from a file, and has the same bits on any number of threads.</summary>
public class LayerModelTests
{
    public static TheoryData<string> Names => [.. LayerModels.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_trained_model_comes_back_from_its_file(string name)
    {
        Model model = LayerModels.Make(name, 1);
        ArraySamples samples = LayerModels.Samples(model, 30);
        float[] before = TestSamples.Weights(model);
        model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 13 });
        Assert.NotEqual(before, TestSamples.Weights(model));
        byte[] file = ModelFile.ToBytes(model);
        Model again = ModelFile.FromBytes(file, name).Model;
        Assert.Equal(model.Layers, again.Layers);
        Assert.Equal(model.Parameters.Select(p => (p.Name, p.Shape)), again.Parameters.Select(p => (p.Name, p.Shape)));
        Assert.Equal(TestSamples.Weights(model), TestSamples.Weights(again));
        float[] expected = model.Predict(samples);
        Assert.True(expected.Distinct().Count() > expected.Length / 4);
        Assert.Equal(expected, again.Predict(samples));
        Assert.Equal(file, ModelFile.ToBytes(again));

        // Trained on, both stay alike.
        model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 13 });
        again.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 13 });
        Assert.Equal(TestSamples.Weights(model), TestSamples.Weights(again));
    }

    /// <summary>13 rows are one shard and one of 5, 50 rows six and one of 2.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        foreach (int batch in (int[])[13, 50])
        {
            (float[] Weights, float[] Predictions, double Loss)[] results = [.. new[] { 1, 2, 5 }.Select(threads =>
            {
                Model model = LayerModels.Make(name, threads);
                ArraySamples samples = LayerModels.Samples(model, 50);
                History history = model.Fit(
                    samples, new TrainingOptions { Epochs = 2, BatchSize = batch, Clipping = new Clipping(ClipMode.GlobalNorm, 0.5) });
                return (TestSamples.Weights(model), model.Predict(samples), history.Epochs[^1].Loss);
            })];
            Assert.True(double.IsFinite(results[0].Loss));
            Assert.True(results[0].Predictions.Distinct().Count() > results[0].Predictions.Length / 4);
            foreach ((float[] Weights, float[] Predictions, double Loss) result in results[1..])
            {
                Assert.Equal(results[0].Weights, result.Weights);
                Assert.Equal(results[0].Predictions, result.Predictions);
                Assert.Equal(results[0].Loss, result.Loss);
            }
        }
    }

    /// <summary>Other rows in the same batch change nothing in prediction.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_is_predicted_with_the_same_bits_alone_and_among_others(string name)
    {
        Model model = LayerModels.Make(name, 1);
        ArraySamples samples = LayerModels.Samples(model, 30);
        float[] all = model.Predict(samples);
        int width = all.Length / 30;
        foreach (int row in (int[])[0, 7, 8, 29])
        {
            float[] joined = new float[model.Inputs.Sum(node => node.Shape.Size)];
            samples.CopyInput(row, joined);
            int from = 0;
            float[][] inputs = [.. model.Inputs.Select(node => joined[from..(from += node.Shape.Size)])];
            Assert.Equal(all[(row * width)..((row + 1) * width)], model.PredictEach(inputs).SelectMany(output => output));
        }
    }
}
