using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A weight matrix [K, G·H], packed for a·W and for dz·Wᵀ. Gates lie in slab order, each padded to a multiple of 16.
/// </summary>
public sealed class Projection<T> : IPrepared<T>
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
    internal Projection(LayerBuilder<T> builder, Parameter weights, int units, params int[] gates)
    {
        (_kernels, _weights, _units, _gates) = (builder.Kernels, weights, units, gates);
        _padded = RowPadding.Pad(units);
        _sourceColumns = weights.Shape.Features;
        InputFeatures = weights.Length / _sourceColumns;
        Columns = gates.Length * _padded;
        _forward = new PackedMatrix<T>(InputFeatures, Columns, _kernels.PanelColumns);
        _backward = new PackedMatrix<T>(Columns, RowPadding.Pad(InputFeatures), _kernels.PanelColumns);
        _gradient = builder.AddGradient(
            weights, InputFeatures, Columns, [.. gates.Select((gate, block) => new GradientRun(block * _padded, gate * units, units))]);
        builder.AddPrepared(this);
        builder.ReserveScratch(_kernels.OuterProductScratch);
    }

    /// <summary>K, the features that go in.</summary>
    public int InputFeatures { get; }

    /// <summary>Padded columns of the product: gates × padded units.</summary>
    public int Columns { get; }

    /// <summary>Takes in the weights; each thread packs its portion.</summary>
    void IPrepared<T>.Prepare(ReadOnlySpan<T> parameters, Portion portion)
    {
        ReadOnlySpan<T> weights = parameters[_weights.Range];
        ColumnRange inputs = portion.Of(InputFeatures, RowPadding.Multiple);
        for (int block = 0; block < _gates.Length; block++)
        {
            ReadOnlySpan<T> gate = weights[(_gates[block] * _units)..];
            _forward.SetColumns(block * _padded, _units, inputs, gate, _sourceColumns);
            _backward.SetTransposed(block * _padded, _units, inputs, gate, _sourceColumns);
        }
    }

    /// <summary>z = bias + a·W; a [rows × K], z [rows × Columns], bias [Columns]: a portion of the units, with all their gates.</summary>
    public void Multiply(int rows, Rows<T> a, ReadOnlySpan<T> bias, Rows<T> z, Portion portion = default) =>
        _kernels.MultiplyWithBias(rows, a, _forward, bias, z, Units(portion));

    /// <summary>z = a·W + bias; a [rows × K], z [rows × Columns].</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="a">What is multiplied.</param>
    /// <param name="bias">[units], of a matrix of one gate; null: none.</param>
    /// <param name="z">Is overwritten.</param>
    public void Multiply(int rows, Rows<T> a, Weights<T>? bias, Rows<T> z)
    {
        if (bias is null)
            Multiply(rows, a, z);
        else
            Multiply(rows, a, bias.Padded, z);
    }

    /// <summary>z = a·W; a [rows × K], z [rows × Columns]: a portion of the units, with all their gates.</summary>
    public void Multiply(int rows, Rows<T> a, Rows<T> z, Portion portion = default) =>
        _kernels.Multiply(rows, a, _forward, z, ProductStart.Zero, Units(portion));

    /// <summary>z += a·W: a portion of the units, with all their gates.</summary>
    public void AddProduct(int rows, Rows<T> a, Rows<T> z, Portion portion = default) =>
        _kernels.Multiply(rows, a, _forward, z, ProductStart.Result, Units(portion));

    /// <summary>
    /// da = dz·Wᵀ or, with <see cref="ProductStart.Result"/>, da += dz·Wᵀ: a portion of the columns of da; its padding columns become zero
    /// or stay.
    /// </summary>
    public void MultiplyTransposed(int rows, Rows<T> dz, Rows<T> da, ProductStart start, Portion portion = default) =>
        _kernels.Multiply(rows, dz, _backward, da, start,
            new ColumnBlocks(1, _backward.Columns, portion.Of(_backward.Columns, RowPadding.Multiple)));

    /// <summary>dW += aᵀ·dz, and dbias += Σ rows of dz, in Backward only: a [rows × K], dz [rows × Columns].</summary>
    /// <param name="pass">The shard. Its scratch memory is overwritten.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="a">What W was multiplied by.</param>
    /// <param name="dz">The gradient of the product.</param>
    /// <param name="bias">What was added to the product, if anything.</param>
    public void AddGradient(ShardPass<T> pass, int rows, Rows<T> a, Rows<T> dz, Weights<T>? bias = null)
    {
        ArgumentNullException.ThrowIfNull(pass);
        Span<T> sums = bias is null ? default : bias.PaddedGradient(pass);
        _kernels.AddOuterProducts(rows, Columns, dz, Gradient(a, pass.Gradients), default, sums, pass.Scratch);
    }

    private ColumnBlocks Units(Portion portion) => new(_gates.Length, _padded, portion.Of(_padded, RowPadding.Multiple));

    /// <summary>The weights' gradient in a group's gradient memory, as a product that adds aᵀ·dz to it.</summary>
    internal OuterProduct<T> Gradient(Rows<T> a, Span<T> gradients) => new(InputFeatures, a, _gradient.In(gradients));
}
