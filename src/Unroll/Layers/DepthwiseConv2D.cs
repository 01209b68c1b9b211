using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A convolution over images in which each channel has kernels of its own; see <see cref="DepthwiseConv1D"/>. Input (H, W, C), output (H′,
/// W′, C·M) with M = DepthMultiplier. Parameters: kernel [KH, KW, C, M], bias [C·M], as in Keras, which knows one stride only.
/// </summary>
public sealed record DepthwiseConv2D : DepthwiseConvolution
{
    /// <param name="height">KH, how many rows a window has, at least 1.</param>
    /// <param name="width">KW, how many columns a window has, at least 1.</param>
    public DepthwiseConv2D(int height, int width)
    {
        if (height < 1 || width < 1)
            throw new ArgumentOutOfRangeException(height < 1 ? nameof(height) : nameof(width), Math.Min(height, width),
                "A kernel has at least 1 row and 1 column.");
        (Height, Width) = (height, width);
    }

    /// <summary>KH.</summary>
    public int Height { get; }

    /// <summary>KW.</summary>
    public int Width { get; }

    /// <summary>Input rows from one output row to the next.</summary>
    public int StrideHeight { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Input columns from one output column to the next.</summary>
    public int StrideWidth { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Input rows from one that an output reads to the next.</summary>
    public int DilationHeight { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Input columns from one that an output reads to the next.</summary>
    public int DilationWidth { get; init => field = Option.AtLeast(1, value); } = 1;

    protected internal override string Kind => "depthwise_conv2d";

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Of(Label, input, Padding, mayBeCausal: false, (Height, StrideHeight, DilationHeight),
            (Width, StrideWidth, DilationWidth));
}
