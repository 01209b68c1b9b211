using CsCheck;
using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class BlendTests
{
    private const int Rows = 40;
    private static readonly double[] s_actual = TestData.Normal(Rows, 1, 10);

    /// <summary>A forecast whose error from an origin is given for each step.</summary>
    private static HorizonForecast Wrong(int steps, Func<int, int, double> error) =>
        new(s_actual, [.. Enumerable.Range(0, Rows - steps + 1)
            .Select(origin => Enumerable.Range(1, steps).Select(h => s_actual[origin + h - 1] + error(origin, h)).ToArray())]);

    private static double[][] Of(int steps, params Func<int, int, double>[] errors)
    {
        HorizonForecast[] forecasts = Array.ConvertAll(errors, error => Wrong(steps, error));
        double[][] weights = Array.ConvertAll(errors, _ => new double[steps]);
        foreach ((int first, int last) in StepBlocks.Of(steps))
        {
            double[] found = Blend.Weights(forecasts, first, last);
            for (int k = 0; k < found.Length; k++)
                Array.Fill(weights[k], found[k], first - 1, last - first + 1);
        }

        return weights;
    }

    [Fact]
    public void A_perfect_forecast_gets_all_the_weight()
    {
        Assert.Equal([[0], [0], [1]], Of(1, (o, _) => o % 3, (o, _) => 1 - (o % 2), (_, _) => 0));
        Assert.Equal([[0.5], [0.5]], Of(1, (_, _) => 0, (_, _) => 0));
    }

    [Fact]
    public void Errors_that_cancel_out_share_the_weight() =>
        Assert.Equal([[0.5], [0.5]], Of(1, (o, _) => 1 - (2 * (o % 2)), (o, _) => (2 * (o % 2)) - 1));

    [Fact]
    public void Two_unrelated_errors_are_weighed_by_their_size()
    {
        // Errors 1 and 2 on rows of their own: the squared error of w and 1 − w is least at w = 4/5.
        double[][] weights = Of(1, (o, _) => o % 2, (o, _) => 2 * (1 - (o % 2)));
        Assert.Equal(0.8, weights[0][0], 0.03);
        Assert.Equal(1, weights[0][0] + weights[1][0], 1e-15);
    }

    [Fact]
    public void The_first_two_share_the_weight_where_neither_is_clearly_better()
    {
        Assert.Equal([[0.5], [0.5]], Of(1, (_, _) => 1, (_, _) => 0.9995));
        Assert.Equal([[0], [1]], Of(1, (_, _) => 1, (_, _) => 0.9));
        Assert.Equal([[1], [0]], Of(1, (_, _) => 1, (_, _) => 1.5));
    }

    [Fact]
    public void Each_block_of_steps_has_weights_of_its_own() => Assert.Equal(
        [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 1, 1]],
        Of(5, (_, h) => h == 1 ? 0 : 1, (_, h) => h == 2 ? 0 : 1, (_, h) => h >= 3 ? 0 : 1));

    [Fact]
    public void A_forecast_that_is_not_finite_gets_nothing_and_does_not_hinder_the_others()
    {
        Assert.Equal([[0.5], [0], [0.5]],
            Of(1, (o, _) => 1 - (2 * (o % 2)), (o, _) => o == 7 ? double.PositiveInfinity : 0, (o, _) => (2 * (o % 2)) - 1));
        Assert.Equal([[0], [1]], Of(1, (o, _) => o == 7 ? double.NaN : 0, (_, _) => 1));
        Assert.Equal([[0], [0.5], [0.5]],
            Of(1, (o, _) => o == 7 ? double.NegativeInfinity : 0, (o, _) => 1 - (2 * (o % 2)), (o, _) => (2 * (o % 2)) - 1));
    }

    [Fact]
    public void Weights_are_not_negative_sum_to_1_and_are_no_worse_than_the_first_or_the_best() =>
        Gen.Select(Gen.Double[-5, 5].Array[4 * Rows], Gen.Int[1, 6]).Sample((errors, steps) =>
        {
            var wrong = Enumerable.Range(0, 4).Select(k => (Func<int, int, double>)((o, h) => errors[(k * Rows) + o + h - 1] / (k + 1)))
                .ToArray();
            double[][] weights = Of(steps, wrong);
            bool right = weights.All(each => each.All(weight => weight >= 0)) && Enumerable.Range(0, steps)
                .All(h => Math.Abs(weights.Sum(each => each[h]) - 1) < 1e-12);
            foreach ((int first, int last) in StepBlocks.Of(steps))
            {
                double Squares(Func<int, double> weight) => Enumerable.Range(first, last - first + 1).Sum(h => Enumerable.Range(
                    0, Rows - steps + 1).Sum(o => Math.Pow(Enumerable.Range(0, 4).Sum(k => weight(k) * wrong[k](o, h)), 2)));
                double mixed = Squares(k => weights[k][first - 1]),
                    best = Enumerable.Range(0, 4).Min(only => Squares(k => k == only ? 1 : 0));
                right &= mixed <= best / 0.98 * (1 + 1e-9);
            }

            return right;
        }, iter: 60, threads: 1);

    [Theory]
    [InlineData(1, "1-1")]
    [InlineData(2, "1-1 2-2")]
    [InlineData(3, "1-1 2-2 3-3")]
    [InlineData(4, "1-1 2-2 3-4")]
    [InlineData(5, "1-1 2-2 3-5")]
    [InlineData(7, "1-1 2-2 3-4 5-7")]
    [InlineData(12, "1-1 2-2 3-4 5-8 9-12")]
    [InlineData(18, "1-1 2-2 3-4 5-8 9-18")]
    [InlineData(28, "1-1 2-2 3-4 5-8 9-16 17-28")]
    public void Each_block_of_steps_is_as_long_as_all_before(int steps, string blocks)
    {
        Assert.Equal(blocks, string.Join(" ", StepBlocks.Of(steps).Select(block => $"{block.First}-{block.Last}")));
        Assert.Equal(StepBlocks.Of(steps).Select(block => block.Last), StepBlocks.Probes(steps));
        foreach ((int first, int last) in StepBlocks.Of(steps))
            Assert.All(Enumerable.Range(first, last - first + 1),
                step => Assert.Equal(Enumerable.Range(first, last - first + 1), StepBlocks.BlockOf(steps, step)));
    }
}
