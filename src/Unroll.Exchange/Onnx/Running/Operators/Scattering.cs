using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>How a number that is put in a place goes together with the one there.</summary>
internal enum Putting
{
    Replace,
    Add,
    Multiply,
    Max,
    Min,
}

internal static class Puttings
{
    public static Putting Read(NodeReading node) => node.Text("reduction", "none") switch
    {
        "none" => Putting.Replace,
        "add" => Putting.Add,
        "mul" => Putting.Multiply,
        "max" => Putting.Max,
        "min" => Putting.Min,
        var other => throw node.Unsupported($"reduction {other}"),
    };

    public static void Put<T>(in Call call, Putting how, ref T place, T value)
        where T : unmanaged
    {
        if (how == Putting.Replace)
            place = value;
        else if (typeof(T) == typeof(float))
            Reduce<T, float>(how, ref place, value);
        else if (typeof(T) == typeof(double))
            Reduce<T, double>(how, ref place, value);
        else if (typeof(T) == typeof(Half))
            Reduce<T, Half>(how, ref place, value);
        else if (typeof(T) == typeof(int))
            Reduce<T, int>(how, ref place, value);
        else if (typeof(T) == typeof(long))
            Reduce<T, long>(how, ref place, value);
        else
            throw call.Error($"reductions of {ElementOf<T>.Type} are not supported");
    }

    private static void Reduce<T, N>(Putting how, ref T place, T value)
        where T : unmanaged
        where N : unmanaged, INumber<N>
    {
        N a = (N)(object)place, b = (N)(object)value;
        N result = how switch
        {
            Putting.Add => a + b,
            Putting.Multiply => a * b,
            Putting.Max => N.Max(a, b),
            _ => N.Min(a, b),
        };
        place = (T)(object)result;
    }
}

internal sealed class ScatterElements(NodeReading node) : Movement
{
    private readonly long _axis = node.Int("axis", 0);
    private readonly Putting _how = Puttings.Read(node);

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0), updates = call.In<T>(2);
        Tensor indices = call.In(1);
        int axis = call.Axis(_axis, input.Rank);
        ReadOnlySpan<long> places = call.Longs(1);
        if (updates.Length != places.Length)
            throw call.Error($"{updates.Length} updates for {places.Length} indices");
        Span<int> strides = stackalloc int[Tensor.MostAxes];
        ElementPlaces.Strides(call, input, indices, axis, strides, out int along);
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        input.Values.CopyTo(result);
        var walk = new Walk(indices.Dims, strides[..indices.Rank]);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
            {
                int place = walk.A + i * walk.StepA + Places.Of(call, places[at + i], input[axis]) * along;
                Puttings.Put(call, _how, ref result[place], updates.Values[at + i]);
            }
        }
    }
}

internal sealed class ScatterND(NodeReading node) : Movement
{
    private readonly Putting _how = Puttings.Read(node);
    private readonly bool _areIndicesConstant = node.Constant(1) is not null;

    protected override void Move<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0), updates = call.In<T>(2);
        Tensor indices = call.In(1);
        if (indices.Rank == 0 || indices[indices.Rank - 1] > input.Rank)
            throw call.Error($"indices of shape {indices.Shape} for data of shape {input.Shape}");
        int depth = indices[indices.Rank - 1], rows = Strides.Count(indices.Dims[..^1]), run = Strides.Count(input.Dims[depth..]);
        if (updates.Length != (long)rows * run)
            throw call.Error($"updates of shape {updates.Shape} for indices of shape {indices.Shape}");
        Runs runs = RunsOf(call, input, rows, depth, run);
        Span<T> result = call.OutFrom(input, 0);
        int from = 0;
        foreach ((int to, int length) in runs.List)
        {
            ReadOnlySpan<T> values = updates.Values.Slice(from, length);
            from += length;
            if (_how == Putting.Replace)
            {
                values.CopyTo(result[to..]);
                continue;
            }

            for (int i = 0; i < length; i++)
                Puttings.Put(call, _how, ref result[to + i], values[i]);
        }
    }

    /// <summary>
    /// Where the updates go, those side by side put together; kept while the indices are a constant and the data's extents stay.
    /// </summary>
    private Runs RunsOf<T>(in Call call, Tensor<T> input, int rows, int depth, int run)
        where T : unmanaged
    {
        ref object? kept = ref call.Memory.Kept[call.Step.Number];
        if (_areIndicesConstant && kept is Runs old && input.Dims.SequenceEqual(old.Dims))
            return old;
        ReadOnlySpan<long> places = call.Longs(1);
        Span<int> strides = stackalloc int[Tensor.MostAxes];
        Strides.Of(input.Dims, strides);
        var list = new List<(int To, int Length)>();
        for (int row = 0; row < rows; row++)
        {
            int to = 0;
            for (int i = 0; i < depth; i++)
                to += Places.Of(call, places[row * depth + i], input[i]) * strides[i];
            if (list.Count > 0 && list[^1].To + list[^1].Length == to)
                list[^1] = (list[^1].To, list[^1].Length + run);
            else
                list.Add((to, run));
        }

        var made = new Runs(input.Dims.ToArray(), [.. list]);
        kept = made;
        return made;
    }

    private sealed record Runs(int[] Dims, (int To, int Length)[] List);
}
