using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A tensor as [outer, n, inner] around an axis.</summary>
internal readonly struct Around(ReadOnlySpan<int> dims, int axis, bool isToTheEnd = false)
{
    public int Outer { get; } = Strides.Count(dims[..axis]);

    public int Extent { get; } = isToTheEnd ? Strides.Count(dims[axis..]) : dims[axis];

    public int Inner { get; } = isToTheEnd ? 1 : Strides.Count(dims[(axis + 1)..]);
}

internal enum SoftmaxOperators
{
    Softmax,
    LogSoftmax,
    Hardmax,
}

/// <summary>Softmax and its kin. Before opset 13 over all axes from the given one on, which was the second where none is given.</summary>
internal sealed class SoftmaxOf(NodeReading node, SoftmaxOperators kind) : Floating
{
    private readonly bool _isToTheEnd = node.Version < 13;
    private readonly long _axis = node.Int("axis", node.Version < 13 ? 1 : -1);

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        Span<T> y = call.Out<T>(0, input.Dims).Values;
        var around = input.Rank == 0
            ? new Around([1], 0)
            : new Around(input.Dims, _isToTheEnd && _axis == input.Rank ? input.Rank : call.Axis(_axis, input.Rank), _isToTheEnd);
        (int n, int inner) = (around.Extent, around.Inner);
        if (y.Length == 0)
            return;
        input.Values.CopyTo(y);
        if (kind == SoftmaxOperators.Softmax && inner == 1 && typeof(T) != typeof(Half))
        {
            for (int o = 0; o < around.Outer; o++)
                Kernels<T>.Best.Softmax(y.Slice(o * n, n));
            return;
        }

        for (int o = 0; o < around.Outer; o++)
        {
            for (int i = 0; i < inner; i++)
                Column(y[(o * n * inner + i)..], n, inner);
        }
    }

    private void Column<T>(Span<T> y, int n, int step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T most = y[0];
        int place = 0;
        for (int i = 1; i < n; i++)
        {
            if (y[i * step] > most)
                (most, place) = (y[i * step], i);
        }

        if (kind == SoftmaxOperators.Hardmax)
        {
            for (int i = 0; i < n; i++)
                y[i * step] = i == place ? T.One : T.Zero;
            return;
        }

        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += double.CreateTruncating(T.Exp(y[i * step] - most));
        T all = T.CreateTruncating(sum), log = T.CreateTruncating(Math.Log(sum));
        for (int i = 0; i < n; i++)
            y[i * step] = kind == SoftmaxOperators.Softmax ? T.Exp(y[i * step] - most) / all : y[i * step] - most - log;
    }
}

/// <summary>Where the greatest or the least number along an axis is.</summary>
internal sealed class ArgOf(NodeReading node, bool isMax) : Numeric
{
    private readonly long _axis = node.Int("axis", 0);
    private readonly bool _keeps = node.Flag("keepdims", true), _isLast = node.Flag("select_last_index");

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Int64;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        int axis = call.Axis(_axis, input.Rank);
        var around = new Around(input.Dims, axis);
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        int rank = 0;
        for (int i = 0; i < input.Rank; i++)
        {
            if (i != axis || _keeps)
                dims[rank++] = i == axis ? 1 : input[i];
        }

        Span<long> result = call.Out<long>(0, dims[..rank]).Values;
        if (around.Extent == 0 && result.Length > 0)
            throw call.Error("an axis without numbers has no greatest or least");
        for (int o = 0; o < around.Outer; o++)
        {
            for (int i = 0; i < around.Inner; i++)
            {
                int best = 0;
                T value = input.Values[o * around.Extent * around.Inner + i];
                for (int k = 1; k < around.Extent; k++)
                {
                    T other = input.Values[(o * around.Extent + k) * around.Inner + i];
                    if ((isMax ? other > value : other < value) || (_isLast && other == value))
                        (best, value) = (k, other);
                }

                result[o * around.Inner + i] = best;
            }
        }
    }
}

