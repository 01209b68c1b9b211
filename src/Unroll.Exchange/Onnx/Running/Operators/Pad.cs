namespace Unroll.Exchange.OnnxFormat.Running;

internal sealed class Pad : Movement
{
    private readonly long[]? _pads;
    private readonly double _value;
    private readonly Mode _mode;

    public Pad(NodeReading node)
    {
        _pads = node.Ints("pads") ?? node.Ints("paddings");
        _value = node.Float("value", 0);
        _mode = node.Text("mode", "constant") switch
        {
            "constant" => Mode.Constant,
            "reflect" => Mode.Reflect,
            "edge" => Mode.Edge,
            "wrap" => Mode.Wrap,
            var other => throw node.Unsupported($"mode {other}"),
        };
    }

    private enum Mode
    {
        Constant,
        Reflect,
        Edge,
        Wrap,
    }

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        int rank = input.Rank;
        ReadOnlySpan<long> pads = _pads is null ? call.Longs(1) : _pads;
        Span<int> before = stackalloc int[Tensor.MostAxes], dims = stackalloc int[Tensor.MostAxes];
        before.Clear();
        input.Dims.CopyTo(dims);
        dims = dims[..rank];
        ReadOnlySpan<long> axes = call.Has(3) ? call.Longs(3) : [];
        int count = call.Has(3) ? axes.Length : rank;
        if (pads.Length != 2 * count)
            throw call.Error($"{pads.Length} pads for {count} axes");
        for (int i = 0; i < count; i++)
        {
            int axis = call.Has(3) ? call.Axis(axes[i], rank) : i;
            long extent = input[axis] + pads[i] + pads[i + count];
            if (extent is < 0 or > int.MaxValue || Math.Abs(pads[i]) > int.MaxValue || Math.Abs(pads[i + count]) > int.MaxValue)
                throw call.Error($"pads of {pads[i]} and {pads[i + count]}");
            (before[axis], dims[axis]) = ((int)pads[i], (int)extent);
        }

        Span<T> result = call.Out<T>(0, dims).Values;
        if (result.Length == 0)
            return;
        T fill = call.Has(2) ? call.In<T>(2).Values[0] : FillOf<T>();

        // Each axis has a table of where its places come from; −1 is the fill. The last axis is the inner loop.
        Span<int> strides = stackalloc int[Tensor.MostAxes], starts = stackalloc int[Tensor.MostAxes],
            index = stackalloc int[Tensor.MostAxes];
        Strides.Of(input.Dims, strides);
        int total = 0;
        for (int axis = 0; axis < rank; axis++)
        {
            starts[axis] = total;
            total += dims[axis];
        }

        Span<int> tables = call.Scratch<int>(total);
        for (int axis = 0; axis < rank; axis++)
        {
            for (int i = 0; i < dims[axis]; i++)
            {
                int from = Source(call, i - (long)before[axis], input[axis]);
                tables[starts[axis] + i] = from < 0 ? -1 : from * strides[axis];
            }
        }

        if (rank == 0)
        {
            result[0] = input.Values[0];
            return;
        }

        index.Clear();
        int run = dims[rank - 1];
        ReadOnlySpan<int> last = tables.Slice(starts[rank - 1], run);
        for (int at = 0; at < result.Length; at += run)
        {
            int offset = 0;
            for (int axis = 0; axis < rank - 1 && offset >= 0; axis++)
            {
                int from = tables[starts[axis] + index[axis]];
                offset = from < 0 ? -1 : offset + from;
            }

            Span<T> row = result.Slice(at, run);
            if (offset < 0)
            {
                row.Fill(fill);
            }
            else
            {
                for (int i = 0; i < row.Length; i++)
                    row[i] = last[i] < 0 ? fill : input.Values[offset + last[i]];
            }

            for (int axis = rank - 2; axis >= 0 && ++index[axis] == dims[axis]; axis--)
                index[axis] = 0;
        }
    }

    private int Source(in Call call, long place, int extent)
    {
        if (place >= 0 && place < extent)
            return (int)place;
        if (_mode == Mode.Constant)
            return -1;
        if (extent == 0)
            throw call.Error("an axis without numbers cannot be padded by its own");
        if (_mode == Mode.Edge)
            return place < 0 ? 0 : extent - 1;
        if (_mode == Mode.Wrap)
            return (int)((place % extent + extent) % extent);
        if (extent == 1)
            return 0;
        long period = 2L * (extent - 1);
        place = (place % period + period) % period;
        return (int)(place < extent ? place : period - place);
    }

    private T FillOf<T>()
        where T : unmanaged
    {
        if (_value == 0)
            return default;
        return default(T) switch
        {
            float => (T)(object)(float)_value,
            double => (T)(object)_value,
            Half => (T)(object)(Half)_value,
            _ => default,
        };
    }
}
