using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>Every elementwise kernel on every instruction set, at every length from 0 to 257, in place, between guard bands.</summary>
public class ElementwiseTests
{
    private const int Longest = 257;

    public static TheoryData<string> Names => InstructionSets.Names;

    public static MatrixTheoryData<string, string> NamesAndActivations =>
        new(Kernels<float>.Supported.Select(kernels => kernels.Name), Enum.GetNames<ActivationKind>());

    [Theory]
    [MemberData(nameof(Names))]
    public void Add(string name) => Binary((a, b) => a + b, InstructionSets.Get(name).Add);

    [Theory]
    [MemberData(nameof(Names))]
    public void MultiplyBy(string name) => Binary((a, b) => a * b, InstructionSets.Get(name).MultiplyBy);

    [Theory]
    [MemberData(nameof(Names))]
    public void Scale(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length);
            var guarded = new Guarded(a);
            kernels.Scale(guarded.Span, -1.7f);
            Assert.Equal(a.Select(value => value * -1.7f), guarded.ToArray());
            guarded.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AddScaled(string name)
    {
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length), b = TestData.Single(length, length + 1000);
            Guarded left = new(a), right = new(b);
            InstructionSets.Get(name).AddScaled(left.Span, right.Span, -1.7f);
            for (int i = 0; i < length; i++)
                Assert.Equal(a[i] - 1.7 * b[i], left.Span[i], 1e-6);
            Assert.Equal(b, right.ToArray());
            left.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dot(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length), b = TestData.Single(length, length + 1000);
            double exact = a.Zip(b, (x, y) => (double)x * y).Sum(), size = a.Zip(b, (x, y) => Math.Abs((double)x * y)).Sum();
            Guarded first = new(a), second = new(b);
            Assert.Equal(exact, kernels.Dot(first.Span, second.Span), 1e-6 * (size + 1e-9));
            Assert.Equal(a, first.ToArray());
            Assert.Equal(b, second.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Softmax_and_its_parts(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 1; length <= Longest; length++)
        {
            float[] x = TestData.Single(length, length, scale: 30);
            double largest = x.Max(), sum = x.Sum(value => Math.Exp(value - largest));
            Guarded exponentials = new(x), shares = new(x);
            (float Largest, float Sum) found = kernels.Exponentials(exponentials.Span);
            kernels.Softmax(shares.Span);
            Assert.Equal(x.Max(), found.Largest);
            Assert.Equal(sum, found.Sum, 1e-5 * sum);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(Math.Exp(x[i] - largest), exponentials.Span[i], 2e-6);
                Assert.Equal(Math.Exp(x[i] - largest) / sum, shares.Span[i], 2e-6);
            }

            exponentials.CheckBands();
            shares.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndActivations))]
    public void Activate(string name, string kind)
    {
        ActivationKind activation = Enum.Parse<ActivationKind>(kind);
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 0; length <= Longest; length++)
        {
            float[] x = TestData.Single(length, length, scale: 4);
            var guarded = new Guarded(x);
            kernels.Activate(activation, guarded.Span);
            for (int i = 0; i < length; i++)
                Near(ActivationFunction<double>.Value(activation, x[i]), guarded.Span[i]);
            guarded.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndActivations))]
    public void MultiplyByDerivative(string name, string kind)
    {
        ActivationKind activation = Enum.Parse<ActivationKind>(kind);
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 0; length <= Longest; length++)
        {
            float[] gradient = TestData.Single(length, length + 1000);
            float[] y = [.. TestData.Normal(length, length, scale: 4).Select(x => (float)ActivationFunction<double>.Value(activation, x))];
            Guarded values = new(y), guarded = new(gradient);
            kernels.MultiplyByDerivative(activation, values.Span, guarded.Span);
            for (int i = 0; i < length; i++)
                Near(gradient[i] * ActivationFunction<double>.Derivative(activation, y[i]), guarded.Span[i]);
            Assert.Equal(y, values.ToArray());
            values.CheckBands();
            guarded.CheckBands();
        }
    }

    /// <summary>One value gives the same bits wherever it stands among whole vectors.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_does_not_depend_on_its_place_in_a_vector(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach (ActivationKind activation in (ActivationKind[])[ActivationKind.Tanh, ActivationKind.Sigmoid, ActivationKind.Relu])
        {
            foreach (float x in (float[])[0.3f, -1.7f, 4.4f, -0f])
            {
                var values = new float[64];
                Array.Fill(values, x);
                kernels.Activate(activation, values);
                Assert.Single(values.Select(BitConverter.SingleToInt32Bits).Distinct());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lengths_that_differ_are_refused(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Add(new float[3], new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.MultiplyBy(new float[3], new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.MultiplyByDerivative(ActivationKind.Tanh, new float[3], new float[4]));
    }

    private delegate void Kernel(Span<float> a, ReadOnlySpan<float> b);

    private static void Binary(Func<float, float, float> expected, Kernel kernel)
    {
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length), b = TestData.Single(length, length + 1000);
            Guarded left = new(a), right = new(b);
            kernel(left.Span, right.Span);
            Assert.Equal(a.Zip(b, expected), left.ToArray());
            Assert.Equal(b, right.ToArray());
            left.CheckBands();
            right.CheckBands();
            kernel(right.Span, right.Span);
            Assert.Equal(b.Zip(b, expected), right.ToArray());
            right.CheckBands();
        }
    }

    private static void Near(double expected, float actual) =>
        Assert.True(Math.Abs(expected - actual) <= Math.Max(4e-7, 3e-6 * Math.Abs(expected)), $"expected {expected:R}, was {actual:R}");
}
