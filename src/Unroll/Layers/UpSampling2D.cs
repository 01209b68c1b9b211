using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Every pixel of an image several times, in both directions (Keras' interpolation <c>nearest</c>): input (H, W, C), output (H·Height,
/// W·Width, C). No parameters.
/// </summary>
public sealed record UpSampling2D : Layer
{
    /// <param name="height">How often each row comes, at least 1.</param>
    /// <param name="width">How often each column comes, at least 1.</param>
    public UpSampling2D(int height, int width) =>
        (Height, Width) = (Option.AtLeast(1, height, nameof(height)), Option.AtLeast(1, width, nameof(width)));

    /// <summary>How often each row comes.</summary>
    public int Height { get; }

    /// <summary>How often each column comes.</summary>
    public int Width { get; }

    protected internal override string Kind => "up_sampling2d";

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
        return [PositionAxis.Repeat(input[0], Height), PositionAxis.Repeat(input[1], Width)];
    }
}
