using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>The running sums of an optimiser, each as long as the weights.</summary>
internal sealed class OptimizerState<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T>[] _slots;

    public OptimizerState(int slots, int length)
    {
        _slots = new AlignedBuffer<T>[slots];
        for (int i = 0; i < slots; i++)
            _slots[i] = new AlignedBuffer<T>(length);
    }

    /// <summary>How many sums there are for each weight.</summary>
    public int Count => _slots.Length;

    /// <summary>All of running sum number <paramref name="index"/>.</summary>
    public Span<T> this[int index] => _slots[index].Span;

    public OptimizerSlots<T> Some(ColumnRange some) => new(_slots, some);
}

/// <summary>Some columns of the running sums.</summary>
internal readonly struct OptimizerSlots<T>(AlignedBuffer<T>[] slots, ColumnRange some)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>How many sums there are for each weight.</summary>
    public int Count => slots.Length;

    /// <summary>Running sum number <paramref name="index"/>, or nothing where the optimiser keeps fewer.</summary>
    public Span<T> this[int index] => index < slots.Length ? slots[index].Slice(some.From, some.Length) : default;
}
