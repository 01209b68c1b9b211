using System.Numerics;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Divides the features of every step by their root mean square, each step by itself: y = γ∘x/√(mean(x²) + ε) over the last extent (Zhang
/// and Sennrich 2019); Keras' RMSNormalization, PyTorch's RMSNorm with another ε. Input and output have one shape (..., F). Parameter:
/// scale [F].
/// </summary>
public sealed record RmsNorm : Layer
{
    /// <summary>ε, above 0: what is added to the mean of the squares.</summary>
    public double Epsilon { get; init => field = Option.Positive(value); } = 1e-6;

    protected internal override string Kind => "rms_norm";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new RmsNormOp<T>(this, builder, inputs[0].Shape), inputs[0].Mask);
}

/// <summary>Keeps s = 1/√(mean(x²) + ε) of each step.</summary>
internal sealed class RmsNormOp<T>(RmsNorm options, LayerBuilder<T> builder, Shape shape) : StepOp<T>(builder, shape, shape, kept: 1)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T> _scale = builder.AddWeights("scale", new Shape(shape.Features), Initializer.Ones);
    private readonly T _epsilon = T.CreateChecked(options.Epsilon), _count = T.CreateChecked(shape.Features);

    protected override void Forward(in StepRow<T> step)
    {
        T scale = T.One / T.Sqrt(step.Math.Dot(step.Input, step.Input) / _count + _epsilon);
        step.Math.Product(step.Output, step.Input, _scale.Values);
        step.Math.Scale(step.Output, scale);
        step.Kept[0] = scale;
    }

    /// <summary>With g = γ∘dy: dx = s·(g − x·s²·mean(g∘x)), dγ += s·x∘dy.</summary>
    protected override void Backward(in StepRow<T> step)
    {
        ReadOnlySpan<T> x = step.Input;
        Span<T> dy = step.OutputGradient, dx = step.InputGradient, dGamma = step.GradientOf(_scale);
        T scale = step.Kept[0];
        step.Math.Scale(dy, scale);
        step.Math.AddProduct(dGamma, x, dy);
        if (dx.IsEmpty)
            return;
        step.Math.Product(dx, dy, _scale.Values);
        step.Math.AddScaled(dx, x, -scale * scale * step.Math.Dot(dx, x) / _count);
    }
}
