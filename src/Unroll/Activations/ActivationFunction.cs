using System.Numerics;
using Unroll.Kernels;

namespace Unroll;

/// <summary>Elementwise functions whose derivative follows from their value. All give NaN for NaN.</summary>
internal enum ActivationKind
{
    /// <summary>x.</summary>
    Linear,

    /// <summary>tanh(x).</summary>
    Tanh,

    /// <summary>1/(1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>0 below −3, 1 above 3, x/6 + 1/2 between (Keras 3; Keras 2 had slope 0.2).</summary>
    HardSigmoid,

    /// <summary>x clipped to [−1, 1].</summary>
    HardTanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x clipped to [0, 6].</summary>
    Relu6,

    /// <summary>x above 0, 0.2·x below.</summary>
    LeakyRelu,

    /// <summary>x above 0, eˣ − 1 below.</summary>
    Elu,

    /// <summary>λ·x above 0, λα(eˣ − 1) below; λ = 1.0507, α = 1.6733 (Klambauer et al. 2017).</summary>
    Selu,

    /// <summary>ln(1 + eˣ).</summary>
    Softplus,

    /// <summary>x/(1 + |x|).</summary>
    Softsign,

    /// <summary>eˣ.</summary>
    Exponential,
}

/// <summary>The functions behind <see cref="ActivationKind"/>, one element at a time.</summary>
internal static class ActivationFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T s_leak = T.CreateChecked(0.2);
    private static readonly T s_seluScale = T.CreateChecked(1.0507009873554805);
    private static readonly T s_seluNegative = T.CreateChecked(1.0507009873554805 * 1.6732632423543772);
    private static readonly T s_sixth = T.CreateChecked(1.0 / 6);
    private static readonly T s_half = T.CreateChecked(0.5);
    private static readonly T s_six = T.CreateChecked(6);

    public static T Value(ActivationKind activation, T x) => activation switch
    {
        ActivationKind.Linear => x,
        ActivationKind.Tanh => T.Tanh(x),
        ActivationKind.Sigmoid => Elementary<T>.Sigmoid(x),
        ActivationKind.HardSigmoid => T.Clamp(x * s_sixth + s_half, T.Zero, T.One),
        ActivationKind.HardTanh => T.Clamp(x, -T.One, T.One),
        ActivationKind.Relu => T.Max(x, T.Zero),
        ActivationKind.Relu6 => T.Clamp(x, T.Zero, s_six),
        ActivationKind.LeakyRelu => x > T.Zero ? x : s_leak * x,
        ActivationKind.Elu => x > T.Zero ? x : Elementary<T>.ExpM1(x),
        ActivationKind.Selu => x > T.Zero ? s_seluScale * x : s_seluNegative * Elementary<T>.ExpM1(x),
        ActivationKind.Softplus => T.Max(x, T.Zero) + Elementary<T>.Log1P(T.Exp(-T.Abs(x))),
        ActivationKind.Softsign => T.IsInfinity(x) ? T.CopySign(T.One, x) : x / (T.One + T.Abs(x)),
        ActivationKind.Exponential => T.Exp(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation."),
    };

    /// <summary>
    /// The derivative at the point where the function's value is <paramref name="y"/>: the derivative of each is a function of its value.
    /// NaN for NaN.
    /// </summary>
    public static T Derivative(ActivationKind activation, T y) => activation switch
    {
        _ when T.IsNaN(y) => y,
        ActivationKind.Linear => T.One,
        ActivationKind.Tanh => T.One - y * y,
        ActivationKind.Sigmoid => y * (T.One - y),
        ActivationKind.HardSigmoid => y > T.Zero && y < T.One ? s_sixth : T.Zero,
        ActivationKind.HardTanh => y > -T.One && y < T.One ? T.One : T.Zero,
        ActivationKind.Relu => y > T.Zero ? T.One : T.Zero,
        ActivationKind.Relu6 => y > T.Zero && y < s_six ? T.One : T.Zero,
        ActivationKind.LeakyRelu => y > T.Zero ? T.One : s_leak,
        ActivationKind.Elu => y > T.Zero ? T.One : y + T.One,
        ActivationKind.Selu => y > T.Zero ? s_seluScale : y + s_seluNegative,
        ActivationKind.Softplus => -Elementary<T>.ExpM1(-y),
        ActivationKind.Softsign => (T.One - T.Abs(y)) * (T.One - T.Abs(y)),
        ActivationKind.Exponential => y,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation."),
    };
}
