using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class LinearRegressionTests
{
    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    private static double[] Rows(params double[][] columns) =>
        [.. Enumerable.Range(0, columns[0].Length).SelectMany(row => columns.Select(column => column[row]))];

    [Fact]
    public void Agrees_with_the_certified_values_of_longleys_data()
    {
        // NIST Statistical Reference Datasets, Longley: six nearly collinear inputs. Weights by exact fractions in Python agree with them.
        double[] y = [60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551];
        double[] x = Rows(
            [83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9],
            [234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601, 518173,
                554894],
            [2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007],
            [1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827],
            [107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368, 127852,
                130081],
            [1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962]);
        var fitted = LinearRegression.Fit(x, y, 16);
        Assert.Equal(1, fitted.Intercepts[0] / -3482258.63459582, 1e-10);
        double[] certified = [15.0618722713733, -0.358191792925910E-01, -2.02022980381683, -1.03322686717359, -0.511041056535807E-01,
            1829.15146461355];
        for (int i = 0; i < 6; i++)
            Assert.Equal(1, fitted.Weights[i] / certified[i], 1e-10);
    }

    [Fact]
    public void A_ridge_draws_the_weights_towards_nothing()
    {
        // (X'X + λ·n·diag(0, s²))w = X'y by exact fractions in Python, with λ = 0 and 0.5
        double[] x = Rows([1, 2, 3, 4, 6], [2, 1, 5, 3, 8]), y = [3, 4, 8, 8, 15];
        var plain = LinearRegression.Fit(x, y, 5);
        Assert.Equal(0.04333868378812199, plain.Intercepts[0], 1e-13);
        Assert.Equal(1.5056179775280898, plain.Weights[0], 1e-13);
        Assert.Equal(0.7207062600321027, plain.Weights[1], 1e-13);
        var drawn = LinearRegression.Fit(x, y, 5, 0.5);
        Assert.Equal(1.72323732718894, drawn.Intercepts[0], 1e-13);
        Assert.Equal(1.055241935483871, drawn.Weights[0], 1e-13);
        Assert.Equal(0.6578917050691244, drawn.Weights[1], 1e-13);
    }

    [Fact]
    public void What_is_linear_is_found_again() =>
        Gen.Select(Gen.Double[-10, 10].Array[4], Gen.Double[-10, 10].Array[60], Gen.Double[-100, 100])
            .Sample((weights, inputs, intercept) =>
        {
            // Whatever is drawn, no input is nearly a combination of the others.
            for (int i = 0; i < 4; i++)
                inputs[(i * 4) + i] += 40;
            double Output(int row) => intercept + weights.Select((weight, i) => weight * inputs[(row * 4) + i]).Sum();
            double[] outputs = [.. Enumerable.Range(0, 15).SelectMany(row => new[] { Output(row), -2 * Output(row) })];
            var fitted = LinearRegression.Fit(inputs, outputs, 15);
            double[] again = fitted.Predict([1, -2, 3, 4]);
            double expected = intercept + weights[0] - (2 * weights[1]) + (3 * weights[2]) + (4 * weights[3]);
            return Math.Abs(again[0] - expected) < 1e-8 && Math.Abs(again[1] + (2 * expected)) < 1e-8;
        }, iter: 300);

    [Fact]
    public void An_autoregression_has_the_weights_of_exact_arithmetic()
    {
        // The AR(2) weights of this series by exact fractions in Python.
        double[] series = [3, 5, 4, 7, 6, 8, 9, 7, 10, 12, 11, 13];
        var fitted = LinearRegression.Fit([.. Enumerable.Range(0, 10).SelectMany(row => series[row..(row + 2)])], series.AsSpan(2), 10);
        Assert.Equal((2, 1), (fitted.Inputs, fitted.Outputs));
        Assert.Equal(1.6639032041227875, fitted.Intercepts[0], 1e-12);
        Assert.Equal(0.6285010082903877, fitted.Weights[0], 1e-12);
        Assert.Equal(0.32578982747031143, fitted.Weights[1], 1e-12);
    }

    [Fact]
    public void Inputs_that_leave_the_weights_open_are_named()
    {
        double[] one = [1, 2, 4, 3, 5], two = [2, 1, 5, 3, 9], sum = [3, 3, 9, 6, 14], constant = [7, 7, 7, 7, 7];
        Assert.Equal(
            "Least squares finds no weight for input 3: it is a combination of the inputs before it. Leave it out, or use a ridge above 0.",
            Refused(() => LinearRegression.Fit(Rows(one, two, sum), one, 5)));
        Assert.Equal("Least squares finds no weight for input 2: it is 7 on every row. Leave it out, or use a ridge above 0.",
            Refused(() => LinearRegression.Fit(Rows(one, constant), two, 5)));
        Assert.Equal(
            "Least squares cannot find 5 weights and an intercept from 5 rows. Use a longer training range, fewer inputs, or a ridge "
                + "above 0.",
            Refused(() => LinearRegression.Fit(Rows(one, two, sum, one, two), one, 5)));
        Assert.Equal("Least squares needs finite values, but input 2 of row 1 is NaN. Treat missing values first.",
            Refused(() => LinearRegression.Fit([1, double.NaN, 2, 3, 3, 3, 4, 4], [1, 2, 3, 4], 4)));
        Assert.Equal("ridge", Assert.Throws<ArgumentOutOfRangeException>(() => LinearRegression.Fit(one, two, 5, -1)).ParamName);
    }

    [Fact]
    public void A_ridge_shares_a_weight_between_equal_inputs_and_gives_constants_none()
    {
        double[] one = [1, 2, 4, 3, 5], y = [2, 4, 8, 6, 10], constant = [7, 7, 7, 7, 7];
        var fitted = LinearRegression.Fit(Rows(one, one, constant), y, 5, 1e-9);
        Assert.Equal(1, fitted.Weights[0], 1e-6);
        Assert.Equal(1, fitted.Weights[1], 1e-6);
        Assert.Equal(0, fitted.Weights[2]);
    }
}
