using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Marks time steps in which every feature equals <see cref="Value"/> as absent: recurrent layers after it carry their
/// state over such steps. Masked steps leave as zeros. Input and output (T, F). No parameters.
/// </summary>
public sealed record Masking : Layer
{
    /// <summary>The value that stands for "nothing here"; compared in single precision, and not NaN.</summary>
    public double Value { get; init => field = Option.Finite(value); }

    /// <summary>
    /// True: masked steps stand at the end only, as the padding of shorter sequences does. Then layers leave out the steps that are
    /// padding in all rows of a shard, and what a model gives for padding is 0.
    /// </summary>
    public bool AtEnd { get; init; }

    protected internal override string Kind => "masking";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input.Rank == 2
        ? input
        : throw new UnrollException($"{Label} takes sequences of shape (time steps, features), but its input has shape {input}.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        StepMask mask = builder.AddMask(isPadding: AtEnd);
        return new(new MaskingOp<T>(this, builder, inputs[0].Shape, mask), mask);
    }
}

internal sealed class MaskingOp<T>(Masking options, LayerBuilder<T> builder, Shape shape, StepMask mask) : LayerOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(shape.Features);
    private readonly T _value = T.CreateChecked(options.Value);

    public override bool SkipsPadding => true;

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => options.AtEnd ? pass.StepsOf(mask, inputSteps) : inputSteps;

    public override bool MarksAlone => true;

    public override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<bool> marks = pass.Mask(mask);
        marks.Clear();
        for (int i = 0; i < spans.Steps * pass.PaddedRows; i++)
            marks[i] = spans.Input.Slice(i * _stride, Input.Features).ContainsAnyExcept(_value);
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Mark(pass, spans);
        Span<bool> marks = pass.Mask(mask);
        for (int i = 0; i < spans.Steps * pass.PaddedRows; i++)
        {
            ReadOnlySpan<T> step = spans.Input.Slice(i * _stride, _stride);
            Span<T> output = spans.Output.Slice(i * _stride, _stride);
            if (marks[i])
                step.CopyTo(output);
            else
                output.Clear();
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        Span<bool> marks = pass.Mask(mask);
        for (int i = 0; i < spans.Steps * pass.PaddedRows; i++)
        {
            Span<T> gradient = spans.InputGradient.Slice(i * _stride, _stride);
            if (marks[i])
                spans.OutputGradient.Slice(i * _stride, _stride).CopyTo(gradient);
            else
                gradient.Clear();
        }
    }
}
