using Unroll.Training;
using Unroll.Kernels;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

public class LastStepsTests
{
    private static double[] Run(Layer[] layers, double[] inputs, int steps, int features, int rows)
    {
        var network = new Network<double>(layers, new Shape(steps, features), Kernels<double>.Best, 1);
        TestData.Normal(network.Parameters.Count, 2, 0.5).CopyTo(network.Parameters.Values);
        var outputs = new double[rows * network.Output.Size];
        network.Predict(new CheckedBatch<double>(inputs, new double[rows], rows), outputs);
        return outputs;
    }

    [Theory]
    [InlineData(1, 7, 1, 1)]
    [InlineData(2, 7, 3, 5)]
    [InlineData(6, 7, 17, 9)]
    [InlineData(7, 7, 4, 11)]
    public void What_leaves_is_the_end_of_what_came(int kept, int steps, int features, int rows)
    {
        double[] inputs = TestData.Normal(rows * steps * features, 5);
        double[] expected = [.. Enumerable.Range(0, rows)
            .SelectMany(row => inputs[(((row * steps) + steps - kept) * features)..((row + 1) * steps * features)])];
        Assert.Equal(expected, Run([new LastSteps(kept)], inputs, steps, features, rows));
        Assert.Equal(new Shape(kept, features), new LastSteps(kept).GetOutputShape(new Shape(steps, features)));
    }

    [Fact]
    public void A_mask_ends_here()
    {
        // The first two steps are masked. A mask that went on would be laid over the two that are kept.
        double[] inputs = [0, 0, 0, 0, 1, 2, 3, 4];
        Layer[] read = [new LastSteps(2), new Gru(3)];
        double[] masked = Run([new Masking(), .. read], inputs, 4, 2, 1);
        Assert.Equal(Run([new Gru(3)], [1, 2, 3, 4], 2, 2, 1), masked);
        Assert.NotEqual(new double[3], masked);

        // What is masked and kept is read as zeros, which a recurrent layer sees.
        Assert.Equal(Run([new Gru(3)], [0, 0, 0, 0], 2, 2, 1), Run([new Masking(), .. read], [1, 2, 3, 4, 0, 0, 0, 0], 4, 2, 1));
        Assert.Equal(new double[3], Run([new Masking(), new Gru(3)], [0, 0, 0, 0], 2, 2, 1));
    }

    [Fact]
    public void What_cannot_be_kept_is_refused()
    {
        Assert.StartsWith("At least 1 step must stay.", Assert.Throws<ArgumentOutOfRangeException>(() => new LastSteps(0)).Message);
        Assert.Equal(
            "ahead keeps 5 steps, but its input has 4. Keep fewer or feed longer sequences.",
            Assert.Throws<UnrollException>(() => new LastSteps(5) { Name = "ahead" }.GetOutputShape(new Shape(4, 2))).Message);
        Assert.Equal(
            "last_steps takes sequences of shape (time steps, features), but its input has shape (4).",
            Assert.Throws<UnrollException>(() => new LastSteps(2).GetOutputShape(new Shape(4))).Message);
    }
}
