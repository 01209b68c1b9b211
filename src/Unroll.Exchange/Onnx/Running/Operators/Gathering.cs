namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Places along an axis, counted from the back where they are below 0.</summary>
internal static class Places
{
    public static int Of(in Call call, long index, int extent)
    {
        long place = index < 0 ? index + extent : index;
        return place >= 0 && place < extent ? (int)place : throw call.Error($"index {index} is none of {extent}");
    }
}

internal sealed class Gather(NodeReading node) : Movement
{
    private readonly long _axis = node.Int("axis", 0);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        Tensor indices = call.In(1);
        int axis = call.Axis(_axis, input.Rank), rank = input.Rank - 1 + indices.Rank;
        Span<int> dims = stackalloc int[2 * Tensor.MostAxes];
        input.Dims[..axis].CopyTo(dims);
        indices.Dims.CopyTo(dims[axis..]);
        input.Dims[(axis + 1)..].CopyTo(dims[(axis + indices.Rank)..]);
        ReadOnlySpan<long> places = call.Longs(1);
        Span<T> result = call.Out<T>(0, dims[..rank]).Values;
        int outer = Strides.Count(input.Dims[..axis]), inner = Strides.Count(input.Dims[(axis + 1)..]), extent = input[axis];
        for (int i = 0; i < places.Length; i++)
        {
            int place = Places.Of(call, places[i], extent);
            for (int o = 0; o < outer; o++)
                input.Values.Slice((o * extent + place) * inner, inner).CopyTo(result[((o * places.Length + i) * inner)..]);
        }
    }
}

internal sealed class GatherElements(NodeReading node) : Movement
{
    private readonly long _axis = node.Int("axis", 0);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        Tensor indices = call.In(1);
        int axis = call.Axis(_axis, input.Rank);
        ReadOnlySpan<long> places = call.Longs(1);
        Span<int> strides = stackalloc int[Tensor.MostAxes];
        ElementPlaces.Strides(call, input, indices, axis, strides, out int along);
        Span<T> result = call.Out<T>(0, indices.Dims).Values;
        var walk = new Walk(indices.Dims, strides[..indices.Rank]);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
                result[at + i] = input.Values[walk.A + i * walk.StepA + Places.Of(call, places[at + i], input[axis]) * along];
        }
    }
}

/// <summary>Where an element along an axis lies whose place an index of the same shape tells.</summary>
internal static class ElementPlaces
{
    /// <summary>Strides of the data with that of the axis taken out, which is <paramref name="along"/>.</summary>
    public static void Strides(in Call call, Tensor data, Tensor indices, int axis, Span<int> strides, out int along)
    {
        if (indices.Rank != data.Rank)
            throw call.Error($"indices of shape {indices.Shape} for data of shape {data.Shape}");
        for (int i = 0; i < data.Rank; i++)
        {
            if (i != axis && indices[i] > data[i])
                throw call.Error($"indices of shape {indices.Shape} for data of shape {data.Shape}");
        }

        Running.Strides.Of(data.Dims, strides);
        along = strides[axis];
        strides[axis] = 0;
    }
}

internal sealed class GatherND(NodeReading node) : Movement
{
    private readonly int _batch = (int)Math.Clamp(node.Int("batch_dims", 0), 0, Tensor.MostAxes);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        Tensor indices = call.In(1);
        ReadOnlySpan<long> places = call.Longs(1);
        if (indices.Rank == 0)
            throw call.Error("its indices have no axes");
        int depth = indices[indices.Rank - 1];
        if (_batch >= indices.Rank || _batch + depth > input.Rank
            || !input.Dims[..Math.Min(_batch, input.Rank)].SequenceEqual(indices.Dims[.._batch]))
            throw call.Error($"indices of shape {indices.Shape} for data of shape {input.Shape}");
        Span<int> dims = stackalloc int[2 * Tensor.MostAxes], strides = stackalloc int[Tensor.MostAxes];
        Strides.Of(input.Dims, strides);
        indices.Dims[..^1].CopyTo(dims);
        ReadOnlySpan<int> rest = input.Dims[(_batch + depth)..];
        rest.CopyTo(dims[(indices.Rank - 1)..]);
        int run = Strides.Count(rest), rows = Strides.Count(indices.Dims[..^1]), batches = Strides.Count(input.Dims[.._batch]);
        int perBatch = batches == 0 ? 0 : rows / batches, batchSize = Strides.Count(input.Dims[_batch..]);
        Span<T> result = call.Out<T>(0, dims[..(indices.Rank - 1 + rest.Length)]).Values;
        for (int row = 0; row < rows; row++)
        {
            int from = row / perBatch * batchSize;
            for (int i = 0; i < depth; i++)
                from += Places.Of(call, places[row * depth + i], input[_batch + i]) * strides[_batch + i];
            input.Values.Slice(from, run).CopyTo(result[(row * run)..]);
        }
    }
}

