using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>A vector with the rows of a matrix: what attention is made of.</summary>
internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Dots(Span<T> dots, ReadOnlySpan<T> a, ReadOnlySpan<T> rows, int stride)
    {
        RequireRows(dots.Length, a.Length, rows.Length, stride);
        int length = a.Length;
        fixed (T* pa = a, pb = rows, target = dots)
        {
            T* b = pb;
            for (int j = 0; j < dots.Length; j++, b += stride)
            {
                int i = 0;
                V even = O.Splat(T.Zero), odd = even;
                for (; i <= length - 2 * O.Width; i += 2 * O.Width)
                {
                    even = O.MultiplyAdd(O.Load(pa + i), O.Load(b + i), even);
                    odd = O.MultiplyAdd(O.Load(pa + i + O.Width), O.Load(b + i + O.Width), odd);
                }

                for (; i <= length - O.Width; i += O.Width)
                    even = O.MultiplyAdd(O.Load(pa + i), O.Load(b + i), even);
                T sum = O.Sum(O.Add(even, odd));
                for (; i < length; i++)
                    sum += pa[i] * b[i];
                target[j] = sum;
            }
        }
    }

    /// <summary>
    /// Four sums at a time, so that one need not wait for another: those of four vectors of a, or where fewer are
    /// left, of every fourth row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddScaledRows(Span<T> a, ReadOnlySpan<T> factors, ReadOnlySpan<T> rows, int stride)
    {
        RequireRows(factors.Length, a.Length, rows.Length, stride);
        int count = factors.Length, i = 0;
        fixed (T* pa = a, pb = rows, pf = factors)
        {
            for (; i <= a.Length - 4 * O.Width; i += 4 * O.Width)
            {
                V first = O.Load(pa + i), second = O.Load(pa + i + O.Width), third = O.Load(pa + i + 2 * O.Width),
                    fourth = O.Load(pa + i + 3 * O.Width);
                T* b = pb + i;
                for (int j = 0; j < count; j++, b += stride)
                {
                    V factor = O.Splat(pf[j]);
                    first = O.MultiplyAdd(factor, O.Load(b), first);
                    second = O.MultiplyAdd(factor, O.Load(b + O.Width), second);
                    third = O.MultiplyAdd(factor, O.Load(b + 2 * O.Width), third);
                    fourth = O.MultiplyAdd(factor, O.Load(b + 3 * O.Width), fourth);
                }

                O.Store(first, pa + i);
                O.Store(second, pa + i + O.Width);
                O.Store(third, pa + i + 2 * O.Width);
                O.Store(fourth, pa + i + 3 * O.Width);
            }

            for (; i <= a.Length - O.Width; i += O.Width)
            {
                V first = O.Load(pa + i), second = O.Splat(T.Zero), third = second, fourth = second;
                T* b = pb + i;
                int j = 0;
                for (; j <= count - 4; j += 4, b += 4 * (nint)stride)
                {
                    first = O.MultiplyAdd(O.Splat(pf[j]), O.Load(b), first);
                    second = O.MultiplyAdd(O.Splat(pf[j + 1]), O.Load(b + stride), second);
                    third = O.MultiplyAdd(O.Splat(pf[j + 2]), O.Load(b + 2 * (nint)stride), third);
                    fourth = O.MultiplyAdd(O.Splat(pf[j + 3]), O.Load(b + 3 * (nint)stride), fourth);
                }

                if (j < count)
                    first = O.MultiplyAdd(O.Splat(pf[j]), O.Load(b), first);
                if (j + 1 < count)
                    second = O.MultiplyAdd(O.Splat(pf[j + 1]), O.Load(b + stride), second);
                if (j + 2 < count)
                    third = O.MultiplyAdd(O.Splat(pf[j + 2]), O.Load(b + 2 * (nint)stride), third);
                O.Store(O.Add(O.Add(first, second), O.Add(third, fourth)), pa + i);
            }

            for (; i < a.Length; i++)
            {
                T sum = pa[i];
                for (int j = 0; j < count; j++)
                    sum += pf[j] * pb[(nint)j * stride + i];
                pa[i] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddScaledToRows(Span<T> rows, int stride, ReadOnlySpan<T> factors, ReadOnlySpan<T> a)
    {
        RequireRows(factors.Length, a.Length, rows.Length, stride);
        fixed (T* pa = a, pb = rows, pf = factors)
        {
            T* b = pb;
            for (int j = 0; j < factors.Length; j++, b += stride)
            {
                V factor = O.Splat(pf[j]);
                int i = 0;
                for (; i <= a.Length - O.Width; i += O.Width)
                    O.Store(O.MultiplyAdd(factor, O.Load(pa + i), O.Load(b + i)), b + i);
                for (; i < a.Length; i++)
                    b[i] += pf[j] * pa[i];
            }
        }
    }

    /// <summary>The last of so many rows must end inside.</summary>
    private static void RequireRows(int count, int length, int available, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, length);
        if (count > 0 && (long)(count - 1) * stride + length > available)
            throw new ArgumentOutOfRangeException(nameof(count),
                $"{count} rows of {length} values with stride {stride} do not fit in {available} values.");
    }
}
