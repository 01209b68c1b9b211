using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

internal abstract partial class Kernels<T>
{
    /// <summary>
    /// One GRU step, reset after the product, tanh and sigmoid, over R rows of H units:
    /// z = σ(·), r = σ(·), ĥ = tanh(a + r∘q), h = z∘h₋₁ + (1−z)∘ĥ, where a is the candidate's input part and
    /// q = h₋₁·Uₕ + b′ₕ its recurrent part. <paramref name="slab"/> [R × 4H] holds blocks a z r q; a becomes ĥ, z and r
    /// their gates, q is kept for the backward step.
    /// </summary>
    public abstract void GruForward(int rows, int units, ColumnRange some, Span<T> slab, ReadOnlySpan<T> previousH, Span<T> h);

    /// <summary>
    /// The gradient of <see cref="GruForward"/>. In: slab of ĥ z r q, h₋₁, dL/dh. Out: slab holds dL/da, dL/dz, dL/dr
    /// (before their activations) and dL/dq; <paramref name="dh"/> becomes dL/dh∘z, the direct share of dL/dh₋₁.
    /// </summary>
    public abstract void GruBackward(int rows, int units, ColumnRange some, Span<T> slab, ReadOnlySpan<T> previousH, Span<T> dh);
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GruForward(int rows, int units, ColumnRange some, Span<T> slab, ReadOnlySpan<T> previousH, Span<T> h)
    {
        int n = RequireRows(rows, units, some, previousH.Length, h.Length, slab.Length / 4);
        fixed (T* ps = slab, pPrevious = previousH, ph = h)
        {
            V one = O.Splat(T.One);
            for (int row = 0; row < rows; row++)
            {
                T* pa = ps + (nint)row * 4 * units, pz = pa + units, pr = pz + units, pq = pr + units;
                nint at = (nint)row * units;
                for (int u = some.From; u < some.To; u += O.Width)
                {
                    V z = GateSigmoid(O.Load(pz + u)), r = GateSigmoid(O.Load(pr + u));
                    V candidate = O.Tanh(O.MultiplyAdd(r, O.Load(pq + u), O.Load(pa + u)));
                    O.Store(candidate, pa + u);
                    O.Store(z, pz + u);
                    O.Store(r, pr + u);
                    O.Store(O.MultiplyAdd(z, O.Load(pPrevious + at + u), O.Multiply(O.Subtract(one, z), candidate)), ph + at + u);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GruBackward(int rows, int units, ColumnRange some, Span<T> slab, ReadOnlySpan<T> previousH, Span<T> dh)
    {
        int n = RequireRows(rows, units, some, previousH.Length, dh.Length, slab.Length / 4);
        fixed (T* ps = slab, pPrevious = previousH, pdh = dh)
        {
            V one = O.Splat(T.One);
            for (int row = 0; row < rows; row++)
            {
                T* pa = ps + (nint)row * 4 * units, pz = pa + units, pr = pz + units, pq = pr + units;
                nint at = (nint)row * units;
                for (int u = some.From; u < some.To; u += O.Width)
                {
                    V candidate = O.Load(pa + u), z = O.Load(pz + u), r = O.Load(pr + u), q = O.Load(pq + u), dH = O.Load(pdh + at + u);
                    V da = O.Multiply(O.Multiply(dH, O.Subtract(one, z)), TanhSlope(candidate));
                    V dz = O.Multiply(dH, O.Subtract(O.Load(pPrevious + at + u), candidate));
                    O.Store(da, pa + u);
                    O.Store(O.Multiply(dz, SigmoidSlope(z)), pz + u);
                    O.Store(O.Multiply(O.Multiply(da, q), SigmoidSlope(r)), pr + u);
                    O.Store(O.Multiply(da, r), pq + u);
                    O.Store(O.Multiply(dH, z), pdh + at + u);
                }
            }
        }
    }
}
