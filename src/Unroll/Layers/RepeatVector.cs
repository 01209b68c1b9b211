using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>A vector at every step of a sequence: input (F), output (Count, F). No parameters.</summary>
public sealed record RepeatVector : Layer
{
    /// <param name="count">Steps of the output, at least 1.</param>
    public RepeatVector(int count)
    {
        if (count < 1)
            throw new ArgumentOutOfRangeException(nameof(count), count, "A vector is repeated at least once.");
        Count = count;
    }

    /// <summary>How many steps the output has.</summary>
    public int Count { get; }

    protected internal override string Kind => "repeat_vector";

    public override Shape GetOutputShape(Shape input) => input.Rank == 1
        ? new Shape(Count, input.Features)
        : throw new UnrollException($"{Label} takes vectors of shape (features), but its input has shape {input}. A recurrent layer gives "
            + "one where ReturnSequences is off; Flatten makes one of anything.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new RepeatVectorOp<T>(this, builder, inputs[0].Shape, GetOutputShape(inputs[0].Shape)));
}

internal sealed class RepeatVectorOp<T>(RepeatVector options, LayerBuilder<T> builder, Shape input, Shape output)
    : LayerOp<T>(builder, input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(input.Features);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = pass.PaddedRows * _stride;
        for (int t = 0; t < options.Count; t++)
            spans.Input[..size].CopyTo(spans.Output[(t * size)..]);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        int size = pass.PaddedRows * _stride;
        spans.OutputGradient[..size].CopyTo(spans.InputGradient);
        for (int t = 1; t < options.Count; t++)
            pass.Kernels.Add(spans.InputGradient[..size], spans.OutputGradient.Slice(t * size, size));
    }
}
