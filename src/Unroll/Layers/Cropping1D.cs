using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A sequence without some of its first and last steps: input (T, F), output (T − Before − After, F). Masks end here. No parameters.
/// </summary>
public sealed record Cropping1D : Layer
{
    /// <param name="before">Steps that are left out at the start, at least 0.</param>
    /// <param name="after">Steps that are left out at the end, at least 0.</param>
    public Cropping1D(int before, int after) =>
        (Before, After) = (Option.AtLeast(0, before, nameof(before)), Option.AtLeast(0, after, nameof(after)));

    /// <summary>Steps that are left out at the start.</summary>
    public int Before { get; }

    /// <summary>Steps that are left out at the end.</summary>
    public int After { get; }

    protected internal override string Kind => "cropping1d";

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
        return [PositionAxis.Of(Label, input, 0, -(long)Before, -(long)After)];
    }
}
