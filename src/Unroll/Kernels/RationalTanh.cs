using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>
/// tanh(x) ≈ x·P(x²)/Q(x²) on the clamped argument: odd, exactly 0 at 0, at most 1 in magnitude.
/// </summary>
internal static class RationalTanh
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Evaluate<V, O>(V x)
        where V : unmanaged
        where O : struct, ISimd<float, V>
    {
        // Placeholder coefficients (Lambert's continued fraction, 13/12).
        x = O.Min(O.Max(x, O.Splat(-9f)), O.Splat(9f));
        V s = O.Multiply(x, x);
        V r = O.Splat(13f);
        for (float d = 11; d >= 1; d -= 2)
            r = O.Add(O.Splat(d), O.Divide(s, r));
        return O.Divide(x, r);
    }
}
