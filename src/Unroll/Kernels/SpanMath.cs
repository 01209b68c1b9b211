using System.Numerics;

namespace Unroll.Kernels;

/// <summary>
/// Arithmetic over spans with the widest vectors that the machine has, for layers, cells, losses and optimisers of your own. Results are
/// written to the first argument unless a comment says otherwise. Lengths are any, but equal where there are two or three.
/// </summary>
/// <remarks>
/// Elements are computed independently, so cutting a span into parts changes no bits, even where arguments are the same span. Exceptions:
/// <see cref="AddScaled"/> rounds once in whole vectors and twice in the remainder, so cut it at multiples of
/// <see cref="RowPadding.Multiple"/>; <see cref="Dot"/>, <see cref="Sum"/> and <see cref="Softmax"/> are over the whole span. Spans must be
/// identical or disjoint.
/// </remarks>
/// <exception cref="ArgumentOutOfRangeException">Two spans have unequal lengths.</exception>
public abstract class SpanMath<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected SpanMath()
    {
    }

    /// <summary>a += b.</summary>
    public abstract void Add(Span<T> a, ReadOnlySpan<T> b);

    /// <summary>a −= b.</summary>
    public abstract void Subtract(Span<T> a, ReadOnlySpan<T> b);

    /// <summary>a ∘= b, element by element.</summary>
    public abstract void MultiplyBy(Span<T> a, ReadOnlySpan<T> b);

    /// <summary>a /= b, element by element.</summary>
    public abstract void DivideBy(Span<T> a, ReadOnlySpan<T> b);

    /// <summary>a = b∘c.</summary>
    public abstract void Product(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c);

    /// <summary>a += b∘c.</summary>
    public abstract void AddProduct(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c);

    /// <summary>a = b∘c + d∘e.</summary>
    public abstract void SumOfProducts(Span<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, ReadOnlySpan<T> d, ReadOnlySpan<T> e);

    /// <summary>a *= factor.</summary>
    public abstract void Scale(Span<T> a, T factor);

    /// <summary>a += factor·b.</summary>
    public abstract void AddScaled(Span<T> a, ReadOnlySpan<T> b, T factor);

    /// <summary>a = max(a, b), element by element; NaN where a or b is NaN.</summary>
    public abstract void Max(Span<T> a, ReadOnlySpan<T> b);

    /// <summary>a += by, the same number to each.</summary>
    public abstract void Shift(Span<T> a, T by);

    /// <summary>a stays where the condition is above 0, and becomes <paramref name="otherwise"/> elsewhere.</summary>
    public abstract void Select(Span<T> a, ReadOnlySpan<T> condition, ReadOnlySpan<T> otherwise);

    /// <summary>The sum of the values.</summary>
    public abstract T Sum(ReadOnlySpan<T> values);

    /// <summary>a·b, the sum of the products.</summary>
    public abstract T Dot(ReadOnlySpan<T> a, ReadOnlySpan<T> b);

    /// <summary>
    /// dots[j] = a·bⱼ for so many rows bⱼ of a matrix, each with the bits of <see cref="Dot"/>: row j starts at j·stride of
    /// <paramref name="rows"/> and has as many values as a.
    /// </summary>
    public abstract void Dots(Span<T> dots, ReadOnlySpan<T> a, ReadOnlySpan<T> rows, int stride);

    /// <summary>a += Σⱼ factors[j]·bⱼ, for rows bⱼ as in <see cref="Dots"/>. Factors of 0 at the end change no bits.</summary>
    public abstract void AddScaledRows(Span<T> a, ReadOnlySpan<T> factors, ReadOnlySpan<T> rows, int stride);

    /// <summary>bⱼ += factors[j]·a, for rows bⱼ as in <see cref="Dots"/>, which are overwritten.</summary>
    public abstract void AddScaledToRows(Span<T> rows, int stride, ReadOnlySpan<T> factors, ReadOnlySpan<T> a);

    /// <summary>values = tanh(values).</summary>
    public abstract void Tanh(Span<T> values);

    /// <summary>values = tanh(x).</summary>
    public abstract void Tanh(Span<T> values, ReadOnlySpan<T> x);

    /// <summary>
    /// values = 1/(1 + e⁻ᵛ) as gates take it, ½ + ½·tanh(v/2): 9.7e-8 off at most in single precision, also where the value is smaller.
    /// </summary>
    public abstract void GateSigmoid(Span<T> values);

    /// <summary>values = eᵛ.</summary>
    public abstract void Exp(Span<T> values);

    /// <summary>gradient ∘= 1 − y², the slope of tanh where its value is y.</summary>
    public abstract void MultiplyByTanhSlope(Span<T> gradient, ReadOnlySpan<T> y);

    /// <summary>gradient ∘= y·(1 − y), the slope of the sigmoid where its value is y.</summary>
    public abstract void MultiplyBySigmoidSlope(Span<T> gradient, ReadOnlySpan<T> y);

    /// <summary>A gate's value y becomes its gradient before the sigmoid: y = upstream∘y∘(1 − y).</summary>
    public abstract void SigmoidGradient(Span<T> y, ReadOnlySpan<T> upstream);

    /// <summary>The same where the upstream gradient is a product: y = upstream∘factor∘y∘(1 − y).</summary>
    public abstract void SigmoidGradient(Span<T> y, ReadOnlySpan<T> upstream, ReadOnlySpan<T> factor);

    /// <summary>A value y becomes its gradient before the tanh: y = upstream∘(1 − y²).</summary>
    public abstract void TanhGradient(Span<T> y, ReadOnlySpan<T> upstream);

    /// <summary>The same where the upstream gradient is a product: y = upstream∘factor∘(1 − y²).</summary>
    public abstract void TanhGradient(Span<T> y, ReadOnlySpan<T> upstream, ReadOnlySpan<T> factor);

    /// <summary>a += upstream∘(1 − y²), the gradient before a tanh whose value is y; y stays.</summary>
    public abstract void AddTanhGradient(Span<T> a, ReadOnlySpan<T> y, ReadOnlySpan<T> upstream);

    /// <summary>values = exp(values)/Σ exp(values), safe from overflow. At least one value.</summary>
    public abstract void Softmax(Span<T> values);
}