/// <summary>Rows of an axis that a Boolean chooses.</summary>
internal sealed class Compress(NodeReading node) : Movement
{
    private readonly bool _isFlat = !node.Has("axis");
    private readonly long _axis = node.Int("axis", 0);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<bool> condition = call.In<bool>(1).Values;
        int axis = _isFlat ? 0 : call.Axis(_axis, input.Rank);
        int extent = _isFlat ? input.Length : input[axis];
        int outer = _isFlat ? 1 : Strides.Count(input.Dims[..axis]), inner = _isFlat ? 1 : Strides.Count(input.Dims[(axis + 1)..]);
        condition = condition[..Math.Min(extent, condition.Length)];
        int chosen = condition.Count(true);
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        input.Dims.CopyTo(dims);
        dims = dims[..(_isFlat ? 1 : input.Rank)];
        dims[axis] = chosen;
        Span<T> result = call.Out<T>(0, dims).Values;
        for (int o = 0, to = 0; o < outer; o++)
        {
            for (int i = 0; i < condition.Length; i++)
            {
                if (!condition[i])
                    continue;
                input.Values.Slice((o * extent + i) * inner, inner).CopyTo(result[to..]);
                to += inner;
            }
        }
    }
}

/// <summary>The places of numbers that are not 0, a column each.</summary>
internal sealed class NonZero : Operator
{
    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Int64;

    public override void Run(in Call call)
    {
        Tensor input = call.In(0);
        Span<double> values = call.Scratch<double>(input.Length);
        Casting.ToDoubles(call, input, values);
        int count = values.Length - values.Count(0.0), rank = input.Rank;
        Span<int> strides = stackalloc int[Tensor.MostAxes];
        Strides.Of(input.Dims, strides);
        Span<long> result = call.Out<long>(0, rank, count).Values;
        for (int i = 0, column = 0; i < values.Length; i++)
        {
            if (values[i] == 0)
                continue;
            for (int axis = 0; axis < rank; axis++)
                result[axis * count + column] = i / strides[axis] % input[axis];
            column++;
        }
    }
}

/// <summary>Each row of a batch with its first steps turned around.</summary>
internal sealed class ReverseSequence(NodeReading node) : Movement
{
    private readonly int _batch = (int)node.Int("batch_axis", 1), _time = (int)node.Int("time_axis", 0);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        if (input.Rank < 2 || _batch is not (0 or 1) || _time != 1 - _batch)
            throw call.Error($"its axes must be 0 and 1, and its input have them, but they are {_batch} and {_time} of {input.Shape}");
        ReadOnlySpan<long> lengths = call.Longs(1);
        int rows = input[_batch], steps = input[_time], inner = Strides.Count(input.Dims[2..]);
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        if (lengths.Length != rows)
            throw call.Error($"{lengths.Length} lengths for {rows} rows");
        for (int row = 0; row < rows; row++)
        {
            long length = lengths[row];
            if (length < 0 || length > steps)
                throw call.Error($"a length of {length} of {steps} steps");
            for (int step = 0; step < steps; step++)
            {
                int from = step < length ? (int)length - 1 - step : step;
                input.Values.Slice(At(row, from) * inner, inner).CopyTo(result[(At(row, step) * inner)..]);
            }
        }

        int At(int row, int step) => _batch == 0 ? row * steps + step : step * rows + row;
    }
}

/// <summary>The triangle of matrices on one side of a diagonal.</summary>
internal sealed class Trilu(NodeReading node) : Movement
{
    private readonly bool _isUpper = node.Flag("upper", true);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        long diagonal = call.Has(1) ? call.Long(1) : 0;
        if (input.Rank < 2)
            throw call.Error($"it needs matrices, but has shape {input.Shape}");
        int rows = input[input.Rank - 2], columns = input[input.Rank - 1];
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        for (int i = 0; i < result.Length; i++)
        {
            long off = i % columns - (long)(i / columns % rows);
            result[i] = (_isUpper ? off >= diagonal : off <= diagonal) ? input.Values[i] : default;
        }
    }
}

/// <summary>Channels to squares of pixels, and back.</summary>
internal sealed class DepthToSpace(NodeReading node, bool isBack) : Movement
{
    private readonly long _block = node.Int("blocksize", 0);
    private readonly bool _columnsFirst = !isBack && node.Text("mode", "DCR") == "CRD";

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        int b = (int)Math.Clamp(_block, 0, int.MaxValue);
        if (input.Rank != 4 || b == 0 || (isBack ? input[2] % b != 0 || input[3] % b != 0 : input[1] / b % b != 0 || input[1] % b != 0))
            throw call.Error($"blocks of {b} do not fit shape {input.Shape}");
        (int n, int c, int h, int w) = (input[0], input[1], input[2], input[3]);
        if (isBack)
        {
            // [n, c, h, bh, w, bw] to [n, bh, bw, c, h, w].
            int high = h / b, wide = w / b;
            Span<T> result = call.Out<T>(0, n, c * b * b, high, wide).Values;
            Moves.Gather(input.Values, result, new Walk([n, b, b, c, high, wide], [c * h * w, w, 1, h * w, b * w, b]), 0);
        }
        else
        {
            // [n, bh, bw, c', h, w], or [n, c', bh, bw, h, w], to [n, c', h, bh, w, bw].
            int channels = c / b / b, plane = h * w;
            Span<T> result = call.Out<T>(0, n, channels, h * b, w * b).Values;
            (int bh, int bw, int cc) = _columnsFirst ? (b * plane, plane, b * b * plane) : (b * channels * plane, channels * plane, plane);
            Moves.Gather(input.Values, result, new Walk([n, channels, h, b, w, b], [c * plane, cc, w, bh, 1, bw]), 0);
        }
    }
}
