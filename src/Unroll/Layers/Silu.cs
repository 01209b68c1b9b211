using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>y = x·σ(x), also called swish (Elfwing, Uchibe and Doya 2017). Input and output have one shape. No parameters.</summary>
public sealed record Silu : Layer
{
    internal override string Kind => "silu";

    public override Shape GetOutputShape(Shape input) => input;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => new SiluOp<T>(this, builder, input);
}

internal sealed class SiluOp<T>(Silu options, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(options, builder.LayerName, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = Lanes.Pad(shape.Features);

    /// <summary>σ(x), read again by backward.</summary>
    public override int CacheSize { get; } = checked(shape.Positions * builder.ShardRows * Lanes.Pad(shape.Features));

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = spans.Steps * pass.PaddedRows * _stride;
        Span<T> sigmoid = spans.Cache[..size];
        spans.Input[..size].CopyTo(sigmoid);
        pass.Kernels.Activate(Activation.Sigmoid, sigmoid);
        sigmoid.CopyTo(spans.Output);
        pass.Kernels.MultiplyBy(spans.Output[..size], spans.Input[..size]);
    }

    /// <summary>dx = dy·σ(x)·(1 + x·(1 − σ(x))).</summary>
    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = spans.Steps * pass.PaddedRows * _stride;
        for (int i = 0; i < size; i++)
        {
            T s = spans.Cache[i];
            spans.InputGradient[i] = spans.OutputGradient[i] * (s * (T.One + spans.Input[i] * (T.One - s)));
        }
    }
}
