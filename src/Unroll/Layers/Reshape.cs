using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Formats;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The same values in another shape of as many values, in row-major order. Input any shape, output the shape given. Masks end here; steps
/// at the end that are padding become zeros. No parameters.
/// </summary>
public sealed record Reshape : Layer
{
    /// <param name="extents">The output's extents, without the batch.</param>
    public Reshape(params int[] extents)
        : this(new Shape(extents))
    {
    }

    /// <param name="target">The output's shape, without the batch.</param>
    [JsonConstructor]
    public Reshape(Shape target) => Target = target;

    /// <summary>The shape of the output.</summary>
    [JsonConverter(typeof(ShapeConverter))]
    public Shape Target { get; }

    protected internal override string Kind => "reshape";

    public override Shape GetOutputShape(Shape input) => input.Size == Target.Size
        ? Target
        : throw new UnrollException(
            $"{Label} gives {Target}, {Target.Size} values, but its input {input} has {input.Size}. Give a shape of {input.Size} values.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new ReshapeOp<T>(builder, inputs[0].Shape, GetOutputShape(inputs[0].Shape)));
}

/// <summary>
/// All values of an input as one vector, in row-major order: input any shape, output (their number). Masks end here; steps at the end that
/// are padding become zeros. No parameters.
/// </summary>
public sealed record Flatten : Layer
{
    protected internal override string Kind => "flatten";

    protected internal override bool GoesStepByStep(Shape input) => input.Rank == 1;

    public override Shape GetOutputShape(Shape input) => new(input.Size);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new ReshapeOp<T>(builder, inputs[0].Shape, GetOutputShape(inputs[0].Shape)));
}

internal sealed class ReshapeOp<T>(LayerBuilder<T> builder, Shape input, Shape output) : LayerOp<T>(builder, input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans) =>
        Copy(pass.PaddedRows, spans.Input, Input.Features, spans.Output, Output.Features);

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        spans.InputGradient.Clear();
        Copy(pass.PaddedRows, spans.OutputGradient, Output.Features, spans.InputGradient, Input.Features);
    }

    /// <summary>
    /// Row by row from a slab of one number of features to one of another, in the longest runs that lie together in both.
    /// </summary>
    private void Copy(int rows, ReadOnlySpan<T> source, int sourceFeatures, Span<T> target, int targetFeatures)
    {
        int sourceStride = RowPadding.Pad(sourceFeatures), targetStride = RowPadding.Pad(targetFeatures), size = Input.Size;
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0, run; i < size; i += run)
            {
                (int from, int fromFeature) = Math.DivRem(i, sourceFeatures);
                (int to, int toFeature) = Math.DivRem(i, targetFeatures);
                run = Math.Min(sourceFeatures - fromFeature, targetFeatures - toFeature);
                source.Slice((from * rows + row) * sourceStride + fromFeature, run)
                    .CopyTo(target[((to * rows + row) * targetStride + toFeature)..]);
            }
        }
    }
}
