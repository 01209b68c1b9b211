using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A convolution over time in which each feature has kernels of its own: y[t, f·M + m] = act(Σₖ x[t·stride + k·dilation − before, f]·W[k,
/// f, m] + b). Input (T, F), output (T′, F·M) with M = DepthMultiplier. Parameters: kernel [K, F, M], bias [F·M], as in Keras. Masks as in
/// <see cref="Conv1D"/>, of which it is the case of F groups.
/// </summary>
public sealed record DepthwiseConv1D : DepthwiseConvolution
{
    /// <param name="kernelSize">K, how many steps a window has, at least 1.</param>
    public DepthwiseConv1D(int kernelSize)
    {
        if (kernelSize < 1)
            throw new ArgumentOutOfRangeException(nameof(kernelSize), kernelSize, "A kernel has at least 1 step.");
        KernelSize = kernelSize;
    }

    /// <summary>K.</summary>
    public int KernelSize { get; }

    /// <summary>Input steps from one output to the next.</summary>
    public int Stride { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Input steps from one that an output reads to the next.</summary>
    public int Dilation { get; init => field = Option.AtLeast(1, value); } = 1;

    protected internal override string Kind => "depthwise_conv1d";

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Of(Label, input, Padding, mayBeCausal: true, (KernelSize, Stride, Dilation));
}
