using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>The numbers of one step with momentum: Shrink is 1 − lr·decay.</summary>
internal readonly record struct MomentumNumbers<T>(T Rate, T Momentum, bool Nesterov, T Shrink);

/// <summary>The numbers of one RMSprop step.</summary>
internal readonly record struct RmsPropNumbers<T>(T Rate, T Decay, T Epsilon, T Momentum, bool EpsilonInsideRoot);

/// <summary>The numbers of one Adam step: Rate is lr/(1−β₁ᵗ), Correction √(1−β₂ᵗ), Shrink 1 − lr·decay.</summary>
internal readonly record struct AdamNumbers<T>(T Rate, T Beta1, T Beta2, T Correction, T Epsilon, T Shrink);

/// <summary>
/// The numbers of one Nadam step: MomentumRate is lr·μₜ₊₁/(1−Πₜ₊₁), GradientRate lr·(1−μₜ)/(1−Πₜ), Correction √(1−β₂ᵗ),
/// Shrink 1 − lr·decay.
/// </summary>
internal readonly record struct NadamNumbers<T>(T MomentumRate, T GradientRate, T Beta1, T Beta2, T Correction, T Epsilon, T Shrink);

/// <summary>The numbers of one Lion step: Shrink is 1 − lr·decay.</summary>
internal readonly record struct LionNumbers<T>(T Rate, T Beta1, T Beta2, T Shrink);

internal abstract partial class Kernels<T>
{
    /// <summary>
    /// w = shrink·w − rate·g. All spans of the optimiser steps have one length, a multiple of <see cref="RowPadding.Multiple"/>.
    /// </summary>
    public abstract void SgdStep(Span<T> w, ReadOnlySpan<T> g, T rate, T shrink);

    /// <summary>v = momentum·v − rate·g; w = shrink·w + v, or with Nesterov shrink·w + momentum·v − rate·g.</summary>
    public abstract void MomentumStep(Span<T> w, ReadOnlySpan<T> g, Span<T> v, in MomentumNumbers<T> numbers);

    /// <summary>
    /// v = ρv + (1−ρ)g²; m = μm + rate·g/(√(v − ḡ²) + ε); w −= m. <paramref name="mean"/> (ḡ) and <paramref name="m"/> may be empty: not
    /// centred, no momentum.
    /// </summary>
    public abstract void RmsPropStep(Span<T> w, ReadOnlySpan<T> g, Span<T> v, Span<T> mean, Span<T> m, in RmsPropNumbers<T> numbers);

    /// <summary>
    /// m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; w = shrink·w − rate·m/(√v/correction + ε); with <paramref name="largest"/> max(v, largest)
    /// in the place of v and of itself, unless it is empty.
    /// </summary>
    public abstract void AdamStep(Span<T> w, ReadOnlySpan<T> g, Span<T> m, Span<T> v, Span<T> largest, in AdamNumbers<T> numbers);

    /// <summary>m and v as in Adam; w = shrink·w − (momentumRate·m + gradientRate·g)/(√v/correction + ε).</summary>
    public abstract void NadamStep(Span<T> w, ReadOnlySpan<T> g, Span<T> m, Span<T> v, in NadamNumbers<T> numbers);

    /// <summary>s += g²; w −= rate·g/(√(s + initial) + ε).</summary>
    public abstract void AdagradStep(Span<T> w, ReadOnlySpan<T> g, Span<T> s, T rate, T initial, T epsilon);

    /// <summary>w = shrink·w − rate·sign(β₁m + (1−β₁)g); m = β₂m + (1−β₂)g.</summary>
    public abstract void LionStep(Span<T> w, ReadOnlySpan<T> g, Span<T> m, in LionNumbers<T> numbers);
}

