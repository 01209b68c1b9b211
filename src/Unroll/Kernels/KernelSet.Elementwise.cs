using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

internal abstract partial class Kernels<T>
{
    /// <summary>values = activation(values), in place. Any length.</summary>
    public abstract void Activate(ActivationKind activation, Span<T> values);

    /// <summary>
    /// values = ½ + ½·tanh(values/2), in place, the sigmoid of the fused kernels, 9.7e-8 off at most: as good for a factor, and less work
    /// than one whose small values are right as well. Any length.
    /// </summary>
    public abstract void SigmoidGates(Span<T> values);

    /// <summary>gradient *= activation′, told from the activation's value y. Lengths are equal; any length.</summary>
    public abstract void MultiplyByDerivative(ActivationKind activation, ReadOnlySpan<T> y, Span<T> gradient);
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(Span<T> a, T factor)
    {
        fixed (T* pa = a)
        {
            V f = O.Splat(factor);
            int i = 0;
            for (; i <= a.Length - O.Width; i += O.Width)
                O.Store(O.Multiply(O.Load(pa + i), f), pa + i);
            for (; i < a.Length; i++)
                pa[i] *= factor;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Activate(ActivationKind activation, Span<T> values)
    {
        int i = 0, whole = values.Length - values.Length % O.Width;
        fixed (T* p = values)
        {
            switch (activation)
            {
                case ActivationKind.Linear:
                    return;
                case ActivationKind.Tanh:
                    for (; i < whole; i += O.Width)
                        O.Store(O.Tanh(O.Load(p + i)), p + i);
                    break;
                case ActivationKind.Sigmoid:
                    for (; i < whole; i += O.Width)
                        O.Store(Sigmoid(O.Load(p + i)), p + i);
                    break;
                case ActivationKind.Relu:
                    for (; i < whole; i += O.Width)
                        O.Store(O.Max(O.Load(p + i), default), p + i);
                    break;
            }

            for (; i < values.Length; i++)
                p[i] = ActivationFunction<T>.Value(activation, p[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SigmoidGates(Span<T> values)
    {
        int i = 0, whole = values.Length - values.Length % O.Width;
        fixed (T* p = values)
        {
            for (; i < whole; i += O.Width)
                O.Store(GateSigmoid(O.Load(p + i)), p + i);
            for (; i < values.Length; i++)
                p[i] = Elementary<T>.Sigmoid(p[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyByDerivative(ActivationKind activation, ReadOnlySpan<T> y, Span<T> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, y.Length);
        int i = 0, whole = y.Length - y.Length % O.Width;
        fixed (T* py = y, pg = gradient)
        {
            switch (activation)
            {
                case ActivationKind.Linear:
                    return;
                case ActivationKind.Tanh:
                    for (; i < whole; i += O.Width)
                        O.Store(O.Multiply(O.Load(pg + i), TanhSlope(O.Load(py + i))), pg + i);
                    break;
                case ActivationKind.Sigmoid:
                    for (; i < whole; i += O.Width)
                        O.Store(O.Multiply(O.Load(pg + i), SigmoidSlope(O.Load(py + i))), pg + i);
                    break;
                case ActivationKind.Relu:
                    // Where y is not above 0 it is the slope: 0 or NaN.
                    for (; i < whole; i += O.Width)
                    {
                        V value = O.Load(py + i);
                        O.Store(O.SelectPositive(value, O.Load(pg + i), value), pg + i);
                    }

                    break;
            }

            for (; i < y.Length; i++)
                pg[i] *= ActivationFunction<T>.Derivative(activation, py[i]);
        }
    }

    /// <summary>1/(1 + e⁻ˣ): a gate's sigmoid above −1, and below it eˣ/(1 + eˣ), whose error is small beside small values too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sigmoid(V x)
    {
        V one = O.Splat(T.One), e = O.Abs(O.Exp(x));
        return O.SelectPositive(O.Add(x, one), GateSigmoid(x), O.Divide(e, O.Add(one, e)));
    }

    /// <summary>1/(1 + e⁻ˣ) = ½ + ½·tanh(x/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GateSigmoid(V x)
    {
        V half = O.Splat(T.CreateTruncating(0.5f));
        return O.MultiplyAdd(half, O.Tanh(O.Multiply(half, x)), half);
    }

    /// <summary>σ′ = y·(1 − y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SigmoidSlope(V y) => O.Multiply(y, O.Subtract(O.Splat(T.One), y));

    /// <summary>tanh′ = 1 − y².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TanhSlope(V y) => O.Subtract(O.Splat(T.One), O.Multiply(y, y));
}
