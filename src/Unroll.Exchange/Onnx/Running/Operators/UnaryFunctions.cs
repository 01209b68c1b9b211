using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Functions without options.</summary>
internal enum Plain
{
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Asinh,
    Acosh,
    Atanh,
    Floor,
    Ceiling,
    Round,
    Reciprocal,
    Erf,
    Softplus,
    Softsign,
    HardSwish,
    Mish,
}

/// <summary>A function without options of each number; the choice is made once, outside the loop.</summary>
internal sealed class PlainFunction(Plain kind) : Floating
{
    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<T> x = input.Values;
        Span<T> y = call.Out<T>(0, input.Dims).Values;
        switch (kind)
        {
            case Plain.Sqrt: Each(x, y, T.Sqrt); break;
            case Plain.Exp: Each(x, y, T.Exp); break;
            case Plain.Log: Each(x, y, T.Log); break;
            case Plain.Sin: Each(x, y, T.Sin); break;
            case Plain.Cos: Each(x, y, T.Cos); break;
            case Plain.Tan: Each(x, y, T.Tan); break;
            case Plain.Asin: Each(x, y, T.Asin); break;
            case Plain.Acos: Each(x, y, T.Acos); break;
            case Plain.Atan: Each(x, y, T.Atan); break;
            case Plain.Sinh: Each(x, y, T.Sinh); break;
            case Plain.Cosh: Each(x, y, T.Cosh); break;
            case Plain.Asinh: Each(x, y, T.Asinh); break;
            case Plain.Acosh: Each(x, y, T.Acosh); break;
            case Plain.Atanh: Each(x, y, T.Atanh); break;
            case Plain.Floor: Each(x, y, T.Floor); break;
            case Plain.Ceiling: Each(x, y, T.Ceiling); break;
            case Plain.Round: Each(x, y, static value => T.Round(value, MidpointRounding.ToEven)); break;
            case Plain.Reciprocal: Each(x, y, static value => T.One / value); break;
            case Plain.Erf: Each(x, y, static value => T.CreateTruncating(ErrorFunction.Of(double.CreateTruncating(value)))); break;
            case Plain.Softplus: Each(x, y, SmoothFunctions.Softplus); break;
            case Plain.Softsign: Each(x, y, static value => value / (T.One + T.Abs(value))); break;
            case Plain.HardSwish:
                Each(
                x, y, static value => value * T.Clamp(value / T.CreateTruncating(6) + T.CreateTruncating(0.5), T.Zero, T.One)); break;
            default: Each(x, y, static value => value * T.Tanh(SmoothFunctions.Softplus(value))); break;
        }
    }

    private static void Each<T>(ReadOnlySpan<T> x, Span<T> y, Func<T, T> function)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = function(x[i]);
    }
}

/// <summary>Functions that several nodes use.</summary>
internal static class SmoothFunctions
{
    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public static T Softplus<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        T.IsNaN(x) ? x : T.Max(x, T.Zero) + Elementary<T>.Log1P(T.Exp(-T.Abs(x)));
}

/// <summary>x above 0, α(eˣ − 1) below.</summary>
internal readonly struct EluOf(float alpha) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        x < T.Zero ? T.CreateTruncating(alpha) * Elementary<T>.ExpM1(x) : x;
}

/// <summary>max(0, x) + min(0, α(e^(x/α) − 1)).</summary>
internal readonly struct CeluOf(float alpha) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        x < T.Zero ? T.CreateTruncating(alpha) * Elementary<T>.ExpM1(x / T.CreateTruncating(alpha)) : x;
}

/// <summary>γx above 0, γα(eˣ − 1) below.</summary>
internal readonly struct SeluOf(float alpha, float gamma) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        T.CreateTruncating(gamma) * (x <= T.Zero ? T.CreateTruncating(alpha) * Elementary<T>.ExpM1(x) : x);
}

internal readonly struct LeakyOf(float alpha) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        x < T.Zero ? T.CreateTruncating(alpha) * x : x;
}

/// <summary>x above α, 0 below.</summary>
internal readonly struct ThresholdedOf(float alpha) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        x <= T.CreateTruncating(alpha) ? T.Zero : x;
}

/// <summary>αx + β between 0 and 1.</summary>
internal readonly struct HardSigmoidOf(float alpha, float beta) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T y = T.CreateTruncating(alpha) * x + T.CreateTruncating(beta);
        return T.IsNaN(y) ? y : T.Clamp(y, T.Zero, T.One);
    }
}

