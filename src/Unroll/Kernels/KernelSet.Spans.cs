using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

internal sealed unsafe partial class KernelSet<T, V, O>
{
    /// <summary>What becomes of one vector a, beside those of b and c at the same place.</summary>
    private interface IStep
    {
        static abstract V Of(V a, V b, V c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(Span<T> a, ReadOnlySpan<T> b) => Each<SumOfTwo>(a, b);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Subtract(Span<T> a, ReadOnlySpan<T> b) => Each<Difference>(a, b);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyBy(Span<T> a, ReadOnlySpan<T> b) => Each<Times>(a, b);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void DivideBy(Span<T> a, ReadOnlySpan<T> b) => Each<Quotient>(a, b);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Product(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c) => Each<ProductOfTwo>(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddProduct(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c) => Each<SumOfProduct>(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Tanh(Span<T> values) => Each<TanhOf>(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Tanh(Span<T> values, ReadOnlySpan<T> x) => Each<TanhOfOther>(values, x);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GateSigmoid(Span<T> values) => Each<GateSigmoidOf>(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Exp(Span<T> values) => Each<ExpOf>(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyByTanhSlope(Span<T> gradient, ReadOnlySpan<T> y) => Each<TimesTanhSlope>(gradient, y);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyBySigmoidSlope(Span<T> gradient, ReadOnlySpan<T> y) => Each<TimesSigmoidSlope>(gradient, y);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SigmoidGradient(Span<T> y, ReadOnlySpan<T> upstream) => Each<SigmoidGradientOf>(y, upstream);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TanhGradient(Span<T> y, ReadOnlySpan<T> upstream) => Each<TanhGradientOf>(y, upstream);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SigmoidGradient(Span<T> y, ReadOnlySpan<T> upstream, ReadOnlySpan<T> factor) =>
        Each<SigmoidGradientOfProduct>(y, upstream, factor);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TanhGradient(Span<T> y, ReadOnlySpan<T> upstream, ReadOnlySpan<T> factor) =>
        Each<TanhGradientOfProduct>(y, upstream, factor);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddTanhGradient(Span<T> a, ReadOnlySpan<T> y, ReadOnlySpan<T> upstream) => Each<SumOfTanhGradient>(a, y, upstream);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumOfProducts(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, ReadOnlySpan<T> d, ReadOnlySpan<T> e)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(d.Length, a.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(e.Length, a.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(c.Length, a.Length);
        int end = a.Length - O.Width;
        fixed (T* pa = a, pb = b, pc = c, pd = d, pe = e)
        {
            if (end < 0)
            {
                for (int i = 0; i < a.Length; i++)
                {
                    V sum = O.MultiplyAdd(O.Splat(pb[i]), O.Splat(pc[i]), O.Multiply(O.Splat(pd[i]), O.Splat(pe[i])));
                    pa[i] = *(T*)&sum;
                }

                return;
            }

            V last = O.MultiplyAdd(O.Load(pb + end), O.Load(pc + end), O.Multiply(O.Load(pd + end), O.Load(pe + end)));
            for (int i = 0; i < end; i += O.Width)
                O.Store(O.MultiplyAdd(O.Load(pb + i), O.Load(pc + i), O.Multiply(O.Load(pd + i), O.Load(pe + i))), pa + i);
            O.Store(last, pa + end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Select(Span<T> a, ReadOnlySpan<T> condition, ReadOnlySpan<T> otherwise) => Each<Selected>(a, condition, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Shift(Span<T> a, T by)
    {
        fixed (T* pa = a)
        {
            V shift = O.Splat(by);
            int i = 0;
            for (; i <= a.Length - O.Width; i += O.Width)
                O.Store(O.Add(O.Load(pa + i), shift), pa + i);
            for (; i < a.Length; i++)
                pa[i] += by;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override T Sum(ReadOnlySpan<T> values)
    {
        fixed (T* p = values)
        {
            V sums = O.Splat(T.Zero);
            int i = 0;
            for (; i <= values.Length - O.Width; i += O.Width)
                sums = O.Add(sums, O.Load(p + i));
            T sum = O.Sum(sums);
            for (; i < values.Length; i++)
                sum += p[i];
            return sum;
        }
    }

    /// <summary>
    /// a = step(a). A length that is no multiple of a vector's ends with a vector that begins before its end: loaded before anything is
    /// written, it gives the values that it has in common with the one before the same bits once more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Each<TStep>(Span<T> a)
        where TStep : struct, IStep
    {
        int end = a.Length - O.Width;
        fixed (T* pa = a)
        {
            if (end < 0)
            {
                T* some = stackalloc T[RowPadding.Multiple];
                StoreSome(TStep.Of(LoadSome(pa, some, a.Length), default, default), some, pa, a.Length);
                return;
            }

            V last = O.Load(pa + end);
            for (int i = 0; i < end; i += O.Width)
                O.Store(TStep.Of(O.Load(pa + i), default, default), pa + i);
            O.Store(TStep.Of(last, default, default), pa + end);
        }
    }

    /// <summary>a = step(a, b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Each<TStep>(Span<T> a, ReadOnlySpan<T> b)
        where TStep : struct, IStep
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        int end = a.Length - O.Width;
        fixed (T* pa = a, pb = b)
        {
            if (end < 0)
            {
                T* some = stackalloc T[RowPadding.Multiple];
                V few = LoadSome(pa, some, a.Length);
                StoreSome(TStep.Of(few, LoadSome(pb, some, a.Length), default), some, pa, a.Length);
                return;
            }

            V lastA = O.Load(pa + end), lastB = O.Load(pb + end);
            for (int i = 0; i < end; i += O.Width)
                O.Store(TStep.Of(O.Load(pa + i), O.Load(pb + i), default), pa + i);
            O.Store(TStep.Of(lastA, lastB, default), pa + end);
        }
    }

    /// <summary>a = step(a, b, c).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Each<TStep>(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c)
        where TStep : struct, IStep
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(c.Length, a.Length);
        int end = a.Length - O.Width;
        fixed (T* pa = a, pb = b, pc = c)
        {
            if (end < 0)
            {
                T* some = stackalloc T[RowPadding.Multiple];
                V fewA = LoadSome(pa, some, a.Length), fewB = LoadSome(pb, some, a.Length);
                StoreSome(TStep.Of(fewA, fewB, LoadSome(pc, some, a.Length)), some, pa, a.Length);
                return;
            }

            V lastA = O.Load(pa + end), lastB = O.Load(pb + end), lastC = O.Load(pc + end);
            for (int i = 0; i < end; i += O.Width)
                O.Store(TStep.Of(O.Load(pa + i), O.Load(pb + i), O.Load(pc + i)), pa + i);
            O.Store(TStep.Of(lastA, lastB, lastC), pa + end);
        }
    }

    /// <summary>A vector of fewer values, by way of memory for a whole one; zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LoadSome(T* source, T* whole, int count)
    {
        O.Store(O.Splat(T.Zero), whole);
        for (int i = 0; i < count; i++)
            whole[i] = source[i];
        return O.Load(whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSome(V value, T* whole, T* target, int count)
    {
        O.Store(value, whole);
        for (int i = 0; i < count; i++)
            target[i] = whole[i];
    }

    private readonly struct SumOfTwo : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Add(a, b);
    }

    private readonly struct Difference : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Subtract(a, b);
    }

    private readonly struct Times : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(a, b);
    }

    private readonly struct Quotient : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Divide(a, b);
    }

    private readonly struct ProductOfTwo : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(b, c);
    }

    private readonly struct SumOfProduct : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.MultiplyAdd(b, c, a);
    }

    private readonly struct TanhOf : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Tanh(a);
    }

    private readonly struct TanhOfOther : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Tanh(b);
    }

    private readonly struct GateSigmoidOf : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => GateSigmoid(a);
    }

    private readonly struct ExpOf : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Exp(a);
    }

    private readonly struct TimesTanhSlope : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(a, TanhSlope(b));
    }

    private readonly struct TimesSigmoidSlope : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(a, SigmoidSlope(b));
    }

    private readonly struct SigmoidGradientOf : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(b, SigmoidSlope(a));
    }

    private readonly struct TanhGradientOf : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(b, TanhSlope(a));
    }

    private readonly struct SigmoidGradientOfProduct : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(O.Multiply(b, c), SigmoidSlope(a));
    }

    private readonly struct TanhGradientOfProduct : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.Multiply(O.Multiply(b, c), TanhSlope(a));
    }

    private readonly struct SumOfTanhGradient : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.MultiplyAdd(c, TanhSlope(b), a);
    }

    private readonly struct Selected : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of(V a, V b, V c) => O.SelectPositive(b, a, c);
    }
}
