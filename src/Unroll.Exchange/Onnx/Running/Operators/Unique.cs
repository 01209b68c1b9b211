using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>The different numbers, or rows along an axis, where each is first, which each place has, and how often each comes.</summary>
internal sealed class Unique(NodeReading node) : Numeric
{
    private readonly bool _isSorted = node.Flag("sorted", true), _isFlat = !node.Has("axis");
    private readonly long _axis = node.Int("axis", 0);

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => output == 0 ? inputs[0] : TensorType.Int64;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        int axis = _isFlat ? 0 : call.Axis(_axis, x.Rank);
        ReadOnlySpan<int> shape = _isFlat ? [x.Length] : x.Dims;
        int outer = Strides.Count(shape[..axis]), extent = shape[axis], inner = Strides.Count(shape[(axis + 1)..]), size = outer * inner;
        // Each place along the axis as a row of its own.
        call.Memory.Take(2L * x.Length * NamedTensor.SizeOf(x.Type) + 64L * extent);
        var rows = new T[extent][];
        for (int i = 0; i < extent; i++)
        {
            rows[i] = new T[size];
            for (int o = 0; o < outer; o++)
                x.Values.Slice((o * extent + i) * inner, inner).CopyTo(rows[i].AsSpan(o * inner));
        }

        int[] order = [.. Enumerable.Range(0, extent)];
        Array.Sort(order, (a, b) => Compare(rows[a], rows[b]) is not 0 and var less ? less : a.CompareTo(b));
        var firsts = new List<(int First, int Count)>();
        var group = new int[extent];
        for (int i = 0; i < extent; i++)
        {
            if (i == 0 || Compare(rows[order[i - 1]], rows[order[i]]) != 0)
                firsts.Add((order[i], 0));
            firsts[^1] = (firsts[^1].First, firsts[^1].Count + 1);
            group[order[i]] = firsts.Count - 1;
        }

        int[] places = [.. Enumerable.Range(0, firsts.Count)];
        if (!_isSorted)
            Array.Sort(places, (a, b) => firsts[a].First.CompareTo(firsts[b].First));
        var rank = new int[places.Length];
        for (int i = 0; i < places.Length; i++)
            rank[places[i]] = i;
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        shape.CopyTo(dims);
        dims[axis] = places.Length;
        Span<T> y = call.Out<T>(0, dims[..shape.Length]).Values;
        Span<long> first = call.Out<long>(1, places.Length).Values, inverse = call.Out<long>(2, extent).Values,
            counts = call.Out<long>(3, places.Length).Values;
        for (int i = 0; i < places.Length; i++)
        {
            (first[i], counts[i]) = (firsts[places[i]].First, firsts[places[i]].Count);
            for (int o = 0; o < outer; o++)
                rows[firsts[places[i]].First].AsSpan(o * inner, inner).CopyTo(y[((o * places.Length + i) * inner)..]);
        }

        for (int i = 0; i < extent; i++)
            inverse[i] = rank[group[i]];
    }

    private static int Compare<T>(T[] a, T[] b)
        where T : INumber<T>
    {
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].CompareTo(b[i]) is not 0 and var order)
                return order;
        }

        return 0;
    }
}
