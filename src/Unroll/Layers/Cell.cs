using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// One time step of a recurrent layer: what SimpleRNN, LSTM and GRU do not share. The loop over time, direction, masks,
/// states and dropout are <see cref="RecurrentOp{T}"/>'s.
/// </summary>
internal abstract class Cell<T>(Kernels<T> kernels, int units)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected Kernels<T> Kernels { get; } = kernels;

    /// <summary>H.</summary>
    public int Units { get; } = units;

    /// <summary>H padded to whole vectors: the stride of h and c.</summary>
    public int Padded { get; } = Lanes.Pad(units);

    /// <summary>Columns of a row of the slab in which the cell keeps a step's gates between forward and backward.</summary>
    public abstract int SlabColumns { get; }

    /// <summary>True for an LSTM: there is a second state, c.</summary>
    public virtual bool HasCellState => false;

    /// <summary>Values of scratch that the methods below need.</summary>
    public abstract int ScratchSize { get; }

    public abstract void Prepare(ReadOnlySpan<T> parameters);

    /// <summary>Writes the step's slab, H and C from X, RecurrentInput, PreviousH and PreviousC.</summary>
    public abstract void Forward(in CellStep<T> step, Span<T> scratch);

    /// <summary>
    /// In: the step as forward left it, DH = dL/dh, DC = dL/dc from the step after. Out: the slab holds gradients before the
    /// activations; DH is the share of dL/dh₋₁ that does not pass through the recurrent product (0 if there is none), DRecurrent
    /// the gradient of the recurrent input, DC = dL/dc₋₁.
    /// </summary>
    public abstract void Backward(in CellStep<T> step, Span<T> scratch);

    /// <summary>Adds the weights' gradients, one product over all <paramref name="k"/> = T·P rows of inputs, recurrent inputs and slabs.</summary>
    public abstract void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Span<T> gradients, Span<T> scratch);

    /// <summary>dx [k × F] from the slabs [k].</summary>
    public abstract void InputGradient(int k, Slab<T> slab, Slab<T> dx);
}

/// <summary>The memory of one time step: P rows each.</summary>
internal readonly ref struct CellStep<T>
    where T : unmanaged
{
    /// <summary>P.</summary>
    public int Rows { get; init; }

    /// <summary>[P × F].</summary>
    public Slab<T> X { get; init; }

    /// <summary>h₋₁ [P × H].</summary>
    public Span<T> PreviousH { get; init; }

    /// <summary>h₋₁ as it enters the recurrent product: after recurrent dropout.</summary>
    public Span<T> RecurrentInput { get; init; }

    public Span<T> PreviousC { get; init; }

    public Span<T> H { get; init; }

    public Span<T> C { get; init; }

    public Span<T> Slab { get; init; }

    public Span<T> DH { get; init; }

    public Span<T> DC { get; init; }

    public Span<T> DRecurrent { get; init; }
}

/// <summary>A bias at work: rearranged to the order of a cell's slab, padded with zeros.</summary>
internal sealed class Bias<T>(Kernels<T> kernels, int units, int columns)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> _values = new(columns);
    private readonly int _padded = Lanes.Pad(units);

    /// <summary>[columns], in slab order.</summary>
    public ReadOnlySpan<T> Values => _values.Span;

    public void Clear() => _values.Span.Clear();

    /// <summary>Adds gates of a bias row [gates·H] to the blocks from <paramref name="firstBlock"/> on.</summary>
    public void Add(ReadOnlySpan<T> row, int firstBlock, ReadOnlySpan<int> gates)
    {
        for (int block = 0; block < gates.Length; block++)
            kernels.Add(_values.Slice((firstBlock + block) * _padded, units), row.Slice(gates[block] * units, units));
    }

    /// <summary>The reverse of <see cref="Add"/>: adds the blocks' sums to the gradient of a bias row.</summary>
    public void AddGradient(ReadOnlySpan<T> sums, int firstBlock, ReadOnlySpan<int> gates, Span<T> gradient)
    {
        for (int block = 0; block < gates.Length; block++)
            kernels.Add(gradient.Slice(gates[block] * units, units), sums.Slice((firstBlock + block) * _padded, units));
    }
}
