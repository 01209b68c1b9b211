using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Brings every feature to mean 0 and variance 1 over rows and steps: y = γ∘(x − μ)/√(σ² + ε) + β (Ioffe and Szegedy 2015). Input and
/// output have one shape (..., F). Parameters: gamma [F], beta [F], moving_mean [F], moving_variance [F]; the last two are saved with the
/// model, but not trained.
/// </summary>
/// <remarks>
/// Training is not quite Keras'. A batch is cut into shards of 8 rows (16 beside recurrent layers of 384 units or more) that never wait for
/// each other, and μ and σ² are those of the shard: 8 rows × all steps. This is ghost batch normalisation (Hoffer, Hubara and Soudry 2017),
/// which tends to generalise better than whole large batches. Masked steps do not count. A shard in which only one value of a feature
/// counts has no variance; it takes the moving ones. On vectors, batches of a multiple of 8 rows keep shards whole.
/// <para>
/// Each training step moves the averages to the mean over the shards, weighted by rows: v = Momentum·v + (1 − Momentum)·mean; the variance
/// is σ² itself, as in Keras, not n/(n − 1)·σ² as in PyTorch. Prediction uses the moving averages.
/// </para>
/// </remarks>
public sealed record BatchNorm : Layer
{
    /// <summary>How much of the moving averages stays in a step, at least 0 and below 1.</summary>
    public double Momentum { get; init => field = Option.Share(value); } = 0.99;

    /// <summary>ε, above 0: what is added to the variance.</summary>
    public double Epsilon { get; init => field = Option.Positive(value); } = 1e-3;

    protected internal override string Kind => "batch_norm";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new BatchNormOp<T>(this, builder, inputs[0]), inputs[0].Mask);
}

