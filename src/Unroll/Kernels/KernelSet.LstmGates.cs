using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

internal abstract partial class Kernels<T>
{
    /// <summary>
    /// One LSTM step over R rows of H units, tanh and sigmoid:
    /// i = σ(zᵢ), f = σ(z_f), g = tanh(z_g), o = σ(z_o); c = f∘c₋₁ + i∘g; h = o∘tanh(c).
    /// <paramref name="z"/> [R × 4H], blocks i f g o, is overwritten with the gates, which the backward step reads;
    /// <paramref name="c"/> and <paramref name="h"/> [R × H] are written. H is a multiple of <see cref="RowPadding.Multiple"/>;
    /// only the units <paramref name="some"/> of every row are computed.
    /// </summary>
    public abstract void LstmForward(int rows, int units, ColumnRange some, Span<T> z, ReadOnlySpan<T> previousC, Span<T> c, Span<T> h);

    /// <summary>
    /// The step's gradient. In: gates [R × 4H], c₋₁, c, dL/dh [R × H], and dL/dc from the step after. Out: gates become
    /// dL/dz, <paramref name="dc"/> becomes dL/dc₋₁.
    /// </summary>
    public abstract void LstmBackward(int rows, int units, ColumnRange some, Span<T> gates, ReadOnlySpan<T> previousC, ReadOnlySpan<T> c,
        ReadOnlySpan<T> dh, Span<T> dc);
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void LstmForward(int rows, int units, ColumnRange some, Span<T> z, ReadOnlySpan<T> previousC, Span<T> c, Span<T> h)
    {
        int n = RequireRows(rows, units, some, previousC.Length, c.Length, h.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(z.Length, 4 * n);
        fixed (T* pz = z, pPrevious = previousC, pc = c, ph = h)
        {
            for (int row = 0; row < rows; row++)
            {
                T* zi = pz + (nint)row * 4 * units, zf = zi + units, zg = zf + units, zo = zg + units;
                nint at = (nint)row * units;
                for (int u = some.From; u < some.To; u += O.Width)
                {
                    V i = GateSigmoid(O.Load(zi + u)), f = GateSigmoid(O.Load(zf + u)),
                        g = O.Tanh(O.Load(zg + u)), o = GateSigmoid(O.Load(zo + u));
                    V cell = O.MultiplyAdd(f, O.Load(pPrevious + at + u), O.Multiply(i, g));
                    O.Store(i, zi + u);
                    O.Store(f, zf + u);
                    O.Store(g, zg + u);
                    O.Store(o, zo + u);
                    O.Store(cell, pc + at + u);
                    O.Store(O.Multiply(o, O.Tanh(cell)), ph + at + u);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void LstmBackward(int rows, int units, ColumnRange some, Span<T> gates, ReadOnlySpan<T> previousC, ReadOnlySpan<T> c,
        ReadOnlySpan<T> dh, Span<T> dc)
    {
        int n = RequireRows(rows, units, some, previousC.Length, c.Length, dh.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(gates.Length, 4 * n);
        ArgumentOutOfRangeException.ThrowIfLessThan(dc.Length, n);
        fixed (T* pg = gates, pPrevious = previousC, pc = c, pdh = dh, pdc = dc)
        {
            for (int row = 0; row < rows; row++)
            {
                T* gi = pg + (nint)row * 4 * units, gf = gi + units, gg = gf + units, go = gg + units;
                nint at = (nint)row * units;
                for (int u = some.From; u < some.To; u += O.Width)
                {
                    V i = O.Load(gi + u), f = O.Load(gf + u), g = O.Load(gg + u), o = O.Load(go + u);
                    V tanhC = O.Tanh(O.Load(pc + at + u)), dH = O.Load(pdh + at + u);
                    V dC = O.MultiplyAdd(O.Multiply(dH, o), TanhSlope(tanhC), O.Load(pdc + at + u));
                    O.Store(O.Multiply(O.Multiply(dC, g), SigmoidSlope(i)), gi + u);
                    O.Store(O.Multiply(O.Multiply(dC, O.Load(pPrevious + at + u)), SigmoidSlope(f)), gf + u);
                    O.Store(O.Multiply(O.Multiply(dC, i), TanhSlope(g)), gg + u);
                    O.Store(O.Multiply(O.Multiply(dH, tanhC), SigmoidSlope(o)), go + u);
                    O.Store(O.Multiply(dC, f), pdc + at + u);
                }
            }
        }
    }

    /// <summary>The number of values in R rows of H units, once it is sure that the buffers hold them.</summary>
    private static int RequireRows(int rows, int units, ColumnRange some, int length1, int length2, int length3)
    {
        int n = rows * units;
        if (units % RowPadding.Multiple != 0 || length1 < n || length2 < n || length3 < n)
            throw new ArgumentException($"{rows} rows of {units} units do not fit buffers of {length1}, {length2} and {length3} values, or "
                + $"the units are not padded to {RowPadding.Multiple}.");
        if (some.From < 0 || some.To > units || (some.From | some.To) % RowPadding.Multiple != 0)
            throw new ArgumentOutOfRangeException(
                nameof(some), $"Units {some.From} to {some.To} are not whole vectors of {RowPadding.Multiple} out of {units}.");
        return n;
    }
}
