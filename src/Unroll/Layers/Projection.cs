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

    /// <param name="kernels">The instruction set.</param>
    /// <param name="weights">The parameter [K, all gates · units].</param>
    /// <param name="units">H, the columns of one gate.</param>
    /// <param name="gates">Which gates of the parameter, in the order of the slab.</param>
    public Projection(Kernels<T> kernels, Parameter weights, int units, params int[] gates)
    {
        (_kernels, _weights, _units, _gates) = (kernels, weights, units, gates);
        _padded = Lanes.Pad(units);
        _sourceColumns = weights.Shape[1];
        Inputs = weights.Shape[0];
        Columns = gates.Length * _padded;
        _forward = new PackedMatrix<T>(Inputs, Columns, kernels.PanelColumns);
        _backward = new PackedMatrix<T>(Columns, Lanes.Pad(Inputs), kernels.PanelColumns);
    }

    /// <summary>K.</summary>
    public int Inputs { get; }

    /// <summary>Padded columns of the product: gates × padded units.</summary>
    public int Columns { get; }

    /// <summary>Values of scratch that <see cref="AddGradient"/> needs.</summary>
    public int ScratchSize => Lanes.Pad(Inputs) * Columns + _kernels.TransposedScratch;

    public void Prepare(ReadOnlySpan<T> parameters)
    {
        ReadOnlySpan<T> weights = parameters[_weights.Range];
        for (int block = 0; block < _gates.Length; block++)
        {
            ReadOnlySpan<T> gate = weights[(_gates[block] * _units)..];
            _forward.SetColumns(block * _padded, _units, gate, _sourceColumns);
            _backward.SetTransposed(block * _padded, _units, Inputs, gate, _sourceColumns);
        }
    }

    /// <summary>z = bias + a·W; a [rows × K], z [rows × Columns], bias [Columns].</summary>
    public void Multiply(int rows, Slab<T> a, ReadOnlySpan<T> bias, Slab<T> z) => _kernels.MultiplyWithBias(rows, a, _forward, bias, z);

    /// <summary>z += a·W.</summary>
    public void AddProduct(int rows, Slab<T> a, Slab<T> z) => _kernels.Multiply(rows, a, _forward, z, ProductStart.Result);

    /// <summary>da = dz·Wᵀ, or da += dz·Wᵀ; padding columns of da become zero or stay.</summary>
    public void MultiplyTransposed(int rows, Slab<T> dz, Slab<T> da, ProductStart start) => _kernels.Multiply(rows, dz, _backward, da, start);

    /// <summary>Adds aᵀ·dz, summed over k rows, to the weights' gradient.</summary>
    public void AddGradient(int k, Slab<T> a, Slab<T> dz, Span<T> gradients, Span<T> scratch)
    {
        Span<T> product = scratch[..(Lanes.Pad(Inputs) * Columns)];
        product.Clear();
        _kernels.AddTransposedProduct(k, Inputs, Columns, a, dz, new Slab<T>(product, Columns), scratch[product.Length..]);
        Span<T> target = gradients[_weights.Range];
        for (int row = 0; row < Inputs; row++)
        {
            for (int block = 0; block < _gates.Length; block++)
            {
                _kernels.Add(
                    target.Slice(row * _sourceColumns + _gates[block] * _units, _units),
                    product.Slice(row * Columns + block * _padded, _units));
            }
        }
    }
}
