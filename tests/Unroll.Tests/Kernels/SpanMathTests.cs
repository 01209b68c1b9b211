using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The operations for layers of one's own, on every instruction set, at every length from 0 to 70, between guard bands.</summary>
public class SpanMathTests
{
    private const int Longest = 70;

    public static TheoryData<string> Names => InstructionSets.Names;

    private delegate void One(Span<float> a);

    private delegate void Two(Span<float> a, ReadOnlySpan<float> b);

    private delegate void Three(Span<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c);

    [Theory]
    [MemberData(nameof(Names))]
    public void One_span(string name)
    {
        SpanMath<float> math = InstructionSets.Get(name);
        Check(math.Tanh, Math.Tanh, 3e-7);
        Check(math.GateSigmoid, x => 1 / (1 + Math.Exp(-x)), 2e-7);
        Check(math.Exp, Math.Exp, 3e-7);
        Check(a => math.Shift(a, -1.7f), x => x - 1.7f, 2e-7);
        Check(a => math.Scale(a, -1.7f), x => x * -1.7f, 2e-7);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_spans(string name)
    {
        SpanMath<float> math = InstructionSets.Get(name);
        Check(math.Add, (a, b) => a + b);
        Check(math.Subtract, (a, b) => a - b);
        Check(math.MultiplyBy, (a, b) => a * b);
        Check(math.DivideBy, (a, b) => a / b);
        Check(math.Max, Math.Max);
        Check((a, b) => math.AddScaled(a, b, -1.7f), (a, b) => a - 1.7f * b);
        Check(math.MultiplyByTanhSlope, (gradient, y) => gradient * (1 - y * y));
        Check(math.MultiplyBySigmoidSlope, (gradient, y) => gradient * y * (1 - y));
        Check(math.SigmoidGradient, (y, upstream) => upstream * y * (1 - y));
        Check(math.TanhGradient, (y, upstream) => upstream * (1 - y * y));
        Check(math.Tanh, (_, x) => Math.Tanh(x));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Three_spans(string name)
    {
        SpanMath<float> math = InstructionSets.Get(name);
        Check(math.Product, (_, b, c) => b * c);
        Check(math.AddProduct, (a, b, c) => a + b * c);
        Check(math.Select, (a, b, c) => b > 0 ? a : c);
        Check(math.SigmoidGradient, (y, upstream, factor) => upstream * factor * y * (1 - y));
        Check(math.TanhGradient, (y, upstream, factor) => upstream * factor * (1 - y * y));
        Check(math.AddTanhGradient, (a, y, upstream) => a + upstream * (1 - y * y));
        Check((a, b, c) => math.SumOfProducts(a, b, c, c, c), (_, b, c) => b * c + c * c);
        Check((a, b, c) => math.SumOfProducts(a, a, b, b, c), (a, b, c) => a * b + b * c);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sum(string name)
    {
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length);
            Assert.Equal(a.Sum(value => (double)value), InstructionSets.Get(name).Sum(new Guarded(a).Span), 1e-6 * (1 + a.Sum(Math.Abs)));
        }
    }

    /// <summary>
    /// Element by element: a cut anywhere gives the same bits, and so do the last elements of a length that is no multiple of a vector.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_cut_changes_no_bits(string name)
    {
        SpanMath<float> math = InstructionSets.Get(name);
        float[] a = TestData.Single(Longest, 1), b = TestData.Single(Longest, 2), c = TestData.Single(Longest, 3);
        Three[] all =
        [
            (x, _, _) => math.Tanh(x), (x, _, _) => math.GateSigmoid(x), (x, _, _) => math.Exp(x), (x, y, _) => math.Add(x, y),
            (x, y, _) => math.Subtract(x, y),
            (x, y, _) => math.MultiplyBy(x, y), (x, y, _) => math.DivideBy(x, y), (x, y, _) => math.MultiplyByTanhSlope(x, y),
            (x, y, _) => math.MultiplyBySigmoidSlope(x, y), (x, y, _) => math.SigmoidGradient(x, y), (x, y, _) => math.TanhGradient(x, y),
            math.Product, math.AddProduct, math.Select, math.SigmoidGradient, math.TanhGradient, math.AddTanhGradient,
            (x, y, z) => math.SumOfProducts(x, y, z, z, z),
        ];
        foreach (Three operation in all)
        {
            float[] whole = [.. a];
            operation(whole, b, c);
            for (int cut = 0; cut <= Longest; cut++)
            {
                float[] parts = [.. a];
                operation(parts.AsSpan(0, cut), b.AsSpan(0, cut), c.AsSpan(0, cut));
                operation(parts.AsSpan(cut), b.AsSpan(cut), c.AsSpan(cut));
                Assert.Equal(whole, parts);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lengths_that_differ_are_refused(string name)
    {
        SpanMath<float> math = InstructionSets.Get(name);
        foreach (Two operation in (Two[])[math.Add, math.Subtract, math.MultiplyBy, math.DivideBy, math.Max, math.MultiplyByTanhSlope,
            math.MultiplyBySigmoidSlope, math.SigmoidGradient, math.TanhGradient, math.Tanh])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => operation(new float[3], new float[4]));
            Assert.Throws<ArgumentOutOfRangeException>(() => operation(new float[40], new float[39]));
        }

        foreach (Three operation in (Three[])[math.Product, math.AddProduct, math.Select, math.SigmoidGradient, math.TanhGradient,
            math.AddTanhGradient, (a, b, c) => math.SumOfProducts(a, b, c, a, a), (a, b, c) => math.SumOfProducts(a, a, a, b, c)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => operation(new float[3], new float[4], new float[3]));
            Assert.Throws<ArgumentOutOfRangeException>(() => operation(new float[3], new float[3], new float[2]));
        }
    }

    private static void Check(One operation, Func<double, double> expected, double tolerance)
    {
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length, scale: 3);
            var guarded = new Guarded(a);
            operation(guarded.Span);
            Near(a.Select(value => expected(value)), guarded, tolerance);
        }
    }

    private static void Check(Two operation, Func<double, double, double> expected)
    {
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length), b = TestData.Single(length, length + 1000);
            Guarded left = new(a), right = new(b);
            operation(left.Span, right.Span);
            Near(a.Zip(b, (x, y) => expected(x, y)), left, 1e-6);
            Assert.Equal(b, right.ToArray());
            right.CheckBands();

            // One span twice.
            operation(right.Span, right.Span);
            Near(b.Select(value => expected(value, value)), right, 1e-6);
        }
    }

    private static void Check(Three operation, Func<double, double, double, double> expected)
    {
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length), b = TestData.Single(length, length + 1000),
                c = TestData.Single(length, length + 2000);
            Guarded first = new(a), second = new(b), third = new(c);
            operation(first.Span, second.Span, third.Span);
            Near(a.Select((x, i) => expected(x, b[i], c[i])), first, 1e-6);
            Assert.Equal(b, second.ToArray());
            Assert.Equal(c, third.ToArray());
            operation(second.Span, second.Span, second.Span);
            Near(b.Select(value => expected(value, value, value)), second, 1e-6);
        }
    }

    private static void Near(IEnumerable<double> expected, Guarded actual, double tolerance)
    {
        foreach ((double wanted, float value) in expected.Zip(actual.ToArray()))
            Assert.True(Math.Abs(wanted - value) <= tolerance * Math.Max(1, Math.Abs(wanted)), $"expected {wanted:R}, was {value:R}");
        actual.CheckBands();
    }
}
