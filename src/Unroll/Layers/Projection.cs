using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A weight matrix [K, G·H] at work: packed for a·W and for dz·Wᵀ, its columns rearranged from the parameter's gate order
/// to the order in which a cell keeps its gates, each gate padded to whole vectors.
/// </summary>
internal sealed class Projection<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Kernels<T> _kernels;
    private readonly Parameter _weights;
    private readonly int _units, _padded, _sourceColumns;
    private readonly int[] _gates;
    private readonly PackedMatrix<T> _forward, _backward;
    private readonly GradientSlab _gradient;

    /// <param name="builder">Of the layer.</param>
    /// <param name="weights">The parameter [K, all gates · units]; K may be several extents.</param>
    /// <param name="units">H, the columns of one gate.</param>
    /// <param name="gates">Which gates of the parameter, in the order of the slab.</param>
    public Projection(LayerBuilder<T> builder, Parameter weights, int units, params int[] gates)
    {
        (_kernels, _weights, _units, _gates) = (builder.Kernels, weights, units, gates);
        _padded = Lanes.Pad(units);
        _sourceColumns = weights.Shape.Features;
        Inputs = weights.Length / _sourceColumns;
        Columns = gates.Length * _padded;
        _forward = new PackedMatrix<T>(Inputs, Columns, _kernels.PanelColumns);
        _backward = new PackedMatrix<T>(Columns, Lanes.Pad(Inputs), _kernels.PanelColumns);
        _gradient = builder.AddGradient(weights, Inputs, Columns, [.. gates.Select((gate, block) => new GradientRun(block * _padded, gate * units, units))]);
    }

    /// <summary>K.</summary>
    public int Inputs { get; }

    /// <summary>Padded columns of the product: gates × padded units.</summary>
    public int Columns { get; }

    /// <summary>Takes in the weights; each thread packs its share.</summary>
    public void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
        ReadOnlySpan<T> weights = parameters[_weights.Range];
        ColumnRange inputs = share.Of(Inputs, Lanes.Count);
        for (int block = 0; block < _gates.Length; block++)
        {
            ReadOnlySpan<T> gate = weights[(_gates[block] * _units)..];
            _forward.SetColumns(block * _padded, _units, inputs, gate, _sourceColumns);
            _backward.SetTransposed(block * _padded, _units, inputs, gate, _sourceColumns);
        }
    }

    /// <summary>z = bias + a·W; a [rows × K], z [rows × Columns], bias [Columns]: a share of the units, with all their gates.</summary>
    public void Multiply(int rows, Slab<T> a, ReadOnlySpan<T> bias, Slab<T> z, Share share = default) =>
        _kernels.MultiplyWithBias(rows, a, _forward, bias, z, Units(share));

    /// <summary>z += a·W: a share of the units, with all their gates.</summary>
    public void AddProduct(int rows, Slab<T> a, Slab<T> z, Share share = default) =>
        _kernels.Multiply(rows, a, _forward, z, ProductStart.Result, Units(share));

    /// <summary>da = dz·Wᵀ, or da += dz·Wᵀ: a share of the columns of da; its padding columns become zero or stay.</summary>
    public void MultiplyTransposed(int rows, Slab<T> dz, Slab<T> da, ProductStart start, Share share = default) =>
        _kernels.Multiply(rows, dz, _backward, da, start, new ColumnBlocks(1, _backward.Columns, share.Of(_backward.Columns, Lanes.Count)));

    private ColumnBlocks Units(Share share) => new(_gates.Length, _padded, share.Of(_padded, Lanes.Count));

    /// <summary>The weights' gradient in a group's gradient memory, as a product that adds aᵀ·dz to it.</summary>
    public OuterProduct<T> Gradient(Slab<T> a, Span<T> gradients) => new(Inputs, a, _gradient.In(gradients));
}
