namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A constant of the file.</summary>
internal sealed class Constant(Tensor value) : Operator
{
    public static Operator Make(NodeReading node)
    {
        if (node.Has("sparse_value") || node.Has("value_string") || node.Has("value_strings"))
            throw node.Unsupported("a constant of text, or a sparse one");
        if (node.Tensor("value") is { } tensor)
            return new Constant(tensor);
        if (node.Has("value_float"))
            return new Constant(Tensor<float>.Of([node.Float("value_float", 0)], []));
        if (node.Has("value_int"))
            return new Constant(Tensor<long>.Of([node.Int("value_int", 0)], []));
        if (node.Floats("value_floats") is { } floats)
            return new Constant(Tensor<float>.Of(floats, [floats.Length]));
        if (node.Ints("value_ints") is { } ints)
            return new Constant(Tensor<long>.Of(ints, [ints.Length]));
        throw node.Error("it has no value");
    }

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => value.Type;

    public override void Run(in Call call) => call.Show(0, value, value.Dims);
}

/// <summary>The extents of the input, or some of them.</summary>
internal sealed class ShapeOf(NodeReading node) : Operator
{
    private readonly long _start = node.Int("start", 0), _end = node.Int("end", long.MaxValue);

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Int64;

    /// <summary>The same of extents that are known.</summary>
    public Tensor Of(ReadOnlySpan<int> dims)
    {
        (int start, int end) = Bounds(dims.Length);
        var shape = new long[Math.Max(0, end - start)];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = dims[start + i];
        return Tensor<long>.Of(shape, [shape.Length]);
    }

    public override void Run(in Call call)
    {
        Tensor input = call.In(0);
        (int start, int end) = Bounds(input.Rank);
        int count = Math.Max(0, end - start);
        Span<long> result = call.Out<long>(0, count).Values;
        for (int i = 0; i < count; i++)
            result[i] = input[start + i];
    }

    private (int Start, int End) Bounds(int rank) => (Clamp(_start, rank), Clamp(_end, rank));

    private static int Clamp(long bound, int rank) => (int)Math.Clamp(bound < 0 ? bound + rank : bound, 0, rank);
}

internal sealed class SizeOf : Operator
{
    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Int64;

    public override void Run(in Call call) => call.Out<long>(0).Values[0] = call.In(0).Length;
}

internal sealed class ConstantOfShape(NodeReading node) : Operator
{
    private readonly Tensor _value = node.Tensor("value") ?? Tensor<float>.Of([0], []);

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => _value.Type;

    public override void Run(in Call call)
    {
        if (_value.Length != 1)
            throw call.Error("its value must be one number");
        ReadOnlySpan<long> shape = call.Longs(0);
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        Extents.Read(call, shape, dims);
        dims = dims[..shape.Length];
        switch (_value)
        {
            case Tensor<float> v: Fill(call, dims, v); break;
            case Tensor<double> v: Fill(call, dims, v); break;
            case Tensor<Half> v: Fill(call, dims, v); break;
            case Tensor<BrainFloat> v: Fill(call, dims, v); break;
            case Tensor<sbyte> v: Fill(call, dims, v); break;
            case Tensor<short> v: Fill(call, dims, v); break;
            case Tensor<int> v: Fill(call, dims, v); break;
            case Tensor<long> v: Fill(call, dims, v); break;
            case Tensor<byte> v: Fill(call, dims, v); break;
            case Tensor<ushort> v: Fill(call, dims, v); break;
            case Tensor<uint> v: Fill(call, dims, v); break;
            case Tensor<ulong> v: Fill(call, dims, v); break;
            case Tensor<bool> v: Fill(call, dims, v); break;
        }
    }

    private static void Fill<T>(in Call call, ReadOnlySpan<int> dims, Tensor<T> value)
        where T : unmanaged =>
        call.Out<T>(0, dims).Values.Fill(value.Values[0]);
}

internal sealed class RangeOf : Numeric
{
    public override int SameTyped => 3;

