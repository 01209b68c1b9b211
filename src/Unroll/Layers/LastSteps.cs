using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Keeps the last steps of a sequence: input (T, F), output (Steps, F). Keras writes Cropping1D((T − Steps, 0)).
/// Masks end here. No parameters.
/// </summary>
public sealed record LastSteps : Layer
{
    /// <param name="steps">How many steps stay, at least 1.</param>
    public LastSteps(int steps)
    {
        if (steps < 1)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, "At least 1 step must stay.");
        Steps = steps;
    }

    /// <summary>How many steps are kept.</summary>
    public int Steps { get; }

    protected internal override string Kind => "last_steps";

    protected internal override bool GoesStepByStep(Shape input) => Steps == 1;

    public override Shape GetOutputShape(Shape input)
    {
        if (input.Rank != 2)
            throw new UnrollException($"{Label} takes sequences of shape (time steps, features), but its input has shape {input}.");
        if (input.Steps < Steps)
            throw new UnrollException(
                $"{Label} keeps {Steps} steps, but its input has {input.Steps}. Keep fewer or feed longer sequences.");
        return new Shape(Steps, input.Features);
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new LastStepsOp<T>(builder, inputs[0].Shape, GetOutputShape(inputs[0].Shape)));
}

internal sealed class LastStepsOp<T>(LayerBuilder<T> builder, Shape input, Shape output) : LayerOp<T>(builder, input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(input.Features);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int step = pass.PaddedRows * _stride;
        spans.Input.Slice((Input.Steps - Output.Steps) * step, Output.Steps * step).CopyTo(spans.Output);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int step = pass.PaddedRows * _stride, dropped = (Input.Steps - Output.Steps) * step;
        spans.InputGradient[..dropped].Clear();
        spans.OutputGradient[..(Output.Steps * step)].CopyTo(spans.InputGradient[dropped..]);
    }
}
