using Unroll.Layers;

namespace Unroll;

/// <summary>
/// y = eˣ/Σeˣ over the last extent, so that the features of each step are above 0 and add up to 1. The largest x is taken off first, so no
/// exponential overflows. Input and output have one shape. No parameters.
/// </summary>
public sealed record Softmax : Layer
{
    protected internal override string Kind => "softmax";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new ActivateOp<T>(Activation.Softmax, builder, inputs[0].Shape), inputs[0].Mask);
}
