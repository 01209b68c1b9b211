using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>
/// All activations at the values where they go wrong first: zeros of both signs, infinities, NaN, denormal numbers, the ends of the range
/// of eˣ in single precision, and small values of the result. The references are formulas in double that lose no digits there.
/// </summary>
public class SpecialValueTests
{
    private static readonly float[] s_values =
    [
        0, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.Epsilon, -float.Epsilon, 1e-39f, -1e-39f, 1e-20f, -1e-20f,
        1e-7f, -1e-7f,
        3e-4f, -3e-4f, 0.1f, -0.1f, 1, -1, 2.9f, -2.9f, 3, -3, 6, -6, 10, -10, 15, -15, 17, -17, 20, -20, 30, -30, 60, -60, 87, -87, 88.8f,
        -88.8f, 1e30f, -1e30f,
    ];

    public static MatrixTheoryData<string, string> NamesAndActivations =>
        new(Kernels<float>.Supported.Select(kernels => kernels.Name), Enum.GetNames<ActivationKind>());

    public static TheoryData<string> Names => InstructionSets.Names;

    /// <summary>32 equal values are whole vectors on every instruction set, one is none.</summary>
    [Theory]
    [MemberData(nameof(NamesAndActivations))]
    public void Activations(string name, string kind)
    {
        ActivationKind activation = Enum.Parse<ActivationKind>(kind);
        foreach (float x in s_values)
        {
            foreach (int length in (int[])[1, 32])
            {
                var values = new float[length];
                Array.Fill(values, x);
                InstructionSets.Get(name).Activate(activation, values);
                Assert.All(values, value => Close(Exact(activation, x), value, 1e-5, 1.2e-38, $"{activation}({x:R})"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndActivations))]
    public void The_slope_at_nan_is_nan(string name, string kind)
    {
        ActivationKind activation = Enum.Parse<ActivationKind>(kind);
        foreach (int length in (int[])[1, 32])
        {
            float[] gradient = new float[length], nothing = new float[length];
            Array.Fill(gradient, 1.5f);
            Array.Fill(nothing, float.NaN);
            InstructionSets.Get(name).MultiplyByDerivative(activation, nothing, gradient);
            Assert.All(gradient, value => Assert.True(activation == ActivationKind.Linear ? value == 1.5f : float.IsNaN(value)));
        }
    }

    [Theory]
    [InlineData("Sigmoid")]
    [InlineData("Softplus")]
    [InlineData("Elu")]
    [InlineData("Selu")]
    [InlineData("Tanh")]
    [InlineData("Exponential")]
    public void Activations_in_double(string kind)
    {
        ActivationKind activation = Enum.Parse<ActivationKind>(kind);
        foreach (float x in s_values)
        {
            double[] values = [x];
            Kernels<double>.Best.Activate(activation, values);
            Close(Exact(activation, x), values[0], 1e-13, 1e-300, $"{activation}({x:R})");
        }
    }

    /// <summary>A gate's sigmoid is right to 1e-7, and NaN for NaN.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gates(string name)
    {
        foreach (float x in s_values)
        {
            var values = new float[33];
            Array.Fill(values, x);
            InstructionSets.Get(name).SigmoidGates(values);
            Assert.All(values, value => Close(Exact(ActivationKind.Sigmoid, x), value, 0, 1e-7, $"gate({x:R})"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_maximum_with_nan_is_nan(string name)
    {
        foreach (int length in (int[])[1, 32])
        {
            foreach (float other in s_values)
            {
                float[] first = new float[length], second = new float[length];
                Array.Fill(first, float.NaN);
                Array.Fill(second, other);
                InstructionSets.Get(name).Max(first, second);
                Assert.All(first, value => Assert.True(float.IsNaN(value)));
                Array.Fill(first, float.NaN);
                InstructionSets.Get(name).Max(second, first);
                Assert.All(second, value => Assert.True(float.IsNaN(value)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_softmax_with_nan_is_nan(string name)
    {
        for (int at = 0; at < 35; at++)
        {
            float[] values = TestData.Single(35, at, scale: 3);
            values[at] = float.NaN;
            InstructionSets.Get(name).Softmax(values);
            Assert.All(values, value => Assert.True(float.IsNaN(value)));
        }
    }

    /// <summary>The layers that are activations of their own.</summary>
    [Fact]
    public void Silu_gelu_and_softmax_keep_small_values_and_nan()
    {
        float[] finite = [.. s_values.Where(float.IsFinite)];
        float[] silu = Run(new Silu(), finite), gelu = Run(new Gelu(), finite);
        for (int i = 0; i < finite.Length; i++)
        {
            Close(finite[i] * Exact(ActivationKind.Sigmoid, finite[i]), silu[i], 1e-5, 2e-36, $"silu({finite[i]:R})");
            Close(finite[i] * Normal(finite[i]), gelu[i], 3e-5, 2e-36, $"gelu({finite[i]:R})");
        }

        foreach (Layer layer in (Layer[])[new Silu(), new Gelu(), new Activate(Activation.HardSigmoid), new Softmax()])
            Assert.All(Run(layer, [float.NaN]), value => Assert.True(float.IsNaN(value)));
        float[] shares = new Model(new Softmax()).Build(new Shape(3)).Predict(0, -80, -87);
        Close(1, shares[0], 1e-6, 0, "softmax");
        Close(Math.Exp(-80), shares[1], 1e-5, 0, "softmax");
        Close(Math.Exp(-87), shares[2], 1e-5, 0, "softmax");
        Assert.All(new Model(new Softmax()).Build(new Shape(3)).Predict(0, float.NaN, 1), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Nan_comes_through_every_layer_that_takes_a_maximum_or_cuts_off()
    {
        float[] steps = [1, 2, 3, float.NaN, 5, 6, 7, 8];
        foreach (Layer pooling in (Layer[])[new MaxPooling1D(4), new AveragePooling1D(4), new GlobalMaxPooling(),
            new GlobalAveragePooling()])
        {
            float[] pooled = new Model(pooling).Build(new Shape(4, 2)).Predict(steps);
            Assert.False(float.IsNaN(pooled[0]));
            Assert.True(float.IsNaN(pooled[1]), pooling.Kind);
        }

        float[] image = new Model(new MaxPooling2D(2, 2)).Build(new Shape(2, 2, 2)).Predict(steps);
        Assert.True(float.IsNaN(image[1]) && image[0] == 7);
        foreach (ActivationKind activation in Enum.GetValues<ActivationKind>())
        {
            var dense = new Dense(2) { Activation = Activation.Of(activation) };
            Assert.All(new Model(dense).Build(new Shape(3), seed: 1).Predict(1, float.NaN, 2), value => Assert.True(float.IsNaN(value)));
            foreach (Recurrent layer in (Recurrent[])[new SimpleRnn(3), new Lstm(3), new Gru(3), new Gru(3) { ResetAfter = false }])
            {
                var model = new Model(layer with { Activation = Activation.Of(activation) }).Build(new Shape(3, 1), seed: 1);
                Assert.All(model.Predict(1, float.NaN, 2), value => Assert.True(float.IsNaN(value), $"{layer.Kind} {activation}"));
            }
        }
    }

    private static float[] Run(Layer layer, float[] values) =>
        [.. values.Select(value => new Model(layer).Build(new Shape(1)).Predict(value)[0])];

    private static double Exact(ActivationKind activation, double x) => activation switch
    {
        ActivationKind.Linear => x,
        ActivationKind.Tanh => x == 0 ? x : Math.Abs(x) < 1e-4 ? x - x * x * x / 3 : Math.Tanh(x),
        ActivationKind.Sigmoid => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x)),
        ActivationKind.HardSigmoid => Math.Clamp(x / 6 + 0.5, 0, 1),
        ActivationKind.HardTanh => Math.Clamp(x, -1, 1),
        ActivationKind.Relu => double.IsNaN(x) || x > 0 ? x : 0,
        ActivationKind.Relu6 => Math.Clamp(x, 0, 6),
        ActivationKind.LeakyRelu => x > 0 ? x : 0.2 * x,
        ActivationKind.Elu => x > 0 ? x : Less(x),
        ActivationKind.Selu => x > 0 ? 1.0507009873554805 * x : 1.0507009873554805 * 1.6732632423543772 * Less(x),
        ActivationKind.Softplus => x > 40 ? x : x < -30 ? Math.Exp(x) : x < -1 ? Series(Math.Exp(x)) : Math.Log(1 + Math.Exp(x)),
        ActivationKind.Softsign => double.IsInfinity(x) ? Math.Sign(x) : x / (1 + Math.Abs(x)),
        ActivationKind.Exponential => Math.Exp(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>eˣ − 1: its series near 0.</summary>
    private static double Less(double x)
    {
        if (!(Math.Abs(x) < 0.5))
            return Math.Exp(x) - 1;
        double term = x, sum = x;
        for (int i = 2; i < 25; i++)
            sum += term *= x / i;
        return sum;
    }

    /// <summary>ln(1 + e) = 2·artanh(e/(2 + e)).</summary>
    private static double Series(double e)
    {
        double z = e / (2 + e), sum = 0;
        for (int i = 99; i > 0; i -= 2)
            sum = sum * z * z + 1.0 / i;
        return 2 * z * sum;
    }

    /// <summary>Φ(x); below −3 by the continued fraction of Laplace.</summary>
    private static double Normal(double x)
    {
        if (x > -3)
            return 0.5 * ErrorFunction<double>.Complement(-x / Math.Sqrt(2));
        double fraction = -x;
        for (int i = 400; i > 0; i--)
            fraction = -x + i / fraction;
        return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) / fraction;
    }

    private static void Close(double exact, double value, double relative, double absolute, string what) => Assert.True(
        double.IsNaN(exact) ? double.IsNaN(value) : Math.Abs(exact) > float.MaxValue && Math.Abs(value) > float.MaxValue
            ? exact > 0 == value > 0 : Math.Abs(exact - value) <= relative * Math.Abs(exact) + absolute,
        $"{what}: {value:R} for {exact:R}");
}
