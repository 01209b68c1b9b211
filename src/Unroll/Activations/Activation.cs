using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// A function of the values of a layer: <c>new Dense(8) { Activation = Activation.Gelu }</c>. Those here have the parameters that Keras 3
/// gives them by default; <see cref="LeakyRelu"/>, <see cref="Elu"/> and <see cref="HardSigmoid"/> exist with others too. One of your own
/// derives from <see cref="ElementwiseActivation"/>, or from this where values depend on each other.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "activation")]
[JsonDerivedType(typeof(LeakyRelu), "leaky-relu")]
[JsonDerivedType(typeof(Elu), "elu")]
[JsonDerivedType(typeof(HardSigmoid), "hard-sigmoid")]
public abstract record Activation
{
    /// <summary>x.</summary>
    public static Activation Linear { get; } = new KindActivation(ActivationKind.Linear);

    /// <summary>tanh(x).</summary>
    public static Activation Tanh { get; } = new KindActivation(ActivationKind.Tanh);

    /// <summary>1/(1 + e⁻ˣ).</summary>
    public static Activation Sigmoid { get; } = new KindActivation(ActivationKind.Sigmoid);

    /// <summary>0 below −3, 1 above 3, x/6 + 1/2 between. Keras 2's and ONNX' is <c>new HardSigmoid(0.2)</c>.</summary>
    public static Activation HardSigmoid { get; } = new KindActivation(ActivationKind.HardSigmoid);

    /// <summary>x clipped to [−1, 1].</summary>
    public static Activation HardTanh { get; } = new KindActivation(ActivationKind.HardTanh);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu { get; } = new KindActivation(ActivationKind.Relu);

    /// <summary>x clipped to [0, 6].</summary>
    public static Activation Relu6 { get; } = new KindActivation(ActivationKind.Relu6);

    /// <summary>x above 0, 0.2·x below. Other slopes: <c>new LeakyRelu(0.01)</c>.</summary>
    public static Activation LeakyRelu { get; } = new KindActivation(ActivationKind.LeakyRelu);

    /// <summary>x above 0, eˣ − 1 below. Other scales: <c>new Elu(0.5)</c>.</summary>
    public static Activation Elu { get; } = new KindActivation(ActivationKind.Elu);

    /// <summary>λ·x above 0, λα(eˣ − 1) below; λ = 1.0507, α = 1.6733 (Klambauer et al. 2017).</summary>
    public static Activation Selu { get; } = new KindActivation(ActivationKind.Selu);

    /// <summary>ln(1 + eˣ).</summary>
    public static Activation Softplus { get; } = new KindActivation(ActivationKind.Softplus);

    /// <summary>x/(1 + |x|).</summary>
    public static Activation Softsign { get; } = new KindActivation(ActivationKind.Softsign);

    /// <summary>eˣ.</summary>
    public static Activation Exponential { get; } = new KindActivation(ActivationKind.Exponential);

    /// <summary>x·Φ(x) with the normal distribution's Φ, exactly (Hendrycks and Gimpel 2016); Keras' gelu with approximate=False.</summary>
    public static Activation Gelu { get; } = new GeluActivation();

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), which comes close to <see cref="Gelu"/>; Keras' gelu with approximate=True.</summary>
    public static Activation GeluTanh { get; } = new GeluTanhActivation();

    /// <summary>x·σ(x), also called swish (Elfwing, Uchibe and Doya 2017).</summary>
    public static Activation Silu { get; } = new SiluActivation();

    /// <summary>x·tanh(ln(1 + eˣ)) (Misra 2019).</summary>
    public static Activation Mish { get; } = new MishActivation();

    /// <summary>x·clip(x/6 + ½, 0, 1), also called hard SiLU (Howard et al. 2019).</summary>
    public static Activation HardSwish { get; } = new HardSwishActivation();

    /// <summary>eˣ/Σeˣ over the features of a step, which are then above 0 and add up to 1; safe from overflow.</summary>
    public static Activation Softmax { get; } = new SoftmaxActivation();

    /// <summary>As errors call it in a sentence.</summary>
    internal virtual string InWords => ToString();

    /// <summary>All of the library that have no parameters, by the names that files have.</summary>
    internal static IReadOnlyDictionary<string, Activation> Named { get; } = new[]
    {
        Linear, Tanh, Sigmoid, HardSigmoid, HardTanh, Relu, Relu6, LeakyRelu, Elu, Selu, Softplus, Softsign, Exponential,
        Gelu, GeluTanh, Silu, Mish, HardSwish, Softmax,
    }.ToDictionary(activation => activation.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>True where each value is by itself. False: those of a step depend on each other, as in a softmax.</summary>
    protected internal virtual bool IsElementwise => true;

    /// <summary>True where the derivative needs x; false where it follows from y alone, as that of tanh does.</summary>
    protected internal virtual bool NeedsInput => true;

    /// <summary>True where every value is a probability.</summary>
    protected internal virtual bool GivesProbabilities => false;

    /// <summary>
    /// values = activation(values), in place: any number of values, or the features of one step where they depend on each other.
    /// </summary>
    /// <param name="math">Arithmetic over spans.</param>
    /// <param name="values">In x, out y.</param>
    protected internal abstract void Forward<T>(SpanMath<T> math, Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>gradient = dL/dx from dL/dy, in place; lengths are equal.</summary>
    /// <param name="math">Arithmetic over spans.</param>
    /// <param name="x">What went in; empty unless <see cref="NeedsInput"/>.</param>
    /// <param name="y">What came out.</param>
    /// <param name="gradient">In dL/dy, out dL/dx.</param>
    protected internal abstract void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The built-in activation of this kind.</summary>
    internal static Activation Of(ActivationKind kind) => Named[kind.ToString()];
}

/// <summary>An activation of each value by itself, written as its value and its slope.</summary>
/// <example>
/// <code>
/// sealed record Snake(double A) : ElementwiseActivation   // x + sin²(ax)/a
/// {
///     protected override T Value&lt;T>(T x) => x + T.Sin(T.CreateChecked(A) * x) * T.Sin(T.CreateChecked(A) * x) / T.CreateChecked(A);
///
///     protected override T Slope&lt;T>(T x, T y) => T.One + T.Sin(T.CreateChecked(2 * A) * x);
/// }
/// </code>
/// </example>
public abstract record ElementwiseActivation : Activation
{
    /// <summary>y.</summary>
    protected abstract T Value<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>dy/dx.</summary>
    protected abstract T Slope<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <inheritdoc/>
    protected internal sealed override bool IsElementwise => true;

    /// <inheritdoc/>
    protected internal sealed override bool NeedsInput => true;

    /// <inheritdoc/>
    protected internal sealed override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = Value(values[i]);
    }

    /// <inheritdoc/>
    protected internal sealed override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] *= Slope(x[i], y[i]);
    }
}
