using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Adds normal numbers of mean 0 to its inputs in training; does nothing in prediction. Input and output have one shape. No parameters.
/// </summary>
public sealed record GaussianNoise : Layer
{
    /// <param name="standardDeviation">Of what is added, at least 0.</param>
    public GaussianNoise(double standardDeviation) =>
        StandardDeviation = Option.NotNegative(Option.Finite(standardDeviation, nameof(standardDeviation)), nameof(standardDeviation));

    /// <summary>The standard deviation of the noise that is added in training, in units of the input.</summary>
    public double StandardDeviation { get; }

    protected internal override string Kind => "gaussian_noise";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input;

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new GaussianNoiseOp<T>(StandardDeviation, builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class GaussianNoiseOp<T>(double deviation, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(shape.Features), _randomStream = builder.AddRandomStream();

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows;
        spans.Input[..(spans.Steps * rows * _stride)].CopyTo(spans.Output);
        for (int row = 0; row < rows && pass.Training && deviation > 0; row++)
        {
            RandomSource random = pass.RandomFor(_randomStream, row);
            for (int t = 0; t < spans.Steps; t++)
            {
                foreach (ref T value in spans.Output.Slice((t * rows + row) * _stride, Input.Features))
                    value += T.CreateChecked(deviation * random.NextNormal());
            }
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (!spans.InputGradient.IsEmpty)
            spans.OutputGradient[..(spans.Steps * pass.PaddedRows * _stride)].CopyTo(spans.InputGradient);
    }
}
