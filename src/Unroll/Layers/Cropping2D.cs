using Unroll.Layers;

namespace Unroll;

/// <summary>
/// An image without some rows and columns at its edges: input (H, W, C), output (H − Top − Bottom, W − Left − Right, C). No parameters.
/// </summary>
public sealed record Cropping2D : Layer
{
    /// <param name="top">Rows that are left out at the top, at least 0.</param>
    /// <param name="bottom">Rows that are left out at the bottom, at least 0.</param>
    /// <param name="left">Columns that are left out on the left, at least 0.</param>
    /// <param name="right">Columns that are left out on the right, at least 0.</param>
    public Cropping2D(int top, int bottom, int left, int right)
    {
        (Top, Bottom) = (Option.AtLeast(0, top, nameof(top)), Option.AtLeast(0, bottom, nameof(bottom)));
        (Left, Right) = (Option.AtLeast(0, left, nameof(left)), Option.AtLeast(0, right, nameof(right)));
    }

    /// <summary>Rows that are left out at the top.</summary>
    public int Top { get; }

    /// <summary>Rows that are left out at the bottom.</summary>
    public int Bottom { get; }

    /// <summary>Columns that are left out on the left.</summary>
    public int Left { get; }

    /// <summary>Columns that are left out on the right.</summary>
    public int Right { get; }

    protected internal override string Kind => "cropping2d";

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
        return [PositionAxis.Of(Label, input, 0, -(long)Top, -(long)Bottom), PositionAxis.Of(Label, input, 1, -(long)Left, -(long)Right)];
    }
}
