using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The activation at the end of a layer. Where its slope does not follow from its value, the sums before it are kept behind what else the
/// layer keeps.
/// </summary>
/// <param name="activation">The function.</param>
/// <param name="builder">Of the layer.</param>
/// <param name="output">The shape of the output.</param>
/// <param name="cacheAt">Values that the layer keeps itself.</param>
internal sealed class OutputActivation<T>(Activation activation, LayerBuilder<T> builder, Shape output, int cacheAt)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(output.Features);

    /// <summary>Values that the layer keeps in all.</summary>
    public int CacheSize { get; } = activation.NeedsInput
        ? checked(cacheAt + output.Positions * builder.ShardRows * RowPadding.Pad(output.Features))
        : cacheAt;

    /// <summary>The first rows of the output, in place.</summary>
    public void Forward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        Span<T> sums = spans.Output[..(rows * _stride)];
        if (activation.NeedsInput)
            sums.CopyTo(spans.Cache[cacheAt..]);
        activation.Forward(pass.Kernels, sums, _stride, output.Features);
    }

    /// <summary>The gradients of the first rows of the output, in place.</summary>
    public void Backward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        int size = rows * _stride;
        ReadOnlySpan<T> sums = activation.NeedsInput ? spans.Cache.Slice(cacheAt, size) : default;
        activation.Backward(pass.Kernels, sums, spans.Output[..size], spans.OutputGradient[..size], _stride, output.Features);
    }
}