internal sealed unsafe partial class KernelSet<T, V, O>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SgdStep(Span<T> w, ReadOnlySpan<T> g, T rate, T shrink)
    {
        RequireStep(w.Length, g.Length, w.Length);
        fixed (T* pw = w, pg = g)
        {
            V minusRate = O.Splat(-rate), kept = O.Splat(shrink);
            for (int i = 0; i < w.Length; i += O.Width)
                O.Store(O.MultiplyAdd(minusRate, O.Load(pg + i), O.Multiply(O.Load(pw + i), kept)), pw + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MomentumStep(Span<T> w, ReadOnlySpan<T> g, Span<T> v, in MomentumNumbers<T> numbers)
    {
        RequireStep(w.Length, g.Length, v.Length);
        fixed (T* pw = w, pg = g, pv = v)
        {
            V minusRate = O.Splat(-numbers.Rate), mu = O.Splat(numbers.Momentum), kept = O.Splat(numbers.Shrink);
            bool nesterov = numbers.Nesterov;
            for (int i = 0; i < w.Length; i += O.Width)
            {
                V pull = O.Multiply(minusRate, O.Load(pg + i));
                V velocity = O.MultiplyAdd(mu, O.Load(pv + i), pull);
                O.Store(velocity, pv + i);
                V move = nesterov ? O.MultiplyAdd(mu, velocity, pull) : velocity;
                O.Store(O.Add(O.Multiply(O.Load(pw + i), kept), move), pw + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RmsPropStep(Span<T> w, ReadOnlySpan<T> g, Span<T> v, Span<T> mean, Span<T> m, in RmsPropNumbers<T> numbers)
    {
        RequireStep(w.Length, g.Length, v.Length);
        bool centred = mean.Length == w.Length, heavy = m.Length == w.Length;
        fixed (T* pw = w, pg = g, pv = v, pmean = mean, pm = m)
        {
            V rate = O.Splat(numbers.Rate), rho = O.Splat(numbers.Decay), fresh = O.Splat(T.One - numbers.Decay);
            V epsilon = O.Splat(numbers.Epsilon), mu = O.Splat(numbers.Momentum);
            for (int i = 0; i < w.Length; i += O.Width)
            {
                V gradient = O.Load(pg + i);
                V square = O.MultiplyAdd(rho, O.Load(pv + i), O.Multiply(fresh, O.Multiply(gradient, gradient)));
                O.Store(square, pv + i);
                if (centred)
                {
                    V average = O.MultiplyAdd(rho, O.Load(pmean + i), O.Multiply(fresh, gradient));
                    O.Store(average, pmean + i);
                    square = O.Max(O.Subtract(square, O.Multiply(average, average)), default);
                }

                V root = numbers.EpsilonInsideRoot ? O.Sqrt(O.Add(square, epsilon)) : O.Add(O.Sqrt(square), epsilon);
                V move = O.Divide(O.Multiply(rate, gradient), root);
                if (heavy)
                {
                    move = O.MultiplyAdd(mu, O.Load(pm + i), move);
                    O.Store(move, pm + i);
                }

                O.Store(O.Subtract(O.Load(pw + i), move), pw + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AdamStep(Span<T> w, ReadOnlySpan<T> g, Span<T> m, Span<T> v, Span<T> largest, in AdamNumbers<T> numbers)
    {
        RequireStep(w.Length, g.Length, v.Length);
        RequireStep(w.Length, g.Length, m.Length);
        bool keepsLargest = largest.Length == w.Length;
        fixed (T* pw = w, pg = g, pm = m, pv = v, plargest = largest)
        {
            V rate = O.Splat(numbers.Rate), beta1 = O.Splat(numbers.Beta1), beta2 = O.Splat(numbers.Beta2);
            V fresh1 = O.Splat(T.One - numbers.Beta1), fresh2 = O.Splat(T.One - numbers.Beta2);
            V correction = O.Splat(T.One / numbers.Correction), epsilon = O.Splat(numbers.Epsilon), shrink = O.Splat(numbers.Shrink);
            for (int i = 0; i < w.Length; i += O.Width)
            {
                V gradient = O.Load(pg + i);
                V first = O.MultiplyAdd(beta1, O.Load(pm + i), O.Multiply(fresh1, gradient));
                V second = O.MultiplyAdd(beta2, O.Load(pv + i), O.Multiply(fresh2, O.Multiply(gradient, gradient)));
                O.Store(first, pm + i);
                O.Store(second, pv + i);
                if (keepsLargest)
                {
                    second = O.Max(O.Load(plargest + i), second);
                    O.Store(second, plargest + i);
                }

                V root = O.MultiplyAdd(O.Sqrt(second), correction, epsilon);
                V weight = O.Multiply(O.Load(pw + i), shrink);
                O.Store(O.Subtract(weight, O.Divide(O.Multiply(rate, first), root)), pw + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NadamStep(Span<T> w, ReadOnlySpan<T> g, Span<T> m, Span<T> v, in NadamNumbers<T> numbers)
    {
        RequireStep(w.Length, g.Length, v.Length);
        RequireStep(w.Length, g.Length, m.Length);
        fixed (T* pw = w, pg = g, pm = m, pv = v)
        {
            V momentumRate = O.Splat(numbers.MomentumRate), gradientRate = O.Splat(numbers.GradientRate);
            V beta1 = O.Splat(numbers.Beta1), beta2 = O.Splat(numbers.Beta2);
            V fresh1 = O.Splat(T.One - numbers.Beta1), fresh2 = O.Splat(T.One - numbers.Beta2);
            V correction = O.Splat(T.One / numbers.Correction), epsilon = O.Splat(numbers.Epsilon), shrink = O.Splat(numbers.Shrink);
            for (int i = 0; i < w.Length; i += O.Width)
            {
                V gradient = O.Load(pg + i);
                V first = O.MultiplyAdd(beta1, O.Load(pm + i), O.Multiply(fresh1, gradient));
                V second = O.MultiplyAdd(beta2, O.Load(pv + i), O.Multiply(fresh2, O.Multiply(gradient, gradient)));
                O.Store(first, pm + i);
                O.Store(second, pv + i);
                V root = O.MultiplyAdd(O.Sqrt(second), correction, epsilon);
                V ahead = O.MultiplyAdd(momentumRate, first, O.Multiply(gradientRate, gradient));
                O.Store(O.Subtract(O.Multiply(O.Load(pw + i), shrink), O.Divide(ahead, root)), pw + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AdagradStep(Span<T> w, ReadOnlySpan<T> g, Span<T> s, T rate, T initial, T epsilon)
    {
        RequireStep(w.Length, g.Length, s.Length);
        fixed (T* pw = w, pg = g, ps = s)
        {
            V rates = O.Splat(rate), start = O.Splat(initial), least = O.Splat(epsilon);
            for (int i = 0; i < w.Length; i += O.Width)
            {
                V gradient = O.Load(pg + i);
                V sum = O.MultiplyAdd(gradient, gradient, O.Load(ps + i));
                O.Store(sum, ps + i);
                V root = O.Add(O.Sqrt(O.Add(sum, start)), least);
                O.Store(O.Subtract(O.Load(pw + i), O.Divide(O.Multiply(rates, gradient), root)), pw + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void LionStep(Span<T> w, ReadOnlySpan<T> g, Span<T> m, in LionNumbers<T> numbers)
    {
        RequireStep(w.Length, g.Length, m.Length);
        fixed (T* pw = w, pg = g, pm = m)
        {
            V rate = O.Splat(numbers.Rate), minusRate = O.Splat(-numbers.Rate), shrink = O.Splat(numbers.Shrink);
            V beta1 = O.Splat(numbers.Beta1), beta2 = O.Splat(numbers.Beta2);
            V fresh1 = O.Splat(T.One - numbers.Beta1), fresh2 = O.Splat(T.One - numbers.Beta2);
            for (int i = 0; i < w.Length; i += O.Width)
            {
                V gradient = O.Load(pg + i), momentum = O.Load(pm + i);
                V mix = O.MultiplyAdd(beta1, momentum, O.Multiply(fresh1, gradient));
                V move = O.SelectPositive(mix, rate, O.SelectPositive(O.Subtract(default, mix), minusRate, default));
                O.Store(O.MultiplyAdd(beta2, momentum, O.Multiply(fresh2, gradient)), pm + i);
                O.Store(O.Subtract(O.Multiply(O.Load(pw + i), shrink), move), pw + i);
            }
        }
    }

    private static void RequireStep(int weights, int gradients, int state)
    {
        if (weights % RowPadding.Multiple != 0 || gradients != weights || state != weights)
            throw new ArgumentException($"{weights} weights, {gradients} gradients and {state} state values: one length, a multiple of "
                + $"{RowPadding.Multiple}, is needed.");
    }
}
