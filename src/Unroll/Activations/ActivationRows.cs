using System.Numerics;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// Activations over the rows of slabs. Those of the kernels compute the padding along; others see a row's features alone.
/// </summary>
internal static class ActivationRows
{
    /// <summary>Rows of so many features, at a distance of <paramref name="stride"/>, in place.</summary>
    public static void Forward<T>(this Activation activation, Kernels<T> kernels, Span<T> slab, int stride, int features)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The call of a generic virtual method takes longer than a short row; and padding is finite here.
        if (activation is KindActivation known)
        {
            kernels.Activate(known.Kind, slab);
            return;
        }

        for (int at = 0; at < slab.Length; at += stride)
            activation.Forward(kernels, slab.Slice(at, features));
    }

    /// <summary>The same for the gates of a recurrent layer, whose sigmoid is the one of the fused kernels.</summary>
    public static void ForwardGates<T>(this Activation activation, Kernels<T> kernels, Span<T> slab, int stride, int features)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (activation == Activation.Sigmoid)
            kernels.SigmoidGates(slab);
        else
            activation.Forward(kernels, slab, stride, features);
    }

    /// <summary>The gradients of rows, in place; x is empty unless the activation needs it.</summary>
    public static void Backward<T>(
        this Activation activation, Kernels<T> kernels, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient, int stride, int features)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (activation is KindActivation known)
        {
            kernels.MultiplyByDerivative(known.Kind, y, gradient);
            return;
        }

        for (int at = 0; at < y.Length; at += stride)
        {
            ReadOnlySpan<T> input = activation.NeedsInput ? x.Slice(at, features) : default;
            activation.Backward(kernels, input, y.Slice(at, features), gradient.Slice(at, features));
        }
    }
}
