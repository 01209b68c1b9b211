using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>h = f(W·x + R·h + b).</summary>
internal sealed class RnnCell : Recurrent
{
    private readonly GateFunction[] _functions;

    public RnnCell(NodeReading node)
        : base(node)
    {
        _functions = GateFunction.Read(node, Directions, "Tanh");
        PackConstants(node);
    }

    protected override int Gates => 1;

    protected override int Blocks => 1;

    protected override DirectionWeights<T> Weights<T>(int direction, Tensor<T> w, Tensor<T> r, Tensor<T>? b, DirectionWeights<T>? into)
    {
        int hidden = r[2];
        T[] bias = into?.Bias ?? new T[RowPadding.Pad(hidden)];
        bias.AsSpan().Clear();
        AddBias(b, direction, hidden, false, [0], bias);
        AddBias(b, direction, hidden, true, [0], bias);
        return new(Pack(OfDirection(w, direction), hidden, w[2], [0], into?.Input),
            Pack(OfDirection(r, direction), hidden, hidden, [0], into?.Recurrent), null, bias, []);
    }

    protected override void Advance<T>(
        in Call call, DirectionWeights<T> weights, int direction, int rows, int padded, int hidden, Span<T> z, Span<T> h, Span<T> c)
    {
        Kernels<T>.Best.Multiply(rows, new Rows<T>(h, padded), weights.Recurrent, new Rows<T>(z, padded), ProductStart.Result);
        Bound(z);
        _functions[direction].Apply(z);
        z.CopyTo(h);
    }
}

/// <summary>
/// i, f, o = f(W·x + R·h + P∘c + b); g = g(W·x + R·h + b); c = f∘c + i∘g; h = o∘h(c). The format's gates are i o f g, the kernels' i f g o.
/// </summary>
internal sealed class LstmCell : Recurrent
{
    private static readonly int[] s_order = [0, 2, 3, 1];
    private readonly GateFunction[] _functions;
    private readonly bool _isCoupled, _isUsual;

    public LstmCell(NodeReading node)
        : base(node)
    {
        _functions = GateFunction.Read(node, Directions, "Sigmoid", "Tanh", "Tanh");
        _isCoupled = node.Flag("input_forget");
        _isUsual = !_isCoupled && Clip <= 0 && !node.HasInput(7) && Enumerable.Range(0, Directions).All(
            d => _functions[3 * d].IsSigmoid && _functions[3 * d + 1].IsTanh && _functions[3 * d + 2].IsTanh);
        PackConstants(node);
    }

    protected override int Gates => 4;

    protected override int Blocks => 4;

    protected override bool HasCell => true;

    protected override DirectionWeights<T> Weights<T>(int direction, Tensor<T> w, Tensor<T> r, Tensor<T>? b, DirectionWeights<T>? into)
    {
        int hidden = r[2];
        T[] bias = into?.Bias ?? new T[4 * RowPadding.Pad(hidden)];
        bias.AsSpan().Clear();
        AddBias(b, direction, hidden, false, s_order, bias);
        AddBias(b, direction, hidden, true, s_order, bias);
        return new(
            Pack(OfDirection(w, direction), hidden, w[2], s_order, into?.Input),
                Pack(OfDirection(r, direction), hidden, hidden, s_order, into?.Recurrent), null, bias, []);
    }

    protected override void Advance<T>(
        in Call call, DirectionWeights<T> weights, int direction, int rows, int padded, int hidden, Span<T> z, Span<T> h, Span<T> c)
    {
        Kernels<T>.Best.Multiply(rows, new Rows<T>(h, padded), weights.Recurrent, new Rows<T>(z, 4 * padded), ProductStart.Result);
        if (_isUsual)
        {
            Kernels<T>.Best.LstmForward(rows, padded, new ColumnRange(0, padded), z, c, c, h);
            return;
        }

        ReadOnlySpan<T> peepholes = default;
        if (call.Has(7))
        {
            Tensor<T> given = call.In<T>(7);
            if (given.Length != Directions * 3 * hidden)
                throw call.Error($"peepholes of shape {given.Shape} for {Directions} directions and {hidden} units");
            peepholes = given.Values.Slice(direction * 3 * hidden, 3 * hidden);
        }

        ReadOnlySpan<GateFunction> f = _functions.AsSpan(3 * direction, 3);
        for (int row = 0; row < rows; row++)
        {
            Span<T> block = z.Slice(row * 4 * padded, 4 * padded), cell = c.Slice(row * padded, padded),
                output = h.Slice(row * padded, padded);
            Span<T> input = block[..padded], forget = block.Slice(padded, padded), candidate = block.Slice(2 * padded, padded),
                outputGate = block[(3 * padded)..];
            AddPeephole(peepholes, 0, hidden, input, cell);
            AddPeephole(peepholes, 2, hidden, forget, cell);
            Bound(block[..(3 * padded)]);
            f[0].Apply(input);
            f[0].Apply(forget);
            f[1].Apply(candidate);
            for (int u = 0; u < padded; u++)
                cell[u] = (_isCoupled ? T.One - input[u] : forget[u]) * cell[u] + input[u] * candidate[u];
            AddPeephole(peepholes, 1, hidden, outputGate, cell);
            Bound(outputGate);
            f[0].Apply(outputGate);
            cell.CopyTo(output);
            f[2].Apply(output);
            Kernels<T>.Best.MultiplyBy(output, outputGate);

            // Units of the padding must stay finite and of no effect.
            output[hidden..].Clear();
            cell[hidden..].Clear();
        }
    }

