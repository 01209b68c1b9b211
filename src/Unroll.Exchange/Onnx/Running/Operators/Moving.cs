namespace Unroll.Exchange.OnnxFormat.Running;

internal sealed class Transpose(NodeReading node) : Movement
{
    private readonly long[]? _order = node.Ints("perm");

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        int rank = input.Rank;
        if (_order is not null && _order.Length != rank)
            throw call.Error($"it orders {_order.Length} axes, but its input has shape {input.Shape}");
        Span<int> dims = stackalloc int[rank], strides = stackalloc int[rank], from = stackalloc int[rank];
        Strides.Of(input.Dims, from);
        uint seen = 0;
        for (int i = 0; i < rank; i++)
        {
            int axis = _order is null ? rank - 1 - i : call.Axis(_order[i], rank);
            seen |= 1u << axis;
            (dims[i], strides[i]) = (input[axis], from[axis]);
        }

        if (seen != (1u << rank) - 1)
            throw call.Error("its order of axes names one twice");
        Span<T> result = call.Out<T>(0, dims).Values;
        Moves.Gather(input.Values, result, new Walk(dims, strides), 0);
    }
}

/// <summary>Copying along walks.</summary>
internal static class Moves
{
    /// <summary>result = the numbers of a walk's first tensor, one after the other.</summary>
    public static void Gather<T>(ReadOnlySpan<T> source, Span<T> result, Walk walk, int offset)
    {
        int run = walk.Run, step = walk.StepA;
        for (int at = 0; walk.Next(); at += run)
        {
            int from = walk.A + offset;
            Span<T> row = result.Slice(at, run);
            if (step == 1)
                source.Slice(from, run).CopyTo(row);
            else if (step == 0)
                row.Fill(source[from]);
            else
            {
                for (int i = 0; i < row.Length; i++, from += step)
                    row[i] = source[from];
            }
        }
    }
}

internal sealed class Expand : Movement
{
    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<long> shape = call.Longs(1);
        Span<int> to = stackalloc int[Tensor.MostAxes], dims = stackalloc int[Tensor.MostAxes];
        Extents.Read(call, shape, to);
        dims = dims[..Strides.Common(call, input.Dims, to[..shape.Length], dims)];
        Span<int> strides = stackalloc int[dims.Length];
        Strides.Stretch(input.Dims, dims, strides);
        Moves.Gather(input.Values, call.Out<T>(0, dims).Values, new Walk(dims, strides), 0);
    }
}

/// <summary>Extents that a tensor holds.</summary>
internal static class Extents
{
    public static void Read(in Call call, ReadOnlySpan<long> values, Span<int> extents)
    {
        if (values.Length > Tensor.MostAxes)
            throw call.Error($"{values.Length} axes; at most {Tensor.MostAxes} are supported");
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is < 0 or > int.MaxValue)
                throw call.Error($"an extent of {values[i]}");
            extents[i] = (int)values[i];
        }
    }
}

internal sealed class Tile : Movement
{
    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<long> repeats = call.Longs(1);
        int rank = input.Rank;
        if (repeats.Length != rank || rank > Tensor.MostAxes / 2)
            throw call.Error($"{repeats.Length} numbers of repeats for a tensor of shape {input.Shape}");
        // Each axis as two: how often, and the extent.
        Span<int> pairs = stackalloc int[2 * rank], strides = stackalloc int[2 * rank], dims = stackalloc int[rank],
            from = stackalloc int[rank];
        Strides.Of(input.Dims, from);
        for (int i = 0; i < rank; i++)
        {
            long extent = repeats[i] * input[i];
            if (repeats[i] is < 0 or > int.MaxValue || extent > int.MaxValue)
                throw call.Error($"{repeats[i]} repeats");
            (pairs[2 * i], pairs[2 * i + 1], strides[2 * i + 1]) = ((int)repeats[i], input[i], from[i]);
            strides[2 * i] = 0;
            dims[i] = (int)extent;
        }

        Moves.Gather(input.Values, call.Out<T>(0, dims).Values, new Walk(pairs, strides), 0);
    }
}

