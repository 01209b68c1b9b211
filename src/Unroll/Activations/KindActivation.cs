using Unroll.Kernels;

namespace Unroll;

/// <summary>An activation that kernels know, whose derivative follows from its value.</summary>
internal sealed record KindActivation(ActivationKind Kind) : Activation
{
    public override string ToString() => Kind.ToString();

    internal override string InWords => Kind switch
    {
        ActivationKind.Sigmoid => "sigmoid",
        ActivationKind.HardSigmoid => "hard sigmoid",
        _ => Kind.ToString(),
    };

    protected internal override bool NeedsInput => false;

    protected internal override bool GivesProbabilities => Kind is ActivationKind.Sigmoid or ActivationKind.HardSigmoid;

    protected internal override void Forward<T>(SpanMath<T> math, Span<T> values) => ((Kernels<T>)math).Activate(Kind, values);

    protected internal override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient) =>
        ((Kernels<T>)math).MultiplyByDerivative(Kind, y, gradient);
}
