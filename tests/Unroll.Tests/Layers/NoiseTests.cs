using Unroll.Kernels;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>What layers that act in training only draw: mean, spread, and what has one factor.</summary>
public class NoiseTests
{
    private const int Rows = 8, Steps = 200, Features = 20;

    [Fact]
    public void Noise_has_mean_0_and_the_deviation_that_was_asked_for()
    {
        double[] noise = [.. Train(new GaussianNoise(0.5)).Select(value => value - 1)];
        Assert.InRange(noise.Average(), -0.01, 0.01);
        Assert.InRange(Math.Sqrt(noise.Average(value => value * value)), 0.49, 0.51);
        Assert.Equal(noise.Length, noise.Distinct().Count());
    }

    [Fact]
    public void Gaussian_dropout_has_mean_1_and_the_spread_of_dropout()
    {
        double[] factors = Train(new GaussianDropout(0.2));
        Assert.InRange(factors.Average(), 0.99, 1.01);
        Assert.InRange(factors.Average(value => (value - 1) * (value - 1)), 0.245, 0.255);
    }

    [Fact]
    public void Spatial_dropout_drops_a_feature_at_all_steps_of_a_row_or_at_none()
    {
        double[] factors = Train(new SpatialDropout1D(0.25));
        for (int row = 0; row < Rows; row++)
        {
            for (int f = 0; f < Features; f++)
                Assert.Single(Enumerable.Range(0, Steps).Select(t => factors[(row * Steps + t) * Features + f]).Distinct());
        }

        double[] each = [.. Enumerable.Range(0, Rows * Features).Select(i => factors[i / Features * Steps * Features + i % Features])];
        Assert.Equal([0, 1 / 0.75], each.Distinct().Order());
        Assert.InRange(each.Count(value => value == 0), 20, 60);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Rates_are_from_0_to_below_1(double rate)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpatialDropout1D(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpatialDropout2D(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianDropout(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(1, 1) { Dropout = rate });
    }

    /// <summary>What a layer makes of ones in training.</summary>
    private static double[] Train(Layer layer)
    {
        var network = new Network<double>([layer], new Shape(Steps, Features), Kernels<double>.Best, 1) { StepSeed = 3 };
        double[] ones = [.. Enumerable.Repeat(1.0, Rows * Steps * Features)], outputs = new double[ones.Length];
        network.Gradients(new CheckedBatch<double>(ones, ones, Rows), new UpstreamLoss(), outputs);
        return outputs;
    }
}
