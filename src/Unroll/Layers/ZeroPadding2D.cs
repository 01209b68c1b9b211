using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>Zeros around an image: input (H, W, C), output (Top + H + Bottom, Left + W + Right, C). No parameters.</summary>
public sealed record ZeroPadding2D : Layer
{
    /// <param name="padding">Rows and columns on every side, at least 0.</param>
    public ZeroPadding2D(int padding)
        : this(Option.AtLeast(0, padding, nameof(padding)), padding, padding, padding)
    {
    }

    /// <param name="top">Rows of zeros at the top, at least 0.</param>
    /// <param name="bottom">Rows of zeros at the bottom, at least 0.</param>
    /// <param name="left">Columns of zeros on the left, at least 0.</param>
    /// <param name="right">Columns of zeros on the right, at least 0.</param>
    [JsonConstructor]
    public ZeroPadding2D(int top, int bottom, int left, int right)
    {
        (Top, Bottom) = (Option.AtLeast(0, top, nameof(top)), Option.AtLeast(0, bottom, nameof(bottom)));
        (Left, Right) = (Option.AtLeast(0, left, nameof(left)), Option.AtLeast(0, right, nameof(right)));
    }

    /// <summary>Rows of zeros at the top.</summary>
    public int Top { get; }

    /// <summary>Rows of zeros at the bottom.</summary>
    public int Bottom { get; }

    /// <summary>Columns of zeros on the left.</summary>
    public int Left { get; }

    /// <summary>Columns of zeros on the right.</summary>
    public int Right { get; }

    protected internal override string Kind => "zero_padding2d";

    public override Shape GetOutputShape(Shape input)
    {
        PositionAxis[] axes = Axes(input);
        return new Shape(axes[0].Output, axes[1].Output, input.Features);
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new PositionOp<T>(builder, inputs[0].Shape, Axes(inputs[0].Shape)));

    private PositionAxis[] Axes(Shape input)
    {
        PositionAxis.Require(Label, input, 3);
        return [PositionAxis.Of(Label, input, 0, Top, Bottom), PositionAxis.Of(Label, input, 1, Left, Right)];
    }
}
