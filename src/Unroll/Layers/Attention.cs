using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Dot-product attention (Luong, Pham and Manning 2015): every query step takes a mean of the value steps, weighted by how well their
/// keys fit it.
/// <code>
/// e(i, j) = scale · qᵢ·kⱼ    a(i, ·) = softmax over j of e(i, ·)    yᵢ = Σⱼ a(i, j)·vⱼ
/// </code>
/// Inputs: query (Q, D), value (V, D'), and key (V, D) unless the values are the keys. Output (Q, D'). Value steps that are masked
/// get no weight. Query steps that are masked give 0, as in Keras, and the output goes with their mask. No parameters.
/// </summary>
public sealed record Attention : AttentionLayer
{
    /// <summary>
    /// True: scale = 1/√D (Vaswani et al. 2017), which keeps the softmax from saturating where D is large. False: 1, as in Keras.
    /// </summary>
    public bool UseScale { get; init; }

    protected internal override string Kind => "attention";

    internal override AttentionOp<T> CreateOp<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new DotAttentionOp<T>(this, builder, inputs, UseScale ? 1 / Math.Sqrt(inputs[0].Shape.Features) : 1);
}

internal sealed class DotAttentionOp<T>(AttentionLayer options, LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs, double scale)
    : AttentionOp<T>(options, builder, inputs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _scale = T.CreateChecked(scale);

    protected override T Score(ShardPass<T> pass, ReadOnlySpan<T> query, ReadOnlySpan<T> key) => _scale * pass.Kernels.Dot(query, key);

    protected override void ScoreGradient(ShardPass<T> pass, T gradient, ReadOnlySpan<T> query, ReadOnlySpan<T> key, Span<T> queryGradient,
        Span<T> keyGradient)
    {
        if (!queryGradient.IsEmpty)
            pass.Kernels.AddScaled(queryGradient, key, _scale * gradient);
        if (!keyGradient.IsEmpty)
            pass.Kernels.AddScaled(keyGradient, query, _scale * gradient);
    }
}
