using Unroll.Kernels;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

public class SpecialFunctionsTests
{
    /// <summary>
    /// Python: mpmath with 40 digits, loggamma(x + 1/2) − loggamma(x) − log(x)/2 and psi(0, x + 1/2) − psi(0, x) − 1/(2x).
    /// </summary>
    [Theory]
    [InlineData(0.0005, -3.2287790230936619784, 998.61534877175370544)]
    [InlineData(0.25, -0.39159439270683677647, 1.1415926535897932385)]
    [InlineData(0.5, -0.22579135264472743236, 0.38629436111989061883)]
    [InlineData(1, -0.12078223763524522235, 0.11370563888010938117)]
    [InlineData(1.5, -0.081950316418836968643, 0.052961027786557285501)]
    [InlineData(2.7, -0.046041613005337277839, 0.016870537110273380366)]
    [InlineData(7, -0.017842049779024692454, 0.0025445777190482201044)]
    [InlineData(15.9, -0.0078603410443338587786, 0.00049419847481616992309)]
    [InlineData(16, -0.007811229919967624459, 0.00048804329516312869875)]
    [InlineData(40, -0.003124918635043224429, 0.000078118898390458475153)]
    [InlineData(1e3, -0.00012499999479166822917, 1.2499998437500781249e-7)]
    [InlineData(1e6, -1.2499999999999479167e-7, 1.24999999999984375e-13)]
    [InlineData(1e12, -1.2499999999999982412e-13, 1.2499999999999999996e-25)]
    public void The_ratio_of_gamma_functions_agrees_with_forty_digits(double x, double expected, double slope)
    {
        (double value, double derivative) = SpecialFunctions.GammaRatio(x);
        Assert.InRange(value / expected, 1 - 1e-13, 1 + 1e-13);
        Assert.InRange(derivative / slope, 1 - 1e-13, 1 + 1e-13);
    }

    /// <summary>ln(1 + x) = x − x²/2 + x³/3 for small x, where 1 + x has few of its digits.</summary>
    [Fact]
    public void Logarithms_near_one_keep_their_digits()
    {
        foreach (double x in (double[])[1e-300, 1e-17, 3e-16, -3e-16, 1e-9, -1e-9, 1e-6])
            Assert.InRange(Elementary<double>.Log1P(x) / (x - x * x / 2 + x * x * x / 3), 1 - 4e-16, 1 + 4e-16);
        Assert.Equal(0, Elementary<double>.Log1P(0));
        Assert.Equal(Math.Log(3), Elementary<double>.Log1P(2), 1e-15);
        Assert.Equal(Math.Log(1e300), Elementary<double>.Log1P(1e300), 1e-12);
        Assert.Equal(double.PositiveInfinity, Elementary<double>.Log1P(double.PositiveInfinity));
    }

    [Theory]
    [InlineData(-1000, 0, 0)]
    [InlineData(-700, 9.859676543759770e-305, 9.859676543759770e-305)]
    [InlineData(-40, 4.248354255291589e-18, 4.248354255291589e-18)]
    [InlineData(0, 0.6931471805599453, 0.5)]
    [InlineData(1, 1.3132616875182228, 0.7310585786300049)]
    [InlineData(50, 50, 1)]
    [InlineData(1e30, 1e30, 1)]
    [InlineData(3e38, 3e38, 1)]
    public void Softplus_and_its_derivative_neither_overflow_nor_vanish(double x, double softplus, double sigmoid)
    {
        // Both are eˣ to all digits at −700 and −40.
        Assert.Equal(softplus, SpecialFunctions.Softplus(x), Math.Abs(softplus) * 1e-14);
        Assert.Equal(sigmoid, Elementary<double>.Sigmoid(x), sigmoid * 1e-14);
    }

    /// <summary>e⁻⁴⁰ is far below the last digit of 1, and yet the logarithm of their sum.</summary>
    [Fact]
    public void Small_terms_are_not_lost_in_a_sum_of_logarithms()
    {
        double small = Math.Exp(-40);
        Assert.Equal(small, SpecialFunctions.LogAdd(0, -40), small * 1e-14);
        Assert.Equal(small, SpecialFunctions.LogAdd(-40, 0), small * 1e-14);
        Assert.Equal(-3, SpecialFunctions.LogAdd(double.NegativeInfinity, -3));
        Assert.Equal(-3, SpecialFunctions.LogAdd(-3, double.NegativeInfinity));
        Assert.Equal((1000, 2), SpecialFunctions.SumOfExponentials<float>([1000, 1000]));
        Model model = new Model(new Dense(1) { KernelInitializer = Initializer.Ones }).Build(new Shape(1));
        Assert.Equal(small, model.Evaluate(new ArraySamples([-40], new Shape(1), [0], new Shape(1)), new BinaryCrossEntropy()),
            small * 1e-14);
    }
}
