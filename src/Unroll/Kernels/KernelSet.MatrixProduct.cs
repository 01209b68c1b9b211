using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>What a matrix product adds its terms to.</summary>
internal enum ProductStart
{
    /// <summary>c = a·b.</summary>
    Zero,

    /// <summary>c += a·b.</summary>
    Result,
}

internal abstract partial class Kernels<T>
{
    /// <summary>c = bias + a·b over <paramref name="rows"/> rows; a is [rows × K], b packed [K × N], bias [N], c [rows × N].</summary>
    public abstract void MultiplyWithBias(int rows, Slab<T> a, PackedMatrix<T> b, ReadOnlySpan<T> bias, Slab<T> c);

    /// <summary>c = a·b or c += a·b over <paramref name="rows"/> rows; a is [rows × K], b packed [K × N], c [rows × N].</summary>
    public abstract void Multiply(int rows, Slab<T> a, PackedMatrix<T> b, Slab<T> c, ProductStart start);

    /// <summary>
    /// c += aᵀ·b; a is [K × M], b [K × N], c [M × N] with M padded to whole vectors. The K terms are added in order.
    /// <paramref name="scratch"/> holds <see cref="TransposedScratch"/> values and is overwritten.
    /// </summary>
    public abstract void AddTransposedProduct(int k, int m, int n, Slab<T> a, Slab<T> b, Slab<T> c, Span<T> scratch);

    /// <summary>sums += the sum over the k rows of b [k × n], in row order; n is a multiple of <see cref="Lanes.Count"/>.</summary>
    public abstract void AddColumnSums(int k, int n, Slab<T> b, Span<T> sums);

    /// <summary>Values of scratch that <see cref="AddTransposedProduct"/> needs.</summary>
    public int TransposedScratch => KChunk * PanelColumns;

    /// <summary>Rows of b that are packed at a time: 128 × 48 floats stay in a first-level cache of 32 KB.</summary>
    protected const int KChunk = 128;
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    private static readonly AlignedBuffer<T> s_zeros = new(3 * Lanes.Count);

    public override void MultiplyWithBias(int rows, Slab<T> a, PackedMatrix<T> b, ReadOnlySpan<T> bias, Slab<T> c)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bias.Length, b.Columns);
        a.Require(rows, b.Rows);
        c.Require(rows, b.Columns);
        fixed (T* pa = a.Values, pb = b.Panels, pc = c.Values, pinit = bias)
        {
            var p = new TileOperands<T> { ARow = a.Stride, AStep = 1, InitRow = 0, CRow = c.Stride };
            Product(rows, b.Columns, b.Rows, b.PanelColumns, pa, pb, pinit, O.Width, pc, ref p);
        }
    }

    public override void Multiply(int rows, Slab<T> a, PackedMatrix<T> b, Slab<T> c, ProductStart start)
    {
        a.Require(rows, b.Rows);
        c.Require(rows, b.Columns);
        fixed (T* pa = a.Values, pb = b.Panels, pc = c.Values, zeros = s_zeros.Span)
        {
            var p = new TileOperands<T> { ARow = a.Stride, AStep = 1, InitRow = start == ProductStart.Zero ? 0 : c.Stride, CRow = c.Stride };
            if (start == ProductStart.Zero)
                Product(rows, b.Columns, b.Rows, b.PanelColumns, pa, pb, zeros, 0, pc, ref p);
            else
                Product(rows, b.Columns, b.Rows, b.PanelColumns, pa, pb, pc, O.Width, pc, ref p);
        }
    }

    public override void AddTransposedProduct(int k, int m, int n, Slab<T> a, Slab<T> b, Slab<T> c, Span<T> scratch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, TransposedScratch);
        int paddedRows = m == 1 ? 1 : (m + 3) & ~3;
        a.Require(k, paddedRows);
        b.Require(k, n);
        c.Require(paddedRows, n);
        int panel = PanelColumns;
        fixed (T* pa = a.Values, pb = b.Values, pc = c.Values, packed = scratch)
        {
            for (int k0 = 0; k0 < k; k0 += KChunk)
            {
                int chunk = Math.Min(KChunk, k - k0);
                for (int column = 0; column < n; column += panel)
                {
                    int width = Math.Min(panel, n - column);
                    PackRows(chunk, width, pb + (nint)k0 * b.Stride + column, b.Stride, packed, panel);
                    var p = new TileOperands<T> { ARow = 1, AStep = a.Stride, CRow = c.Stride, InitRow = c.Stride, BStep = panel, K = chunk };
                    p.B = packed;
                    RowTiles(paddedRows, width / O.Width, pa + (nint)k0 * a.Stride, pc + column, pc + column, ref p);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddColumnSums(int k, int n, Slab<T> b, Span<T> sums)
    {
        b.Require(k, n);
        ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, n);
        fixed (T* pb = b.Values, psums = sums)
        {
            for (int column = 0; column < n; column += O.Width)
            {
                V sum = O.Load(psums + column);
                T* row = pb + column;
                for (int i = 0; i < k; i++, row += b.Stride)
                    sum = O.Add(sum, O.Load(row));
                O.Store(sum, psums + column);
            }
        }
    }

    /// <summary>All panels of a packed b. The start values advance by <paramref name="initStep"/> elements a vector (0: one block of zeros).</summary>
    private static void Product(int rows, int columns, int k, int panelColumns, T* a, T* panels, T* init, int initStep, T* c, ref TileOperands<T> p)
    {
        p.K = k;
        p.BStep = panelColumns;
        nint panelSize = (nint)k * panelColumns;
        int column = 0;
        if (rows == 1)
        {
            for (; columns - column >= 4 * panelColumns; column += 4 * panelColumns)
            {
                p.A = a;
                p.B = panels + column / panelColumns * panelSize;
                p.Init = initStep == 0 ? init : init + column;
                p.C = c + column;
                MatrixTile<T, V, O>.Row1Panels4(p, panelSize, initStep);
            }
        }

        for (; column < columns; column += panelColumns)
        {
            int vectors = Math.Min(panelColumns, columns - column) / O.Width;
            p.B = panels + column / panelColumns * panelSize;
            T* start = initStep == 0 ? init : init + column;
            RowTiles(rows, vectors, a, start, c + column, ref p);
        }
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
