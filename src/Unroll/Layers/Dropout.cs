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

    public double Rate { get; }

    internal override string Kind => "dropout";

    public override Shape GetOutputShape(Shape input) => input;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => new DropoutOp<T>(this, builder, input);
}

internal sealed class DropoutOp<T>(Dropout options, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(options, builder.LayerName, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = Lanes.Pad(shape.Features), _randomStream = builder.AddRandomStream();

    /// <summary>The factors, 0 or 1/(1 − rate), read again by backward.</summary>
    public override int CacheSize => Input.Positions * builder.ShardRows * _stride;

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.Input[..size].CopyTo(spans.Output);
        if (!pass.Training || options.Rate == 0)
            return;
        Span<T> factors = spans.Cache[..size];
        T keep = T.CreateChecked(1 / (1 - options.Rate));
        for (int row = 0; row < pass.PaddedRows; row++)
        {
            RandomSource random = pass.RandomFor(2 * _randomStream, row);
            for (int t = 0; t < spans.Steps; t++)
            {
                Span<T> target = factors.Slice((t * pass.PaddedRows + row) * _stride, Input.Features);
                for (int i = 0; i < target.Length; i++)
                    target[i] = random.NextDouble() < options.Rate ? T.Zero : keep;
            }
        }

        pass.Kernels.MultiplyBy(spans.Output[..size], factors);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = spans.Steps * pass.PaddedRows * _stride;
        spans.OutputGradient[..size].CopyTo(spans.InputGradient);
        if (pass.Training && options.Rate > 0)
            pass.Kernels.MultiplyBy(spans.InputGradient[..size], spans.Cache[..size]);
    }
}
