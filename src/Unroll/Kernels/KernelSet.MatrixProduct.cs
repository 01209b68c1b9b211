using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>What a matrix product adds its terms to.</summary>
public enum ProductStart
{
    /// <summary>c = a·b.</summary>
    Zero,

    /// <summary>c += a·b.</summary>
    Result,
}

internal abstract partial class Kernels<T>
{
    /// <summary>c = bias + a·b over <paramref name="rows"/> rows; a is [rows × K], b packed [K × N], bias [N], c [rows × N].</summary>
    public void MultiplyWithBias(int rows, Rows<T> a, PackedMatrix<T> b, ReadOnlySpan<T> bias, Rows<T> c) =>
        MultiplyWithBias(rows, a, b, bias, c, ColumnBlocks.All(b.Columns));

    /// <summary>The same for some columns of c, whole vectors of <see cref="RowPadding.Multiple"/>.</summary>
    public abstract void MultiplyWithBias(int rows, Rows<T> a, PackedMatrix<T> b, ReadOnlySpan<T> bias, Rows<T> c, ColumnBlocks columns);

    /// <summary>c = a·b or c += a·b over <paramref name="rows"/> rows; a is [rows × K], b packed [K × N], c [rows × N].</summary>
    public void Multiply(int rows, Rows<T> a, PackedMatrix<T> b, Rows<T> c, ProductStart start) =>
        Multiply(rows, a, b, c, start, ColumnBlocks.All(b.Columns));

    /// <summary>The same for some columns of c, whole vectors of <see cref="RowPadding.Multiple"/>.</summary>
    public abstract void Multiply(int rows, Rows<T> a, PackedMatrix<T> b, Rows<T> c, ProductStart start, ColumnBlocks columns);

    /// <summary>
    /// Two products with one b [K × N], and its column sums: c₁ += a₁ᵀ·b, c₂ += a₂ᵀ·b, sums += Σ rows of b. A product may be
    /// none, and <paramref name="sums"/> [N] empty. The K terms are added in order. N is a multiple of <see cref="RowPadding.Multiple"/>.
    /// <paramref name="scratch"/> holds <see cref="OuterProductScratch"/> values and is overwritten.
    /// </summary>
    public abstract void AddOuterProducts(
        int k, int n, Rows<T> b, OuterProduct<T> first, OuterProduct<T> second, Span<T> sums, Span<T> scratch);

    /// <summary>Values of scratch that <see cref="AddOuterProducts"/> needs.</summary>
    public int OuterProductScratch => KChunk * PanelColumns;

    /// <summary>Rows of b that are packed at a time: 128 × 48 floats stay in a first-level cache of 32 KB.</summary>
    protected const int KChunk = 128;
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    private static readonly AlignedBuffer<T> s_zeros = new(3 * RowPadding.Multiple);

