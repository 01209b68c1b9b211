using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>An activation as a layer of its own. Input and output have one shape. No parameters.</summary>
/// <param name="Activation">The function applied to every value.</param>
public sealed record Activate(Activation Activation) : Layer
{
    public Activation Activation { get; init => field = Option.Known(value); } = Option.Known(Activation, nameof(Activation));

    internal override string Kind => "activation";

    public override Shape GetOutputShape(Shape input) => input;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => new ActivateOp<T>(this, builder, input);
}

internal sealed class ActivateOp<T>(Activate options, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(options, builder.LayerName, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = Lanes.Pad(shape.Features);

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.Input[..size].CopyTo(spans.Output);
        pass.Kernels.Activate(options.Activation, spans.Output[..size]);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.OutputGradient[..size].CopyTo(spans.InputGradient);
        pass.Kernels.MultiplyByDerivative(options.Activation, spans.Output[..size], spans.InputGradient[..size]);
    }
}
