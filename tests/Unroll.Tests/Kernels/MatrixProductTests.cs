using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The matrix products on every instruction set against plain loops in double, with guard bands around the results.</summary>
public class MatrixProductTests
{
    private const int MostRows = 17;
    private static readonly int[] s_inner = [1, 2, 3, 5, 16, 17, 33, 130];
    private static readonly int[] s_columns = [16, 32, 48, 64, 80, 112, 144];

    public static TheoryData<string> Names => InstructionSets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Multiply_replaces_or_adds(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach ((int k, int n) in Sizes())
        {
            (float[] b, PackedMatrix<float> packed) = Matrix(kernels, k, n);
            int aStride = RowPadding.Pad(k) + 16, cStride = n + 16;
            for (int rows = 1; rows <= MostRows; rows++)
            {
                float[] a = TestData.Single(rows * aStride, rows), c = TestData.Single(rows * cStride, rows + 50);
                foreach (ProductStart start in Enum.GetValues<ProductStart>())
                {
                    var result = new Guarded(c);
                    kernels.Multiply(rows, new Rows<float>(a, aStride), packed, new Rows<float>(result.Span, cStride), start);
                    Check(a, aStride, b, n, k, rows, c, cStride, result, (row, column) => start == ProductStart.Zero
                        ? 0
                        : c[row * cStride + column]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MultiplyWithBias_starts_from_the_bias(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach ((int k, int n) in Sizes())
        {
            (float[] b, PackedMatrix<float> packed) = Matrix(kernels, k, n);
            float[] bias = TestData.Single(n, 8);
            int aStride = RowPadding.Pad(k), cStride = n;
            for (int rows = 1; rows <= MostRows; rows++)
            {
                float[] a = TestData.Single(rows * aStride, rows), c = TestData.Single(rows * cStride, rows + 50);
                var result = new Guarded(c);
                kernels.MultiplyWithBias(rows, new Rows<float>(a, aStride), packed, bias, new Rows<float>(result.Span, cStride));
                Check(a, aStride, b, n, k, rows, c, cStride, result, (_, column) => bias[column]);
            }
        }
    }

    /// <summary>aᵀ·b with K beyond one chunk of 128 rows, and with M from 1 on, beside a second product and the column sums.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void AddOuterProducts_adds_both_products_and_the_sums(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        var scratch = new float[kernels.OuterProductScratch];
        foreach (int k in (int[])[1, 4, 8, 31, 128, 129, 300])
        {
            foreach (int n in (int[])[16, 48, 64, 112])
            {
                int bStride = n + 16;
                float[] b = TestData.Single(k * bStride, n), start = TestData.Single(n, 3);
                for (int m = 1; m <= MostRows; m++)
                {
                    var first = new Outer(k, n, m, seed: m);
                    var second = new Outer(k, n, MostRows + 1 - m, seed: m + 40);
                    var sums = new Guarded(start);
                    kernels.AddOuterProducts(k, n, new Rows<float>(b, bStride), first.Product, second.Product, sums.Span, scratch);
                    first.Check(b, bStride);
                    second.Check(b, bStride);
                    for (int column = 0; column < n; column++)
                    {
                        double sum = start[column], size = Math.Abs(sum);
                        for (int i = 0; i < k; i++)
                            (sum, size) = (sum + b[i * bStride + column], size + Math.Abs(b[i * bStride + column]));
                        Near(sum, size, sums.Span[column]);
                    }

                    sums.CheckBands();
                }
            }
        }
    }

    /// <summary>What is not asked for is not written, and the rest has the same bits.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void AddOuterProducts_does_without_a_product_or_the_sums(string name)
    {
        const int K = 130, N = 112;
        Kernels<float> kernels = InstructionSets.Get(name);
        var scratch = new float[kernels.OuterProductScratch];
        float[] b = TestData.Single(K * N, 5), start = TestData.Single(N, 3);
        Outer first = new(K, N, 9, seed: 1), alone = new(K, N, 9, seed: 1), second = new(K, N, 9, seed: 1);
        Guarded sums = new(start), onlySums = new(start);
        kernels.AddOuterProducts(K, N, new Rows<float>(b, N), first.Product, default, sums.Span, scratch);
        kernels.AddOuterProducts(K, N, new Rows<float>(b, N), alone.Product, default, default, scratch);
        kernels.AddOuterProducts(K, N, new Rows<float>(b, N), default, second.Product, default, scratch);
        kernels.AddOuterProducts(K, N, new Rows<float>(b, N), default, default, onlySums.Span, scratch);
        first.Check(b, N);
        Assert.Equal(first.Result.Span.ToArray(), alone.Result.Span.ToArray());
        Assert.Equal(first.Result.Span.ToArray(), second.Result.Span.ToArray());
        Assert.Equal(sums.Span.ToArray(), onlySums.Span.ToArray());
    }

    /// <summary>Threads that share a product, each the same units of all gates, write what one thread writes.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Columns_are_computed_in_parts(string name)
    {
        const int K = 37, Units = 80;
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach (int gates in (int[])[1, 3, 4])
        {
            int n = gates * Units;
            (_, PackedMatrix<float> packed) = Matrix(kernels, K, n);
            float[] bias = TestData.Single(n, 8);
            foreach (int rows in (int[])[1, 4, 13])
            {
                float[] a = TestData.Single(rows * 48, rows), whole = new float[rows * n], parts = new float[rows * n];
                kernels.MultiplyWithBias(rows, new Rows<float>(a, 48), packed, bias, new Rows<float>(whole, n));
                kernels.Multiply(rows, new Rows<float>(a, 48), packed, new Rows<float>(whole, n), ProductStart.Result);
                foreach (ColumnRange units in (ColumnRange[])[new(48, 80), new(0, 0), new(0, 16), new(16, 48)])
                {
                    var part = new ColumnBlocks(gates, Units, units);
                    float[] before = [.. parts];
                    kernels.MultiplyWithBias(rows, new Rows<float>(a, 48), packed, bias, new Rows<float>(parts, n), part);
                    kernels.Multiply(rows, new Rows<float>(a, 48), packed, new Rows<float>(parts, n), ProductStart.Result, part);
                    Assert.All(Enumerable.Range(0, parts.Length),
                        i => Assert.Equal(i % Units >= units.From && i % Units < units.To ? whole[i] : before[i], parts[i]));
                }

                Assert.Equal(whole, parts);
            }
        }
    }

    /// <summary>A row's result has the same bits whatever other rows are computed with it, in whichever tile it falls.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_has_the_same_bits_in_every_tile(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach ((int k, int n) in ((int, int)[])[(17, 64), (125, 512), (1, 48)])
        {
            (_, PackedMatrix<float> packed) = Matrix(kernels, k, n);
            float[] bias = TestData.Single(n, 8), row = TestData.Single(RowPadding.Pad(k), 9), alone = new float[n];
            kernels.MultiplyWithBias(1, new Rows<float>(row, row.Length), packed, bias, new Rows<float>(alone, n));
            for (int rows = 2; rows <= MostRows; rows++)
            {
                float[] a = [.. Enumerable.Repeat(row, rows).SelectMany(values => values)], c = new float[rows * n];
                kernels.MultiplyWithBias(rows, new Rows<float>(a, row.Length), packed, bias, new Rows<float>(c, n));
                Assert.All(c.Chunk(n), values => Assert.Equal(alone, values));
            }
        }
    }

    /// <summary>A packed transpose is the transpose packed.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_matrix_is_packed_in_pieces_and_transposed(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach ((int k, int n) in ((int, int)[])[(5, 48), (17, 112), (32, 16)])
        {
            float[] b = TestData.Single(k * n, 1), transposed = new float[n * k];
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j < n; j++)
                    transposed[j * k + i] = b[i * n + j];
            }

            PackedMatrix<float> whole = new(k, n, kernels.PanelColumns), pieces = new(k, n, kernels.PanelColumns),
                turned = new(k, n, kernels.PanelColumns);
            whole.SetColumns(0, n, new ColumnRange(0, k), b, n);
            for (int column = 0; column < n; column += 7)
            {
                foreach (ColumnRange rows in (ColumnRange[])[new(k / 3, k), new(0, k / 3)])
                    pieces.SetColumns(column, Math.Min(7, n - column), rows, b.AsSpan(column), n);
            }

            for (int row = 0; row < k; row += 3)
            {
                foreach (ColumnRange some in (ColumnRange[])[new(n / 3, n), new(0, n / 3)])
                    turned.SetTransposed(row, Math.Min(3, k - row), some, transposed.AsSpan(row), k);
            }

            Assert.Equal(whole.Panels.ToArray(), pieces.Panels.ToArray());
            Assert.Equal(whole.Panels.ToArray(), turned.Panels.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Buffers_that_are_too_small_are_refused(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        var packed = new PackedMatrix<float>(4, 32, kernels.PanelColumns);
        Assert.Equal(
            "A slab of 30 values with stride 16 cannot hold 3 rows of 4 columns.",
            Assert.Throws<ArgumentException>(() => kernels.Multiply(
                3, new Rows<float>(new float[30], 16), packed, new Rows<float>(new float[96], 32), ProductStart.Zero)).Message);
        Assert.Equal(
            "A slab of 95 values with stride 32 cannot hold 3 rows of 32 columns.",
            Assert.Throws<ArgumentException>(() => kernels.Multiply(
                3, new Rows<float>(new float[48], 16), packed, new Rows<float>(new float[95], 32), ProductStart.Zero)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            kernels.MultiplyWithBias(3, new Rows<float>(new float[48], 16), packed, new float[31], new Rows<float>(new float[96], 32)));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.MultiplyWithBias(3, new Rows<float>(new float[48], 16), packed,
            new float[32], new Rows<float>(new float[96], 32), new ColumnBlocks(1, 32, new ColumnRange(8, 32))));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Multiply(3, new Rows<float>(new float[48], 16), packed,
            new Rows<float>(new float[96], 32), ProductStart.Zero, new ColumnBlocks(3, 16, new ColumnRange(0, 16))));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddOuterProducts(
            3, 32, new Rows<float>(new float[96], 32), default, default, new float[32], new float[kernels.OuterProductScratch - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.AddOuterProducts(
            3, 32, new Rows<float>(new float[96], 32), default, default, new float[31], new float[kernels.OuterProductScratch]));
        Assert.Equal(
            "A slab of 127 values with stride 32 cannot hold 4 rows of 32 columns.",
            Assert.Throws<ArgumentException>(() => kernels.AddOuterProducts(
                3, 32, new Rows<float>(new float[96], 32), new OuterProduct<float>(4, new Rows<float>(new float[48], 16),
                    new Rows<float>(new float[127], 32)), default, default, new float[kernels.OuterProductScratch])).Message);
    }

    /// <summary>c += aᵀ·b with random a [k × m] and c.</summary>
    private sealed class Outer(int k, int n, int m, int seed)
    {
        private readonly float[] _a = TestData.Single(k * RowPadding.Pad(m), seed),
            _before = TestData.Single(RowPadding.Pad(m) * n, seed + 1);

        public Guarded Result { get; } = new(TestData.Single(RowPadding.Pad(m) * n, seed + 1));

        public OuterProduct<float> Product => new(m, new Rows<float>(_a, RowPadding.Pad(m)), new Rows<float>(Result.Span, n));

        public void Check(float[] b, int bStride)
        {
            for (int row = 0; row < RowPadding.Pad(m); row++)
            {
                // Rows between m and its padding may be written: they belong to nobody.
                if (row >= m && row < OuterProduct<float>.PadRows(m))
                    continue;
                for (int column = 0; column < n; column++)
                {
                    double sum = _before[row * n + column], size = Math.Abs(sum);
                    for (int i = 0; i < k && row < m; i++)
                    {
                        double term = (double)_a[i * RowPadding.Pad(m) + row] * b[i * bStride + column];
                        (sum, size) = (sum + term, size + Math.Abs(term));
                    }

                    Near(sum, size, Result.Span[row * n + column]);
                }
            }

            Result.CheckBands();
        }
    }

    private static IEnumerable<(int K, int N)> Sizes() => s_inner.SelectMany(k => s_columns.Select(n => (k, n)));

    private static (float[] Values, PackedMatrix<float> Packed) Matrix(Kernels<float> kernels, int k, int n)
    {
        float[] values = TestData.Single(k * n, k + n);
        var packed = new PackedMatrix<float>(k, n, kernels.PanelColumns);
        packed.SetColumns(0, n, new ColumnRange(0, k), values, n);
        return (values, packed);
    }

    private static void Check(float[] a, int aStride, float[] b, int n, int k, int rows, float[] before, int cStride, Guarded result,
        Func<int, int, float> start)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < n; column++)
            {
                double sum = start(row, column), size = Math.Abs(sum);
                for (int i = 0; i < k; i++)
                {
                    double term = (double)a[row * aStride + i] * b[i * n + column];
                    (sum, size) = (sum + term, size + Math.Abs(term));
                }

                Near(sum, size, result.Span[row * cStride + column]);
            }

            for (int column = n; column < cStride; column++)
                Assert.Equal(before[row * cStride + column], result.Span[row * cStride + column]);
        }

        result.CheckBands();
    }

    /// <summary>Within what rounding can do to a sum of terms whose magnitudes add up to <paramref name="size"/>.</summary>
    private static void Near(double expected, double size, float actual)
    {
        if (!(Math.Abs(expected - actual) <= 1e-6 * size + 1e-30))
            Assert.Fail($"expected {expected:R}, was {actual:R}");
    }
}
