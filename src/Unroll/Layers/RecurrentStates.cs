using System.Numerics;

namespace Unroll.Layers;

/// <summary>
/// The states of one recurrent layer at the two ends of a batch: h, and c for an LSTM, each [B, H]. Empty where nobody
/// gives or asks for them.
/// </summary>
internal sealed class RecurrentStates<T>(int units, int count)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Units { get; } = units;

    // The states of another run of batches, while one has been put aside.
    private readonly T[]?[] _otherInitial = new T[]?[count], _otherFinal = new T[]?[count];
    private int _otherRows;

    /// <summary>1 (h) or 2 (h and c).</summary>
    public int Count { get; } = count;

    /// <summary>One array a state; null: start from zero.</summary>
    public T[]?[] Initial { get; } = new T[]?[count];

    /// <summary>One array a state; null: do not keep.</summary>
    public T[]?[] Final { get; } = new T[]?[count];

    /// <summary>dL/d initial states, written by backward; null: not asked for.</summary>
    public T[]?[] InitialGradient { get; } = new T[]?[count];

    /// <summary>dL/d final states beside what flows through the output; null: none.</summary>
    public T[]?[] FinalGradient { get; } = new T[]?[count];

    /// <summary>Rows whose states are carried over; 0: the next batch begins from zero, and may have any number.</summary>
    public int CarriedRows { get; private set; }

    /// <summary>Makes room for the states of so many rows at both ends of a batch.</summary>
    public void Reserve(int rows)
    {
        for (int s = 0; s < Count; s++)
        {
            if (Initial[s] is null || Initial[s]!.Length < rows * Units)
                Initial[s] = new T[rows * Units];
            if (Final[s] is null || Final[s]!.Length < rows * Units)
                Final[s] = new T[rows * Units];
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

    /// <summary>Copies rows of [B, H] into a padded slab; rows beyond the shard repeat the last one, or become zero.</summary>
    public void Load(T[]? source, ShardPass<T> pass, Span<T> slab, int stride, bool repeat)
    {
        for (int row = 0; row < pass.PaddedRows; row++)
        {
            Span<T> target = slab.Slice(row * stride, stride);
            target.Clear();
            if (source is not null && (repeat || row < pass.Rows))
                source.AsSpan((pass.FirstRow + Math.Min(row, pass.Rows - 1)) * Units, Units).CopyTo(target);
        }
    }

    public void Save(ReadOnlySpan<T> slab, int stride, ShardPass<T> pass, T[]? target)
    {
        if (target is null)
            return;
        for (int row = 0; row < pass.Rows; row++)
            slab.Slice(row * stride, Units).CopyTo(target.AsSpan((pass.FirstRow + row) * Units, Units));
    }
}
