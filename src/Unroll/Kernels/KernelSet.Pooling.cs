using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

internal abstract partial class Kernels<T>
{
    /// <summary>
    /// The way back from a maximum y ≥ x: where x is y, the gradient is added to <paramref name="target"/> and set to 0, so that of several
    /// equal values the first that is asked takes it. Lengths are equal; any length.
    /// </summary>
    public abstract void AddToMaximum(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient, Span<T> target);
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Max(Span<T> a, ReadOnlySpan<T> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        fixed (T* pa = a, pb = b)
        {
            int i = 0;
            for (; i <= a.Length - O.Width; i += O.Width)
                O.Store(O.Max(O.Load(pa + i), O.Load(pb + i)), pa + i);
            for (; i < a.Length; i++)
                pa[i] = T.Max(pa[i], pb[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddToMaximum(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient, Span<T> target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, x.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, x.Length);
        fixed (T* px = x, py = y, pg = gradient, pt = target)
        {
            int i = 0;
            for (; i <= x.Length - O.Width; i += O.Width)
            {
                V below = O.Subtract(O.Load(py + i), O.Load(px + i)), g = O.Load(pg + i);
                O.Store(O.Add(O.Load(pt + i), O.SelectPositive(below, default, g)), pt + i);
                O.Store(O.SelectPositive(below, g, default), pg + i);
            }

            for (; i < x.Length; i++)
            {
                if (py[i] - px[i] > T.Zero)
                    continue;
                pt[i] += pg[i];
                pg[i] = T.Zero;
            }
        }
    }
}
