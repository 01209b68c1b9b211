using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll.Layers;

/// <summary>
/// A layer of a graph that makes one value of several: <c>new Add().Apply(a, b)</c>. A step is masked where it is masked in any of the
/// inputs. No parameters.
/// </summary>
public abstract record Merge : Layer
{
    private protected Merge()
    {
    }

    public override Shape GetOutputShape(Shape input) =>
        throw new UnrollException($"{Label} takes two or more inputs, but one was given. In a graph: new {GetType().Name}().Apply(a, b).");

    internal override Shape[] GetOutputShapes(Shape[] inputs)
    {
        if (inputs.Length < 2)
            return [GetOutputShape(inputs[0])];
        return [OutputOf(inputs)];
    }

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => Build(builder, [input]);

    /// <summary>The shape of the output for two inputs or more.</summary>
    private protected virtual Shape OutputOf(Shape[] inputs) => inputs.All(shape => shape == inputs[0])
        ? inputs[0]
        : throw new UnrollException($"{Label} takes inputs of one shape, but {string.Join(", ", inputs)} were given.");
}

/// <summary>What all layers of several inputs share: which steps count, and the mask of the output.</summary>
internal abstract class MergeOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] _masks;
    private readonly int _mask;

    protected MergeOp(Layer options, LayerBuilder<T> builder, Shape[] inputs, Shape output)
        : base(options, builder.LayerName, inputs[0], output)
    {
        _masks = [.. builder.InputMasks.Where(mask => mask >= 0).Distinct()];
        builder.Mask = _mask = _masks.Length switch
        {
            0 => -1,
            1 => _masks[0],
            _ => builder.AddMask(_masks.Any(builder.IsPadding)),
        };
        SkipsPadding = _mask >= 0 && builder.IsPadding(_mask) && builder.InputMasks.All(mask => mask == _mask);
    }

    /// <summary>Where the inputs are padded alike.</summary>
    public sealed override bool SkipsPadding { get; }

    public sealed override int OutputSteps(ShardPass<T> pass, int inputSteps) => SkipsPadding ? pass.StepsOf(_mask, Output.Positions) : Output.Positions;

    public sealed override bool MarksAlone => true;

    public sealed override bool MarksByValues => false;

    public sealed override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<bool> mask = pass.Mask(_mask);
        mask.Clear();
        for (int i = 0; i < Output.Steps * pass.PaddedRows; i++)
        {
            mask[i] = true;
            foreach (int input in _masks)
                mask[i] &= pass.Mask(input)[i];
        }
    }

    public sealed override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (_masks.Length > 1)
            Mark(pass, spans);
        Forward(pass, spans, OutputSteps(pass, 0) * pass.PaddedRows);
    }

    public sealed override void Backward(ShardPass<T> pass, in LayerSpans<T> spans) => Backward(pass, spans, OutputSteps(pass, 0) * pass.PaddedRows);

    /// <summary>For the first rows of the slabs.</summary>
    protected abstract void Forward(ShardPass<T> pass, in LayerSpans<T> spans, int rows);

    protected abstract void Backward(ShardPass<T> pass, in LayerSpans<T> spans, int rows);
}
