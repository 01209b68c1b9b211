using System.Numerics;
using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>
/// Where one tile reads and writes. Element (row, k) of a is <c>A[row * ARow + k * AStep]</c>, row k of b starts at
/// <c>B + k * BStep</c>, row r of the start value at <c>Init + r * InitRow</c> (0 repeats one row: a bias), of the result at
/// <c>C + r * CRow</c>.
/// </summary>
internal unsafe struct TileOperands<T>
    where T : unmanaged
{
    public T* A, B, Init, C;
    public nint ARow, AStep, BStep, InitRow, CRow, K;
}

/// <summary>
/// The inner loops of the matrix product. Every element of the result is one accumulator that takes its K terms in
/// order, so a result has the same bits in whichever tile it falls. The accumulators are named locals because only
/// those are kept in registers: 8 × 3 vectors, 3 of b and one of a fill 28 of the 32 registers of AVX-512.
/// </summary>
internal static unsafe class MatrixTile<T, V, O>
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged
    where O : struct, ISimd<T, V>
{
    /// <summary>The tile of this many rows (8, 4 or 1) and vectors (3, 2 or 1).</summary>
    public static void Run(int rows, int vectors, in TileOperands<T> p)
    {
        switch (rows * 4 + vectors)
        {
            case 8 * 4 + 3:
                Rows8Vectors3(p);
                break;
            case 8 * 4 + 2:
                Rows8Vectors2(p);
                break;
            case 8 * 4 + 1:
                Rows8Vectors1(p);
                break;
            case 4 * 4 + 3:
                Rows4Vectors3(p);
                break;
            case 4 * 4 + 2:
                Rows4Vectors2(p);
                break;
            case 4 * 4 + 1:
                Rows4Vectors1(p);
                break;
            case 1 * 4 + 3:
                Rows1Vectors3(p);
                break;
            case 1 * 4 + 2:
                Rows1Vectors2(p);
                break;
            default:
                Rows1Vectors1(p);
                break;
        }
    }

    /// <summary>8 rows × 3 vectors of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows8Vectors3(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c01 = O.Load(init + width);
        V c02 = O.Load(init + 2 * width);
        V c10 = O.Load(init + initRow);
        V c11 = O.Load(init + initRow + width);
        V c12 = O.Load(init + initRow + 2 * width);
        V c20 = O.Load(init + 2 * initRow);
        V c21 = O.Load(init + 2 * initRow + width);
        V c22 = O.Load(init + 2 * initRow + 2 * width);
        V c30 = O.Load(init + 3 * initRow);
        V c31 = O.Load(init + 3 * initRow + width);
        V c32 = O.Load(init + 3 * initRow + 2 * width);
        V c40 = O.Load(init + 4 * initRow);
        V c41 = O.Load(init + 4 * initRow + width);
        V c42 = O.Load(init + 4 * initRow + 2 * width);
        V c50 = O.Load(init + 5 * initRow);
        V c51 = O.Load(init + 5 * initRow + width);
        V c52 = O.Load(init + 5 * initRow + 2 * width);
        V c60 = O.Load(init + 6 * initRow);
        V c61 = O.Load(init + 6 * initRow + width);
        V c62 = O.Load(init + 6 * initRow + 2 * width);
        V c70 = O.Load(init + 7 * initRow);
        V c71 = O.Load(init + 7 * initRow + width);
        V c72 = O.Load(init + 7 * initRow + 2 * width);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V b1 = O.Load(b + width);
            V b2 = O.Load(b + 2 * width);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            c01 = O.MultiplyAdd(x, b1, c01);
            c02 = O.MultiplyAdd(x, b2, c02);
            x = O.Splat(*(a + aRow));
            c10 = O.MultiplyAdd(x, b0, c10);
            c11 = O.MultiplyAdd(x, b1, c11);
            c12 = O.MultiplyAdd(x, b2, c12);
            x = O.Splat(*(a + 2 * aRow));
            c20 = O.MultiplyAdd(x, b0, c20);
            c21 = O.MultiplyAdd(x, b1, c21);
            c22 = O.MultiplyAdd(x, b2, c22);
            x = O.Splat(*(a + 3 * aRow));
            c30 = O.MultiplyAdd(x, b0, c30);
            c31 = O.MultiplyAdd(x, b1, c31);
            c32 = O.MultiplyAdd(x, b2, c32);
            x = O.Splat(*(a + 4 * aRow));
            c40 = O.MultiplyAdd(x, b0, c40);
            c41 = O.MultiplyAdd(x, b1, c41);
            c42 = O.MultiplyAdd(x, b2, c42);
            x = O.Splat(*(a + 5 * aRow));
            c50 = O.MultiplyAdd(x, b0, c50);
            c51 = O.MultiplyAdd(x, b1, c51);
            c52 = O.MultiplyAdd(x, b2, c52);
            x = O.Splat(*(a + 6 * aRow));
            c60 = O.MultiplyAdd(x, b0, c60);
            c61 = O.MultiplyAdd(x, b1, c61);
            c62 = O.MultiplyAdd(x, b2, c62);
            x = O.Splat(*(a + 7 * aRow));
            c70 = O.MultiplyAdd(x, b0, c70);
            c71 = O.MultiplyAdd(x, b1, c71);
            c72 = O.MultiplyAdd(x, b2, c72);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c01, c + width);
        O.Store(c02, c + 2 * width);
        O.Store(c10, c + cRow);
        O.Store(c11, c + cRow + width);
        O.Store(c12, c + cRow + 2 * width);
        O.Store(c20, c + 2 * cRow);
        O.Store(c21, c + 2 * cRow + width);
        O.Store(c22, c + 2 * cRow + 2 * width);
        O.Store(c30, c + 3 * cRow);
        O.Store(c31, c + 3 * cRow + width);
        O.Store(c32, c + 3 * cRow + 2 * width);
        O.Store(c40, c + 4 * cRow);
        O.Store(c41, c + 4 * cRow + width);
        O.Store(c42, c + 4 * cRow + 2 * width);
        O.Store(c50, c + 5 * cRow);
        O.Store(c51, c + 5 * cRow + width);
        O.Store(c52, c + 5 * cRow + 2 * width);
        O.Store(c60, c + 6 * cRow);
        O.Store(c61, c + 6 * cRow + width);
        O.Store(c62, c + 6 * cRow + 2 * width);
        O.Store(c70, c + 7 * cRow);
        O.Store(c71, c + 7 * cRow + width);
        O.Store(c72, c + 7 * cRow + 2 * width);
    }

    /// <summary>4 rows × 3 vectors of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4Vectors3(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c01 = O.Load(init + width);
        V c02 = O.Load(init + 2 * width);
        V c10 = O.Load(init + initRow);
        V c11 = O.Load(init + initRow + width);
        V c12 = O.Load(init + initRow + 2 * width);
        V c20 = O.Load(init + 2 * initRow);
        V c21 = O.Load(init + 2 * initRow + width);
        V c22 = O.Load(init + 2 * initRow + 2 * width);
        V c30 = O.Load(init + 3 * initRow);
        V c31 = O.Load(init + 3 * initRow + width);
        V c32 = O.Load(init + 3 * initRow + 2 * width);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V b1 = O.Load(b + width);
            V b2 = O.Load(b + 2 * width);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            c01 = O.MultiplyAdd(x, b1, c01);
            c02 = O.MultiplyAdd(x, b2, c02);
            x = O.Splat(*(a + aRow));
            c10 = O.MultiplyAdd(x, b0, c10);
            c11 = O.MultiplyAdd(x, b1, c11);
            c12 = O.MultiplyAdd(x, b2, c12);
            x = O.Splat(*(a + 2 * aRow));
            c20 = O.MultiplyAdd(x, b0, c20);
            c21 = O.MultiplyAdd(x, b1, c21);
            c22 = O.MultiplyAdd(x, b2, c22);
            x = O.Splat(*(a + 3 * aRow));
            c30 = O.MultiplyAdd(x, b0, c30);
            c31 = O.MultiplyAdd(x, b1, c31);
            c32 = O.MultiplyAdd(x, b2, c32);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c01, c + width);
        O.Store(c02, c + 2 * width);
        O.Store(c10, c + cRow);
        O.Store(c11, c + cRow + width);
        O.Store(c12, c + cRow + 2 * width);
        O.Store(c20, c + 2 * cRow);
        O.Store(c21, c + 2 * cRow + width);
        O.Store(c22, c + 2 * cRow + 2 * width);
        O.Store(c30, c + 3 * cRow);
        O.Store(c31, c + 3 * cRow + width);
        O.Store(c32, c + 3 * cRow + 2 * width);
    }

    /// <summary>1 row × 3 vectors of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows1Vectors3(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c01 = O.Load(init + width);
        V c02 = O.Load(init + 2 * width);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V b1 = O.Load(b + width);
            V b2 = O.Load(b + 2 * width);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            c01 = O.MultiplyAdd(x, b1, c01);
            c02 = O.MultiplyAdd(x, b2, c02);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c01, c + width);
        O.Store(c02, c + 2 * width);
    }

    /// <summary>8 rows × 2 vectors of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows8Vectors2(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c01 = O.Load(init + width);
        V c10 = O.Load(init + initRow);
        V c11 = O.Load(init + initRow + width);
        V c20 = O.Load(init + 2 * initRow);
        V c21 = O.Load(init + 2 * initRow + width);
        V c30 = O.Load(init + 3 * initRow);
        V c31 = O.Load(init + 3 * initRow + width);
        V c40 = O.Load(init + 4 * initRow);
        V c41 = O.Load(init + 4 * initRow + width);
        V c50 = O.Load(init + 5 * initRow);
        V c51 = O.Load(init + 5 * initRow + width);
        V c60 = O.Load(init + 6 * initRow);
        V c61 = O.Load(init + 6 * initRow + width);
        V c70 = O.Load(init + 7 * initRow);
        V c71 = O.Load(init + 7 * initRow + width);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V b1 = O.Load(b + width);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            c01 = O.MultiplyAdd(x, b1, c01);
            x = O.Splat(*(a + aRow));
            c10 = O.MultiplyAdd(x, b0, c10);
            c11 = O.MultiplyAdd(x, b1, c11);
            x = O.Splat(*(a + 2 * aRow));
            c20 = O.MultiplyAdd(x, b0, c20);
            c21 = O.MultiplyAdd(x, b1, c21);
            x = O.Splat(*(a + 3 * aRow));
            c30 = O.MultiplyAdd(x, b0, c30);
            c31 = O.MultiplyAdd(x, b1, c31);
            x = O.Splat(*(a + 4 * aRow));
            c40 = O.MultiplyAdd(x, b0, c40);
            c41 = O.MultiplyAdd(x, b1, c41);
            x = O.Splat(*(a + 5 * aRow));
            c50 = O.MultiplyAdd(x, b0, c50);
            c51 = O.MultiplyAdd(x, b1, c51);
            x = O.Splat(*(a + 6 * aRow));
            c60 = O.MultiplyAdd(x, b0, c60);
            c61 = O.MultiplyAdd(x, b1, c61);
            x = O.Splat(*(a + 7 * aRow));
            c70 = O.MultiplyAdd(x, b0, c70);
            c71 = O.MultiplyAdd(x, b1, c71);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c01, c + width);
        O.Store(c10, c + cRow);
        O.Store(c11, c + cRow + width);
        O.Store(c20, c + 2 * cRow);
        O.Store(c21, c + 2 * cRow + width);
        O.Store(c30, c + 3 * cRow);
        O.Store(c31, c + 3 * cRow + width);
        O.Store(c40, c + 4 * cRow);
        O.Store(c41, c + 4 * cRow + width);
        O.Store(c50, c + 5 * cRow);
        O.Store(c51, c + 5 * cRow + width);
        O.Store(c60, c + 6 * cRow);
        O.Store(c61, c + 6 * cRow + width);
        O.Store(c70, c + 7 * cRow);
        O.Store(c71, c + 7 * cRow + width);
    }

    /// <summary>4 rows × 2 vectors of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4Vectors2(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c01 = O.Load(init + width);
        V c10 = O.Load(init + initRow);
        V c11 = O.Load(init + initRow + width);
        V c20 = O.Load(init + 2 * initRow);
        V c21 = O.Load(init + 2 * initRow + width);
        V c30 = O.Load(init + 3 * initRow);
        V c31 = O.Load(init + 3 * initRow + width);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V b1 = O.Load(b + width);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            c01 = O.MultiplyAdd(x, b1, c01);
            x = O.Splat(*(a + aRow));
            c10 = O.MultiplyAdd(x, b0, c10);
            c11 = O.MultiplyAdd(x, b1, c11);
            x = O.Splat(*(a + 2 * aRow));
            c20 = O.MultiplyAdd(x, b0, c20);
            c21 = O.MultiplyAdd(x, b1, c21);
            x = O.Splat(*(a + 3 * aRow));
            c30 = O.MultiplyAdd(x, b0, c30);
            c31 = O.MultiplyAdd(x, b1, c31);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c01, c + width);
        O.Store(c10, c + cRow);
        O.Store(c11, c + cRow + width);
        O.Store(c20, c + 2 * cRow);
        O.Store(c21, c + 2 * cRow + width);
        O.Store(c30, c + 3 * cRow);
        O.Store(c31, c + 3 * cRow + width);
    }

    /// <summary>1 row × 2 vectors of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows1Vectors2(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c01 = O.Load(init + width);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V b1 = O.Load(b + width);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            c01 = O.MultiplyAdd(x, b1, c01);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c01, c + width);
    }

    /// <summary>8 rows × 1 vector of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows8Vectors1(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c10 = O.Load(init + initRow);
        V c20 = O.Load(init + 2 * initRow);
        V c30 = O.Load(init + 3 * initRow);
        V c40 = O.Load(init + 4 * initRow);
        V c50 = O.Load(init + 5 * initRow);
        V c60 = O.Load(init + 6 * initRow);
        V c70 = O.Load(init + 7 * initRow);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            x = O.Splat(*(a + aRow));
            c10 = O.MultiplyAdd(x, b0, c10);
            x = O.Splat(*(a + 2 * aRow));
            c20 = O.MultiplyAdd(x, b0, c20);
            x = O.Splat(*(a + 3 * aRow));
            c30 = O.MultiplyAdd(x, b0, c30);
            x = O.Splat(*(a + 4 * aRow));
            c40 = O.MultiplyAdd(x, b0, c40);
            x = O.Splat(*(a + 5 * aRow));
            c50 = O.MultiplyAdd(x, b0, c50);
            x = O.Splat(*(a + 6 * aRow));
            c60 = O.MultiplyAdd(x, b0, c60);
            x = O.Splat(*(a + 7 * aRow));
            c70 = O.MultiplyAdd(x, b0, c70);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c10, c + cRow);
        O.Store(c20, c + 2 * cRow);
        O.Store(c30, c + 3 * cRow);
        O.Store(c40, c + 4 * cRow);
        O.Store(c50, c + 5 * cRow);
        O.Store(c60, c + 6 * cRow);
        O.Store(c70, c + 7 * cRow);
    }

    /// <summary>4 rows × 1 vector of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4Vectors1(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        V c10 = O.Load(init + initRow);
        V c20 = O.Load(init + 2 * initRow);
        V c30 = O.Load(init + 3 * initRow);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            x = O.Splat(*(a + aRow));
            c10 = O.MultiplyAdd(x, b0, c10);
            x = O.Splat(*(a + 2 * aRow));
            c20 = O.MultiplyAdd(x, b0, c20);
            x = O.Splat(*(a + 3 * aRow));
            c30 = O.MultiplyAdd(x, b0, c30);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
        O.Store(c10, c + cRow);
        O.Store(c20, c + 2 * cRow);
        O.Store(c30, c + 3 * cRow);
    }

    /// <summary>1 row × 1 vector of c = init + a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows1Vectors1(in TileOperands<T> p)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aRow = p.ARow, aStep = p.AStep, bStep = p.BStep, initRow = p.InitRow, cRow = p.CRow;
        V c00 = O.Load(init);
        for (nint k = p.K; k > 0; k--)
        {
            V b0 = O.Load(b);
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, b0, c00);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c);
    }

    /// <summary>
    /// One row × four panels of 3 vectors: c = init + a·b, with the start and result of panel j at + 3·j vectors. A single row
    /// has no reuse of b, and three accumulators would wait for each other; twelve keep the loads going.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row1Panels4(in TileOperands<T> p, nint panelSize, nint initStep)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aStep = p.AStep, bStep = p.BStep, panel2 = 2 * panelSize, panel3 = 3 * panelSize;
        V c00 = O.Load(init + 0 * initStep);
        V c01 = O.Load(init + 1 * initStep);
        V c02 = O.Load(init + 2 * initStep);
        V c10 = O.Load(init + 3 * initStep);
        V c11 = O.Load(init + 4 * initStep);
        V c12 = O.Load(init + 5 * initStep);
        V c20 = O.Load(init + 6 * initStep);
        V c21 = O.Load(init + 7 * initStep);
        V c22 = O.Load(init + 8 * initStep);
        V c30 = O.Load(init + 9 * initStep);
        V c31 = O.Load(init + 10 * initStep);
        V c32 = O.Load(init + 11 * initStep);
        for (nint k = p.K; k > 0; k--)
        {
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, O.Load(b), c00);
            c01 = O.MultiplyAdd(x, O.Load(b + width), c01);
            c02 = O.MultiplyAdd(x, O.Load(b + 2 * width), c02);
            c10 = O.MultiplyAdd(x, O.Load(b + panelSize), c10);
            c11 = O.MultiplyAdd(x, O.Load(b + panelSize + width), c11);
            c12 = O.MultiplyAdd(x, O.Load(b + panelSize + 2 * width), c12);
            c20 = O.MultiplyAdd(x, O.Load(b + panel2), c20);
            c21 = O.MultiplyAdd(x, O.Load(b + panel2 + width), c21);
            c22 = O.MultiplyAdd(x, O.Load(b + panel2 + 2 * width), c22);
            c30 = O.MultiplyAdd(x, O.Load(b + panel3), c30);
            c31 = O.MultiplyAdd(x, O.Load(b + panel3 + width), c31);
            c32 = O.MultiplyAdd(x, O.Load(b + panel3 + 2 * width), c32);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c + 0 * width);
        O.Store(c01, c + 1 * width);
        O.Store(c02, c + 2 * width);
        O.Store(c10, c + 3 * width);
        O.Store(c11, c + 4 * width);
        O.Store(c12, c + 5 * width);
        O.Store(c20, c + 6 * width);
        O.Store(c21, c + 7 * width);
        O.Store(c22, c + 8 * width);
        O.Store(c30, c + 9 * width);
        O.Store(c31, c + 10 * width);
        O.Store(c32, c + 11 * width);
    }
}
