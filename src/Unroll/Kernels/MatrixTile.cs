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
}
