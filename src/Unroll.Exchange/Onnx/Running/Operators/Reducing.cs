using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

internal enum Reduction
{
    Sum,
    Mean,
    Max,
    Min,
    Product,
    L1,
    L2,
    LogSum,
    LogSumExp,
    SumSquare,
}

/// <summary>Many numbers to one along some axes. Sums of 32-bit numbers are added in 64 bits.</summary>
internal sealed class Reduce(NodeReading node, Reduction kind) : Operator
{
    private readonly long[]? _axes = node.Ints("axes");
    private readonly bool _keeps = node.Flag("keepdims", true), _noAxesIsNothing = node.Flag("noop_with_empty_axes");

    public override bool Accepts(TensorType type) => type is not TensorType.BFloat16;

    public override void Run(in Call call)
    {
        switch (call.In(0).Type)
        {
            case TensorType.Float32: Of<float, double>(call); break;
            case TensorType.Float64: Of<double, double>(call); break;
            case TensorType.Float16: Of<Half, double>(call); break;
            case TensorType.Int8: Of<sbyte, long>(call); break;
            case TensorType.Int16: Of<short, long>(call); break;
            case TensorType.Int32: Of<int, long>(call); break;
            case TensorType.Int64: Of<long, long>(call); break;
            case TensorType.UInt8: Of<byte, ulong>(call); break;
            case TensorType.UInt16: Of<ushort, ulong>(call); break;
            case TensorType.UInt32: Of<uint, ulong>(call); break;
            case TensorType.UInt64: Of<ulong, ulong>(call); break;
            default: Truths(call); break;
        }
    }

    private void Of<T, A>(in Call call)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
        where A : unmanaged, INumber<A>
    {
        Tensor<T> input = call.In<T>(0);
        Span<int> kept = stackalloc int[Tensor.MostAxes], dims = stackalloc int[Tensor.MostAxes];
        if (!Shape(call, input, kept, dims, out int rank))
        {
            call.Show(0, input, input.Dims);
            return;
        }

        Span<int> strides = stackalloc int[Tensor.MostAxes];
        int count = OutputStrides(input, kept, strides);
        Span<T> result = call.Out<T>(0, dims[..rank]).Values;
        Span<A> sums = call.Scratch<A>(result.Length);
        A start = kind switch
        {
            Reduction.Product => A.One,
            Reduction.Max or Reduction.LogSumExp => Least<T, A>(),
            Reduction.Min => typeof(A) == typeof(double) ? A.CreateChecked(double.PositiveInfinity) : A.CreateTruncating(T.MaxValue),
            _ => A.Zero,
        };
        sums.Fill(start);
        ReadOnlySpan<T> x = input.Values;
        var walk = new Walk(input.Dims, strides[..input.Rank]);
        for (int at = 0; walk.Next(); at += walk.Run)
            Add(x.Slice(at, walk.Run), sums[walk.A..], walk.StepA);
        if (kind == Reduction.LogSumExp)
        {
            LogSumExp(input, strides[..input.Rank], sums, call.Scratch<A>(result.Length), result);
            return;
        }

        for (int i = 0; i < result.Length; i++)
        {
            result[i] = kind switch
            {
                Reduction.Mean => T.CreateTruncating(sums[i] / A.CreateTruncating(count)),
                Reduction.L2 => T.CreateTruncating(Math.Sqrt(double.CreateTruncating(sums[i]))),
                Reduction.LogSum => T.CreateTruncating(Math.Log(double.CreateTruncating(sums[i]))),
                _ => T.CreateTruncating(sums[i]),
            };
        }
    }

    private static A Least<T, A>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
        where A : unmanaged, INumber<A> =>
        typeof(A) == typeof(double) ? A.CreateChecked(double.NegativeInfinity) : A.CreateTruncating(T.MinValue);

