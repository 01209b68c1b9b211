using System.Numerics;

namespace Unroll.Kernels;

/// <summary>
/// All the arithmetic of the library on one instruction set: matrix product, gates, activations, optimiser steps.
/// Spans in, spans out; each method checks its lengths once, then runs unchecked. Callers pad rows to
/// <see cref="RowPadding.Multiple"/> elements.
/// </summary>
internal abstract partial class Kernels<T> : SpanMath<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>All instruction sets for this element that this machine supports, the widest first.</summary>
    public static IReadOnlyList<Kernels<T>> Supported { get; } = KernelTable.Supported<T>();

    /// <summary>The widest supported instruction set.</summary>
    public static Kernels<T> Best => Supported[0];

    public abstract string Name { get; }

    /// <summary>Columns of one panel of a <see cref="PackedMatrix{T}"/> for these kernels.</summary>
    public abstract int PanelColumns { get; }
}

/// <summary>The one ordered table of instruction sets: widest first, scalar last.</summary>
internal static class KernelTable
{
    public static IReadOnlyList<Kernels<T>> Supported<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var supported = new List<Kernels<T>>();
        void Add<TElement, V, O>()
            where TElement : unmanaged, IFloatingPointIeee754<TElement>
            where V : unmanaged
            where O : struct, ISimd<TElement, V>
        {
            if (O.IsSupported && new KernelSet<TElement, V, O>() is Kernels<T> kernels)
                supported.Add(kernels);
        }

        Add<float, System.Runtime.Intrinsics.Vector512<float>, Simd512>();
        Add<float, System.Runtime.Intrinsics.Vector256<float>, Simd256>();
        Add<float, System.Runtime.Intrinsics.Vector128<float>, Simd128>();
        Add<float, float, ScalarSingle>();
        Add<double, double, ScalarDouble>();
        return supported;
    }
}

/// <summary>The kernels made for one vector type; each part of the class is one family of kernels in a file of its own.</summary>
internal sealed unsafe partial class KernelSet<T, V, O> : Kernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged
    where O : struct, ISimd<T, V>
{
    public override string Name => O.Name;

    public override int PanelColumns => 3 * O.Width;
}
