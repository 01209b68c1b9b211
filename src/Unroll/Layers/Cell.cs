using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// One time step of a recurrent layer: what SimpleRNN, LSTM and GRU do not share. The loop over time, direction, masks,
/// states and dropout are <see cref="RecurrentOp{T}"/>'s.
/// </summary>
internal abstract class Cell<T>(LayerBuilder<T> builder, int units)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected Kernels<T> Kernels { get; } = builder.Kernels;

    /// <summary>H.</summary>
    public int Units { get; } = units;

    /// <summary>H padded to whole vectors: the stride of h and c.</summary>
    public int Padded { get; } = Lanes.Pad(units);

    /// <summary>Columns of a row of the slab in which the cell keeps a step's gates between forward and backward.</summary>
    public abstract int SlabColumns { get; }

    /// <summary>True for an LSTM: there is a second state, c.</summary>
    public virtual bool HasCellState => false;

    /// <summary>True where several threads may do one step together; otherwise the worker is always alone.</summary>
    public virtual bool CanShare => false;

    /// <summary>Values of scratch that a thread needs in the methods below.</summary>
    public virtual int ScratchSize => Kernels.OuterProductScratch;

    public abstract void Prepare(ReadOnlySpan<T> parameters, Share share);

    /// <summary>Writes the step's slab, H and C from X, RecurrentInput, PreviousH and PreviousC. Ends with a phase.</summary>
    public abstract void Forward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch);

    /// <summary>
    /// In: the step as forward left it, DH = dL/dh, DC = dL/dc from the step after. Out: the slab holds gradients before the
    /// activations; DC = dL/dc₋₁; DRecurrent is the gradient of the recurrent input, and DH the share of dL/dh₋₁ that does not pass
    /// through it (0 if there is none). Where both are the same memory, it holds their sum. Ends with a phase.
    /// </summary>
    public abstract void Backward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch);

    /// <summary>
    /// A share of adding the weights' gradients, one product over all <paramref name="k"/> = T·P rows of inputs, recurrent inputs and
    /// slabs.
    /// </summary>
    public abstract void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Share share, Span<T> gradients, Span<T> scratch);

    /// <summary>dx [k × F] from the slabs [k].</summary>
    public abstract void InputGradient(int k, Slab<T> slab, Slab<T> dx);

    /// <summary>
    /// A share of the columns of <see cref="Kernels{T}.AddOuterProducts"/> for the blocks of the slab in <paramref name="columns"/>.
    /// </summary>
    protected void AddOuterProducts(int k, Slab<T> slab, ColumnRange columns, OuterProduct<T> first, OuterProduct<T> second, Span<T> sums, Share share, Span<T> scratch)
    {
        ColumnRange own = share.Of(columns.Length, Kernels.PanelColumns);
        int from = columns.From + own.From;
        Kernels.AddOuterProducts(
            k, own.Length, slab.FromColumn(from), first.FromColumn(own.From), second.FromColumn(own.From), sums.IsEmpty ? sums : sums[from..], scratch);
    }
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

    /// <summary>True where the recurrent input is not h₋₁ itself, and DRecurrent not DH: with recurrent dropout.</summary>
    public bool SeparateRecurrent { get; init; }
}
