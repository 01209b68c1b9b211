using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>The second factor of a product, packed for the kernels: once where it is a constant, else in every run.</summary>
internal static class Packing
{
    /// <summary>A matrix [K × N], or its transpose [N × K], packed.</summary>
    public static PackedMatrix<T> Pack<T>(ReadOnlySpan<T> values, int k, int n, bool isTransposed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var packed = new PackedMatrix<T>(k, RowPadding.Pad(n), Kernels<T>.Best.PanelColumns);
        Fill(packed, values, k, n, isTransposed);
        return packed;
    }

    public static void Fill<T>(PackedMatrix<T> packed, ReadOnlySpan<T> values, int k, int n, bool isTransposed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (isTransposed)
            packed.SetTransposed(0, k, new ColumnRange(0, n), values, k);
        else
            packed.SetColumns(0, n, new ColumnRange(0, k), values, n);
    }

    /// <summary>The node's packed matrix of this size, kept from run to run.</summary>
    public static PackedMatrix<T> KeptMatrix<T>(in Call call, int k, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref object? kept = ref call.Memory.Kept[call.Step.Number];
        if (kept is PackedMatrix<T> packed && packed.Rows == k && packed.Columns == RowPadding.Pad(n))
            return packed;
        call.Memory.Take((long)k * RowPadding.Pad(n) * NamedTensor.SizeOf(ElementOf<T>.Type));
        var made = new PackedMatrix<T>(k, RowPadding.Pad(n), Kernels<T>.Best.PanelColumns);
        kept = made;
        return made;
    }
}

/// <summary>Products of matrices that lie in arrays without padding.</summary>
internal static class Products
{
    /// <summary>
    /// c [M × N] = a [M × K] · b, over rows of a that are <paramref name="stride"/> apart; bias [padded N] is added where there is one.
    /// </summary>
    public static void Of<T>(
        in Call call, int m, ReadOnlySpan<T> a, int stride, PackedMatrix<T> b, ReadOnlySpan<T> bias, Tensor<T> result, int offset, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (m == 0 || n == 0)
            return;
        int padded = b.Columns;
        // A row may be written beyond its end where nothing follows it.
        bool isDirect = padded == n || (m == 1 && result.Slack.Length >= offset + padded && offset + n == result.Length);
        Span<T> c = isDirect ? result.Slack[offset..] : call.Scratch<T>((long)m * padded);
        var rowsA = new Rows<T>(SameElement.Writable(a), stride);
        var rowsC = new Rows<T>(c, padded);
        if (b.Rows == 0)
            c[..(m * padded)].Clear();
        else if (bias.IsEmpty)
            Kernels<T>.Best.Multiply(m, rowsA, b, rowsC, ProductStart.Zero);
        else
            Kernels<T>.Best.MultiplyWithBias(m, rowsA, b, bias, rowsC);
        if (isDirect)
            return;
        Span<T> values = result.Values[offset..];
        for (int row = 0; row < m; row++)
            c.Slice(row * padded, n).CopyTo(values[(row * n)..]);
    }

    /// <summary>c = a·b for a b that changes: few rows without packing.</summary>
    public static void OfChanging<T>(
        in Call call, int m, int k, int n, ReadOnlySpan<T> a, ReadOnlySpan<T> b, bool isTransposed, Tensor<T> result, int offset)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> c = result.Values.Slice(offset, m * n);
        if (k == 0)
        {
            c.Clear();
        }
        else if (m < 4 && !isTransposed && n > 0)
        {
            c.Clear();
            for (int row = 0; row < m; row++)
                Kernels<T>.Best.AddScaledRows(c.Slice(row * n, n), a.Slice(row * k, k), b, n);
        }
        else if (m < 4 && n > 0)
        {
            for (int row = 0; row < m; row++)
                Kernels<T>.Best.Dots(c.Slice(row * n, n), a.Slice(row * k, k), b, k);
        }
        else
        {
            PackedMatrix<T> packed = Packing.KeptMatrix<T>(call, k, n);
            Packing.Fill(packed, b, k, n, isTransposed);
            Of(call, m, a, k, packed, [], result, offset, n);
        }
    }
}

internal sealed class MatMul : Operator
{
    private readonly PackedMatrix<float>? _packed;

    public MatMul(NodeReading node)
    {
        if (node.Constant(1) is Tensor<float> { Rank: 2 } b && b.Length > 0)
            _packed = Packing.Pack<float>(b.Values, b[0], b[1], isTransposed: false);
    }

    public override int SameTyped => 2;

    public override bool IsFoldable => false;

    public override bool Accepts(TensorType type) => type is TensorType.Float32 or TensorType.Float64 or TensorType.Float16
        or TensorType.Int32 or TensorType.Int64 or TensorType.UInt32 or TensorType.UInt64;

    public override void Run(in Call call)
    {
        switch (call.In(0).Type)
        {
            case TensorType.Float32: Of<float>(call); break;
            case TensorType.Float64: Of<double>(call); break;
            case TensorType.Float16: call.DoWidened(Of<float>); break;
            case TensorType.Int32: Of<int>(call); break;
            case TensorType.Int64: Of<long>(call); break;
            case TensorType.UInt32: Of<uint>(call); break;
            case TensorType.UInt64: Of<ulong>(call); break;
            default: throw call.WrongType(0);
        }
    }

