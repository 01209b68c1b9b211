using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// x above 0, Slope·x below (Maas, Hannun and Ng 2013). PyTorch's default slope is 0.01, Keras' function has 0.2, its layer 0.3.
/// </summary>
/// <param name="Slope">At least 0.</param>
public sealed record LeakyRelu(double Slope) : Activation
{
    /// <summary>The slope below 0.</summary>
    public double Slope { get; init => field = Option.NotNegative(value); } = Option.NotNegative(Slope, nameof(Slope));

    /// <inheritdoc/>
    protected internal override bool NeedsInput => false;

    /// <inheritdoc/>
    protected internal override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        T slope = T.CreateChecked(Slope);
        foreach (ref T value in values)
            value = value > T.Zero ? value : slope * value;
    }

    /// <inheritdoc/>
    protected internal override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        T slope = T.CreateChecked(Slope);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] *= T.IsNaN(y[i]) ? y[i] : y[i] > T.Zero ? T.One : slope;
    }
}

/// <summary>x above 0, Alpha·(eˣ − 1) below (Clevert, Unterthiner and Hochreiter 2016).</summary>
/// <param name="Alpha">Above 0.</param>
public sealed record Elu(double Alpha) : Activation
{
    /// <summary>Minus the value far below 0.</summary>
    public double Alpha { get; init => field = Option.Positive(value); } = Option.Positive(Alpha, nameof(Alpha));

    /// <inheritdoc/>
    protected internal override bool NeedsInput => false;

    /// <inheritdoc/>
    protected internal override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        T alpha = T.CreateChecked(Alpha);
        foreach (ref T value in values)
            value = value > T.Zero ? value : alpha * Elementary<T>.ExpM1(value);
    }

    /// <inheritdoc/>
    protected internal override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        T alpha = T.CreateChecked(Alpha);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] *= T.IsNaN(y[i]) ? y[i] : y[i] > T.Zero ? T.One : y[i] + alpha;
    }
}

/// <summary>
/// Slope·x + Offset, clipped to [0, 1]. Keras 2 and ONNX use 0.2 and 0.5. Keras 3 and PyTorch use 1/6 and 0.5, which is
/// <see cref="Activation.HardSigmoid"/>.
/// </summary>
/// <param name="Slope">Above 0.</param>
/// <param name="Offset">The value at 0.</param>
public sealed record HardSigmoid(double Slope, double Offset = 0.5) : Activation
{
    /// <summary>The slope between the ends.</summary>
    public double Slope { get; init => field = Option.Positive(value); } = Option.Positive(Slope, nameof(Slope));

    /// <summary>The value at 0.</summary>
    public double Offset { get; init => field = Option.Finite(value); } = Option.Finite(Offset, nameof(Offset));

    /// <inheritdoc/>
    protected internal override bool NeedsInput => false;

    /// <inheritdoc/>
    protected internal override bool GivesProbabilities => true;

    /// <inheritdoc/>
    protected internal override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        T slope = T.CreateChecked(Slope), offset = T.CreateChecked(Offset);
        foreach (ref T value in values)
            value = T.Clamp(value * slope + offset, T.Zero, T.One);
    }

    /// <inheritdoc/>
    protected internal override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        T slope = T.CreateChecked(Slope);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] *= T.IsNaN(y[i]) ? y[i] : y[i] > T.Zero && y[i] < T.One ? slope : T.Zero;
    }
}
