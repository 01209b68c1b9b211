using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>
/// tanh and sigmoid against double precision: within 4 units in the last place or 3e-7, odd, exactly 0 at 0, never beyond 1,
/// and with a NaN for a NaN, without which a diverged training would go unnoticed.
/// </summary>
public class TanhTests
{
    private const double Absolute = 3e-7;
    private const int Units = 4;

    public static TheoryData<string> Names => InstructionSets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Tanh_is_accurate_odd_and_bounded(string name)
    {
        float[] x = Grid(), y = Apply(name, ActivationKind.Tanh, x),
            mirrored = Apply(name, ActivationKind.Tanh, [.. x.Select(value => -value)]);
        for (int i = 0; i < x.Length; i++)
        {
            Accurate(Math.Tanh(x[i]), y[i], x[i]);
            Assert.True(Math.Abs(y[i]) <= 1, $"|tanh({x[i]:R})| is {y[i]:R}");
            Assert.True(y[i] == -mirrored[i], $"tanh({x[i]:R}) is {y[i]:R}, but tanh of its negative {mirrored[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sigmoid_is_accurate_and_bounded(string name)
    {
        float[] x = Grid(), y = Apply(name, ActivationKind.Sigmoid, x);
        for (int i = 0; i < x.Length; i++)
        {
            Accurate(1 / (1 + Math.Exp(-(double)x[i])), y[i], x[i]);
            Assert.True(y[i] is >= 0 and <= 1, $"the sigmoid of {x[i]:R} is {y[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Special_values(string name)
    {
        float[] x = [0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, 1.17549435e-38f, 9.5f, -9.5f, 1e10f, -1e10f, float.MaxValue,
            float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        float[] tanh = Apply(name, ActivationKind.Tanh, x), sigmoid = Apply(name, ActivationKind.Sigmoid, x);
        Assert.Equal(0f, tanh[0]);
        Assert.Equal(0f, tanh[1]);
        for (int i = 2; i < 6; i++)
            Assert.InRange(Math.Abs(tanh[i] - x[i]), 0, 1.2e-38);
        for (int i = 6; i < 14; i++)
        {
            Assert.Equal(Math.Sign(x[i]), tanh[i], 1e-6f);
            Assert.Equal(x[i] > 0 ? 1 : 0, sigmoid[i], Math.Abs(x[i]) < 10 ? 8e-5f : 3e-7f);
        }

        for (int i = 0; i < 6; i++)
            Assert.Equal(0.5f, sigmoid[i]);
        Assert.True(float.IsNaN(tanh[14]), $"tanh(NaN) is {tanh[14]:R}");
        Assert.True(float.IsNaN(sigmoid[14]), $"sigmoid(NaN) is {sigmoid[14]:R}");
    }

    private static void Accurate(double expected, float actual, float x)
    {
        double error = Math.Abs(expected - actual);
        Assert.True(error <= Math.Max(Absolute, Units * (MathF.BitIncrement(MathF.Abs((float)expected)) - MathF.Abs((float)expected))),
            $"at {x:R}: expected {expected:R}, was {actual:R}, off by {error:E2}");
    }

    /// <summary>
    /// Even steps through the bend and the tails, and every power of two downwards to the denormal numbers, with neighbours.
    /// </summary>
    private static float[] Grid()
    {
        var grid = new List<float>();
        for (int i = -48_000; i <= 48_000; i++)
            grid.Add(i / 4000f);
        for (int exponent = -149; exponent <= 127; exponent++)
        {
            float power = MathF.ScaleB(1, exponent);
            grid.AddRange([power, MathF.BitIncrement(power), 1.37f * power, -power]);
        }

        while (grid.Count % RowPadding.Multiple != 0)
            grid.Add(0.123f);
        return [.. grid];
    }

    /// <summary>The kernel on whole vectors: lengths are padded, so no value falls into the scalar rest.</summary>
    private static float[] Apply(string name, ActivationKind activation, float[] x)
    {
        var values = new float[RowPadding.Pad(x.Length)];
        x.CopyTo(values, 0);
        InstructionSets.Get(name).Activate(activation, values);
        return values[..x.Length];
    }
}