    private static void AddPeephole<T>(ReadOnlySpan<T> peepholes, int number, int hidden, Span<T> gate, ReadOnlySpan<T> cell)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!peepholes.IsEmpty)
            Kernels<T>.Best.AddProduct(gate[..hidden], peepholes.Slice(number * hidden, hidden), cell[..hidden]);
    }
}

/// <summary>
/// z, r = f(W·x + R·h + b); ĥ = g(W·x + r∘(R·h + b′) + b), or g(W·x + R·(r∘h) + b′ + b); h = z∘h + (1 − z)∘ĥ. The format's gates are z r h;
/// the blocks here are a z r q, where a is the candidate's input part and q its recurrent part.
/// </summary>
internal sealed class GruCell : Recurrent
{
    private readonly GateFunction[] _functions;
    private readonly bool _isAfter, _isUsual;

    public GruCell(NodeReading node)
        : base(node)
    {
        _functions = GateFunction.Read(node, Directions, "Sigmoid", "Tanh");
        _isAfter = node.Flag("linear_before_reset");
        _isUsual = _isAfter && Clip <= 0
            && Enumerable.Range(0, Directions).All(d => _functions[2 * d].IsSigmoid && _functions[2 * d + 1].IsTanh);
        PackConstants(node);
    }

    protected override int Gates => 3;

    protected override int Blocks => 4;

    protected override DirectionWeights<T> Weights<T>(int direction, Tensor<T> w, Tensor<T> r, Tensor<T>? b, DirectionWeights<T>? into)
    {
        int hidden = r[2], padded = RowPadding.Pad(hidden);
        T[] bias = into?.Bias ?? new T[3 * padded], more = into?.More ?? new T[padded];
        bias.AsSpan().Clear();
        more.AsSpan().Clear();
        AddBias(b, direction, hidden, false, [2, 0, 1], bias);
        AddBias(b, direction, hidden, true, [_isAfter ? -1 : 2, 0, 1], bias);
        if (_isAfter)
            AddBias(b, direction, hidden, true, [2], more);
        Span<T> recurrent = OfDirection(r, direction);
        return new(
            Pack(OfDirection(w, direction), hidden, w[2], [2, 0, 1], into?.Input),
            Pack(recurrent, hidden, hidden, _isAfter ? [0, 1, 2] : [0, 1], into?.Recurrent),
            _isAfter ? null : Pack(recurrent, hidden, hidden, [2], into?.Second), bias, more);
    }

    protected override void Advance<T>(
        in Call call, DirectionWeights<T> weights, int direction, int rows, int padded, int hidden, Span<T> z, Span<T> h, Span<T> c)
    {
        var slab = new Rows<T>(z, 4 * padded);
        for (int row = 0; row < rows; row++)
            weights.More.CopyTo(slab[row][(3 * padded)..]);
        Kernels<T>.Best.Multiply(rows, new Rows<T>(h, padded), weights.Recurrent, slab.FromColumn(padded), ProductStart.Result);
        if (_isUsual)
        {
            Kernels<T>.Best.GruForward(rows, padded, new ColumnRange(0, padded), z, h, h);
            return;
        }

        ReadOnlySpan<GateFunction> f = _functions.AsSpan(2 * direction, 2);
        for (int row = 0; row < rows; row++)
        {
            Span<T> gates = slab[row].Slice(padded, 2 * padded);
            Bound(gates);
            f[0].Apply(gates);
            Span<T> reset = gates[padded..], q = slab[row][(3 * padded)..];
            if (_isAfter)
                Kernels<T>.Best.AddProduct(slab[row][..padded], reset, q);
            else
                Kernels<T>.Best.Product(q, reset, h.Slice(row * padded, padded));
        }

        if (!_isAfter)
            Kernels<T>.Best.Multiply(rows, slab.FromColumn(3 * padded), weights.Second!, slab, ProductStart.Result);
        for (int row = 0; row < rows; row++)
        {
            Span<T> candidate = slab[row][..padded], update = slab[row].Slice(padded, padded), state = h.Slice(row * padded, padded);
            Bound(candidate);
            f[1].Apply(candidate);
            for (int u = 0; u < padded; u++)
                state[u] = update[u] * state[u] + (T.One - update[u]) * candidate[u];
            state[hidden..].Clear();
        }
    }
}
