using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Additive attention (Bahdanau, Cho and Bengio 2015), as in Keras: e(i, j) = Σ_d s_d·tanh(qᵢ + kⱼ)_d, the rest as in
/// <see cref="Attention"/>. Query and key have the same number of features D; Bahdanau's W and U are dense layers before it.
/// Parameter: scale [D], 1 everywhere without <see cref="UseScale"/>.
/// </summary>
public sealed record AdditiveAttention : AttentionLayer
{
    /// <summary>True: s is learnt. False: all 1.</summary>
    public bool UseScale { get; init; } = true;

    /// <summary>What the scale starts from (Glorot uniform), where there is one.</summary>
    public Initializer ScaleInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    protected internal override string Kind => "additive_attention";

    internal override AttentionOp<T> CreateOp<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        Parameter? scale = UseScale ? builder.AddParameter("scale", new Shape(inputs[0].Shape.Features), ScaleInitializer) : null;
        return new AdditiveAttentionOp<T>(this, builder, inputs, scale);
    }
}

internal sealed class AdditiveAttentionOp<T> : AttentionOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Null: all 1.</summary>
    private readonly Bias<T>? _scale;
    private readonly AlignedBuffer<T>? _ones;
    private readonly int _features, _stride, _scratchAt;

    public AdditiveAttentionOp(AttentionLayer options, LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs, Parameter? scale)
        : base(options, builder, inputs)
    {
        (_features, _stride, _scratchAt) = (Input.Features, RowPadding.Pad(Input.Features), RowPadding.Pad(inputs[1].Shape.Steps));
        builder.ReserveScratch(checked(_scratchAt + (2 * _stride)));
        if (scale is not null)
        {
            _scale = new Bias<T>(builder, scale, _features, _stride, (0, [0]));
            return;
        }

        _ones = new AlignedBuffer<T>(_stride);
        _ones.Slice(0, _features).Fill(T.One);
    }

    private ReadOnlySpan<T> Scale => _scale is null ? _ones!.Span : _scale.Values;

    protected override T Score(ShardPass<T> pass, ReadOnlySpan<T> query, ReadOnlySpan<T> key) =>
        pass.Kernels.Dot(Scale, Hidden(pass, query, key));

    protected override void ScoreGradient(ShardPass<T> pass, T gradient, ReadOnlySpan<T> query, ReadOnlySpan<T> key, Span<T> queryGradient,
        Span<T> keyGradient)
    {
        Span<T> hidden = Hidden(pass, query, key);
        if (_scale is not null)
            pass.Kernels.AddScaled(_scale.Gradient(pass.Gradients), hidden, gradient);

        // tanh′ = 1 − y², times s and what came from above.
        Span<T> slope = pass.Scratch.Slice(_scratchAt + _stride, _stride);
        Scale[.._stride].CopyTo(slope);
        pass.Kernels.MultiplyByDerivative(ActivationKind.Tanh, hidden, slope);
        if (!queryGradient.IsEmpty)
            pass.Kernels.AddScaled(queryGradient, slope[.._features], gradient);
        if (!keyGradient.IsEmpty)
            pass.Kernels.AddScaled(keyGradient, slope[.._features], gradient);
    }

    /// <summary>tanh(q + k), in scratch; zero in the padding.</summary>
    private Span<T> Hidden(ShardPass<T> pass, ReadOnlySpan<T> query, ReadOnlySpan<T> key)
    {
        Span<T> hidden = pass.Scratch.Slice(_scratchAt, _stride);
        hidden[_features..].Clear();
        query.CopyTo(hidden);
        pass.Kernels.Add(hidden[.._features], key);
        pass.Kernels.Activate(ActivationKind.Tanh, hidden);
        return hidden;
    }
}