    public override void MultiplyWithBias(int rows, Rows<T> a, PackedMatrix<T> b, ReadOnlySpan<T> bias, Rows<T> c, ColumnBlocks columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bias.Length, b.Columns);
        RequireProduct(rows, a, b, c, columns);
        fixed (T* pa = a.Values, pb = b.Panels, pc = c.Values, pinit = bias)
        {
            var p = new TileOperands<T> { ARow = a.Stride, AStep = 1, InitRow = 0, CRow = c.Stride };
            Product(rows, columns, b.Rows, pa, pb, pinit, true, pc, ref p);
        }
    }

    public override void Multiply(int rows, Rows<T> a, PackedMatrix<T> b, Rows<T> c, ProductStart start, ColumnBlocks columns)
    {
        RequireProduct(rows, a, b, c, columns);
        fixed (T* pa = a.Values, pb = b.Panels, pc = c.Values, zeros = s_zeros.Span)
        {
            var p = new TileOperands<T>
            {
                ARow = a.Stride,
                AStep = 1,
                InitRow = start == ProductStart.Zero ? 0 : c.Stride,
                CRow = c.Stride
            };
            if (start == ProductStart.Zero)
                Product(rows, columns, b.Rows, pa, pb, zeros, false, pc, ref p);
            else
                Product(rows, columns, b.Rows, pa, pb, pc, true, pc, ref p);
        }
    }

    /// <summary>
    /// b is packed a panel and a chunk of rows at a time, and read by all three sums while it is in the first-level cache.
    /// </summary>
    public override void AddOuterProducts(
        int k, int n, Rows<T> b, OuterProduct<T> first, OuterProduct<T> second, Span<T> sums, Span<T> scratch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, OuterProductScratch);
        if (!sums.IsEmpty)
            ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, n);
        b.Require(k, n);
        RequireOuterProduct(k, n, first);
        RequireOuterProduct(k, n, second);
        int panel = PanelColumns;
        fixed (T* pb = b.Values, a1 = first.A.Values, c1 = first.C.Values, a2 = second.A.Values, c2 = second.C.Values, psums = sums,
            packed = scratch)
        {
            for (int k0 = 0; k0 < k; k0 += KChunk)
            {
                int chunk = Math.Min(KChunk, k - k0);
                for (int column = 0; column < n; column += panel)
                {
                    int width = Math.Min(panel, n - column);
                    PackRows(chunk, width, pb + (nint)k0 * b.Stride + column, b.Stride, packed, panel);
                    if (first.Rows > 0)
                        OuterPanel(chunk, width, first.Rows, a1 + (nint)k0 * first.A.Stride, first.A.Stride, packed, c1 + column,
                            first.C.Stride);
                    if (second.Rows > 0)
                        OuterPanel(chunk, width, second.Rows, a2 + (nint)k0 * second.A.Stride, second.A.Stride, packed, c2 + column,
                            second.C.Stride);
                    if (psums != null)
                        AddPanelSums(chunk, width, packed, psums + column);
                }
            }
        }
    }

    private static void RequireProduct(int rows, Rows<T> a, PackedMatrix<T> b, Rows<T> c, ColumnBlocks columns)
    {
        (int from, int to) = columns.Some;
        if (from < 0 || to < from || to > columns.BlockLength || columns.Blocks * columns.BlockLength > b.Columns
            || (from | to | columns.BlockLength) % RowPadding.Multiple != 0)
            throw new ArgumentOutOfRangeException(nameof(columns), $"Columns {from} to {to} of {columns.Blocks} blocks of "
                + $"{columns.BlockLength} are not whole vectors of {RowPadding.Multiple} out of {b.Columns} columns.");
        a.Require(rows, b.Rows);
        c.Require(rows, b.Columns);
    }

    private static void RequireOuterProduct(int k, int n, OuterProduct<T> product)
    {
        if (product.Rows == 0)
            return;
        int padded = OuterProduct<T>.PadRows(product.Rows);
        product.A.Require(k, padded);
        product.C.Require(padded, n);
    }

    private void OuterPanel(int chunk, int width, int m, T* a, int aStride, T* packed, T* c, int cStride)
    {
        var p = new TileOperands<T>
        {
            ARow = 1,
            AStep = aStride,
            CRow = cStride,
            InitRow = cStride,
            BStep = PanelColumns,
            K = chunk,
            B = packed
        };
        RowTiles(OuterProduct<T>.PadRows(m), width / O.Width, a, c, c, ref p);
    }

    /// <summary>sums += the rows of one packed panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddPanelSums(int rows, int width, T* packed, T* sums)
    {
        nint step = PanelColumns;
        int vectors = width / O.Width;
        V s0 = O.Load(sums), s1 = vectors > 1 ? O.Load(sums + O.Width) : s0, s2 = vectors > 2 ? O.Load(sums + 2 * O.Width) : s0;
        for (int row = 0; row < rows; row++, packed += step)
        {
            s0 = O.Add(s0, O.Load(packed));
            s1 = O.Add(s1, O.Load(packed + O.Width));
            s2 = O.Add(s2, O.Load(packed + 2 * O.Width));
        }

        O.Store(s0, sums);
        if (vectors > 1)
            O.Store(s1, sums + O.Width);
        if (vectors > 2)
            O.Store(s2, sums + 2 * O.Width);
    }

    /// <summary>Some columns, panel by panel. The start values are those of the columns, or for all the first ones: zeros.</summary>
    private static void Product(int rows, ColumnBlocks columns, int k, T* a, T* panels, T* init, bool initByColumn, T* c,
        ref TileOperands<T> p)
    {
        if (rows == 1)
        {
            RowProduct(columns, k, a, panels, init, initByColumn, c);
            return;
        }

        int panel = 3 * O.Width;
        p.K = k;
        p.BStep = panel;
        for (int run = 0; run < columns.Runs; run++)
        {
            (int column, int end) = columns.Run(run);
            while (column < end)
            {
                int within = column % panel, width = Math.Min(panel - within, end - column);
                p.B = panels + (nint)k * (column - within) + within;
                T* start = initByColumn ? init + column : init;
                RowTiles(rows, width / O.Width, a, start, c + column, ref p);
                column += width;
            }
        }
    }

    /// <summary>The same for a single row, several vectors of columns at a time, from whichever run they are.</summary>
    private static void RowProduct(ColumnBlocks columns, int k, T* a, T* panels, T* init, bool initByColumn, T* c)
    {
        int panel = 3 * O.Width, vectors = 0;
        var p = new RowOperands<T> { A = a, K = k, Panels = panels, Init = init, InitByColumn = initByColumn, C = c };
        for (int run = 0; run < columns.Runs; run++)
        {
            (int column, int end) = columns.Run(run);
            for (; column < end; column += O.Width)
            {
                int within = column % panel;
                p.Columns[vectors] = column;
                p.B[vectors] = k * (column - within) + within;
                if (++vectors == RowOperands<T>.MostVectors)
                {
                    RowTile<T, V, O>.Run(p);
                    vectors = 0;
                }
            }
        }

        if (vectors == 0)
            return;
        int tile = vectors <= RowOperands<T>.FewVectors ? RowOperands<T>.FewVectors : RowOperands<T>.MostVectors;
        for (int i = vectors; i < tile; i++)
            (p.Columns[i], p.B[i]) = (p.Columns[vectors - 1], p.B[vectors - 1]);
        if (tile == RowOperands<T>.FewVectors)
            RowTile<T, V, O>.RunFew(p);
        else
            RowTile<T, V, O>.Run(p);
    }

    /// <summary>One panel, cut into tiles of 8, 4 and 1 rows.</summary>
    private static void RowTiles(int rows, int vectors, T* a, T* init, T* c, ref TileOperands<T> p)
    {
        for (int row = 0; row < rows;)
        {
            int left = rows - row;
            p.A = a + row * p.ARow;
            p.Init = init + row * p.InitRow;
            p.C = c + row * p.CRow;
            int tile = left >= 8 && O.TileRows >= 8 ? 8 : left >= 4 ? 4 : 1;
            MatrixTile<T, V, O>.Run(tile, vectors, p);
            row += tile;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows(int rows, int width, T* source, int stride, T* destination, int panelColumns)
    {
        for (int row = 0; row < rows; row++, source += stride, destination += panelColumns)
        {
            for (int column = 0; column < width; column += O.Width)
                O.Store(O.Load(source + column), destination + column);
        }
    }
}
