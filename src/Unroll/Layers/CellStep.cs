using System.Numerics;
using System.Runtime.CompilerServices;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>The memory of one time step of a cell: P rows each.</summary>
public readonly ref struct CellStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // All memory of the layer and its sequence, cut where somebody asks: a step is small, and is made once for each step of each shard.
    private readonly Span<T> _cache, _input;
    private readonly CellLayout _layout;
    private readonly int _time, _kept, _before, _after;

    /// <param name="pass">The shard.</param>
    /// <param name="layout">Where everything lies.</param>
    /// <param name="cache">The layer's cache.</param>
    /// <param name="input">The sequence, in the order of processing.</param>
    /// <param name="time">Which step, in that order.</param>
    /// <param name="drops">Whether h₋₁ has dropout.</param>
    internal CellStep(ShardPass<T> pass, CellLayout layout, Span<T> cache, Span<T> input, int time, bool drops)
    {
        _cache = cache;
        _input = input;
        (Pass, _layout, Rows, HasRecurrentDropout, _time) = (pass, layout, pass.PaddedRows, drops, time);
        (_kept, _before, _after) = pass.KeepsSteps ? (time, time, time + 1) : (0, time & 1, (time + 1) & 1);
    }

    /// <summary>P.</summary>
    public int Rows { get; }

    /// <summary>The shard: scratch memory, and where gradients of weights are added.</summary>
    public ShardPass<T> Pass { get; }

    /// <summary>
    /// True where the recurrent input is not h₋₁ itself, and RecurrentGradient not Gradient(0): with recurrent dropout.
    /// </summary>
    public bool HasRecurrentDropout { get; }

    /// <summary>[P × F].</summary>
    public Rows<T> X
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CellLayout.Cut(_input, 0, _time * Rows, Rows, _layout.InputStride);
    }

    /// <summary>h₋₁ as it enters the recurrent product, [P × H]: after recurrent dropout.</summary>
    public Rows<T> RecurrentInput => HasRecurrentDropout
        ? CellLayout.Cut(_cache, _layout.RecurrentInputAt, _time * Rows, Rows, _layout.Stride(0))
        : Before(0);

    /// <summary>
    /// dL/d recurrent input, [P × H], to be written by backward. Without recurrent dropout it is the memory of Gradient(0).
    /// </summary>
    public Rows<T> RecurrentGradient => HasRecurrentDropout
        ? CellLayout.Cut(_cache, _layout.GradientsAt + 2 * Rows * _layout.RowSize, 0, Rows, _layout.Stride(0))
        : Gradient(0);

    /// <summary>What the cell keeps of the step, [P × <see cref="Cell{T}.SlabColumns"/>].</summary>
    public Rows<T> Slab
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CellLayout.Cut(_cache, _layout.SlabAt, _kept * Rows, Rows, _layout.SlabColumns);
    }

    /// <summary>State number <paramref name="state"/> before the step, [P × its units].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Rows<T> Before(int state) => _layout.At(_cache, state, _before, Rows);

    /// <summary>State number <paramref name="state"/> after the step: written by forward, read by backward.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Rows<T> After(int state) => _layout.At(_cache, state, _after, Rows);

    /// <summary>In backward: dL/d state number <paramref name="state"/>, in after the step, out before it.</summary>
    public Rows<T> Gradient(int state) => _layout.GradientAt(_cache[_layout.GradientsAt..], state, Rows);

    internal Span<T> BeforeRow(int state, int row) => _layout.RowAt(_cache, state, _before * Rows + row);

    internal Span<T> AfterRow(int state, int row) => _layout.RowAt(_cache, state, _after * Rows + row);

    internal Span<T> GradientRow(int state, int row) => _layout.GradientRowAt(_cache[_layout.GradientsAt..], state, Rows, row);
}

/// <summary>All time steps of a cell after the backward sweep: T·P rows each.</summary>
public readonly ref struct CellSequence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>T·P.</summary>
    public int Rows { get; internal init; }

    /// <summary>The shard: scratch memory, and where gradients of weights are added.</summary>
    public ShardPass<T> Pass { get; internal init; }

    /// <summary>[T·P × F].</summary>
    public Rows<T> X { get; internal init; }

    /// <summary>h₋₁ of every step as it entered the recurrent product.</summary>
    public Rows<T> RecurrentInput { get; internal init; }

    /// <summary>What the cell left of every step.</summary>
    public Rows<T> Slab { get; internal init; }
}

/// <summary>
/// Where the memory of a recurrent layer lies in its cache: first the states, of each a slab for each slot; the gradients of all states
/// behind each other.
/// </summary>
internal sealed class CellLayout
{
    private readonly int[] _at, _strides, _gradientAt;

    /// <param name="states">The states.</param>
    /// <param name="slots">How often each is kept.</param>
    /// <param name="shardRows">Rows of the largest shard.</param>
    public CellLayout(IReadOnlyList<LayerState> states, int slots, int shardRows)
    {
        _strides = [.. states.Select(state => RowPadding.Pad(state.Units))];
        (_at, _gradientAt) = (new int[states.Count], new int[states.Count]);
        for (int s = 0; s < states.Count; s++)
        {
            (_at[s], _gradientAt[s]) = (Size, RowSize);
            Size = checked(Size + slots * shardRows * _strides[s]);
            RowSize = checked(RowSize + _strides[s]);
        }
    }

    public int Count => _at.Length;

    /// <summary>Values of all slots of all states.</summary>
    public int Size { get; }

    /// <summary>Values of one row of all states.</summary>
    public int RowSize { get; }

    /// <summary>Values from one step of the input to the next, of one row.</summary>
    public required int InputStride { get; init; }

    /// <summary>What the cell keeps of every step.</summary>
    public int SlabAt { get; set; }

    /// <summary>Values of a row of it.</summary>
    public required int SlabColumns { get; init; }

    /// <summary>h₋₁ of every step after dropout.</summary>
    public int RecurrentInputAt { get; set; }

    /// <summary>The gradients of the states, a copy of them for masked rows, and that of the recurrent input.</summary>
    public int GradientsAt { get; set; }

    public int Stride(int state) => _strides[state];

    /// <summary>Some rows of a slab.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows<T> Cut<T>(Span<T> memory, int at, int first, int rows, int stride)
        where T : unmanaged => new(memory.Slice(at + first * stride, rows * stride), stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Rows<T> At<T>(Span<T> states, int state, int slot, int rows)
        where T : unmanaged
    {
        int size = rows * _strides[state];
        return new Rows<T>(states.Slice(_at[state] + slot * size, size), _strides[state]);
    }

    /// <summary>One row of a state, counted over the rows of all slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> RowAt<T>(Span<T> states, int state, int row)
        where T : unmanaged => states.Slice(_at[state] + row * _strides[state], _strides[state]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> GradientRowAt<T>(Span<T> gradients, int state, int rows, int row)
        where T : unmanaged => gradients.Slice(rows * _gradientAt[state] + row * _strides[state], _strides[state]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Rows<T> GradientAt<T>(Span<T> gradients, int state, int rows)
        where T : unmanaged => new(gradients.Slice(rows * _gradientAt[state], rows * _strides[state]), _strides[state]);
}
