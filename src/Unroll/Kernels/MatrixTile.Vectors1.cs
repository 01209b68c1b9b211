using System.Numerics;
using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <content>The tiles of one vector of columns.</content>
internal static unsafe partial class MatrixTile<T, V, O>
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged
    where O : struct, ISimd<T, V>
{
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
}
