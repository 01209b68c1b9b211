using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ProbabilityMetricsTests
{
    private static string Refused(Func<double> metric) => Assert.Throws<UnrollException>(() => metric()).Message;

    [Fact]
    public void Pinball_agrees_with_the_example_of_the_scikit_learn_reference()
    {
        // mean_pinball_loss([1, 2, 3], [0, 2, 3], alpha=0.1) = 0.0333..., ([1, 2, 3], [1, 2, 4], 0.1) = 0.3, alpha=0.9: 0.3 and 0.0333...
        Assert.Equal(0.1 / 3, Metrics.Pinball([1, 2, 3], [0, 2, 3], 0.1), 1e-15);
        Assert.Equal(0.3, Metrics.Pinball([1, 2, 3], [1, 2, 4], 0.1), 1e-15);
        Assert.Equal(0.3, Metrics.Pinball([1, 2, 3], [0, 2, 3], 0.9), 1e-15);
        Assert.Equal(0.1 / 3, Metrics.Pinball([1, 2, 3], [1, 2, 4], 0.9), 1e-15);
    }

    [Fact]
    public void Crps_of_distributions_agrees_with_its_integral()
    {
        // ∫(F(x) − 1{x ≥ a})² dx by Simpson's rule in Python: for the t distribution with 3 degrees of freedom from its closed form.
        Assert.Equal(0.6024413576276164, Metrics.CrpsGaussian([1], [0], [1]), 1e-12);
        Assert.Equal(4.358375465057716, Metrics.CrpsGaussian([-4], [2], [3]), 1e-11);
        Assert.Equal((0.6024413576276164 + 4.358375465057716) / 2, Metrics.CrpsGaussian([1, -4], [0, 2], [1, 3]), 1e-11);
        Assert.Equal(0.4468211312719579, Metrics.CrpsStudentT([0.7], [0], [1], 3), 1e-9);
        Assert.Equal(2.733844688793752, Metrics.CrpsStudentT([5], [1], [2], 3), 1e-9);
    }

    [Fact]
    public void A_student_t_with_many_degrees_of_freedom_scores_as_the_normal() =>
        Gen.Select(Gen.Double[-5, 5], Gen.Double[-5, 5], Gen.Double[0.1, 5]).Sample((actual, mean, deviation) =>
            Math.Abs(Metrics.CrpsStudentT([actual], [mean], [deviation], 1e7)
                - Metrics.CrpsGaussian([actual], [mean], [deviation])) < 1e-5);

    [Fact]
    public void Crps_of_an_ensemble_agrees_with_its_double_sum()
    {
        // Σ|x − a| / 4 − ΣΣ|x − x'| / 32 in Python
        Assert.Equal(0.53125, Metrics.CrpsEnsemble([3], [1, 4, 2, 2.5]), 1e-15);
        Gen.Select(Gen.Double[-9, 9], Gen.Double[-9, 9].Array[1, 12]).Sample((actual, members) =>
        {
            double m = members.Length, sum = members.Sum(x => Math.Abs(x - actual)) / m;
            double spread = members.Sum(x => members.Sum(other => Math.Abs(x - other))) / (2 * m * m);
            return Math.Abs(Metrics.CrpsEnsemble([actual], members) - (sum - spread)) < 1e-12;
        });
    }

    [Fact]
    public void Crps_of_one_member_or_the_median_alone_is_the_absolute_error() =>
        Gen.Select(Gen.Double[-9, 9].Array[1, 9], Gen.Double[-9, 9]).Sample((actual, predicted) =>
        {
            double[] all = Array.ConvertAll(actual, _ => predicted);
            double mae = Metrics.Mae(actual, all);
            return Math.Abs(Metrics.CrpsEnsemble(actual, all) - mae) < 1e-12
                && Math.Abs(Metrics.CrpsQuantiles(actual, all, [0.5]) - mae) < 1e-12;
        });

    [Fact]
    public void Crps_of_many_quantiles_nears_that_of_their_distribution()
    {
        double[] levels = [.. Enumerable.Range(0, 2000).Select(k => (k + 0.5) / 2000)];
        double[] quantiles = [.. levels.Select(level => 2 + (3 * Distributions.NormalQuantile(level)))];
        Assert.Equal(4.358375465057716, Metrics.CrpsQuantiles([-4], quantiles, levels), 1e-3);
    }

    [Fact]
    public void Crps_of_quantiles_weighs_each_by_the_levels_it_stands_for()
    {
        // Levels 0.1, 0.5, 0.9 stand for 0.3, 0.4, 0.3 of (0, 1): 2·(0.3·0.1·2 + 0.4·0.5·1 + 0.3·0.1·1) = 0.58 for 3 in [1, 2, 4].
        Assert.Equal(0.58, Metrics.CrpsQuantiles([3], [1, 2, 4], [0.1, 0.5, 0.9]), 1e-15);
        Assert.Equal(
            "The quantiles of row 2 cross: that of level 0.5 is below that of level 0.1. Sort each row's quantiles.",
            Refused(() => Metrics.CrpsQuantiles([3, 3], [1, 2, 2, 1], [0.1, 0.5])));
        Assert.StartsWith("Quantile levels must increase, but 0.1 follows 0.5. Sort them and name each once.",
            Assert.Throws<ArgumentException>(() => Metrics.CrpsQuantiles([3], [1, 2], [0.5, 0.1])).Message, StringComparison.Ordinal);
        Assert.Equal("3 quantiles are not the same number, at least 1, for each of 2 actual values. Give one row of quantiles for each.",
            Refused(() => Metrics.CrpsQuantiles([3, 3], [1, 2, 3], [0.1, 0.5])));
    }

    [Fact]
    public void Intervals_are_judged_by_what_they_hold_and_how_wide_they_are()
    {
        double[] actual = [1, 5, 9, 2], lower = [0, 6, 4, 2], upper = [2, 8, 6, 3];
        Assert.Equal(0.5, Metrics.Coverage(actual, lower, upper));
        Assert.Equal((2 + 2 + 2 + 1) / 4.0, Metrics.IntervalWidth(lower, upper));
        // By hand at 80 %: widths 2, 2, 2, 1 and fines of 10 for 1 below, 30 for 3 above.
        Assert.Equal((2 + 12 + 32 + 1) / 4.0, Metrics.Winkler(actual, lower, upper, 0.8), 1e-12);
        Assert.Equal("The interval of row 1 ends at 1, below its beginning 2. Exchange the two ends.",
            Refused(() => Metrics.Coverage([1], [2], [1])));
        Assert.Equal("There are 2 actual values but 1 lower ends. Give one for each actual value.",
            Refused(() => Metrics.Coverage([1, 2], [2], [1, 2])));
        Assert.Equal("Of the upper ends, that of row 1 is Infinity. Treat missing values before judging a forecast.",
            Refused(() => Metrics.Winkler([1], [0], [double.PositiveInfinity], 0.8)));
        Assert.StartsWith("A level of 80 is no probability between 0 and 1. Give for example 0.8 for 80 %.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.Winkler([1], [0], [2], 80)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Winkler_is_the_pinball_loss_of_both_ends() =>
        Gen.Select(Gen.Double[-9, 9], Gen.Double[-9, 9], Gen.Double[0, 5], Gen.Double[0.05, 0.95]).Sample((actual, lower, width, level) =>
        {
            double tail = (1 - level) / 2, upper = lower + width;
            double pinball = Metrics.Pinball([actual], [lower], tail) + Metrics.Pinball([actual], [upper], 1 - tail);
            return Math.Abs(Metrics.Winkler([actual], [lower], [upper], level) - (pinball / tail)) < 1e-9;
        });

    [Fact]
    public void Distributions_without_spread_or_mean_are_refused()
    {
        Assert.Equal("Of the deviations, that of row 1 is 0. They must be above 0.", Refused(() => Metrics.CrpsGaussian([1], [1], [0])));
        Assert.StartsWith("CRPS of a Student-t distribution is defined for more than 1 degree of freedom.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.CrpsStudentT([1], [1], [1], 1)).Message, StringComparison.Ordinal);
        Assert.Equal("Of the ensemble members of row 2, number 1 is NaN. Train the model again, with a smaller learning rate.",
            Refused(() => Metrics.CrpsEnsemble([1, 2], [1, 2, double.NaN, 4])));
    }
}
