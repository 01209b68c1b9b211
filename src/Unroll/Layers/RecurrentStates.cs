using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The states of one recurrent layer at the two ends of a batch, each [B, units of the state]. Empty where nobody gives or asks for them.
/// </summary>
/// <param name="states">The layer's states: h, and c of an LSTM.</param>
internal sealed class RecurrentStates<T>(IReadOnlyList<LayerState> states)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The states of another run of batches, while one has been put aside.
    private readonly T[]?[] _otherInitial = new T[]?[states.Count], _otherFinal = new T[]?[states.Count];
    private int _otherRows;

    /// <summary>How many states there are.</summary>
    public int Count { get; } = states.Count;

    /// <summary>One array a state; null: start from zero.</summary>
    public T[]?[] Initial { get; } = new T[]?[states.Count];

    /// <summary>One array a state; null: do not keep.</summary>
    public T[]?[] Final { get; } = new T[]?[states.Count];

    /// <summary>dL/d initial states, written by backward; null: not asked for.</summary>
    public T[]?[] InitialGradient { get; } = new T[]?[states.Count];

    /// <summary>dL/d final states beside what flows through the output; null: none.</summary>
    public T[]?[] FinalGradient { get; } = new T[]?[states.Count];

    /// <summary>Rows whose states are carried over; 0: the next batch begins from zero, and may have any number.</summary>
    public int CarriedRows { get; private set; }

    /// <summary>The width of a state.</summary>
    public int Units(int state) => states[state].Units;

    /// <summary>Makes room for the states of so many rows at both ends of a batch.</summary>
    public void Reserve(int rows)
    {
        for (int s = 0; s < Count; s++)
        {
            if (Initial[s] is null || Initial[s]!.Length < rows * Units(s))
                Initial[s] = new T[rows * Units(s)];
            if (Final[s] is null || Final[s]!.Length < rows * Units(s))
                Final[s] = new T[rows * Units(s)];
        }
    }

    /// <summary>The next batch begins in the states in which this one ended.</summary>
    /// <param name="rows">How many rows this one had.</param>
    public void Carry(int rows)
    {
        CarriedRows = rows;
        for (int s = 0; s < Count; s++)
            (Initial[s], Final[s]) = (Final[s], Initial[s]);
    }

    /// <summary>
    /// Puts the states that are carried aside, so that another run of batches begins from zero; <see cref="EndOther"/> brings them back.
    /// </summary>
    public void BeginOther()
    {
        EndOther();
        CarriedRows = 0;
        foreach (T[]? state in Initial)
            state?.AsSpan().Clear();
    }

    public void EndOther()
    {
        (CarriedRows, _otherRows) = (_otherRows, CarriedRows);
        for (int s = 0; s < Count; s++)
        {
            (Initial[s], _otherInitial[s]) = (_otherInitial[s], Initial[s]);
            (Final[s], _otherFinal[s]) = (_otherFinal[s], Final[s]);
        }
    }

    /// <summary>The next batch begins from zero, and its final states are not kept.</summary>
    public void Clear()
    {
        CarriedRows = 0;
        Array.Clear(Initial);
        Array.Clear(Final);
    }

    /// <summary>Copies rows of [B, units] into a padded slab; rows beyond the shard repeat the last one, or become zero.</summary>
    public void Load(int state, T[]? source, ShardPass<T> pass, Span<T> slab, bool repeat)
    {
        int units = Units(state), stride = RowPadding.Pad(units);
        for (int row = 0; row < pass.PaddedRows; row++)
        {
            Span<T> target = slab.Slice(row * stride, stride);
            target.Clear();
            if (source is not null && (repeat || row < pass.Rows))
                source.AsSpan((pass.FirstRow + Math.Min(row, pass.Rows - 1)) * units, units).CopyTo(target);
        }
    }

    public void Save(int state, ReadOnlySpan<T> slab, ShardPass<T> pass, T[]? target)
    {
        if (target is null)
            return;
        int units = Units(state), stride = RowPadding.Pad(units);
        for (int row = 0; row < pass.Rows; row++)
            slab.Slice(row * stride, units).CopyTo(target.AsSpan((pass.FirstRow + row) * units, units));
    }
}