internal sealed class Slice(NodeReading node) : Movement
{
    private readonly long[]? _starts = node.Ints("starts"), _ends = node.Ints("ends"), _axes = node.Ints("axes");

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        ReadOnlySpan<long> starts = _starts is null ? call.Longs(1) : _starts, ends = _ends is null ? call.Longs(2) : _ends;
        ReadOnlySpan<long> axes = call.Has(3) ? call.Longs(3) : _axes, steps = call.Has(4) ? call.Longs(4) : [];
        if (ends.Length != starts.Length || (axes.Length > 0 && axes.Length != starts.Length)
            || (steps.Length > 0 && steps.Length != starts.Length))
            throw call.Error($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes, {steps.Length} steps");
        Span<int> dims = stackalloc int[Tensor.MostAxes], strides = stackalloc int[Tensor.MostAxes];
        dims = dims[..input.Rank];
        input.Dims.CopyTo(dims);
        Strides.Of(input.Dims, strides);
        int offset = 0;
        uint seen = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = call.Axis(axes.Length > 0 ? axes[i] : i, input.Rank), extent = input[axis];
            if ((seen & 1u << axis) != 0)
                throw call.Error($"axis {axis} is cut twice");
            seen |= 1u << axis;
            long step = steps.Length > 0 ? steps[i] : 1;
            if (step == 0 || step == long.MinValue)
                throw call.Error($"a step of {step}");
            step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
            long start = Clamp(starts[i], extent, step), end = Clamp(ends[i], extent, step);
            long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
            count = step > 0 == start < end ? Math.Max(0, count) : 0;
            dims[axis] = start == end ? 0 : (int)count;
            if (dims[axis] > 0)
                offset += (int)start * strides[axis];
            strides[axis] = dims[axis] > 1 ? (int)(strides[axis] * step) : 0;
        }

        Span<T> result = call.Out<T>(0, dims).Values;
        if (result.Length > 0)
            Moves.Gather(input.Values, result, new Walk(dims, strides), offset);
    }

    /// <summary>A bound counted from the front: within 0 … extent, or −1 … extent − 1 backwards.</summary>
    private static long Clamp(long bound, int extent, long step)
    {
        if (bound < 0)
            bound = bound < -extent ? -1 : bound + extent;
        else
            bound = Math.Min(bound, extent);
        return step > 0 ? Math.Max(bound, 0) : Math.Min(bound, extent - 1);
    }
}

internal sealed class Split(NodeReading node) : Movement
{
    private readonly long _axis = node.Int("axis", 0), _parts = node.Int("num_outputs", 0);
    private readonly long[]? _lengths = node.Ints("split");

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        int axis = call.Axis(_axis, input.Rank), extent = input[axis], parts = call.Outputs;
        ReadOnlySpan<long> lengths = call.Has(1) ? call.Longs(1) : _lengths;
        if (lengths.Length > 0 && lengths.Length != parts)
            throw call.Error($"{lengths.Length} lengths for {parts} outputs");
        int outer = Strides.Count(input.Dims[..axis]), inner = Strides.Count(input.Dims[(axis + 1)..]);
        // With num_outputs the last part may be shorter; without, all are equal.
        if (lengths.Length == 0 && _parts == 0 && extent % parts != 0)
            throw call.Error($"an axis of {extent} cannot be cut into {parts} equal parts");
        int usual = (extent + parts - 1) / parts, from = 0;
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        dims = dims[..input.Rank];
        input.Dims.CopyTo(dims);
        for (int part = 0; part < parts; part++)
        {
            long length = lengths.Length > 0 ? lengths[part] : Math.Min(usual, extent - from);
            if (length < 0 || from + length > extent || (part == parts - 1 && from + length != extent))
                throw call.Error($"parts that do not add up to {extent}");
            dims[axis] = (int)length;
            if (call.Wants(part))
            {
                Span<T> result = call.Out<T>(part, dims).Values;
                int run = (int)length * inner;
                for (int o = 0; o < outer; o++)
                    input.Values.Slice((o * extent + from) * inner, run).CopyTo(result[(o * run)..]);
            }

            from += (int)length;
        }
    }
}

internal sealed class Concat(NodeReading node) : Movement
{
    private readonly long _axis = node.Int("axis", 1);

    public override int SameTyped => int.MaxValue;

    protected override void Move<T>(in Call call)
    {
        Tensor<T> first = call.In<T>(0);
        int axis = call.Axis(_axis, first.Rank);
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        dims = dims[..first.Rank];
        first.Dims.CopyTo(dims);
        dims[axis] = 0;
        for (int i = 0; i < call.Inputs; i++)
        {
            Tensor<T> part = call.In<T>(i);
            bool fits = part.Rank == first.Rank;
            for (int at = 0; fits && at < first.Rank; at++)
                fits = at == axis || part[at] == first[at];
            if (!fits)
                throw call.Error($"shapes {first.Shape} and {part.Shape} cannot be put together along axis {axis}");
            dims[axis] = checked(dims[axis] + part[axis]);
        }

        Span<T> result = call.Out<T>(0, dims).Values;
        int outer = Strides.Count(dims[..axis]), inner = Strides.Count(dims[(axis + 1)..]), row = dims[axis] * inner, to = 0;
        for (int i = 0; i < call.Inputs; i++)
        {
            Tensor<T> part = call.In<T>(i);
            int run = part[axis] * inner;
            for (int o = 0; o < outer; o++)
                part.Values.Slice(o * run, run).CopyTo(result[(o * row + to)..]);
            to += run;
        }
    }
}
