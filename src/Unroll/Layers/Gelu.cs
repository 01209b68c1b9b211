using Unroll.Layers;

namespace Unroll;

/// <summary>
/// y = x·Φ(x) with the normal distribution's Φ(x) = ½(1 + erf(x/√2)): the exact form, Keras' approximate=False (Hendrycks and Gimpel 2016).
/// Input and output have one shape. No parameters.
/// </summary>
public sealed record Gelu : Layer
{
    protected internal override string Kind => "gelu";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new ActivateOp<T>(Activation.Gelu, builder, inputs[0].Shape), inputs[0].Mask);
}
