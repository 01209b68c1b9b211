using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// One time step of a recurrent layer, forward and backward. The loop over time, direction, masks, initial and final states, dropout and
/// threads are the layer's. A cell whose gates read x·W + h₋₁·U + b is shorter as a <see cref="GatedCell{T}"/>.
/// </summary>
/// <remarks>
/// Memory is padded: a state of H units is a slab of [P × padded H] (<see cref="RowPadding.Pad"/>). The padding of a state must stay
/// finite; that of a gradient must stay 0.
/// <para>
/// A step is done in <see cref="ForwardPhases"/> or <see cref="BackwardPhases"/> phases. Where <see cref="CanShare"/> is true a phase may
/// be cut in shares, which run at the same time: each writes its own columns, and reads what phases before have written.
/// </para>
/// </remarks>
public abstract class Cell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <param name="builder">Of the layer.</param>
    /// <param name="states">What is carried from step to step; the first is h, the layer's output.</param>
    protected Cell(LayerBuilder<T> builder, IReadOnlyList<LayerState> states)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(states);
        (Kernels, States, Units) = (builder.Kernels, states, states[0].Units);
    }

    /// <summary>Arithmetic over spans, as fast as this machine can.</summary>
    protected SpanMath<T> Math => Kernels;

    private protected Kernels<T> Kernels { get; }

    /// <summary>The states, of which the first is h.</summary>
    public IReadOnlyList<LayerState> States { get; }

    /// <summary>H, the units of h.</summary>
    public int Units { get; }

    /// <summary>Columns of a row of the slab that the cell keeps of each step between forward and backward; a multiple of 16.</summary>
    public abstract int SlabColumns { get; }

    /// <summary>
    /// Which columns of a row of the slab hold what a gate let through once Forward is done: what <see cref="Model.Trace"/> tells. Where a
    /// cell does not say, its blocks of H columns, numbered.
    /// </summary>
    public virtual IReadOnlyList<CellGate> TracedGates => CellGate.Blocks(null, SlabColumns / RowPadding.Pad(Units), Units, 0);

    /// <summary>True where a phase may be cut in shares; otherwise each is done whole, by one thread.</summary>
    public virtual bool CanShare => false;

    /// <summary>Phases of <see cref="Forward"/>.</summary>
    public virtual int ForwardPhases => 1;

    /// <summary>Phases of <see cref="Backward"/>.</summary>
    public virtual int BackwardPhases => 1;

    /// <summary>A portion of phase number <paramref name="phase"/>: slab and new states from x, h₋₁ and the other states before.</summary>
    public abstract void Forward(in CellStep<T> step, int phase, Portion portion);

    /// <summary>
    /// A portion of phase number <paramref name="phase"/>. In: the step as Forward left it, and in <see cref="CellStep{T}.Gradient"/>(s)
    /// dL/d state after the step. Out: in the slab, dL/dz for <see cref="AddGradients"/> and <see cref="InputGradient"/>; in Gradient(s),
    /// dL/d state before the step. For h, the part through the recurrent product goes to <see cref="CellStep{T}.RecurrentGradient"/> and
    /// the rest to Gradient(0); without recurrent dropout both are the same memory, which then holds the sum.
    /// </summary>
    public abstract void Backward(in CellStep<T> step, int phase, Portion portion);

    /// <summary>
    /// A portion of adding the weights' gradients, one product over all T·P rows of inputs, recurrent inputs and slabs. The number of rows
    /// is above 0.
    /// </summary>
    public abstract void AddGradients(in CellSequence<T> steps, Portion portion);

    /// <summary>Overwrites dx [rows × F], from the slabs that <see cref="Backward"/> left.</summary>
    public abstract void InputGradient(int rows, Rows<T> slab, Rows<T> dx);

    /// <summary>
    /// A portion of the columns of Kernels.AddOuterProducts for the blocks of the slab in <paramref name="columns"/>.
    /// </summary>
    private protected void AddOuterProducts(
        in CellSequence<T> steps, ColumnRange columns, OuterProduct<T> first, OuterProduct<T> second, Span<T> sums, Portion portion)
    {
        ColumnRange own = portion.Of(columns.Length, Kernels.PanelColumns);
        int from = columns.From + own.From;
        Kernels.AddOuterProducts(
            steps.Rows, own.Length, steps.Slab.FromColumn(from), first.FromColumn(own.From), second.FromColumn(own.From),
            sums.IsEmpty ? sums : sums[from..], steps.Pass.Scratch);
    }
}

/// <summary>Where a cell keeps the values of a gate in a row of its slab.</summary>
/// <param name="Name">What the gate is called: forget.</param>
/// <param name="Column">The first of its columns.</param>
/// <param name="Units">How many there are.</param>
public readonly record struct CellGate(string Name, int Column, int Units)
{
    /// <summary>Gates that lie one after the other, each padded to whole vectors.</summary>
    /// <param name="names">One a gate; null for numbers.</param>
    /// <param name="count">How many.</param>
    /// <param name="units">Of each.</param>
    /// <param name="first">How many blocks come before them.</param>
    internal static CellGate[] Blocks(IReadOnlyList<string>? names, int count, int units, int first)
    {
        var gates = new CellGate[count];
        for (int gate = 0; gate < count; gate++)
            gates[gate] = new CellGate(names?[gate] ?? $"gate {gate + 1}", (first + gate) * RowPadding.Pad(units), units);
        return gates;
    }
}
