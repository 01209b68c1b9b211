using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// The weights of one direction, in the order and the padding of the kernels: gates of Hp = H padded to whole vectors of units. The input
/// part and the recurrent part, and a second recurrent part where the cell has two products.
/// </summary>
internal sealed record DirectionWeights<T>(PackedMatrix<T> Input, PackedMatrix<T> Recurrent, PackedMatrix<T>? Second, T[] Bias, T[] More)
    where T : unmanaged;

/// <summary>
/// The loop over time of RNN, GRU and LSTM nodes: directions, layouts, sequences of unequal lengths, states that are given. The inputs'
/// part of all gates is one product for many steps. A cell adds its gates and its step.
/// </summary>
internal abstract class Recurrent : Heavy
{
    /// <summary>Numbers of gates that are computed ahead.</summary>
    private const int Ahead = 1 << 18;

    private readonly bool _isReverse, _isBatchFirst;
    private readonly DirectionWeights<float>?[] _constant;
    private readonly int _hidden;

    protected Recurrent(NodeReading node)
    {
        string direction = node.Text("direction", "forward");
        if (direction is not ("forward" or "reverse" or "bidirectional"))
            throw node.Unsupported($"direction {direction}");
        (_isReverse, Directions) = (direction == "reverse", direction == "bidirectional" ? 2 : 1);
        _isBatchFirst = node.Flag("layout");
        _hidden = (int)Math.Clamp(node.Int("hidden_size", 0), 0, int.MaxValue);
        Clip = node.Float("clip", 0);
        node.Ignore("output_sequence");
        _constant = new DirectionWeights<float>?[Directions];
    }

    public override int SameTyped => 4;

    protected int Directions { get; }

    /// <summary>The bound of what goes into an activation; 0 for none.</summary>
    protected float Clip { get; }

    /// <summary>Gates in W and R.</summary>
    protected abstract int Gates { get; }

    /// <summary>Blocks of Hp numbers that the step works on.</summary>
    protected abstract int Blocks { get; }

    protected virtual bool HasCell => false;

    /// <summary>Packs the weights where all are constants. To be called when the cell's own options are read.</summary>
    protected void PackConstants(NodeReading node)
    {
        if (node.Constant(1) is not Tensor<float> { Rank: 3 } w || node.Constant(2) is not Tensor<float> { Rank: 3 } r
            || (node.HasInput(3) && node.Constant(3) is not Tensor<float>) || w.Length == 0 || r.Length == 0)
        {
            return;
        }

        var b = node.Constant(3) as Tensor<float>;
        if (Problem(w, r, b) is { } problem)
            throw node.Error(problem);
        for (int d = 0; d < Directions; d++)
            _constant[d] = Weights(d, w, r, b, null);
    }

    /// <summary>The weights of a direction, packed.</summary>
    protected abstract DirectionWeights<T> Weights<T>(int direction, Tensor<T> w, Tensor<T> r, Tensor<T>? b, DirectionWeights<T>? into)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>One step: z holds the inputs' part of the blocks [rows × Blocks·Hp]; h and c [rows × Hp] are moved on.</summary>
    protected abstract void Advance<T>(
        in Call call, DirectionWeights<T> weights, int direction, int rows, int padded, int hidden, Span<T> z, Span<T> h, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0), w = call.In<T>(1), r = call.In<T>(2);
        Tensor<T>? b = call.Optional<T>(3);
        if (x.Rank != 3 || w.Rank != 3 || r.Rank != 3 || x[2] != w[2])
            throw call.Error($"shapes {x.Shape}, {w.Shape} and {r.Shape} of X, W and R do not go together");
        if (Problem(w, r, b) is { } problem)
            throw call.Error(problem);
        (int steps, int rows) = _isBatchFirst ? (x[1], x[0]) : (x[0], x[1]);
        int hidden = r[2];
        ReadOnlySpan<long> lengths = call.Has(4) ? call.Longs(4) : [];
        if (call.Has(4) && lengths.Length != rows)
            throw call.Error($"{lengths.Length} sequence lengths for {rows} rows");
        foreach (long length in lengths)
        {
            if (length < 0 || length > steps)
                throw call.Error($"a sequence length of {length} of {steps} steps");
        }

