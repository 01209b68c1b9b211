using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The features of several inputs one after the other: inputs (..., F₁), (..., F₂) and so on, alike but for the last extent; output (...,
/// F₁ + F₂ + …).
/// </summary>
public sealed record Concatenate : Merge
{
    protected internal override string Kind => "concatenate";

    protected internal override bool GoesStepByStep(Shape input) => true;

    private protected override Shape OutputOf(Shape[] inputs)
    {
        int[] extents = inputs[0].ToArray();
        if (inputs.Any(shape => !shape.ToArray().AsSpan()[..^1].SequenceEqual(extents.AsSpan()[..^1])))
            throw new UnrollException(
                $"{Label} takes inputs that are alike but for their features, but {string.Join(", ", inputs)} were given.");
        extents[^1] = inputs.Sum(shape => shape.Features);
        return new Shape(extents);
    }

    internal override MergeOp<T> CreateOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask) =>
        new ConcatenateOp<T>(builder, inputs, OutputOf(inputs), mask);
}

internal sealed class ConcatenateOp<T>(LayerBuilder<T> builder, Shape[] inputs, Shape output, MergeMask mask)
    : MergeOp<T>(builder, inputs, output, mask)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] _features = [.. inputs.Select(shape => shape.Features)];
    private readonly int _stride = RowPadding.Pad(output.Features);

    protected override void Forward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        for (int i = 0, column = 0; i < _features.Length; column += _features[i++])
        {
            int features = _features[i], stride = RowPadding.Pad(features);
            ReadOnlySpan<T> input = spans.InputAt(i);
            for (int row = 0; row < rows; row++)
                input.Slice(row * stride, features).CopyTo(spans.Output[(row * _stride + column)..]);
        }
    }

    protected override void Backward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        for (int i = 0, column = 0; i < _features.Length; column += _features[i++])
        {
            Span<T> gradient = spans.InputGradientAt(i);
            if (gradient.IsEmpty)
                continue;
            int features = _features[i], stride = RowPadding.Pad(features);
            for (int row = 0; row < rows; row++)
            {
                Span<T> target = gradient.Slice(row * stride, stride);
                spans.OutputGradient.Slice(row * _stride + column, features).CopyTo(target);
                target[features..].Clear();
            }
        }
    }
}
