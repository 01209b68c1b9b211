using System.Numerics;
using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>
/// Where a tile of one row reads and writes: up to 12 vectors of columns of a packed b. Columns holds their places in the result,
/// B those in the panels. A tile takes all 12 or, of few, 4; where there are fewer, the last is repeated, and computed and stored again.
/// </summary>
internal unsafe struct RowOperands<T>
    where T : unmanaged
{
    public const int MostVectors = 12;

    /// <summary>Vectors of the smaller tile, for what is left and for layers of few units.</summary>
    public const int FewVectors = 4;

    public T* A, Panels, Init, C;
    public nint K;
    public fixed int Columns[MostVectors], B[MostVectors];

    /// <summary>True: the start values are those of the columns. False: the first ones for all.</summary>
    public bool InitByColumn;

    /// <summary>Where the start value of vector <paramref name="number"/> stands.</summary>
    public readonly int InitAt(int number) => InitByColumn ? Columns[number] : 0;
}

/// <summary>
/// The inner loop of a product with a single row, as in the prediction of one sequence. A row has no reuse of b, and the three
/// accumulators of one panel would wait for each other; twelve keep the loads going. An element takes its K terms in order,
/// as in <see cref="MatrixTile{T, V, O}"/>, so its bits are the same.
/// </summary>
internal static unsafe class RowTile<T, V, O>
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged
    where O : struct, ISimd<T, V>
{
    /// <summary>Up to 12 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in RowOperands<T> p)
    {
        T* a = p.A;
        T* b0 = p.Panels + p.B[0];
        T* b1 = p.Panels + p.B[1];
        T* b2 = p.Panels + p.B[2];
        T* b3 = p.Panels + p.B[3];
        T* b4 = p.Panels + p.B[4];
        T* b5 = p.Panels + p.B[5];
        T* b6 = p.Panels + p.B[6];
        T* b7 = p.Panels + p.B[7];
        T* b8 = p.Panels + p.B[8];
        T* b9 = p.Panels + p.B[9];
        T* b10 = p.Panels + p.B[10];
        T* b11 = p.Panels + p.B[11];
        V c0 = O.Load(p.Init + p.InitAt(0));
        V c1 = O.Load(p.Init + p.InitAt(1));
        V c2 = O.Load(p.Init + p.InitAt(2));
        V c3 = O.Load(p.Init + p.InitAt(3));
        V c4 = O.Load(p.Init + p.InitAt(4));
        V c5 = O.Load(p.Init + p.InitAt(5));
        V c6 = O.Load(p.Init + p.InitAt(6));
        V c7 = O.Load(p.Init + p.InitAt(7));
        V c8 = O.Load(p.Init + p.InitAt(8));
        V c9 = O.Load(p.Init + p.InitAt(9));
        V c10 = O.Load(p.Init + p.InitAt(10));
        V c11 = O.Load(p.Init + p.InitAt(11));
        nint end = p.K * 3 * O.Width;
        for (nint at = 0; at < end; at += 3 * O.Width)
        {
            V x = O.Splat(*a);
            c0 = O.MultiplyAdd(x, O.Load(b0 + at), c0);
            c1 = O.MultiplyAdd(x, O.Load(b1 + at), c1);
            c2 = O.MultiplyAdd(x, O.Load(b2 + at), c2);
            c3 = O.MultiplyAdd(x, O.Load(b3 + at), c3);
            c4 = O.MultiplyAdd(x, O.Load(b4 + at), c4);
            c5 = O.MultiplyAdd(x, O.Load(b5 + at), c5);
            c6 = O.MultiplyAdd(x, O.Load(b6 + at), c6);
            c7 = O.MultiplyAdd(x, O.Load(b7 + at), c7);
            c8 = O.MultiplyAdd(x, O.Load(b8 + at), c8);
            c9 = O.MultiplyAdd(x, O.Load(b9 + at), c9);
            c10 = O.MultiplyAdd(x, O.Load(b10 + at), c10);
            c11 = O.MultiplyAdd(x, O.Load(b11 + at), c11);
            a++;
        }

        O.Store(c0, p.C + p.Columns[0]);
        O.Store(c1, p.C + p.Columns[1]);
        O.Store(c2, p.C + p.Columns[2]);
        O.Store(c3, p.C + p.Columns[3]);
        O.Store(c4, p.C + p.Columns[4]);
        O.Store(c5, p.C + p.Columns[5]);
        O.Store(c6, p.C + p.Columns[6]);
        O.Store(c7, p.C + p.Columns[7]);
        O.Store(c8, p.C + p.Columns[8]);
        O.Store(c9, p.C + p.Columns[9]);
        O.Store(c10, p.C + p.Columns[10]);
        O.Store(c11, p.C + p.Columns[11]);
    }

    /// <summary>Up to 4 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunFew(in RowOperands<T> p)
    {
        T* a = p.A;
        T* b0 = p.Panels + p.B[0];
        T* b1 = p.Panels + p.B[1];
        T* b2 = p.Panels + p.B[2];
        T* b3 = p.Panels + p.B[3];
        V c0 = O.Load(p.Init + p.InitAt(0));
        V c1 = O.Load(p.Init + p.InitAt(1));
        V c2 = O.Load(p.Init + p.InitAt(2));
        V c3 = O.Load(p.Init + p.InitAt(3));
        nint end = p.K * 3 * O.Width;
        for (nint at = 0; at < end; at += 3 * O.Width)
        {
            V x = O.Splat(*a);
            c0 = O.MultiplyAdd(x, O.Load(b0 + at), c0);
            c1 = O.MultiplyAdd(x, O.Load(b1 + at), c1);
            c2 = O.MultiplyAdd(x, O.Load(b2 + at), c2);
            c3 = O.MultiplyAdd(x, O.Load(b3 + at), c3);
            a++;
        }

        O.Store(c0, p.C + p.Columns[0]);
        O.Store(c1, p.C + p.Columns[1]);
        O.Store(c2, p.C + p.Columns[2]);
        O.Store(c3, p.C + p.Columns[3]);
    }
}