internal sealed class BatchNormOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_gates = [0];
    private readonly Bias<T> _gamma, _beta, _movingMean, _movingVariance;
    private readonly T _epsilon;
    private readonly int _stride;
    private readonly StepMask _mask;
    private readonly Parameter _statistics;

    public BatchNormOp(BatchNorm options, LayerBuilder<T> builder, LayerInput input)
        : base(builder, input.Shape, input.Shape)
    {
        Shape shape = input.Shape;
        (_stride, _mask, _epsilon) = (RowPadding.Pad(shape.Features), input.Mask, T.CreateChecked(options.Epsilon));
        _gamma = Vector(Declare("gamma", Initializer.Ones, null));
        _beta = Vector(Declare("beta", Initializer.Zeros, null));
        _statistics = Declare("moving_mean", Initializer.Zeros, options.Momentum);
        _movingMean = Vector(_statistics);
        _movingVariance = Vector(Declare("moving_variance", Initializer.Ones, options.Momentum));

        Parameter Declare(string role, Initializer initializer, double? momentum) =>
            builder.AddParameter(role, new Shape(shape.Features), initializer, momentum: momentum);

        Bias<T> Vector(Parameter parameter) => new(builder, parameter, shape.Features, RowPadding.Pad(shape.Features), (0, s_gates));
    }

    /// <summary>μ, σ² and 1/√(σ² + ε), read again by backward, and its two sums.</summary>
    public override int CacheSize => 5 * _stride;

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<T> mean = Part(spans, 0), variance = Part(spans, 1), scale = Part(spans, 2);
        _movingMean.Values.CopyTo(mean);
        _movingVariance.Values.CopyTo(variance);
        int count = Count(pass, spans.Steps), rows = spans.Steps * pass.PaddedRows, features = Input.Features;
        if (count > 1)
            Moments(pass, spans, count);
        for (int i = 0; i < features; i++)
            scale[i] = T.One / T.Sqrt(variance[i] + _epsilon);
        ReadOnlySpan<T> gamma = _gamma.Values, beta = _beta.Values;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, features);
            Span<T> y = spans.Output.Slice(row * _stride, features);
            for (int i = 0; i < features; i++)
                y[i] = (x[i] - mean[i]) * scale[i] * gamma[i] + beta[i];
        }
    }

    /// <summary>
    /// With x̂ = (x − μ)·s and g = γ∘dy: dγ += dy∘x̂, dβ += dy, dx = s·(g − (Σg + x̂·Σ(g∘x̂))/n), the last term only where x counts among
    /// the n.
    /// </summary>
    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = spans.Steps * pass.PaddedRows, count = Count(pass, spans.Steps), features = Input.Features;
        ReadOnlySpan<T> mean = Part(spans, 0), variance = Part(spans, 1), scale = Part(spans, 2), gamma = _gamma.Values;
        Span<T> sum = Part(spans, 3), along = Part(spans, 4);
        sum.Clear();
        along.Clear();
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, features), dy = spans.OutputGradient.Slice(row * _stride, features);
            for (int i = 0; i < features; i++)
            {
                sum[i] += dy[i];
                along[i] += dy[i] * ((x[i] - mean[i]) * scale[i]);
            }
        }

        pass.Kernels.Add(_gamma.Gradient(pass.Gradients), along);
        pass.Kernels.Add(_beta.Gradient(pass.Gradients), sum);
        if (TakesStatistics(pass))
            CollectStatistics(pass, mean, variance);
        if (spans.InputGradient.IsEmpty)
            return;
        T share = count > 1 ? T.One / T.CreateChecked(count) : T.Zero;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, features), dy = spans.OutputGradient.Slice(row * _stride, features);
            Span<T> dx = spans.InputGradient.Slice(row * _stride, _stride);
            T own = Counts(pass, row) ? share : T.Zero;
            for (int i = 0; i < features; i++)
                dx[i] = gamma[i] * scale[i] * (dy[i] - own * (sum[i] + (x[i] - mean[i]) * scale[i] * along[i]));
            dx[features..].Clear();
        }
    }

    /// <summary>What the moving averages are to move to, times the rows of the shard.</summary>
    private void CollectStatistics(ShardPass<T> pass, ReadOnlySpan<T> mean, ReadOnlySpan<T> variance)
    {
        T weight = T.CreateChecked(pass.BatchRows);
        Span<T> means = _movingMean.Gradient(pass.Gradients), variances = _movingVariance.Gradient(pass.Gradients);
        for (int i = 0; i < Input.Features; i++)
        {
            means[i] += weight * mean[i];
            variances[i] += weight * variance[i];
        }
    }

    /// <summary>Mean and variance of each feature over what counts.</summary>
    private void Moments(ShardPass<T> pass, in LayerSpans<T> spans, int count)
    {
        Span<T> mean = Part(spans, 0), variance = Part(spans, 1);
        mean.Clear();
        variance.Clear();
        int rows = spans.Steps * pass.PaddedRows;
        T share = T.One / T.CreateChecked(count);
        for (int row = 0; row < rows; row++)
        {
            if (Counts(pass, row))
                pass.Kernels.Add(mean, spans.Input.Slice(row * _stride, _stride));
        }

        pass.Kernels.Scale(mean, share);
        for (int row = 0; row < rows; row++)
        {
            if (!Counts(pass, row))
                continue;
            ReadOnlySpan<T> x = spans.Input.Slice(row * _stride, _stride);
            for (int i = 0; i < Input.Features; i++)
                variance[i] += (x[i] - mean[i]) * (x[i] - mean[i]);
        }

        pass.Kernels.Scale(variance, share);
    }

    /// <summary>In training, unless the layer is frozen.</summary>
    private bool TakesStatistics(ShardPass<T> pass) => pass.Training && !_statistics.IsFrozen;

    /// <summary>How many values of each feature the statistics are taken over; 0 where the moving ones are used.</summary>
    private int Count(ShardPass<T> pass, int steps)
    {
        int count = 0;
        for (int row = 0; TakesStatistics(pass) && row < steps * pass.PaddedRows; row++)
            count += Counts(pass, row) ? 1 : 0;
        return count;
    }

    /// <summary>Whether a row of the slab, a step of a row of the batch, counts in the statistics.</summary>
    private bool Counts(ShardPass<T> pass, int row) => pass.Counts(row % pass.PaddedRows) && (!_mask.Exists || pass.Mask(_mask)[row]);

    private Span<T> Part(in LayerSpans<T> spans, int number) => spans.Cache.Slice(number * _stride, _stride);
}
