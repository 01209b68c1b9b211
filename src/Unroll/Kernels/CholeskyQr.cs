using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unroll.Kernels;

/// <summary>
/// Orthonormal rows by way of a Cholesky decomposition: with A·Aᵀ = L·Lᵀ, Q = L⁻¹·A has orthonormal rows, and since L has a positive
/// diagonal Q is the one that Gram and Schmidt come to as well. Nearly all of it is two products that run at the speed of the processor; a
/// second round mends what a badly conditioned A leaves (Yamamoto et al. 2015). Every sum has one order on every instruction set, so the
/// bits are the same everywhere.
/// </summary>
internal static unsafe class CholeskyQr
{
    private const int Tile = 4, Block = 64, Chunk = 1024, PanelVectors = 4;

    /// <summary>
    /// Where the largest pivot is less than this many times the smallest, A is conditioned so well that one round has all digits.
    /// </summary>
    private const double WellConditioned = 30;

    /// <summary>
    /// Makes the rows of <paramref name="a"/> [count × length] orthonormal, in place. False: they are too close to dependent; the values
    /// are spoilt then.
    /// </summary>
    public static bool TryOrthonormalize(Span<double> a, int count, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length, count * length);
        int padded = (count + Tile - 1) / Tile * Tile;
        var products = new double[padded * padded];
        var panel = new double[padded * PanelVectors * Vector512<double>.Count];
        fixed (double* pa = a, pl = products, pp = panel)
        {
            for (int round = 0; round < 4; round++)
            {
                products.AsSpan().Clear();
                for (int i = 0; i < padded; i++)
                    pl[(nint)i * padded + i] = i < count ? 0 : 1;
                for (int from = 0; from < length; from += Chunk)
                    SubtractProducts(pa + from, length, count, 0, count, Math.Min(Chunk, length - from), pl, padded);
                for (int i = 0; i < count; i++)
                {
                    for (int j = 0; j <= i; j++)
                        pl[(nint)i * padded + j] = -pl[(nint)i * padded + j];
                }

                if (!Decompose(pl, count, padded, out double spread))
                    return false;
                Solve(pl, padded, pa, count, length, pp);
                if (spread < WellConditioned)
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// c −= a·aᵀ below and on the diagonal: rows <paramref name="first"/> to <paramref name="last"/> of a give the columns of c, the rows
    /// from there to <paramref name="rows"/> its rows.
    /// </summary>
    private static void SubtractProducts(double* a, int aStride, int rows, int first, int last, int length, double* c, int cStride)
    {
        for (int block = first; block < last; block += Block)
        {
            int end = Math.Min(block + Block, last);
            for (int i = block; i < rows; i += Tile)
            {
                for (int j = block; j < end && j <= i + Tile - 1; j += Tile)
                {
                    double* left = a + (nint)i * aStride, right = a + (nint)j * aStride, result = c + (nint)i * cStride + j;
                    if (i + Tile <= rows && j + Tile <= end)
                        SubtractTile(left, right, aStride, length, result, cStride);
                    else
                        SubtractEdge(left, Math.Min(Tile, rows - i), right, Math.Min(Tile, end - j), aStride, length, result, cStride);
                }
            }
        }
    }

    private static void SubtractEdge(double* a, int rows, double* b, int columns, int stride, int length, double* c, int cStride)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                c[(nint)i * cStride + j] -= Dot(a + (nint)i * stride, b + (nint)j * stride, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(double* a, double* b, int length)
    {
        Vector512<double> sum = Vector512<double>.Zero;
        int i = 0;
        for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count)
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum);
        return Sum(sum, a, b, i, length);
    }

    /// <summary>The sum of the elements in one order, and the products that are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum(Vector512<double> sums, double* a, double* b, int from, int length)
    {
        Vector256<double> four = sums.GetLower() + sums.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        double sum = two.GetElement(0) + two.GetElement(1);
        for (int i = from; i < length; i++)
            sum = Math.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    /// <summary>4 × 4 dot products at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractTile(double* a, double* b, int stride, int length, double* c, int cStride)
    {
        double* a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride, b1 = b + stride, b2 = b1 + stride, b3 = b2 + stride;
        Vector512<double> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<double> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<double> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<double> c30 = default, c31 = default, c32 = default, c33 = default;
        int i = 0;
        for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count)
        {
            Vector512<double> x0 = Vector512.Load(b + i), x1 = Vector512.Load(b1 + i),
                x2 = Vector512.Load(b2 + i), x3 = Vector512.Load(b3 + i);
            Vector512<double> y = Vector512.Load(a + i);
            c00 = Vector512.FusedMultiplyAdd(y, x0, c00);
            c01 = Vector512.FusedMultiplyAdd(y, x1, c01);
            c02 = Vector512.FusedMultiplyAdd(y, x2, c02);
            c03 = Vector512.FusedMultiplyAdd(y, x3, c03);
            y = Vector512.Load(a1 + i);
            c10 = Vector512.FusedMultiplyAdd(y, x0, c10);
            c11 = Vector512.FusedMultiplyAdd(y, x1, c11);
            c12 = Vector512.FusedMultiplyAdd(y, x2, c12);
            c13 = Vector512.FusedMultiplyAdd(y, x3, c13);
            y = Vector512.Load(a2 + i);
            c20 = Vector512.FusedMultiplyAdd(y, x0, c20);
            c21 = Vector512.FusedMultiplyAdd(y, x1, c21);
            c22 = Vector512.FusedMultiplyAdd(y, x2, c22);
            c23 = Vector512.FusedMultiplyAdd(y, x3, c23);
            y = Vector512.Load(a3 + i);
            c30 = Vector512.FusedMultiplyAdd(y, x0, c30);
            c31 = Vector512.FusedMultiplyAdd(y, x1, c31);
            c32 = Vector512.FusedMultiplyAdd(y, x2, c32);
            c33 = Vector512.FusedMultiplyAdd(y, x3, c33);
        }

        c[0] -= Sum(c00, a, b, i, length);
        c[1] -= Sum(c01, a, b1, i, length);
        c[2] -= Sum(c02, a, b2, i, length);
        c[3] -= Sum(c03, a, b3, i, length);
        c += cStride;
        c[0] -= Sum(c10, a1, b, i, length);
        c[1] -= Sum(c11, a1, b1, i, length);
        c[2] -= Sum(c12, a1, b2, i, length);
        c[3] -= Sum(c13, a1, b3, i, length);
        c += cStride;
        c[0] -= Sum(c20, a2, b, i, length);
        c[1] -= Sum(c21, a2, b1, i, length);
        c[2] -= Sum(c22, a2, b2, i, length);
        c[3] -= Sum(c23, a2, b3, i, length);
        c += cStride;
        c[0] -= Sum(c30, a3, b, i, length);
        c[1] -= Sum(c31, a3, b1, i, length);
        c[2] -= Sum(c32, a3, b2, i, length);
        c[3] -= Sum(c33, a3, b3, i, length);
    }

    /// <summary>
    /// L of l = L·Lᵀ in place of the lower half, block by block of columns; the spread is the largest pivot by the smallest.
    /// </summary>
    private static bool Decompose(double* l, int count, int stride, out double spread)
    {
        double least = double.PositiveInfinity, most = 0;
        for (int block = 0; block < count; block += Block)
        {
            int end = Math.Min(block + Block, count);
            if (block > 0)
                SubtractProducts(l, stride, count, block, end, block, l, stride);
            for (int j = block; j < end; j++)
            {
                double* row = l + (nint)j * stride;
                double pivot = row[j] - Dot(row + block, row + block, j - block);
                if (!(pivot > 0))
                {
                    spread = double.PositiveInfinity;
                    return false;
                }

                row[j] = Math.Sqrt(pivot);
                (least, most) = (Math.Min(least, row[j]), Math.Max(most, row[j]));
                for (int i = j + 1; i < count; i++)
                {
                    double* below = l + (nint)i * stride;
                    below[j] = (below[j] - Dot(below + block, row + block, j - block)) / row[j];
                }
            }
        }

        spread = most / least;
        return true;
    }

    /// <summary>a = L⁻¹·a, a panel of columns after the other. Rows of L beyond the count are those of the identity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Solve(double* l, int stride, double* a, int count, int length, double* panel)
    {
        int width = PanelVectors * Vector512<double>.Count;
        for (int column = 0; column < length; column += width)
        {
            int columns = Math.Min(width, length - column);
            new Span<double>(panel, stride * width).Clear();
            for (int row = 0; row < count; row++)
                new ReadOnlySpan<double>(a + (nint)row * length + column, columns)
                    .CopyTo(new Span<double>(panel + (nint)row * width, columns));
            for (int row = 0; row < stride; row += Tile)
            {
                SubtractRows(l + (nint)row * stride, stride, panel, row, panel + (nint)row * width);
                for (int i = row; i < row + Tile; i++)
                {
                    double* own = panel + (nint)i * width;
                    for (int k = row; k < i; k++)
                    {
                        Vector512<double> factor = Vector512.Create(-l[(nint)i * stride + k]);
                        for (int at = 0; at < width; at += Vector512<double>.Count)
                            Vector512.FusedMultiplyAdd(factor, Vector512.Load(panel + (nint)k * width + at), Vector512.Load(own + at))
                                .Store(own + at);
                    }

                    Vector512<double> scale = Vector512.Create(1 / l[(nint)i * stride + i]);
                    for (int at = 0; at < width; at += Vector512<double>.Count)
                        (Vector512.Load(own + at) * scale).Store(own + at);
                }
            }

            for (int row = 0; row < count; row++)
                new ReadOnlySpan<double>(panel + (nint)row * width, columns)
                    .CopyTo(new Span<double>(a + (nint)row * length + column, columns));
        }
    }

    /// <summary>
    /// Four rows of a panel minus the rows before them, each times its factor: c −= l[4 × count]·panel[count × 4 vectors].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractRows(double* l, int stride, double* panel, int count, double* c)
    {
        int width = Vector512<double>.Count;
        double* l1 = l + stride, l2 = l1 + stride, l3 = l2 + stride;
        Vector512<double> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<double> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<double> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<double> c30 = default, c31 = default, c32 = default, c33 = default;
        for (int k = 0; k < count; k++, panel += PanelVectors * width)
        {
            Vector512<double> x0 = Vector512.Load(panel), x1 = Vector512.Load(panel + width);
            Vector512<double> x2 = Vector512.Load(panel + 2 * width), x3 = Vector512.Load(panel + 3 * width);
            Vector512<double> y = Vector512.Create(l[k]);
            c00 = Vector512.FusedMultiplyAdd(y, x0, c00);
            c01 = Vector512.FusedMultiplyAdd(y, x1, c01);
            c02 = Vector512.FusedMultiplyAdd(y, x2, c02);
            c03 = Vector512.FusedMultiplyAdd(y, x3, c03);
            y = Vector512.Create(l1[k]);
            c10 = Vector512.FusedMultiplyAdd(y, x0, c10);
            c11 = Vector512.FusedMultiplyAdd(y, x1, c11);
            c12 = Vector512.FusedMultiplyAdd(y, x2, c12);
            c13 = Vector512.FusedMultiplyAdd(y, x3, c13);
            y = Vector512.Create(l2[k]);
            c20 = Vector512.FusedMultiplyAdd(y, x0, c20);
            c21 = Vector512.FusedMultiplyAdd(y, x1, c21);
            c22 = Vector512.FusedMultiplyAdd(y, x2, c22);
            c23 = Vector512.FusedMultiplyAdd(y, x3, c23);
            y = Vector512.Create(l3[k]);
            c30 = Vector512.FusedMultiplyAdd(y, x0, c30);
            c31 = Vector512.FusedMultiplyAdd(y, x1, c31);
            c32 = Vector512.FusedMultiplyAdd(y, x2, c32);
            c33 = Vector512.FusedMultiplyAdd(y, x3, c33);
        }

        Subtract(c, c00, c01, c02, c03);
        Subtract(c + PanelVectors * width, c10, c11, c12, c13);
        Subtract(c + 2 * PanelVectors * width, c20, c21, c22, c23);
        Subtract(c + 3 * PanelVectors * width, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract(double* c, Vector512<double> x0, Vector512<double> x1, Vector512<double> x2, Vector512<double> x3)
    {
        int width = Vector512<double>.Count;
        (Vector512.Load(c) - x0).Store(c);
        (Vector512.Load(c + width) - x1).Store(c + width);
        (Vector512.Load(c + 2 * width) - x2).Store(c + 2 * width);
        (Vector512.Load(c + 3 * width) - x3).Store(c + 3 * width);
    }
}
