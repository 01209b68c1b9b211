using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class DieboldMarianoTests
{
    private static readonly double[] s_actual = [10, 12, 11, 13, 15, 14, 16, 18, 17, 19];
    private static readonly double[] s_first = Less(0.5, -0.2, 0.3, 0.4, -0.6, 0.1, -0.3, 0.2, 0.7, -0.1);
    private static readonly double[] s_second = Less(1.0, -0.4, 0.2, -0.9, 0.8, 0.3, -1.1, 0.6, 0.5, -0.7);

    private static double[] Less(params double[] errors) => [.. s_actual.Zip(errors, (actual, error) => actual - error)];

    // Statistics by the published formulas in Python; p-values from the density of Student's t by Simpson's rule.
    [Theory]
    [InlineData(1, nameof(ErrorLoss.Squared), nameof(LongRunVariance.Rectangular), -0.351, -2.719296628765014, 0.02363501247107358)]
    [InlineData(2, nameof(ErrorLoss.Squared), nameof(LongRunVariance.Rectangular), -0.351, -3.6215516288169756, 0.0055582972122861785)]
    [InlineData(3, nameof(ErrorLoss.Absolute), nameof(LongRunVariance.NeweyWest), -0.31, -4.4420822642468965, 0.001618613742298991)]
    public void Agrees_with_its_formulas(int steps, string loss, string variance, double mean, double statistic, double p)
    {
        var test = DieboldMariano.Test(s_actual, s_first, s_second, steps, Enum.Parse<ErrorLoss>(loss),
            Enum.Parse<LongRunVariance>(variance));
        Assert.Equal(mean, test.MeanDifference, 1e-12);
        Assert.Equal(statistic, test.Statistic, 1e-11);
        Assert.Equal(p, test.PValue, 1e-12);
        Assert.Equal((10, steps, variance), (test.Rows, test.Steps, test.Variance.ToString()));
        Assert.True(test.IsSignificant);
    }

    [Fact]
    public void A_variance_that_comes_out_below_zero_is_replaced_by_newey_and_wests()
    {
        var test = DieboldMariano.Test(s_actual, s_first, s_second, 3);
        Assert.Equal(LongRunVariance.NeweyWest, test.Variance);
        Assert.Equal(-4.02192978507673, test.Statistic, 1e-11);
        Assert.Equal(0.003009304217651998, test.PValue, 1e-12);
    }

    [Fact]
    public void Exchanging_the_forecasts_changes_the_sign_alone() =>
        Gen.Select(Gen.Double[-1, 1].Array[12], Gen.Double[-1, 1].Array[12], Gen.Double[-1, 1].Array[12], Gen.Int[1, 4])
            .Sample((actual, first, second, steps) =>
        {
            DieboldMariano there = DieboldMariano.Test(actual, first, second, steps),
                back = DieboldMariano.Test(actual, second, first, steps);
            return Math.Abs(there.Statistic + back.Statistic) < 1e-9 * (1 + Math.Abs(there.Statistic))
                && Math.Abs(there.PValue - back.PValue) < 1e-9 && there.PValue is >= 0 and <= 1;
        });

    [Fact]
    public void Equally_good_forecasts_are_called_different_as_often_as_the_level_says()
    {
        var random = new RandomSource(7);
        int significant = 0;
        for (int trial = 0; trial < 2000; trial++)
        {
            double[] actual = new double[30], first = new double[30], second = new double[30];
            for (int t = 0; t < 30; t++)
                (first[t], second[t]) = (random.NextNormal(), random.NextNormal());
            significant += DieboldMariano.Test(actual, first, second).IsSignificant ? 1 : 0;
        }

        // 5 % of 2000 is 100 with a deviation of 9.7.
        Assert.InRange(significant, 61, 139);
    }

    [Fact]
    public void States_its_result_in_words()
    {
        Assert.Equal(
            "The LSTM's errors are smaller than the naive forecast's, and that is hardly chance (p = 0.024).",
            DieboldMariano.Test(s_actual, s_first, s_second).InWords("LSTM", "naive forecast"));
        Assert.Equal(
            "The LSTM's errors are larger than the naive forecast's, and that is hardly chance (p = 0.024).",
            DieboldMariano.Test(s_actual, s_second, s_first).InWords("LSTM", "naive forecast"));
        double[] third = Less(0.5, -0.3, 0.3, 0.3, -0.6, 0.1, -0.3, 0.2, 0.8, -0.1);
        Assert.Equal(
            "The LSTM's errors are smaller than the naive forecast's, but the difference could well be chance (p = 0.48).",
            DieboldMariano.Test(s_actual, s_first, third).InWords("LSTM", "naive forecast"));
    }

    [Fact]
    public void What_cannot_be_told_apart_is_refused()
    {
        Assert.Equal(
            "The Diebold-Mariano test is not defined: the two forecasts' errors differ by the same amount on every row. Compare different "
                + "forecasts, or a longer test range.",
            Assert.Throws<UnrollException>(() => DieboldMariano.Test(s_actual, s_first, s_first)).Message);
        Assert.Equal(
            "3 rows cannot tell two forecasts 5 rows ahead apart. Choose a test range of at least 6 rows.",
            Assert.Throws<UnrollException>(() => DieboldMariano.Test([1, 2, 3], [1, 2, 2], [1, 1, 3], 5)).Message);
    }
}
