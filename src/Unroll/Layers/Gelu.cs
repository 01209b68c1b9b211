using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// y = x·Φ(x) with the normal distribution's Φ(x) = ½(1 + erf(x/√2)): the exact form, Keras' approximate=False (Hendrycks and Gimpel 2016).
/// Input and output have one shape. No parameters.
/// </summary>
public sealed record Gelu : Layer
{
    internal override string Kind => "gelu";

    public override Shape GetOutputShape(Shape input) => input;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => new GeluOp<T>(this, builder, input);
}

internal sealed class GeluOp<T>(Gelu options, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(options, builder.LayerName, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>1/√(2π).</summary>
    private static readonly T s_density = T.CreateChecked(0.39894228040143267794);
    private static readonly T s_half = T.CreateChecked(0.5);
    private readonly int _stride = Lanes.Pad(shape.Features);

    /// <summary>Φ(x), read again by backward.</summary>
    public override int CacheSize { get; } = checked(shape.Positions * builder.ShardRows * Lanes.Pad(shape.Features));

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = spans.Steps * pass.PaddedRows * _stride;
        for (int i = 0; i < size; i++)
        {
            T probability = ErrorFunction<T>.NormalProbability(spans.Input[i]);
            (spans.Cache[i], spans.Output[i]) = (probability, spans.Input[i] * probability);
        }
    }

    /// <summary>dx = dy·(Φ(x) + x·φ(x)).</summary>
    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = spans.Steps * pass.PaddedRows * _stride;
        for (int i = 0; i < size; i++)
        {
            T x = spans.Input[i];
            spans.InputGradient[i] = spans.OutputGradient[i] * (spans.Cache[i] + x * (s_density * T.Exp(-s_half * x * x)));
        }
    }
}
