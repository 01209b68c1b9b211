using Unroll.Layers;

namespace Unroll;

/// <summary>y = x·σ(x), also called swish (Elfwing, Uchibe and Doya 2017). Input and output have one shape. No parameters.</summary>
public sealed record Silu : Layer
{
    protected internal override string Kind => "silu";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new ActivateOp<T>(Activation.Silu, builder, inputs[0].Shape), inputs[0].Mask);
}
