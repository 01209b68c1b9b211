using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A function of one floating point number, with its options.</summary>
internal interface IFunction
{
    T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>A function of each number.</summary>
internal sealed class Elementwise<F>(F function) : Floating
    where F : struct, IFunction
{
    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<T> values = input.Values;
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        F f = function;
        for (int i = 0; i < result.Length; i++)
            result[i] = f.Of(values[i]);
    }
}

/// <summary>tanh, sigmoid and ReLU by the engine's kernels.</summary>
internal sealed class Activation(ActivationKind kind) : Floating
{
    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        input.Values.CopyTo(result);
        if (typeof(T) == typeof(Half))
        {
            foreach (ref T value in result)
                value = ActivationFunction<T>.Value(kind, value);
        }
        else
        {
            Kernels<T>.Best.Activate(kind, result);
        }
    }
}

/// <summary>The square root, the absolute value, the sign turned: numbers of any type.</summary>
internal sealed class Signed(SignedKind kind) : Numeric
{
    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<T> values = input.Values;
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        switch (kind)
        {
            case SignedKind.Absolute:
                for (int i = 0; i < result.Length; i++)
                    result[i] = values[i] < T.Zero && !T.IsPositive(values[i]) ? -values[i] : T.IsNegative(values[i]) ? -values[i]
                        : values[i];
                break;
            case SignedKind.Negated:
                for (int i = 0; i < result.Length; i++)
                    result[i] = -values[i];
                break;
            case SignedKind.Relu:
                for (int i = 0; i < result.Length; i++)
                    result[i] = values[i] < T.Zero ? T.Zero : values[i];
                break;
            default:
                for (int i = 0; i < result.Length; i++)
                    result[i] = T.IsNaN(values[i]) ? values[i] : T.CreateTruncating(T.Sign(values[i]));
                break;
        }
    }
}

internal enum SignedKind
{
    Absolute,
    Negated,
    Sign,
    Relu,
}

/// <summary>Whether a number is a NaN, or infinite.</summary>
internal sealed class IsNotFinite(bool isNaN, bool positive, bool negative) : Floating
{
    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Boolean;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        Span<bool> result = call.Out<bool>(0, input.Dims).Values;
        for (int i = 0; i < result.Length; i++)
        {
            T value = input.Values[i];
            result[i] = isNaN ? T.IsNaN(value) : (positive && T.IsPositiveInfinity(value)) || (negative && T.IsNegativeInfinity(value));
        }
    }
}

/// <summary>
/// The error function, to the precision of double (W. J. Cody's rational approximations are not needed: a series and a fraction).
/// </summary>
internal static class ErrorFunction
{
    public static double Of(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x))
            return x;
        if (a > 6)
            return Math.Sign(x);
        if (a < 2.5)
        {
            // erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)) (Abramowitz and Stegun 7.1.6).
            double term = x, sum = x;
            for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum) && n < 200; n++)
                sum += term *= 2 * x * x / (2 * n + 1);
            return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
        }

        // erfc x as a continued fraction (Abramowitz and Stegun 7.1.14), from its far end.
        double fraction = a;
        for (int n = 60; n >= 1; n--)
            fraction = a + n / 2.0 / fraction;
        return Math.Sign(x) * (1 - Math.Exp(-a * a) / (Math.Sqrt(Math.PI) * fraction));
    }
}
