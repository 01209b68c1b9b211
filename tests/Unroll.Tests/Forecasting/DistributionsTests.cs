using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class DistributionsTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.8413447460685429)]
    [InlineData(1.96, 0.9750021048517795)]
    [InlineData(-1.96, 0.024997895148220435)]
    [InlineData(-3, 0.0013498980316300933)]
    [InlineData(-6, 9.865876450376946e-10)]
    [InlineData(-20, 2.7536241186062337e-89)]
    public void The_normal_distribution_agrees_with_its_tables(double x, double expected) =>
        // Python's statistics.NormalDist and math.erfc
        Assert.Equal(1, Distributions.NormalCdf(x) / expected, 1e-12);

    [Fact]
    public void Student_t_agrees_with_its_closed_forms() =>
        Gen.Double[-30, 30].Sample(t =>
        {
            double u = t / Math.Sqrt(3);
            double one = 0.5 + (Math.Atan(t) / Math.PI), two = 0.5 + (t / (2 * Math.Sqrt(2 + (t * t)))),
                three = 0.5 + (((u / (1 + (u * u))) + Math.Atan(u)) / Math.PI);
            return Math.Abs(Distributions.StudentTCdf(t, 1) - one) < 1e-13
                && Math.Abs(Distributions.StudentTCdf(t, 2) - two) < 1e-13
                && Math.Abs(Distributions.StudentTCdf(t, 3) - three) < 1e-13;
        });

    [Fact]
    public void Both_tails_of_student_t_agree_with_the_integral_of_its_density() =>
        // Simpson's rule in Python, t = 1.3 with 19 degrees of freedom
        Assert.Equal(0.20915150029732965, Distributions.StudentTTails(-1.3, 19), 1e-13);

    [Fact]
    public void The_incomplete_beta_function_agrees_with_binomial_sums() =>
        // I(x; a, n − a + 1) is the probability of at least a successes in n trials.
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], Gen.Double[0.001, 0.999]).Sample((a, b, x) =>
        {
            int n = a + b - 1;
            double sum = 0, binomial = 1;
            for (int j = 0; j <= n; j++)
            {
                if (j >= a)
                    sum += binomial * Math.Pow(x, j) * Math.Pow(1 - x, n - j);
                binomial = binomial * (n - j) / (j + 1);
            }

            return Math.Abs(Distributions.IncompleteBeta(a, b, x) - sum) < 1e-12;
        });

    [Fact]
    public void The_gamma_function_agrees_with_factorials_and_the_root_of_pi()
    {
        double factorial = 1;
        for (int n = 1; n <= 20; n++)
        {
            Assert.Equal(Math.Log(factorial), Distributions.LogGamma(n), 1e-12);
            factorial *= n;
        }

        Assert.Equal(0.5 * Math.Log(Math.PI), Distributions.LogGamma(0.5), 1e-14);
        Assert.Equal(Math.Log(0.75 * Math.Sqrt(Math.PI)), Distributions.LogGamma(2.5), 1e-14);
    }

    [Fact]
    public void Quantiles_invert_the_probabilities() =>
        Gen.Select(Gen.Double[1e-6, 1 - 1e-6], Gen.Double[1, 50]).Sample((p, v) =>
            Math.Abs(Distributions.NormalCdf(Distributions.NormalQuantile(p)) - p) < 1e-13
            && Math.Abs(Distributions.StudentTCdf(Distributions.StudentTQuantile(p, v), v) - p) < 1e-13);

    /// <summary>Steps whose result is certain are spared.</summary>
    [Fact]
    public void Quantiles_of_student_t_are_those_of_bisection_to_the_bit() =>
        Gen.Select(Gen.OneOf(Gen.Double[1e-6, 1 - 1e-6], Gen.Int[1, 199].Select(n => n / 200.0), Gen.Const(1e-12), Gen.Const(0.4999)),
            Gen.Double[0.5, 600]).Sample((p, v) =>
            Distributions.StudentTQuantile(p, v) == Bisected(p, t => Distributions.StudentTCdf(t, v)));

    private static double Bisected(double probability, Func<double, double> cdf)
    {
        if (probability > 0.5)
            return -Bisected(1 - probability, cdf);
        double low = -1, high = 0;
        while (cdf(low) > probability)
            (low, high) = (2 * low, low);
        for (double middle = (low + high) / 2; ; middle = (low + high) / 2)
        {
            if (middle <= low || middle >= high)
                return middle;
            (low, high) = cdf(middle) > probability ? (low, middle) : (middle, high);
        }
    }

    [Theory]
    [InlineData(0.975, 1e4, 1.960201239890626, 1e-10)]
    [InlineData(0.975, 1.1e5, 1.9599855508754138, 1e-13)]
    [InlineData(0.999, 2e5, 3.0902730573051986, 1e-13)]
    [InlineData(0.001, 1e6, -3.09024045631652, 1e-13)]
    [InlineData(0.9, 1e8, 1.2815515740104482, 1e-13)]
    [InlineData(0.3, 1e12, -0.524400512708208, 1e-13)]
    public void With_many_degrees_of_freedom_the_quantiles_of_student_t_keep_their_digits(
        double probability, double degrees, double expected, double tolerance) =>
        // scipy.stats.t.ppf
        Assert.Equal(1, Distributions.StudentTQuantile(probability, degrees) / expected, tolerance);

    [Fact]
    public void The_normal_quantile_agrees_with_its_table()
    {
        // Python's statistics.NormalDist().inv_cdf
        Assert.Equal(1.9599639845400539, Distributions.NormalQuantile(0.975), 1e-12);
        Assert.Equal(-2.3263478740408408, Distributions.NormalQuantile(0.01), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => Distributions.NormalQuantile(1));
    }
}
