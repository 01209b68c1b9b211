using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Brings the features of every step to mean 0 and variance 1, each step by itself: y = γ∘(x − μ)/√(σ² + ε) + β with μ and σ² over the last
/// extent (Ba, Kiros and Hinton 2016). Input and output have one shape (..., F). Parameters: gamma [F], beta [F].
/// </summary>
public sealed record LayerNorm : Layer
{
    /// <summary>ε, above 0: what is added to the variance.</summary>
    public double Epsilon { get; init => field = Option.Positive(value); } = 1e-3;

    internal override string Kind => "layer_norm";

    public override Shape GetOutputShape(Shape input) => input;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => new LayerNormOp<T>(this, builder, GetOutputShape(input));
}

internal sealed class LayerNormOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_gates = [0];
    private readonly Bias<T> _gamma, _beta;
    private readonly T _epsilon, _count;
    private readonly int _stride, _statistics;

    public LayerNormOp(LayerNorm options, LayerBuilder<T> builder, Shape shape)
        : base(options, builder.LayerName, shape, shape)
    {
        int features = shape.Features;
        (_stride, _statistics) = (Lanes.Pad(features), checked(shape.Positions * builder.ShardRows));
        (_epsilon, _count) = (T.CreateChecked(options.Epsilon), T.CreateChecked(features));
        _gamma = new Bias<T>(builder, builder.AddParameter("gamma", new Shape(features), Initializer.Ones), features, _stride, (0, s_gates));
        _beta = new Bias<T>(builder, builder.AddParameter("beta", new Shape(features), Initializer.Zeros), features, _stride, (0, s_gates));
    }

    /// <summary>μ of every step and row, then 1/√(σ² + ε), both read again by backward.</summary>
    public override int CacheSize => 2 * _statistics;

    public override bool SkipsPadding => true;

    public override void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
        _gamma.Prepare(parameters, share);
        _beta.Prepare(parameters, share);
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        ReadOnlySpan<T> gamma = _gamma.Values, beta = _beta.Values;
        for (int row = 0; row < spans.Steps * pass.PaddedRows; row++)
        {
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, Input.Features);
            Span<T> y = spans.Output.Slice(row * _stride, Input.Features);
            T sum = T.Zero, squares = T.Zero;
            foreach (T value in x)
                sum += value;
            T mean = sum / _count;
            foreach (T value in x)
                squares += (value - mean) * (value - mean);
            T scale = T.One / T.Sqrt(squares / _count + _epsilon);
            for (int i = 0; i < x.Length; i++)
                y[i] = (x[i] - mean) * scale * gamma[i] + beta[i];
            (spans.Cache[row], spans.Cache[_statistics + row]) = (mean, scale);
        }
    }

    /// <summary>With x̂ = (x − μ)·s and g = γ∘dy: dx = s·(g − mean(g) − x̂·mean(g∘x̂)), dγ += dy∘x̂, dβ += dy.</summary>
    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        ReadOnlySpan<T> gamma = _gamma.Values;
        Span<T> gammaGradient = _gamma.Gradient(pass.Gradients), betaGradient = _beta.Gradient(pass.Gradients);
        for (int row = 0; row < spans.Steps * pass.PaddedRows; row++)
        {
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, Input.Features), dy = spans.OutputGradient.Slice(row * _stride, Input.Features);
            T mean = spans.Cache[row], scale = spans.Cache[_statistics + row], sum = T.Zero, along = T.Zero;
            for (int i = 0; i < x.Length; i++)
            {
                T normal = (x[i] - mean) * scale, g = gamma[i] * dy[i];
                gammaGradient[i] += dy[i] * normal;
                betaGradient[i] += dy[i];
                sum += g;
                along += g * normal;
            }

            if (spans.InputGradient.IsEmpty)
                continue;
            (sum, along) = (sum / _count, along / _count);
            Span<T> dx = spans.InputGradient.Slice(row * _stride, _stride);
            for (int i = 0; i < x.Length; i++)
                dx[i] = scale * (gamma[i] * dy[i] - sum - (x[i] - mean) * scale * along);
            dx[x.Length..].Clear();
        }
    }
}
