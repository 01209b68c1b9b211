using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Zeros before and after the steps of a sequence: input (T, F), output (Before + T + After, F). Masks end here; steps at the end that are
/// padding become zeros. No parameters.
/// </summary>
public sealed record ZeroPadding1D : Layer
{
    /// <param name="padding">Steps on either side, at least 0.</param>
    public ZeroPadding1D(int padding)
        : this(Option.AtLeast(0, padding, nameof(padding)), padding)
    {
    }

    /// <param name="before">Steps before the first, at least 0.</param>
    /// <param name="after">Steps after the last, at least 0.</param>
    [JsonConstructor]
    public ZeroPadding1D(int before, int after) =>
        (Before, After) = (Option.AtLeast(0, before, nameof(before)), Option.AtLeast(0, after, nameof(after)));

    /// <summary>Steps before the first.</summary>
    public int Before { get; }

    /// <summary>Steps after the last.</summary>
    public int After { get; }

    protected internal override string Kind => "zero_padding1d";

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
        return [PositionAxis.Of(Label, input, 0, Before, After)];
    }
}
