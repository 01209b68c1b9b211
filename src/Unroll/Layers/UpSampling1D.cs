using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Every step of a sequence several times: input (T, F), output (T·Size, F). Masks end here; steps at the end that are padding become
/// zeros. No parameters.
/// </summary>
public sealed record UpSampling1D : Layer
{
    /// <param name="size">How often each step comes, at least 1.</param>
    public UpSampling1D(int size) => Size = Option.AtLeast(1, size, nameof(size));

    /// <summary>How often each step comes.</summary>
    public int Size { get; }

    protected internal override string Kind => "up_sampling1d";

    public override Shape GetOutputShape(Shape input)
    {
        PositionAxis[] axes = Axes(input);
        return new Shape(axes[0].Output, input.Features);
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new PositionOp<T>(builder, inputs[0].Shape, Axes(inputs[0].Shape)));

    private PositionAxis[] Axes(Shape input)
    {
        PositionAxis.Require(Label, input, 2);
        return [PositionAxis.Repeat(input.Steps, Size)];
    }
}
