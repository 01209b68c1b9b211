using System.Numerics;

namespace Unroll.Kernels;

/// <summary>
/// Elementary functions to a few units in the last place of themselves, also where their value is small: the framework's ExpM1 and LogP1
/// round eˣ and 1 + x first, and lose all digits there.
/// </summary>
internal static class Elementary<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>ln(1 + x) for x above −1 (Goldberg 1991, theorem 4).</summary>
    public static T Log1P(T x)
    {
        T sum = T.One + x;
        return sum == T.One || T.IsPositiveInfinity(sum) ? x : T.Log(sum) * (x / (sum - T.One));
    }

    /// <summary>eˣ − 1 (Kahan; Higham 2002, §1.14.1).</summary>
    public static T ExpM1(T x)
    {
        T power = T.Exp(x), less = power - T.One;
        if (less == T.Zero)
            return x;
        return less == -T.One || T.IsPositiveInfinity(power) ? less : less * (x / T.Log(power));
    }

    /// <summary>1/(1 + e⁻ˣ).</summary>
    public static T Sigmoid(T x)
    {
        T e = T.Exp(-T.Abs(x));
        return (x > T.Zero ? T.One : e) / (T.One + e);
    }
}
