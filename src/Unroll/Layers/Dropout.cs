using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Sets a share of its inputs to 0 in training and divides the others by 1 − rate; does nothing in prediction
/// (Srivastava et al. 2014). Input and output have one shape. No parameters.
/// </summary>
public sealed record Dropout : Layer
{
    /// <param name="rate">The share that is dropped, at least 0 and below 1.</param>
    public Dropout(double rate)
    {
        if (rate is < 0 or >= 1 || double.IsNaN(rate))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A dropout rate is at least 0 and below 1.");
        Rate = rate;
    }

    /// <summary>The share of values that is set to 0 in training, at least 0 and below 1.</summary>
    public double Rate { get; }

    protected internal override string Kind => "dropout";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new DropoutOp<T>(Rate, builder, inputs[0].Shape), inputs[0].Mask);
}

/// <param name="rate">The share that is dropped.</param>
/// <param name="builder">Of the layer.</param>
/// <param name="shape">Of input and output.</param>
/// <param name="wholeFeatures">True: a feature is dropped at all steps or at none.</param>
internal sealed class DropoutOp<T>(double rate, LayerBuilder<T> builder, Shape shape, bool wholeFeatures = false)
    : FactorOp<T>(builder, shape, rate > 0, wholeFeatures)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _keep = T.CreateChecked(1 / (1 - rate));

    protected override void Draw(ref RandomSource random, Span<T> factors)
    {
        for (int i = 0; i < factors.Length; i++)
            factors[i] = random.NextDouble() < rate ? T.Zero : _keep;
    }
}

/// <summary>Multiplies by random factors in training: y = m∘x, dx = m∘dy.</summary>
/// <param name="builder">Of the layer.</param>
/// <param name="shape">Of input and output.</param>
/// <param name="acts">False: all factors would be 1.</param>
/// <param name="wholeFeatures">True: a feature has one factor for all steps of a row.</param>
internal abstract class FactorOp<T>(LayerBuilder<T> builder, Shape shape, bool acts, bool wholeFeatures = false)
    : LayerOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(shape.Features), _randomStream = builder.AddRandomStream();

    /// <summary>The factors, read again by backward.</summary>
    public sealed override int CacheSize { get; } =
        checked((wholeFeatures ? 1 : shape.Positions) * builder.ShardRows * RowPadding.Pad(shape.Features));

    public sealed override bool SkipsPadding => true;

    /// <summary>The factors of one step of a row, one a feature.</summary>
    protected abstract void Draw(ref RandomSource random, Span<T> factors);

    public sealed override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.Input[..size].CopyTo(spans.Output);
        if (!pass.Training || !acts)
            return;
        for (int row = 0; row < pass.PaddedRows; row++)
        {
            RandomSource random = pass.RandomFor(_randomStream, row);
            for (int t = 0; t < (wholeFeatures ? 1 : spans.Steps); t++)
                Draw(ref random, spans.Cache.Slice((t * pass.PaddedRows + row) * _stride, Input.Features));
        }

        Multiply(pass, spans.Output[..size], spans.Cache);
    }

    public sealed override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.OutputGradient[..size].CopyTo(spans.InputGradient);
        if (pass.Training && acts)
            Multiply(pass, spans.InputGradient[..size], spans.Cache);
    }

    private void Multiply(ShardPass<T> pass, Span<T> values, ReadOnlySpan<T> factors)
    {
        int block = wholeFeatures ? pass.PaddedRows * _stride : values.Length;
        for (int at = 0; at < values.Length; at += block)
            pass.Kernels.MultiplyBy(values.Slice(at, block), factors[..block]);
    }
}