        Span<T> y = default, lastH = default, lastC = default;
        if (call.Wants(0))
            y = (_isBatchFirst ? call.Out<T>(0, rows, steps, Directions, hidden) : call.Out<T>(0, steps, Directions, rows, hidden)).Values;
        if (call.Wants(1))
            lastH = (_isBatchFirst ? call.Out<T>(1, rows, Directions, hidden) : call.Out<T>(1, Directions, rows, hidden)).Values;
        if (call.Wants(2))
            lastC = (_isBatchFirst ? call.Out<T>(2, rows, Directions, hidden) : call.Out<T>(2, Directions, rows, hidden)).Values;
        if (!lengths.IsEmpty)
            y.Clear();
        int padded = RowPadding.Pad(hidden);
        Span<T> h = call.Scratch<T>((long)rows * padded), c = HasCell ? call.Scratch<T>((long)rows * padded) : default;
        for (int d = 0; d < Directions; d++)
        {
            DirectionWeights<T> weights = _constant[d] as DirectionWeights<T> ?? KeptWeights(call, d, w, r, b);
            Begin(call, 5, d, rows, hidden, padded, h);
            if (HasCell)
                Begin(call, 6, d, rows, hidden, padded, c);
            Sweep(call, weights, d, x, steps, rows, hidden, lengths, h, c, y);
            End(d, rows, hidden, padded, h, lastH);
            End(d, rows, hidden, padded, c, lastC);
        }
    }

    private void Sweep<T>(
        in Call call, DirectionWeights<T> weights, int d, Tensor<T> x, int steps, int rows, int hidden, ReadOnlySpan<long> lengths,
            Span<T> h, Span<T> c, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int inputs = x[2], padded = RowPadding.Pad(hidden), width = Blocks * padded;
        bool isReverse = _isReverse || d == 1, inOrder = !isReverse && lengths.IsEmpty && (!_isBatchFirst || rows == 1);
        int many = Math.Max(1, Math.Min(steps, Ahead / Math.Max(1, rows * width)));
        Span<T> gates = call.Scratch<T>((long)many * rows * width), arranged = inOrder ? default
            : call.Scratch<T>((long)many * rows * inputs);
        Span<T> oldH = lengths.IsEmpty ? default : call.Scratch<T>(h.Length), oldC = lengths.IsEmpty ? default : call.Scratch<T>(c.Length);
        for (int first = 0; first < steps; first += many)
        {
            call.Memory.Token.ThrowIfCancellationRequested();
            int count = Math.Min(many, steps - first);
            ReadOnlySpan<T> source = x.Values;
            if (inOrder)
                source = source.Slice(first * rows * inputs, count * rows * inputs);
            else
            {
                for (int at = 0; at < count * rows; at++)
                {
                    int row = at % rows, time = Math.Max(0, Time(first + at / rows, row, steps, isReverse, lengths));
                    source.Slice((_isBatchFirst ? row * steps + time : time * rows + row) * inputs, inputs).CopyTo(
                        arranged[(at * inputs)..]);
                }

                source = arranged;
            }

            if (rows > 0)
                Kernels<T>.Best.MultiplyWithBias(count * rows, new Rows<T>(SameElement.Writable(source), inputs), weights.Input,
                    weights.Bias, new Rows<T>(gates, width));
            for (int step = first; step < first + count; step++)
            {
                if (!lengths.IsEmpty)
                {
                    h.CopyTo(oldH);
                    c.CopyTo(oldC);
                }

                Advance(call, weights, d, rows, padded, hidden, gates.Slice((step - first) * rows * width, rows * width), h, c);
                for (int row = 0; row < rows; row++)
                {
                    int time = Time(step, row, steps, isReverse, lengths);
                    if (!lengths.IsEmpty && step >= lengths[row])
                    {
                        oldH.Slice(row * padded, padded).CopyTo(h[(row * padded)..]);
                        if (HasCell)
                            oldC.Slice(row * padded, padded).CopyTo(c[(row * padded)..]);
                    }
                    else if (!y.IsEmpty)
                    {
                        int to = _isBatchFirst ? (row * steps + time) * Directions + d : (time * Directions + d) * rows + row;
                        h.Slice(row * padded, hidden).CopyTo(y[(to * hidden)..]);
                    }
                }
            }
        }
    }

    /// <summary>Which step of the sequence a row comes to; below 0 when it is at its end.</summary>
    private static int Time(int step, int row, int steps, bool isReverse, ReadOnlySpan<long> lengths)
    {
        if (!isReverse)
            return step;
        return (lengths.IsEmpty ? steps : (int)lengths[row]) - 1 - step;
    }

    private void Begin<T>(in Call call, int input, int d, int rows, int hidden, int padded, Span<T> state)
        where T : unmanaged
    {
        state.Clear();
        if (!call.Has(input))
            return;
        Tensor<T> given = call.In<T>(input);
        if (given.Length != Directions * rows * hidden)
            throw call.Error($"a state of shape {given.Shape} for {Directions} directions, {rows} rows and {hidden} units");
        for (int row = 0; row < rows; row++)
            given.Values.Slice(StateAt(d, row, rows) * hidden, hidden).CopyTo(state[(row * padded)..]);
    }

    private void End<T>(int d, int rows, int hidden, int padded, ReadOnlySpan<T> state, Span<T> last)
    {
        if (last.IsEmpty)
            return;
        for (int row = 0; row < rows; row++)
            state.Slice(row * padded, hidden).CopyTo(last[(StateAt(d, row, rows) * hidden)..]);
    }

    private int StateAt(int d, int row, int rows) => _isBatchFirst ? row * Directions + d : d * rows + row;

    private string? Problem(Tensor w, Tensor r, Tensor? b)
    {
        int hidden = r[2];
        if (w[0] != Directions || r[0] != Directions || w[1] != (long)Gates * hidden || r[1] != (long)Gates * hidden || hidden == 0
            || w[2] == 0)
            return $"W of shape {w.Shape} and R of shape {r.Shape} are not those of {Directions} directions and {Gates} gates";
        if (_hidden != 0 && _hidden != hidden)
            return $"hidden_size is {_hidden}, but R has shape {r.Shape}";
        if (b is not null && b.Length != Directions * 2L * Gates * hidden)
            return $"B of shape {b.Shape} is not that of {Directions} directions, {Gates} gates and {hidden} units";
        return null;
    }

    private DirectionWeights<T> KeptWeights<T>(in Call call, int d, Tensor<T> w, Tensor<T> r, Tensor<T>? b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (call.Memory.Kept[call.Step.Number] is not DirectionWeights<T>?[] kept)
            call.Memory.Kept[call.Step.Number] = kept = new DirectionWeights<T>?[Directions];
        int padded = RowPadding.Pad(r[2]);
        if (kept[d] is { } old && (old.Input.Rows != w[2] || old.Recurrent.Rows != r[2]))
            kept[d] = null;
        if (kept[d] is null)
            call.Memory.Take((w[2] + (long)r[2] + 2) * Blocks * padded * NamedTensor.SizeOf(ElementOf<T>.Type));
        return kept[d] = Weights(d, w, r, b, kept[d]);
    }

    /// <summary>Packs gates of a matrix [Gates·H × K] in an order of blocks.</summary>
    protected static PackedMatrix<T> Pack<T>(ReadOnlySpan<T> values, int hidden, int k, ReadOnlySpan<int> order, PackedMatrix<T>? into)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int padded = RowPadding.Pad(hidden);
        var arranged = new T[order.Length * padded * k];
        for (int block = 0; block < order.Length; block++)
            values.Slice(order[block] * hidden * k, hidden * k).CopyTo(arranged.AsSpan(block * padded * k));
        PackedMatrix<T> packed = into ?? new PackedMatrix<T>(k, order.Length * padded, Kernels<T>.Best.PanelColumns);
        packed.SetTransposed(0, k, new ColumnRange(0, order.Length * padded), arranged, k);
        return packed;
    }

    /// <summary>Adds gates of a bias [2·Gates·H] of a direction to blocks.</summary>
    protected void AddBias<T>(Tensor<T>? b, int direction, int hidden, bool isRecurrent, ReadOnlySpan<int> order, Span<T> blocks)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (b is null)
            return;
        int padded = RowPadding.Pad(hidden), start = (direction * 2 + (isRecurrent ? 1 : 0)) * Gates * hidden;
        for (int block = 0; block < order.Length; block++)
        {
            if (order[block] >= 0)
                Kernels<T>.Best.Add(blocks.Slice(block * padded, hidden), b.Values.Slice(start + order[block] * hidden, hidden));
        }
    }

    /// <summary>Bounds what goes into an activation.</summary>
    protected void Bound<T>(Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Clip <= 0)
            return;
        T clip = T.CreateTruncating(Clip);
        foreach (ref T value in values)
            value = value > clip ? clip : value < -clip ? -clip : value;
    }

    protected static Span<T> OfDirection<T>(Tensor<T> tensor, int direction)
        where T : unmanaged
    {
        int size = tensor[1] * tensor[2];
        return tensor.Values.Slice(direction * size, size);
    }
}
