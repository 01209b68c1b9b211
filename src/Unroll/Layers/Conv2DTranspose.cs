using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A transposed convolution over images; see <see cref="Conv1DTranspose"/>, whose lengths hold for height and width. Input (H, W, C),
/// output (H′, W′, Filters). Parameters: kernel [KH, KW, Filters, C], bias [Filters], as in Keras.
/// </summary>
public sealed record Conv2DTranspose : TransposedConvolution
{
    /// <param name="filters">Number of outputs at each pixel, at least 1.</param>
    /// <param name="height">KH, how many rows a window has, at least 1.</param>
    /// <param name="width">KW, how many columns a window has, at least 1.</param>
    public Conv2DTranspose(int filters, int height, int width)
        : base(filters)
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

    /// <summary>Output rows from one that an input row is spread from to the next.</summary>
    public int StrideHeight { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Output columns from one that an input column is spread from to the next.</summary>
    public int StrideWidth { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Output rows from one that an input is spread over to the next.</summary>
    public int DilationHeight { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Output columns from one that an input is spread over to the next.</summary>
    public int DilationWidth { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Rows that are added at the end, at least 0 and below the stride; see <see cref="Conv1DTranspose.OutputPadding"/>.</summary>
    public int? OutputPaddingHeight { get; init => field = Option.AtLeast(0, value); }

    /// <summary>Columns that are added at the end, in the same way.</summary>
    public int? OutputPaddingWidth { get; init => field = Option.AtLeast(0, value); }

    protected internal override string Kind => "conv2d_transpose";

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Transpose(Label, input, Padding, (Height, StrideHeight, DilationHeight, OutputPaddingHeight),
            (Width, StrideWidth, DilationWidth, OutputPaddingWidth));
}
