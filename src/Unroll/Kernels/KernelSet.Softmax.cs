using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

internal abstract partial class Kernels<T>
{
    /// <summary>
    /// values = exp(values − their largest), in place; returns the largest and the sum of the results. At least one value.
    /// </summary>
    public abstract (T Largest, T Sum) Exponentials(Span<T> values);

    public sealed override void Softmax(Span<T> values)
    {
        T sum = Exponentials(values).Sum;
        Scale(values, T.One / sum);
    }
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override T Dot(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        fixed (T* pa = a, pb = b)
        {
            int i = 0;
            V even = O.Splat(T.Zero), odd = even;
            for (; i <= a.Length - 2 * O.Width; i += 2 * O.Width)
            {
                even = O.MultiplyAdd(O.Load(pa + i), O.Load(pb + i), even);
                odd = O.MultiplyAdd(O.Load(pa + i + O.Width), O.Load(pb + i + O.Width), odd);
            }

            for (; i <= a.Length - O.Width; i += O.Width)
                even = O.MultiplyAdd(O.Load(pa + i), O.Load(pb + i), even);
            T sum = O.Sum(O.Add(even, odd));
            for (; i < a.Length; i++)
                sum += pa[i] * pb[i];
            return sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddScaled(Span<T> a, ReadOnlySpan<T> b, T factor)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        fixed (T* pa = a, pb = b)
        {
            V f = O.Splat(factor);
            int i = 0;
            for (; i <= a.Length - O.Width; i += O.Width)
                O.Store(O.MultiplyAdd(f, O.Load(pb + i), O.Load(pa + i)), pa + i);
            for (; i < a.Length; i++)
                pa[i] += factor * pb[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override (T Largest, T Sum) Exponentials(Span<T> values)
    {
        T largest = values[0];
        foreach (T value in values)
            largest = T.MaxNative(largest, value);
        fixed (T* p = values)
        {
            V shift = O.Splat(largest), sums = O.Splat(T.Zero);
            int i = 0;
            for (; i <= values.Length - O.Width; i += O.Width)
            {
                V e = O.Exp(O.Subtract(O.Load(p + i), shift));
                O.Store(e, p + i);
                sums = O.Add(sums, e);
            }

            T sum = O.Sum(sums);
            for (; i < values.Length; i++)
            {
                p[i] = T.Exp(p[i] - largest);
                sum += p[i];
            }

            return (largest, sum);
        }
    }
}
