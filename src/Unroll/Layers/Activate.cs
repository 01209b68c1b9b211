using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>An activation as a layer of its own. Input and output have one shape. No parameters.</summary>
/// <param name="Activation">The function applied to every value.</param>
public sealed record Activate(Activation Activation) : Layer
{
    /// <summary>The activation that the layer applies.</summary>
    public Activation Activation { get; init => field = Option.NotNull(value); } = Option.NotNull(Activation, nameof(Activation));

    protected internal override string Kind => "activation";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new ActivateOp<T>(Activation, builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class ActivateOp<T>(Activation activation, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(shape.Features);

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.Input[..size].CopyTo(spans.Output);
        activation.Forward(pass.Kernels, spans.Output[..size], _stride, Input.Features);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.OutputGradient[..size].CopyTo(spans.InputGradient);
        activation.Backward(pass.Kernels, spans.Input[..size], spans.Output[..size], spans.InputGradient[..size], _stride, Input.Features);
    }
}
