using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A transposed convolution over time: y[t] = act(Σ x[i]·W[k]ᵀ + b) over all i and k with i·stride + k·dilation − before = t. Input (T, F),
/// output (T′, Filters). T′ = T·stride for padding Same, and (T − 1)·stride + max(reach, stride) for Valid, where reach = (K − 1)·dilation
/// + 1. Parameters: kernel [K, Filters, F], bias [Filters], as in Keras. A masked step adds nothing, whatever it holds. Where T′ = T the
/// mask goes on to the output; otherwise it ends here.
/// </summary>
public sealed record Conv1DTranspose : TransposedConvolution
{
    /// <param name="filters">Number of outputs at each step, at least 1.</param>
    /// <param name="kernelSize">K, how many steps a window has, at least 1.</param>
    public Conv1DTranspose(int filters, int kernelSize)
        : base(filters)
    {
        if (kernelSize < 1)
            throw new ArgumentOutOfRangeException(nameof(kernelSize), kernelSize, "A kernel has at least 1 step.");
        KernelSize = kernelSize;
    }

    /// <summary>K.</summary>
    public int KernelSize { get; }

    /// <summary>Output steps from one that an input step is spread from to the next.</summary>
    public int Stride { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Output steps from one that an input is spread over to the next.</summary>
    public int Dilation { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>
    /// Steps that are added at the end, at least 0 and below the stride: T′ = (T − 1)·stride + reach + OutputPadding for Valid, and with
    /// reach mod 2 for reach for Same, both as in Keras; null: what the summary says. PyTorch's takes <c>padding</c> as a number.
    /// </summary>
    public int? OutputPadding { get; init => field = Option.AtLeast(0, value); }

    protected internal override string Kind => "conv1d_transpose";

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Transpose(Label, input, Padding, (KernelSize, Stride, Dilation, OutputPadding));
}
