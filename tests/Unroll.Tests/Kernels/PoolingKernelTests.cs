using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The kernels of pooling on every instruction set, at every length from 0 to 257, between guard bands.</summary>
public class PoolingKernelTests
{
    private const int Longest = 257;

    public static TheoryData<string> Names => InstructionSets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Max(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 0; length <= Longest; length++)
        {
            float[] a = TestData.Single(length, length), b = TestData.Single(length, length + 1000);
            for (int i = 0; i < length; i += 5)
                (a[i], b[i]) = (i % 3) switch
                {
                    0 => (float.NaN, 1f),
                    1 => (-1f, float.NaN),
                    _ => (float.NegativeInfinity, float.PositiveInfinity)
                };
            Guarded left = new(a), right = new(b);
            kernels.Max(left.Span, right.Span);
            Assert.Equal(a.Zip(b, MathF.Max), left.ToArray());
            Assert.Equal(b, right.ToArray());
            left.CheckBands();
            right.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_goes_to_the_first_of_equal_maxima_and_is_used_up(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        for (int length = 0; length <= Longest; length++)
        {
            float[] first = TestData.Single(length, length), second = TestData.Single(length, length + 1000),
                g = TestData.Single(length, length + 2000);
            for (int i = 0; i < length; i += 4)
                second[i] = first[i];
            for (int i = 2; i < length; i += 11)
                (first[i], second[i]) = (float.BitIncrement(0), 0);
            float[] y = [.. first.Zip(second, MathF.Max)], before = TestData.Single(length, length + 3000);
            Guarded gradient = new(g), one = new(before), other = new(before), read = new(first);
            kernels.AddToMaximum(read.Span, y, gradient.Span, one.Span);
            kernels.AddToMaximum(second, y, gradient.Span, other.Span);
            for (int i = 0; i < length; i++)
            {
                bool isFirst = first[i] >= second[i];
                Assert.Equal(isFirst ? before[i] + g[i] : before[i], one.Span[i]);
                Assert.Equal(isFirst ? before[i] : before[i] + g[i], other.Span[i]);
                Assert.Equal(0, gradient.Span[i]);
            }

            Assert.Equal(first, read.ToArray());
            foreach (Guarded guarded in (Guarded[])[gradient, one, other, read])
                guarded.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lengths_that_differ_are_refused(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Max(new float[3], new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddToMaximum(new float[3], new float[4], new float[3], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddToMaximum(new float[3], new float[3], new float[4], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddToMaximum(new float[3], new float[3], new float[3], new float[4]));
    }
}
