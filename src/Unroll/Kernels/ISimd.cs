using System.Numerics;

namespace Unroll.Kernels;

/// <summary>
/// One instruction set, as the handful of operations that the kernels are written in. A kernel is written once over
/// <typeparamref name="V"/>; the just-in-time compiler makes a separate machine-code body for each implementation,
/// with every call below inlined to one instruction. The scalar implementations are the twins that tests compare with.
/// </summary>
/// <typeparam name="T">The element, float or double.</typeparam>
/// <typeparam name="V">A vector of <see cref="Width"/> elements.</typeparam>
internal unsafe interface ISimd<T, V>
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged
{
    static abstract string Name { get; }

    static abstract bool IsSupported { get; }

    /// <summary>Elements in one vector.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of the matrix-product tile (times three vectors): what the register file holds.</summary>
    static abstract int TileRows { get; }

    static abstract V Load(T* source);

    static abstract void Store(V value, T* destination);

    static abstract V Splat(T value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>a·b + c, with one rounding where the hardware has the instruction.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    static abstract V Min(V a, V b);

    static abstract V Max(V a, V b);

    static abstract V Sqrt(V a);

    static abstract V Abs(V a);

    static abstract V CopySign(V magnitude, V sign);

    static abstract V Tanh(V a);

    /// <summary>eˣ, 0 where it is too small.</summary>
    static abstract V Exp(V a);

    /// <summary>The sum of the elements.</summary>
    static abstract T Sum(V a);

    /// <summary>Where <paramref name="condition"/> is above zero <paramref name="a"/>, elsewhere <paramref name="b"/>.</summary>
    static abstract V SelectPositive(V condition, V a, V b);
}
