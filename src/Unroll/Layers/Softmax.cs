using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// y = eˣ/Σeˣ over the last extent, so that the features of each step are above 0 and add up to 1. The largest x is taken off first, so no
/// exponential overflows. Input and output have one shape. No parameters.
/// </summary>
public sealed record Softmax : Layer
{
    internal override string Kind => "softmax";

    public override Shape GetOutputShape(Shape input) => input;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => new SoftmaxOp<T>(this, builder, input);
}

internal sealed class SoftmaxOp<T>(Softmax options, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(options, builder.LayerName, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = Lanes.Pad(shape.Features);

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        for (int row = 0; row < spans.Steps * pass.PaddedRows; row++)
        {
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, Input.Features);
            Span<T> y = spans.Output.Slice(row * _stride, Input.Features);
            T most = x[0], sum = T.Zero;
            foreach (T value in x)
                most = T.Max(most, value);
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = T.Exp(x[i] - most);
                sum += y[i];
            }

            for (int i = 0; i < y.Length; i++)
                y[i] /= sum;
        }
    }

    /// <summary>dx = y∘(dy − Σ dy·y).</summary>
    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        for (int row = 0; row < spans.Steps * pass.PaddedRows; row++)
        {
            ReadOnlySpan<T> y = spans.Output.Slice(row * _stride, Input.Features), dy = spans.OutputGradient.Slice(row * _stride, Input.Features);
            Span<T> dx = spans.InputGradient.Slice(row * _stride, _stride);
            T sum = T.Zero;
            for (int i = 0; i < y.Length; i++)
                sum += dy[i] * y[i];
            for (int i = 0; i < y.Length; i++)
                dx[i] = y[i] * (dy[i] - sum);
            dx[y.Length..].Clear();
        }
    }
}
