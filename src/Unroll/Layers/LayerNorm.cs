using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Brings the features of every step to mean 0 and variance 1, each step by itself: y = γ∘(x − μ)/√(σ² + ε) + β with μ and σ² over the last
/// extent (Ba, Kiros and Hinton 2016). Input and output have one shape (..., F). Parameters: gamma [F], beta [F], unless
/// they are left out.
/// </summary>
public sealed record LayerNorm : Layer
{
    /// <summary>ε, above 0: what is added to the variance.</summary>
    public double Epsilon { get; init => field = Option.Positive(value); } = 1e-3;

    /// <summary>True: γ is learnt. False: 1.</summary>
    [JsonIgnore]
    public bool Scale { get; init; } = true;

    /// <summary>True: β is learnt. False: 0.</summary>
    [JsonIgnore]
    public bool Center { get; init; } = true;

    /// <summary>In files only where it is off: those of older versions have none.</summary>
    [JsonInclude]
    [JsonPropertyName("scale")]
    internal bool? ScaleInFile { get => Scale ? null : false; init => Scale = value ?? true; }

    [JsonInclude]
    [JsonPropertyName("center")]
    internal bool? CenterInFile { get => Center ? null : false; init => Center = value ?? true; }

    protected internal override string Kind => "layer_norm";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new LayerNormOp<T>(this, builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class LayerNormOp<T> : StepOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T>? _gamma, _beta;
    private readonly T _epsilon, _count;

    /// <summary>Keeps μ and 1/√(σ² + ε).</summary>
    public LayerNormOp(LayerNorm options, LayerBuilder<T> builder, Shape shape)
        : base(builder, shape, shape, kept: 2)
    {
        (_epsilon, _count) = (T.CreateChecked(options.Epsilon), T.CreateChecked(shape.Features));
        _gamma = options.Scale ? builder.AddWeights("gamma", new Shape(shape.Features), Initializer.Ones) : null;
        _beta = options.Center ? builder.AddWeights("beta", new Shape(shape.Features), Initializer.Zeros) : null;
    }

    protected override void Forward(in StepRow<T> step)
    {
        ReadOnlySpan<T> x = step.Input;
        T sum = T.Zero, squares = T.Zero;
        foreach (T value in x)
            sum += value;
        T mean = sum / _count;
        foreach (T value in x)
            squares += (value - mean) * (value - mean);
        T scale = T.One / T.Sqrt(squares / _count + _epsilon);
        for (int i = 0; i < x.Length; i++)
            step.Output[i] = (x[i] - mean) * scale;
        if (_gamma is not null)
            step.Math.MultiplyBy(step.Output, _gamma.Values);
        if (_beta is not null)
            step.Math.Add(step.Output, _beta.Values);
        (step.Kept[0], step.Kept[1]) = (mean, scale);
    }

    /// <summary>
    /// With x̂ = (x − μ)·s and g = γ∘dy, which takes the place of dy: dx = s·(g − mean(g) − x̂·mean(g∘x̂)), dγ += dy∘x̂, dβ += dy.
    /// </summary>
    protected override void Backward(in StepRow<T> step)
    {
        ReadOnlySpan<T> x = step.Input;
        Span<T> dy = step.OutputGradient, dx = step.InputGradient, dGamma = _gamma is null ? default : step.GradientOf(_gamma);
        T mean = step.Kept[0], scale = step.Kept[1], sum = T.Zero, along = T.Zero;
        if (_beta is not null)
            step.Math.Add(step.GradientOf(_beta), dy);
        for (int i = 0; i < dGamma.Length; i++)
            dGamma[i] += dy[i] * ((x[i] - mean) * scale);
        if (_gamma is not null)
            step.Math.MultiplyBy(dy, _gamma.Values);
        for (int i = 0; i < x.Length; i++)
        {
            sum += dy[i];
            along += dy[i] * ((x[i] - mean) * scale);
        }

        (sum, along) = (sum / _count, along / _count);
        for (int i = 0; i < dx.Length; i++)
            dx[i] = scale * (dy[i] - sum - (x[i] - mean) * scale * along);
    }
}