    private void Add<T, A>(ReadOnlySpan<T> x, Span<A> sums, int step)
        where T : unmanaged, INumber<T>
        where A : unmanaged, INumber<A>
    {
        switch (kind)
        {
            case Reduction.Product:
                for (int i = 0; i < x.Length; i++)
                    sums[i * step] *= A.CreateTruncating(x[i]);
                break;
            case Reduction.Max or Reduction.LogSumExp:
                for (int i = 0; i < x.Length; i++)
                    sums[i * step] = A.Max(sums[i * step], A.CreateTruncating(x[i]));
                break;
            case Reduction.Min:
                for (int i = 0; i < x.Length; i++)
                    sums[i * step] = A.Min(sums[i * step], A.CreateTruncating(x[i]));
                break;
            case Reduction.L1:
                for (int i = 0; i < x.Length; i++)
                    sums[i * step] += A.Abs(A.CreateTruncating(x[i]));
                break;
            case Reduction.L2 or Reduction.SumSquare:
                for (int i = 0; i < x.Length; i++)
                    sums[i * step] += A.CreateTruncating(x[i]) * A.CreateTruncating(x[i]);
                break;
            default:
                for (int i = 0; i < x.Length; i++)
                    sums[i * step] += A.CreateTruncating(x[i]);
                break;
        }
    }

    /// <summary>max + ln Σ e^(x − max).</summary>
    private static void LogSumExp<T, A>(Tensor<T> input, ReadOnlySpan<int> strides, ReadOnlySpan<A> most, Span<A> sums, Span<T> result)
        where T : unmanaged, INumber<T>
        where A : unmanaged, INumber<A>
    {
        sums.Clear();
        var walk = new Walk(input.Dims, strides);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
            {
                int to = walk.A + i * walk.StepA;
                double top = double.CreateTruncating(most[to]), x = double.CreateTruncating(input.Values[at + i]);
                sums[to] += A.CreateTruncating(x == top ? 1 : Math.Exp(x - top));
            }
        }

        for (int i = 0; i < result.Length; i++)
        {
            double top = double.CreateTruncating(most[i]);
            result[i] = T.CreateTruncating(double.IsNegativeInfinity(top) ? top : top + Math.Log(double.CreateTruncating(sums[i])));
        }
    }

    /// <summary>Max and Min of Booleans: any and all.</summary>
    private void Truths(in Call call)
    {
        Tensor<bool> input = call.In<bool>(0);
        if (kind is not (Reduction.Max or Reduction.Min))
            throw call.WrongType(0);
        Span<int> kept = stackalloc int[Tensor.MostAxes], dims = stackalloc int[Tensor.MostAxes], strides = stackalloc int[Tensor.MostAxes];
        if (!Shape(call, input, kept, dims, out int rank))
        {
            call.Show(0, input, input.Dims);
            return;
        }

        OutputStrides(input, kept, strides);
        Span<bool> result = call.Out<bool>(0, dims[..rank]).Values;
        result.Fill(kind == Reduction.Min);
        var walk = new Walk(input.Dims, strides[..input.Rank]);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
            {
                ref bool to = ref result[walk.A + i * walk.StepA];
                to = kind == Reduction.Min ? to & input.Values[at + i] : to | input.Values[at + i];
            }
        }
    }

    /// <summary>Which axes stay, with extent 1 for those that do not, and the extents of the output.</summary>
    /// <returns>False: there is nothing to do.</returns>
    private bool Shape(in Call call, Tensor input, Span<int> kept, Span<int> dims, out int rank)
    {
        ReadOnlySpan<long> axes = call.Has(1) ? call.Longs(1) : _axes;
        rank = 0;
        if (axes.Length == 0 && _noAxesIsNothing)
        {
            return kind is Reduction.Sum or Reduction.Mean or Reduction.Max or Reduction.Min or Reduction.Product
                ? false
                : throw call.Error(
                    "noop_with_empty_axes without axes: versions differ in whether the function is applied to each number; name the axes");
        }

        uint gone = axes.Length == 0 ? uint.MaxValue : 0;
        foreach (long axis in axes)
            gone |= 1u << call.Axis(axis, input.Rank);
        for (int i = 0; i < input.Rank; i++)
        {
            bool isGone = (gone >> i & 1) != 0;
            kept[i] = isGone ? 1 : input[i];
            if (!isGone || _keeps)
                dims[rank++] = kept[i];
        }

        return true;
    }

    /// <summary>Strides of the output along the axes of the input: 0 along those that go.</summary>
    /// <returns>How many numbers become one.</returns>
    private static int OutputStrides(Tensor input, ReadOnlySpan<int> kept, Span<int> strides)
    {
        int stride = 1, count = 1;
        for (int axis = input.Rank - 1; axis >= 0; axis--)
        {
            bool isGone = kept[axis] != input[axis] || kept[axis] == 1;
            strides[axis] = isGone ? 0 : stride;
            if (isGone)
                count *= input[axis];
            else
                stride *= kept[axis];
        }

        return count;
    }
}
