using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A depthwise convolution over time, then a dense layer on what it gives: far fewer weights than a <see cref="Conv1D"/> has (Chollet
/// 2017). Input (T, F), output (T′, Filters). Parameters: depthwise_kernel [K, F, M], pointwise_kernel [F·M, Filters], bias [Filters];
/// Keras' has the second as [1, F·M, Filters]. Masks as in <see cref="Conv1D"/>.
/// </summary>
public sealed record SeparableConv1D : SeparableConvolution
{
    /// <param name="filters">Number of outputs at each step, at least 1.</param>
    /// <param name="kernelSize">K, how many steps a window has, at least 1.</param>
    public SeparableConv1D(int filters, int kernelSize)
        : base(filters)
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

    protected internal override string Kind => "separable_conv1d";

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Of(Label, input, Padding, mayBeCausal: true, (KernelSize, Stride, Dilation));
}