    protected override void Compute<T>(in Call call)
    {
        if (call.In(0).Length != 1 || call.In(1).Length != 1 || call.In(2).Length != 1)
            throw call.Error("start, limit and delta must be one number each");
        T start = call.In<T>(0).Values[0], limit = call.In<T>(1).Values[0], delta = call.In<T>(2).Values[0];
        if (delta == T.Zero)
            throw call.Error("its delta is 0");
        double steps = typeof(T) == typeof(long)
            ? (double)Steps(long.CreateTruncating(start), long.CreateTruncating(limit), long.CreateTruncating(delta))
            : Math.Ceiling((double.CreateTruncating(limit) - double.CreateTruncating(start)) / double.CreateTruncating(delta));
        if (!(steps > 0))
            steps = 0;
        if (steps > int.MaxValue)
            call.Memory.RefuseMore((long)Math.Min(steps, 1e18));
        Span<T> result = call.Out<T>(0, (int)steps).Values;
        for (int i = 0; i < result.Length; i++)
            result[i] = start + T.CreateTruncating(i) * delta;
    }

    private static Int128 Steps(Int128 start, Int128 limit, Int128 delta) =>
        delta > 0 ? (limit - start + delta - 1) / delta : (start - limit - delta - 1) / -delta;
}

/// <summary>Ones on a diagonal of a matrix.</summary>
internal sealed class EyeLike(NodeReading node) : Operator
{
    private readonly long _offset = node.Int("k", 0);
    private readonly TensorType? _type = node.Has("dtype")
        ? GraphTensors.TypeOf((int)node.Int("dtype", 0)) ?? throw node.Unsupported($"numbers of type {node.Int("dtype", 0)}")
        : null;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => _type ?? inputs[0];

    public override void Run(in Call call)
    {
        Tensor input = call.In(0);
        if (input.Rank != 2)
            throw call.Error($"it needs a matrix, but has shape {input.Shape}");
        switch (_type ?? input.Type)
        {
            case TensorType.Float32: Fill(call, input, 1f); break;
            case TensorType.Float64: Fill(call, input, 1.0); break;
            case TensorType.Float16: Fill(call, input, (Half)1); break;
            case TensorType.Int32: Fill(call, input, 1); break;
            case TensorType.Int64: Fill(call, input, 1L); break;
            case TensorType.Boolean: Fill(call, input, true); break;
            case var other: throw call.Error($"numbers of type {other} are not supported here");
        }
    }

    private void Fill<T>(in Call call, Tensor input, T one)
        where T : unmanaged
    {
        (int rows, int columns) = (input[0], input[1]);
        Span<T> result = call.Out<T>(0, rows, columns).Values;
        result.Clear();
        for (int row = 0; row < rows; row++)
        {
            if (row + _offset >= 0 && row + _offset < columns)
                result[row * columns + (int)(row + _offset)] = one;
        }
    }
}

/// <summary>One value in one place of an axis of its own, another elsewhere.</summary>
internal sealed class OneHot(NodeReading node) : Movement
{
    private readonly long _axis = node.Int("axis", -1);

    protected override int TypeInput => 2;

    protected override void Move<T>(in Call call)
    {
        Tensor indices = call.In(0);
        Tensor<T> values = call.In<T>(2);
        double depth = call.Number(1);
        if (!(depth >= 1 && depth <= int.MaxValue) || values.Length != 2)
            throw call.Error($"a depth of {depth} and {values.Length} values");
        int rank = indices.Rank + 1, axis = call.Axis(_axis, rank), many = (int)depth;
        Span<int> dims = stackalloc int[Tensor.MostAxes + 1];
        indices.Dims[..axis].CopyTo(dims);
        dims[axis] = many;
        indices.Dims[axis..].CopyTo(dims[(axis + 1)..]);
        Span<double> places = call.Scratch<double>(indices.Length);
        Casting.ToDoubles(call, indices, places);
        int inner = Strides.Count(indices.Dims[axis..]);
        Span<T> result = call.Out<T>(0, dims[..rank]).Values;
        result.Fill(values.Values[0]);
        for (int i = 0; i < places.Length; i++)
        {
            double place = places[i] < 0 ? places[i] + many : places[i];
            if (place >= 0 && place < many)
                result[(i / inner * many + (int)place) * inner + i % inner] = values.Values[1];
        }
    }
}
