using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>Weights that are used one by one, at work: a scale, a bias, a table.</summary>
public sealed class Weights<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Bias<T> _values;
    private readonly int _length;

    internal Weights(LayerBuilder<T> builder, Parameter parameter) =>
        (_values, _length) = (new Bias<T>(builder, parameter, parameter.Length, RowPadding.Pad(parameter.Length), (0, [0])),
            parameter.Length);

    /// <summary>The weights, row-major.</summary>
    public ReadOnlySpan<T> Values => _values.Values[.._length];

    /// <summary>Where their gradients are added, row-major. In Backward only.</summary>
    public Span<T> Gradient(ShardPass<T> pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        return _values.Gradient(pass.Gradients)[.._length];
    }

    /// <summary>The weights, and zeros up to a whole vector.</summary>
    internal ReadOnlySpan<T> Padded => _values.Values;

    internal Span<T> PaddedGradient(ShardPass<T> pass) => _values.Gradient(pass.Gradients);
}