    private void Of<T>(in Call call)
        where T : unmanaged, INumber<T>
    {
        Tensor<T> a = call.In<T>(0), b = call.In<T>(1);
        if (a.Rank == 0 || b.Rank == 0)
            throw call.Error("a factor is a single number");
        int m = a.Rank == 1 ? 1 : a[a.Rank - 2], k = a[a.Rank - 1], n = b.Rank == 1 ? 1 : b[b.Rank - 1];
        if (k != (b.Rank == 1 ? b[0] : b[b.Rank - 2]))
            throw call.Error($"shapes {a.Shape} and {b.Shape} cannot be multiplied");
        ReadOnlySpan<int> batchA = a.Rank > 2 ? a.Dims[..^2] : [], batchB = b.Rank > 2 ? b.Dims[..^2] : [];
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        int batch = Strides.Common(call, batchA, batchB, dims), rank = batch;
        if (a.Rank > 1)
            dims[rank++] = m;
        if (b.Rank > 1)
            dims[rank++] = n;
        Tensor<T> result = call.Out<T>(0, dims[..rank]);
        if (batchB.Length == 0)
        {
            // One b for all rows of a.
            Product(call, Strides.Count(batchA) * m, k, n, a.Values, b.Values, result, 0);
            return;
        }

        Span<int> sa = stackalloc int[batch], sb = stackalloc int[batch];
        Strides.Stretch(batchA, dims[..batch], sa);
        Strides.Stretch(batchB, dims[..batch], sb);
        var walk = new Walk(dims[..batch], sa, sb);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
            {
                Product(
                    call, m, k, n, a.Values.Slice((walk.A + i * walk.StepA) * m * k, m * k),
                        b.Values.Slice((walk.B + i * walk.StepB) * k * n, k * n), result, (at + i) * m * n);
            }
        }
    }

    private void Product<T>(in Call call, int m, int k, int n, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Tensor<T> result, int offset)
        where T : unmanaged, INumber<T>
    {
        if (result is Tensor<float> singles)
        {
            ReadOnlySpan<float> fa = SameElement<T, float>.Of(SameElement.Writable(a));
            if (_packed is not null)
                Products.Of(call, m, fa, k, _packed, [], singles, offset, n);
            else
                Products.OfChanging(call, m, k, n, fa, SameElement<T, float>.Of(SameElement.Writable(b)), false, singles, offset);
        }
        else if (result is Tensor<double> doubles)
        {
            Products.OfChanging<double>(
                call, m, k, n, SameElement<T, double>.Of(SameElement.Writable(a)), SameElement<T, double>.Of(SameElement.Writable(b)),
                    false, doubles, offset);
        }
        else
        {
            for (int row = 0; row < m; row++)
            {
                for (int column = 0; column < n; column++)
                {
                    T sum = T.Zero;
                    for (int i = 0; i < k; i++)
                        sum += a[row * k + i] * b[i * n + column];
                    result.Values[offset + row * n + column] = sum;
                }
            }
        }
    }
}

/// <summary>α·A·B + β·C, with A and B as they are or transposed.</summary>
internal sealed class Gemm : Heavy
{
    private readonly bool _transA, _transB;
    private readonly float _alpha, _beta;
    private readonly PackedMatrix<float>? _packed;
    private readonly float[]? _bias;

    public Gemm(NodeReading node)
    {
        (_transA, _transB) = (node.Flag("transA"), node.Flag("transB"));
        (_alpha, _beta) = (node.Float("alpha", 1), node.Float("beta", 1));
        node.Ignore("broadcast");
        if (node.Constant(1) is not Tensor<float> { Rank: 2 } b || b.Length == 0)
            return;
        (int k, int n) = _transB ? (b[1], b[0]) : (b[0], b[1]);
        _packed = Packing.Pack<float>(b.Values, k, n, _transB);
        if (_alpha == 1 && _beta == 1 && node.Constant(2) is Tensor<float> c && c.Length == n && c.Rank is 1 or 2 && c[c.Rank - 1] == n)
        {
            _bias = new float[RowPadding.Pad(n)];
            c.Values.CopyTo(_bias);
        }
    }

    public override int SameTyped => 3;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> a = call.In<T>(0), b = call.In<T>(1);
        if (a.Rank != 2 || b.Rank != 2)
            throw call.Error($"shapes {a.Shape} and {b.Shape} are no matrices");
        (int m, int k) = _transA ? (a[1], a[0]) : (a[0], a[1]);
        int n = _transB ? b[0] : b[1];
        if (k != (_transB ? b[1] : b[0]))
            throw call.Error($"shapes {a.Shape} and {b.Shape} cannot be multiplied");
        ReadOnlySpan<T> rows = a.Values;
        if (_transA)
        {
            Span<T> turned = call.Scratch<T>(a.Length);
            Moves.Gather(rows, turned, new Walk([m, k], [1, m]), 0);
            rows = turned;
        }

        Tensor<T> result = call.Out<T>(0, m, n);
        bool hasBias = false;
        if (result is Tensor<float> singles && _packed is not null)
        {
            hasBias = _bias is not null;
            Products.Of(call, m, SameElement<T, float>.Of(SameElement.Writable(rows)), k, _packed, _bias, singles, 0, n);
        }
        else
        {
            Products.OfChanging(call, m, k, n, rows, b.Values, _transB, result, 0);
        }

        Span<T> c = result.Values;
        if (_alpha != 1)
            Kernels<T>.Best.Scale(c, T.CreateTruncating(_alpha));
        if (!call.Has(2) || hasBias)
            return;
        Tensor<T> added = call.In<T>(2);
        Span<int> strides = stackalloc int[2];
        if (added.Rank > 2 || (added.Rank > 0 && added[added.Rank - 1] != n && added[added.Rank - 1] != 1)
            || (added.Rank == 2 && added[0] != m && added[0] != 1))
            throw call.Error($"C of shape {added.Shape} cannot be stretched to [{m}, {n}]");
        Strides.Stretch(added.Dims, [m, n], strides);
        T beta = T.CreateTruncating(_beta);
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
                c[row * n + column] += beta * added.Values[row * strides[0] + column * strides[1]];
        }
    }
}
