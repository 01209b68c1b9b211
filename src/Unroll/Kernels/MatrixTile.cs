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
internal static unsafe partial class MatrixTile<T, V, O>
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

    /// <summary>The same with two panels: six accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row1Panels2(in TileOperands<T> p, nint panelSize, nint initStep)
    {
        nint width = O.Width;
        T* a = p.A;
        T* b = p.B;
        T* init = p.Init;
        T* c = p.C;
        nint aStep = p.AStep, bStep = p.BStep;
        V c00 = O.Load(init + 0 * initStep);
        V c01 = O.Load(init + 1 * initStep);
        V c02 = O.Load(init + 2 * initStep);
        V c10 = O.Load(init + 3 * initStep);
        V c11 = O.Load(init + 4 * initStep);
        V c12 = O.Load(init + 5 * initStep);
        for (nint k = p.K; k > 0; k--)
        {
            V x = O.Splat(*a);
            c00 = O.MultiplyAdd(x, O.Load(b), c00);
            c01 = O.MultiplyAdd(x, O.Load(b + width), c01);
            c02 = O.MultiplyAdd(x, O.Load(b + 2 * width), c02);
            c10 = O.MultiplyAdd(x, O.Load(b + panelSize), c10);
            c11 = O.MultiplyAdd(x, O.Load(b + panelSize + width), c11);
            c12 = O.MultiplyAdd(x, O.Load(b + panelSize + 2 * width), c12);
            a += aStep;
            b += bStep;
        }

        O.Store(c00, c + 0 * width);
        O.Store(c01, c + 1 * width);
        O.Store(c02, c + 2 * width);
        O.Store(c10, c + 3 * width);
        O.Store(c11, c + 4 * width);
        O.Store(c12, c + 5 * width);
    }
}
