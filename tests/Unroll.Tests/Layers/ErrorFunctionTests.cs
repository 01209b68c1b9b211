using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

public class ErrorFunctionTests
{
    /// <summary>erfc(x), computed with 40 digits.</summary>
    public static TheoryData<double, double> Values => new()
    {
        { 0, 1.0 },
        { 0.0009765625, 0.9988980675699281853 },
        { 0.125, 0.85968379519866618261 },
        { 0.25, 0.72367360983176306701 },
        { 0.5, 0.47950012218695346232 },
        { 0.75, 0.2888443663464848684 },
        { 1, 0.15729920705028513066 },
        { 1.5, 0.033894853524689272933 },
        { 2, 0.0046777349810472658379 },
        { 2.5, 0.00040695201744495893956 },
        { 3, 0.000022090496998585441373 },
        { 4, 1.5417257900280018852e-8 },
        { 5, 1.5374597944280348502e-12 },
        { 6, 2.1519736712498913117e-17 },
        { 8, 1.122429717298292708e-29 },
        { -0.125, 1.1403162048013338174 },
        { -0.5, 1.5204998778130465377 },
        { -1, 1.8427007929497148693 },
        { -2, 1.9953222650189527342 },
        { -4, 1.9999999845827420997 },
        { -7, 2.0 },
    };

    /// <summary>
    /// Rounding costs a few units in the last place times the size of the exponent, 1 + x²; the series of a float 1.1e-8.
    /// </summary>
    [Theory]
    [MemberData(nameof(Values))]
    public void The_error_is_the_documented_one(double x, double expected)
    {
        double size = 1 + x * x;
        Assert.InRange(ErrorFunction<double>.Complement(x) / expected, 1 - 5e-16 * size, 1 + 5e-16 * size);
        double single = ErrorFunction<float>.Complement((float)x);
        Assert.InRange(Math.Abs(single - expected), 0, (1.1e-8 + 2.5e-7 * size) * expected);
    }

    [Fact]
    public void Far_out_it_is_0_or_2()
    {
        foreach (double x in (double[])[1e4, 1e10, 1e200, double.PositiveInfinity])
        {
            Assert.Equal((0, 2), (ErrorFunction<double>.Complement(x), ErrorFunction<double>.Complement(-x)));
            Assert.Equal((0f, 2f), (ErrorFunction<float>.Complement((float)x), ErrorFunction<float>.Complement((float)-x)));
        }

        Assert.Equal(0.5, ErrorFunction<double>.NormalProbability(0), 1e-15);
        Assert.Equal(0.5f, ErrorFunction<float>.NormalProbability(0), 1e-7f);
    }
}
