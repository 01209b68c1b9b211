using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A convolution over images: y[i, j] = act(Σₖₗ x[i·stride + k·dilation − above, j·stride + l·dilation − left]·W[k, l] + b), with a stride
/// and a dilation for each direction. Input (H, W, C), output (H′, W′, Filters). Parameters: kernel [KH, KW, C, Filters], bias [Filters],
/// as in Keras.
/// </summary>
public sealed record Conv2D : Convolution
{
    /// <param name="filters">Number of outputs at each pixel, at least 1.</param>
    /// <param name="height">KH, how many rows an output reads, at least 1.</param>
    /// <param name="width">KW, how many columns an output reads, at least 1.</param>
    public Conv2D(int filters, int height, int width)
        : base(filters)
    {
        if (height < 1 || width < 1)
            throw new ArgumentOutOfRangeException(height < 1 ? nameof(height) : nameof(width), Math.Min(height, width),
                "A kernel reads at least 1 row and 1 column.");
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

    /// <summary>
    /// Groups of as many filters that read as many features each, group by group: the kernel has F/Groups features then. Filters and
    /// features are multiples of it.
    /// </summary>
    [JsonIgnore]
    public int Groups { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>In files only where there are several: those of older versions have none.</summary>
    [JsonInclude]
    [JsonPropertyName("groups")]
    internal int? GroupsInFile { get => Groups == 1 ? null : Groups; init => Groups = value ?? 1; }

    protected internal override string Kind => "conv2d";

    internal override int GroupCount => Groups;

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Of(Label, input, Padding, mayBeCausal: false, (Height, StrideHeight, DilationHeight),
            (Width, StrideWidth, DilationWidth));
}
