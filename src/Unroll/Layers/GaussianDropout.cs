using System.Numerics;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Multiplies its inputs in training by normal numbers of mean 1 and deviation √(rate/(1 − rate)), the spread that dropout of that rate has
/// (Srivastava et al. 2014); does nothing in prediction. Input and output have one shape. No parameters.
/// </summary>
public sealed record GaussianDropout : Layer
{
    /// <param name="rate">At least 0 and below 1.</param>
    public GaussianDropout(double rate) => Rate = Option.Share(rate, nameof(rate));

    /// <summary>The share that an ordinary dropout of the same variance would drop, at least 0 and below 1.</summary>
    public double Rate { get; }

    protected internal override string Kind => "gaussian_dropout";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new GaussianDropoutOp<T>(Rate, builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class GaussianDropoutOp<T>(double rate, LayerBuilder<T> builder, Shape shape) : FactorOp<T>(builder, shape, rate > 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double _deviation = Math.Sqrt(rate / (1 - rate));

    protected override void Draw(ref RandomSource random, Span<T> factors)
    {
        for (int i = 0; i < factors.Length; i++)
            factors[i] = T.CreateChecked(1 + _deviation * random.NextNormal());
    }
}
