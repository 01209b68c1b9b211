using System.Numerics.Tensors;
using Unroll.Extensions;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Predictions from tensors: dense ones, views, and ones of wrong shapes.</summary>
public sealed class TensorTests
{
    [Fact]
    public void A_batch_goes_in_and_comes_out_as_a_tensor()
    {
        Model model = Made.Model();
        float[] values = Made.Values(4 * 12), expected = model.Predict(values);
        Tensor<float> outputs = model.Predict(Tensor.Create(values, [4, 6, 2]));
        Assert.Equal([4, 2], outputs.Lengths.ToArray());
        float[] given = new float[8];
        outputs.FlattenTo(given);
        Assert.Equal(expected, given);

        float[] room = new float[8];
        model.Predict(new ReadOnlyTensorSpan<float>(values, [4, 6, 2]), new TensorSpan<float>(room, [4, 2]));
        Assert.Equal(expected, room);
    }

    /// <summary>Every other row of a larger tensor, to every other row of another.</summary>
    [Fact]
    public void Views_are_read_and_written_where_they_lie()
    {
        Model model = Made.Model();
        float[] values = Made.Values(6 * 12), room = new float[6 * 2];
        var strided = new ReadOnlyTensorSpan<float>(values, [3, 6, 2], [24, 2, 1]);
        var target = new TensorSpan<float>(room, [3, 2], [4, 1]);
        model.Predict(strided, target);
        for (int row = 0; row < 3; row++)
        {
            Assert.Equal(model.Predict(values[(row * 24)..(row * 24 + 12)]), room[(row * 4)..(row * 4 + 2)]);
            Assert.Equal([0, 0], room[(row * 4 + 2)..(row * 4 + 4)]);
        }
    }

    [Fact]
    public void Several_inputs_and_outputs_have_a_tensor_each()
    {
        Node a = Node.Input(new Shape(3)), b = Node.Input(new Shape(2));
        Node sum = new Concatenate().Apply(a, b);
        Model model = new Model([a, b], [new Dense(4).Apply(sum), new Dense(1).Apply(sum)]).Build(seed: 3);
        float[] x = Made.Values(6), y = Made.Values(4, 2);
        Tensor<float>[] outputs = model.PredictEach(Tensor.Create(x, [2, 3]), Tensor.Create(y, [2, 2]));
        float[][] expected = model.PredictEach(x, y);
        Assert.Equal([[2, 4], [2, 1]], outputs.Select(output => output.Lengths.ToArray().Select(length => (int)length).ToArray()));
        for (int i = 0; i < 2; i++)
        {
            float[] given = new float[expected[i].Length];
            outputs[i].FlattenTo(given);
            Assert.Equal(expected[i], given);
        }

        Assert.Equal(
            "The model takes input 1 of shape [B, 2], but a tensor [2, 3] was given. (Parameter 'inputs')",
            Assert.Throws<ArgumentException>(() => model.PredictEach(Tensor.Create(x, [2, 3]), Tensor.Create(x, [2, 3]))).Message);
        Assert.Throws<ArgumentException>(() => model.PredictEach(Tensor.Create(x, [2, 3])));
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Model model = Made.Model();
        float[] values = Made.Values(24);
        Assert.Equal(
            "The model takes inputs of shape [B, 6, 2], but a tensor [2, 2, 6] was given. (Parameter 'inputs')",
            Assert.Throws<ArgumentException>(() => model.Predict(Tensor.Create(values, [2, 2, 6]))).Message);
        Assert.Throws<ArgumentException>(() => model.Predict(Tensor.Create(values, [24])));
        Assert.Throws<ArgumentException>(() => model.Predict(Tensor.Create(values, [2, 1, 6, 2])));
        Assert.Equal(
            "The model takes outputs of shape [B, 2], but a tensor [4, 1] was given for 2 rows. (Parameter 'outputs')",
            Assert.Throws<ArgumentException>(() =>
                model.Predict(new ReadOnlyTensorSpan<float>(values, [2, 6, 2]), new TensorSpan<float>(new float[4], [4, 1]))).Message);
    }

    [Fact]
    public void Samples_of_tensors_train_as_those_of_arrays()
    {
        Model one = Made.Model(), other = Made.Model();
        float[] x = Made.Values(10 * 12), y = Made.Values(20);
        var options = new TrainingOptions { Epochs = 2 };
        one.Fit(new ArraySamples(x, new Shape(6, 2), y, new Shape(2)), options);
        other.Fit(Tensor.Create(x, [10, 6, 2]).ToSamples(Tensor.Create(y, [10, 2])), options);
        Assert.Equal(Made.Weights(one), Made.Weights(other));
    }
}
