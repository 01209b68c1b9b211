using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>x·Φ(x); slope Φ(x) + x·φ(x).</summary>
internal sealed record GeluActivation : ElementwiseActivation
{
    /// <summary>1/√(2π).</summary>
    private const double Density = 0.39894228040143267794;

    public override string ToString() => "Gelu";

    internal override string InWords => "gelu";

    protected override T Value<T>(T x) => x * ErrorFunction<T>.NormalProbability(x);

    protected override T Slope<T>(T x, T y) =>
        ErrorFunction<T>.NormalProbability(x) + x * (T.CreateChecked(Density) * T.Exp(-T.CreateChecked(0.5) * x * x));
}

/// <summary>½x(1 + t) with t = tanh(u), u = √(2/π)(x + 0.044715x³); slope ½(1 + t) + ½x(1 − t²)·√(2/π)(1 + 0.134145x²).</summary>
internal sealed record GeluTanhActivation : ElementwiseActivation
{
    private const double Root = 0.79788456080286535588, Cubic = 0.044715;

    public override string ToString() => "GeluTanh";

    protected override T Value<T>(T x) => T.CreateChecked(0.5) * x * (T.One + Inner(x));

    protected override T Slope<T>(T x, T y)
    {
        T half = T.CreateChecked(0.5), t = Inner(x);
        return half * (T.One + t) + half * x * (T.One - t * t) * T.CreateChecked(Root) * (T.One + T.CreateChecked(3 * Cubic) * x * x);
    }

    private static T Inner<T>(T x)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        T.Tanh(T.CreateChecked(Root) * (x + T.CreateChecked(Cubic) * x * x * x));
}

/// <summary>x·σ(x); slope σ(x)·(1 + x·(1 − σ(x))).</summary>
internal sealed record SiluActivation : Activation
{
    public override string ToString() => "Silu";

    internal override string InWords => "silu";

    protected internal override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        // In pieces, so that no memory is needed beside.
        Span<T> sigmoid = stackalloc T[16 * RowPadding.Multiple];
        for (int at = 0; at < values.Length; at += sigmoid.Length)
        {
            Span<T> piece = values.Slice(at, Math.Min(sigmoid.Length, values.Length - at)), s = sigmoid[..piece.Length];
            piece.CopyTo(s);
            ((Kernels<T>)math).Activate(ActivationKind.Sigmoid, s);
            math.MultiplyBy(piece, s);
        }
    }

    protected internal override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        Span<T> sigmoid = stackalloc T[16 * RowPadding.Multiple];
        for (int at = 0; at < gradient.Length; at += sigmoid.Length)
        {
            ReadOnlySpan<T> piece = x.Slice(at, Math.Min(sigmoid.Length, x.Length - at));
            piece.CopyTo(sigmoid);
            ((Kernels<T>)math).Activate(ActivationKind.Sigmoid, sigmoid[..piece.Length]);
            for (int i = 0; i < piece.Length; i++)
                gradient[at + i] *= sigmoid[i] * (T.One + piece[i] * (T.One - sigmoid[i]));
        }
    }
}

/// <summary>x·t with t = tanh(ln(1 + eˣ)); slope t + x·(1 − t²)·σ(x).</summary>
internal sealed record MishActivation : ElementwiseActivation
{
    public override string ToString() => "Mish";

    protected override T Value<T>(T x) => x * Inner(x);

    protected override T Slope<T>(T x, T y)
    {
        T t = Inner(x);
        return t + x * (T.One - t * t) * Elementary<T>.Sigmoid(x);
    }

    private static T Inner<T>(T x)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => T.Tanh(ActivationFunction<T>.Value(ActivationKind.Softplus, x));
}

/// <summary>x·clip(x/6 + ½, 0, 1); slope 0 below −3, 1 above 3, x/3 + ½ between.</summary>
internal sealed record HardSwishActivation : ElementwiseActivation
{
    public override string ToString() => "HardSwish";

    protected override T Value<T>(T x) => x * ActivationFunction<T>.Value(ActivationKind.HardSigmoid, x);

    protected override T Slope<T>(T x, T y)
    {
        T three = T.CreateChecked(3);
        return x <= -three ? T.Zero : x >= three ? T.One : x / three + T.CreateChecked(0.5);
    }
}

/// <summary>eˣ/Σeˣ; dx = y∘(dy − Σ dy·y).</summary>
internal sealed record SoftmaxActivation : Activation
{
    public override string ToString() => "Softmax";

    internal override string InWords => "softmax";

    protected internal override bool IsElementwise => false;

    protected internal override bool NeedsInput => false;

    protected internal override bool GivesProbabilities => true;

    protected internal override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        T most = values[0], sum = T.Zero;
        foreach (T value in values)
            most = T.Max(most, value);
        foreach (ref T value in values)
        {
            value = T.Exp(value - most);
            sum += value;
        }

        foreach (ref T value in values)
            value /= sum;
    }

    protected internal override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        T sum = T.Zero;
        for (int i = 0; i < y.Length; i++)
            sum += gradient[i] * y[i];
        for (int i = 0; i < y.Length; i++)
            gradient[i] = y[i] * (gradient[i] - sum);
    }
}