/// <summary>x·Φ(x), or its approximation by tanh.</summary>
internal readonly struct GeluOf(bool isApproximate) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double value = double.CreateTruncating(x);
        double share = isApproximate
            ? Math.Tanh(Math.Sqrt(2 / Math.PI) * (value + 0.044715 * value * value * value))
            : ErrorFunction.Of(value / Math.Sqrt(2));
        return T.CreateTruncating(0.5 * value * (1 + share));
    }
}

/// <summary>x·σ(αx).</summary>
internal readonly struct SwishOf(float alpha) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        x * Elementary<T>.Sigmoid(T.CreateTruncating(alpha) * x);
}

/// <summary>0 within ±λ, nearer to 0 by the bias outside.</summary>
internal readonly struct ShrinkOf(float lambda, float bias) : IFunction
{
    public T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T limit = T.CreateTruncating(lambda), shift = T.CreateTruncating(bias);
        return x < -limit ? x + shift : x > limit ? x - shift : T.IsNaN(x) ? x : T.Zero;
    }
}

/// <summary>
/// aᵇ. The result has the type of a; b may have another one. Squares and square roots, as spectra need them, are taken as such.
/// </summary>
internal sealed class Power(NodeReading node) : Numeric
{
    private readonly int _axis = (int)node.Int("axis", -1);
    private readonly bool _isLegacy = node.Flag("broadcast") && node.Version < 7;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> a = call.In<T>(0);
        Tensor b = call.In(1);
        if (b.Length == 1 && b.Rank <= a.Rank && call.Number(1) is 2)
        {
            Span<T> result = call.Out<T>(0, a.Dims).Values;
            for (int i = 0; i < result.Length; i++)
                result[i] = a.Values[i] * a.Values[i];
        }
        else if (b.Type == a.Type)
        {
            Pairs.Run<T, T, Function<T>>(call, _axis, _isLegacy);
        }
        else
        {
            MixedTypes(call, a);
        }
    }

    private static void MixedTypes<T>(in Call call, Tensor<T> a)
        where T : unmanaged, INumber<T>
    {
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        Tensor b = call.In(1);
        dims = dims[..Strides.Common(call, a.Dims, b.Dims, dims)];
        Span<int> sa = stackalloc int[dims.Length], sb = stackalloc int[dims.Length];
        Strides.Stretch(a.Dims, dims, sa);
        Strides.Stretch(b.Dims, dims, sb);
        Span<double> powers = call.Scratch<double>(b.Length);
        Casting.ToDoubles(call, b, powers);
        Span<T> result = call.Out<T>(0, dims).Values;
        var walk = new Walk(dims, sa, sb);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
                result[at + i] = T.CreateTruncating(
                    Math.Pow(double.CreateTruncating(a.Values[walk.A + i * walk.StepA]), powers[walk.B + i * walk.StepB]));
        }
    }

    private readonly struct Function<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Of(T a, T b)
        {
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half))
                return T.CreateTruncating(Math.Pow(double.CreateTruncating(a), double.CreateTruncating(b)));
            if (T.IsNegative(b))
                return T.CreateTruncating(Math.Pow(double.CreateTruncating(a), double.CreateTruncating(b)));
            // Whole numbers by squaring, with the wrapping of their type.
            T result = T.One, two = T.One + T.One;
            for (T left = b; left > T.Zero; left = Half(left, two))
            {
                if (left % two != T.Zero)
                    result *= a;
                a *= a;
            }

            return result;
        }

        private static T Half(T value, T two) => (value - value % two) / two;
    }
}

/// <summary>
/// The first input above 0, times the slope of the second below; the slope is stretched to the first from its right end on.
/// </summary>
internal sealed class PRelu(NodeReading node) : Pair(node)
{
    private readonly int _version = node.Version;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> slope = call.In<T>(1);
        Tensor<T> x = call.In<T>(0);
        if (_version >= 7 || slope.Rank != 1 || slope.Length == 1 || x.Rank <= 2)
        {
            Run<T, T, Function<T>>(call);
            return;
        }

        // Opset 6: one slope a channel, the second axis.
        Span<T> result = call.Out<T>(0, x.Dims).Values;
        int channels = x[1], inner = Strides.Count(x.Dims[2..]);
        for (int i = 0; i < result.Length; i++)
            result[i] = Function<T>.Of(x.Values[i], slope.Values[i / inner % channels]);
    }

    private readonly struct Function<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Of(T a, T b) => a < T.Zero ? a * b : a;
    }
}