/// <summary>The greatest or least k numbers along an axis and where they are; of equal ones the first comes first.</summary>
internal sealed class TopK(NodeReading node) : Numeric
{
    private readonly long _axis = node.Int("axis", -1), _k = node.Int("k", -1);
    private readonly bool _isLargest = node.Flag("largest", true);
    private readonly bool _sorted = node.Flag("sorted", true);

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => output == 0 ? inputs[0] : TensorType.Int64;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        int axis = call.Axis(_axis, input.Rank);
        long k = call.Has(1) ? call.Long(1) : _k;
        var around = new Around(input.Dims, axis);
        if (k < 0 || k > around.Extent)
            throw call.Error($"{k} of {around.Extent} numbers");
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        dims = dims[..input.Rank];
        input.Dims.CopyTo(dims);
        dims[axis] = (int)k;
        Span<T> values = call.Out<T>(0, dims).Values, column = call.Scratch<T>(around.Extent);
        Span<long> places = call.Out<long>(1, dims).Values;
        Span<int> order = call.Scratch<int>(around.Extent);
        bool isLargest = _isLargest;
        for (int o = 0; o < around.Outer; o++)
        {
            for (int i = 0; i < around.Inner; i++)
            {
                for (int at = 0; at < around.Extent; at++)
                    (column[at], order[at]) = (input.Values[(o * around.Extent + at) * around.Inner + i], at);
                // Keys and places together; equal keys are put in the order of their places.
                column.Sort(order, (a, b) => isLargest ? b.CompareTo(a) : a.CompareTo(b));
                for (int at = 0, end; at < column.Length; at = end)
                {
                    for (end = at + 1; end < column.Length && column[end] == column[at];)
                        end++;
                    order[at..end].Sort();
                }

                for (int at = 0; at < k; at++)
                {
                    int to = (o * (int)k + at) * around.Inner + i;
                    (values[to], places[to]) = (column[at], order[at]);
                }
            }
        }
    }
}

internal sealed class CumSum(NodeReading node) : Numeric
{
    private readonly bool _isExclusive = node.Flag("exclusive"), _isReverse = node.Flag("reverse");

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        var around = new Around(input.Dims, call.Axis(call.Long(1), input.Rank));
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        for (int o = 0; o < around.Outer; o++)
        {
            for (int i = 0; i < around.Inner; i++)
            {
                T sum = T.Zero;
                for (int k = 0; k < around.Extent; k++)
                {
                    int at = (o * around.Extent + (_isReverse ? around.Extent - 1 - k : k)) * around.Inner + i;
                    T before = sum;
                    sum += input.Values[at];
                    result[at] = _isExclusive ? before : sum;
                }
            }
        }
    }
}

internal enum Many
{
    Sum,
    Mean,
    Max,
    Min,
}

/// <summary>Any number of inputs stretched to one shape and put together number by number.</summary>
internal sealed class Variadic(Many kind) : Numeric
{
    public override int SameTyped => int.MaxValue;

    protected override void Compute<T>(in Call call)
    {
        Span<int> dims = stackalloc int[Tensor.MostAxes], next = stackalloc int[Tensor.MostAxes], strides = stackalloc int[Tensor.MostAxes];
        int rank = 0;
        for (int i = 0; i < call.Inputs; i++)
        {
            rank = Strides.Common(call, dims[..rank], call.In<T>(i).Dims, next);
            next[..rank].CopyTo(dims);
        }

        dims = dims[..rank];
        Span<T> result = call.Out<T>(0, dims).Values;
        for (int i = 0; i < call.Inputs; i++)
        {
            Tensor<T> input = call.In<T>(i);
            Strides.Stretch(input.Dims, dims, strides[..rank]);
            var walk = new Walk(dims, strides[..rank]);
            for (int at = 0; walk.Next(); at += walk.Run)
                Put(result.Slice(at, walk.Run), input.Values[walk.A..], walk.StepA, i == 0);
        }

        if (kind != Many.Mean)
            return;
        T count = T.CreateChecked(call.Inputs);
        foreach (ref T value in result)
            value /= count;
    }

    private void Put<T>(Span<T> result, ReadOnlySpan<T> x, int step, bool isFirst)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < result.Length; i++)
        {
            T value = x[i * step];
            result[i] = isFirst ? value : kind switch
            {
                Many.Max => T.Max(result[i], value),
                Many.Min => T.Min(result[i], value),
                _ => result[i] + value,
            };
        }
    }
}

internal sealed class Clip(NodeReading node) : Numeric
{
    private readonly float? _min = node.Has("min") ? node.Float("min", 0) : null, _max = node.Has("max") ? node.Float("max", 0) : null;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> input = call.In<T>(0);
        T min = call.Has(1) ? One<T>(call, 1) : _min is { } low ? T.CreateSaturating(low) : T.IsNegative(T.MinValue) ? Lowest<T>() : T.Zero;
        T max = call.Has(2) ? One<T>(call, 2) : _max is { } high ? T.CreateSaturating(high) : Highest<T>();
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        for (int i = 0; i < result.Length; i++)
        {
            T value = input.Values[i];
            value = value < min ? min : value;
            result[i] = value > max ? max : value;
        }
    }

    private static T One<T>(in Call call, int input)
        where T : unmanaged =>
        call.In<T>(input) is { Length: 1 } bound ? bound.Values[0] : throw call.Error("a bound must be one number");

    private static T Lowest<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half)
            ? T.CreateTruncating(double.NegativeInfinity) : T.MinValue;

    private static T Highest<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half)
            ? T.CreateTruncating(double.PositiveInfinity) : T.MaxValue;
}
