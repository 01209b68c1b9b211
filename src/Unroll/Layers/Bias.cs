using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A bias at work: rearranged to the order of a cell's slab, padded with zeros; where two rows of the parameter belong to one
/// column, their sum. All zero where the layer has no bias.
/// </summary>
internal sealed class Bias<T> : IPrepared<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Kernels<T> _kernels;
    private readonly AlignedBuffer<T> _values;
    private readonly GradientSlab? _gradient;

    /// <param name="builder">Of the layer.</param>
    /// <param name="parameter">[rows, all gates · units], or none.</param>
    /// <param name="units">H, the columns of one gate.</param>
    /// <param name="columns">Columns of the slab.</param>
    /// <param name="rows">For each row of the parameter: the block of the slab at which it starts, and its gates in
    /// the slab's order.</param>
    public Bias(LayerBuilder<T> builder, Parameter? parameter, int units, int columns, params (int FirstBlock, int[] Gates)[] rows)
    {
        (_kernels, _values) = (builder.Kernels, new AlignedBuffer<T>(columns));
        if (parameter is null)
            return;
        int length = parameter.Length / rows.Length;
        GradientRun[] runs = [.. rows.SelectMany((row, index) => row.Gates.Select((gate, block) =>
            new GradientRun((row.FirstBlock + block) * RowPadding.Pad(units), index * length + gate * units, units)))];
        _gradient = builder.AddGradient(parameter, 1, columns, runs);
        builder.AddPrepared(this);
    }

    /// <summary>[columns], in slab order.</summary>
    public ReadOnlySpan<T> Values => _values.Span;

    /// <inheritdoc/>
    public void Prepare(ReadOnlySpan<T> parameters, Portion portion)
    {
        if (_gradient is null || !portion.IsFirst)
            return;
        _values.Span.Clear();
        ReadOnlySpan<T> source = parameters[_gradient.Parameter.Range];
        foreach (GradientRun run in _gradient.Runs)
            _kernels.Add(_values.Slice(run.Column, run.Length), source.Slice(run.Target, run.Length));
    }

    /// <summary>The gradient in a group's gradient memory, [columns], to add column sums to; empty where there is no bias.</summary>
    public Span<T> Gradient(Span<T> gradients) => _gradient is null ? default : _gradient.In(gradients).Values;
}
