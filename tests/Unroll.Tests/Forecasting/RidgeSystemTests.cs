using CsCheck;
using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class RidgeSystemTests
{
    private const int Rows = 50, Inputs = 6;

    /// <summary>Inputs of different size and offset, the third nearly the sum of the first two, and the last constant.</summary>
    private static double[][] Columns()
    {
        double[] noise = TestData.Normal(Rows * Inputs, 3);
        double[][] columns = [.. Enumerable.Range(0, Inputs)
            .Select(k => Enumerable.Range(0, Rows).Select(row => (k + 1) + (Math.Pow(10, k - 2) * noise[(k * Rows) + row])).ToArray())];
        for (int row = 0; row < Rows; row++)
            columns[2][row] = columns[0][row] + columns[1][row] + (0.01 * columns[2][row]);
        Array.Fill(columns[5], 7.3);
        return columns;
    }

    private static double[] Outputs(double[][] columns) =>
        [.. TestData.Normal(Rows, 9).Select((e, row) => 100 + columns[0][row] - (2 * columns[3][row]) + e)];

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(100)]
    public void Agrees_with_the_decomposition_that_keeps_more_digits(double penalty)
    {
        double[][] columns = Columns();
        double[] y = Outputs(columns), rows = [.. Enumerable.Range(0, Rows).SelectMany(row => columns.Select(column => column[row]))];
        var expected = LinearRegression.Fit(rows, y, Rows, penalty);
        double[] weights = new RidgeSystem(Columns(), y).Solve(penalty);
        Assert.Equal(Inputs + 1, weights.Length);
        for (int k = 0; k < Inputs; k++)
            Assert.Equal(expected.Weights[k], weights[k], 1e-8 * Math.Max(1, Math.Abs(expected.Weights[k])));
        Assert.Equal(expected.Intercepts[0], weights[^1], 1e-7);
        Assert.Equal(0, weights[5]);
        Assert.Equal(expected.Predict(rows.AsSpan(0, Inputs))[0], RidgeSystem.Predict(weights, rows.AsSpan(0, Inputs)), 1e-8);
    }

    [Fact]
    public void One_system_is_solved_for_many_penalties_and_the_largest_leave_the_mean_alone()
    {
        double[][] columns = Columns();
        double[] y = Outputs(columns);
        var system = new RidgeSystem(Columns(), y);
        double[] first = system.Solve(0.01), strong = system.Solve(1e12);
        Assert.Equal(first, system.Solve(0.01));
        Assert.All(strong[..^1], weight => Assert.Equal(0, weight, 1e-9));
        Assert.Equal(y.Average(), strong[^1], 1e-8);
    }

    [Fact]
    public void Columns_that_are_all_constant_and_a_single_row_give_the_mean()
    {
        Assert.Equal([0, 0, 4], new RidgeSystem([[1, 1, 1], [0, 0, 0]], [3, 4, 5]).Solve(0.001));
        Assert.Equal([0, 5], new RidgeSystem([[2]], [5]).Solve(1));
    }

    /// <summary>The least sum of absolute errors of a line goes through two of the points: all pairs are tried.</summary>
    [Fact]
    public void Absolute_errors_are_nearly_as_small_as_those_of_the_best_line_whatever_a_few_points_do() =>
        Gen.Double[-3, 3].Array[40].Select(Gen.Double[-0.5, 0.5].Array[40], Gen.Double[20, 200].Array[4]).Sample((x, noise, wild) =>
        {
            if (x.Distinct().Count() < x.Length)
                return;
            double[] y = [.. x.Select((value, i) => (2 * value) + 1 + noise[i] + (i < wild.Length ? wild[i] : 0))];
            double Sum(double slope, double intercept) => x.Zip(y, (input, output) => Math.Abs(output - (slope * input) - intercept)).Sum();
            double best = double.PositiveInfinity;
            for (int i = 0; i < x.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    double slope = (y[i] - y[j]) / (x[i] - x[j]);
                    best = Math.Min(best, Sum(slope, y[i] - (slope * x[i])));
                }
            }

            double[] absolute = new RidgeSystem([[.. x]], y, isAbsolute: true).Solve(1e-9),
                squares = new RidgeSystem([[.. x]], y).Solve(1e-9);
            double ours = Sum(absolute[0], absolute[1]) - best, theirs = Sum(squares[0], squares[1]) - best;
            Assert.True(ours <= 0.35 * theirs, FormattableString.Invariant($"{ours} of {theirs} above {best}"));
        }, iter: 300);

    [Fact]
    public void Absolute_errors_of_points_on_a_line_and_of_a_single_row_are_those_of_squares()
    {
        Assert.Equal(new RidgeSystem([[1, 2, 3, 4]], [4, 7, 10, 13]).Solve(1e-12)[0],
            new RidgeSystem([[1, 2, 3, 4]], [4, 7, 10, 13], true).Solve(1e-12)[0], 1e-9);
        Assert.Equal([0, 5], new RidgeSystem([[2]], [5], true).Solve(1));
        Assert.Equal([0, 0, 4], new RidgeSystem([[1, 1, 1], [0, 0, 0]], [4, 4, 4], true).Solve(0.001));
    }

    [Fact]
    public void A_penalty_of_one_halves_the_weight_of_a_lone_input()
    {
        // y = 3x + 1 with mean 8.5 at x = 2.5: 8.5 − 1.5·2.5 = 4.75.
        double[] weights = new RidgeSystem([[1, 2, 3, 4]], [4, 7, 10, 13]).Solve(1);
        Assert.Equal(1.5, weights[0], 1e-14);
        Assert.Equal(4.75, weights[1], 1e-14);
    }
}
