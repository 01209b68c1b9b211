using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>
/// A vector with the rows of a matrix, on every instruction set, at every length from 0 to 70 and for 0 to 9 rows, between guard bands.
/// </summary>
public class RowKernelTests
{
    public static TheoryData<string> Names => InstructionSets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Dots(string name) => Each((length, count, stride, rows, a, factors) =>
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        var dots = new Guarded(new float[count]);
        kernels.Dots(dots.Span, a, rows, stride);
        for (int j = 0; j < count; j++)
            Assert.Equal(kernels.Dot(a, rows.AsSpan(j * stride, length)), dots.Span[j]);
        dots.CheckBands();
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void AddScaledRows(string name) => Each((length, count, stride, rows, a, factors) =>
    {
        Guarded sum = new(a), same = new(a);
        InstructionSets.Get(name).AddScaledRows(sum.Span, factors, rows, stride);
        for (int i = 0; i < length; i++)
            Assert.Equal(a[i] + Enumerable.Range(0, count).Sum(j => (double)factors[j] * rows[j * stride + i]), sum.Span[i], 1e-5);
        sum.CheckBands();

        // Factors of 0 at the end change no bits.
        InstructionSets.Get(name).AddScaledRows(same.Span, [.. factors, 0, 0, 0], [.. rows, .. new float[4 * stride]], stride);
        Assert.Equal(sum.ToArray(), same.ToArray());
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void AddScaledToRows(string name) => Each((length, count, stride, rows, a, factors) =>
    {
        var guarded = new Guarded(rows);
        InstructionSets.Get(name).AddScaledToRows(guarded.Span, stride, factors, a);
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(i % stride < length && i / stride < count ? rows[i] + (double)factors[i / stride] * a[i % stride] : rows[i],
                guarded.Span[i], 1e-6);
        guarded.CheckBands();
    });

    [Fact]
    public void Rows_that_do_not_fit_are_refused()
    {
        foreach (Kernels<float> kernels in Kernels<float>.Supported)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Dots(new float[3], new float[4], new float[11], 4));
            Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddScaledRows(new float[4], new float[3], new float[11], 4));
            Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddScaledToRows(new float[11], 4, new float[3], new float[4]));
            Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Dots(new float[3], new float[4], new float[40], 3));
            kernels.Dots(new float[3], new float[4], new float[12], 4);
        }
    }

    private static void Each(Action<int, int, int, float[], float[], float[]> check)
    {
        for (int length = 0; length <= 70; length++)
        {
            for (int count = 0; count <= 9; count++)
            {
                int stride = length + count % 3;
                if (stride > 0)
                    check(length, count, stride, TestData.Single(Math.Max(0, (count - 1) * stride + length), 7 * length + count),
                        TestData.Single(length, length), TestData.Single(count, count + 100));
            }
        }
    }
}
