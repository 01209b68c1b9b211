using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

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

    public override Shape[] GetOutputShapes(params Shape[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length < 2)
            return [GetOutputShape(inputs[0])];
        return [OutputOf(inputs)];
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        MergeMask mask = MergeMask.Of(builder, inputs);
        return new(CreateOp(builder, [.. inputs.Select(input => input.Shape)], mask), mask.Merged);
    }

    /// <summary>The layer at work.</summary>
    internal abstract MergeOp<T> CreateOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The shape of the output for two inputs or more.</summary>
    private protected virtual Shape OutputOf(Shape[] inputs) => inputs.All(shape => shape == inputs[0])
        ? inputs[0]
        : throw new UnrollException($"{Label} takes inputs of one shape, but {string.Join(", ", inputs)} were given.");
}

/// <summary>What all layers of several inputs share: which steps count, and the mask of the output.</summary>
internal abstract class MergeOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MergeMask _masks;

    protected MergeOp(LayerBuilder<T> builder, Shape[] inputs, Shape output, MergeMask masks)
        : base(builder, inputs[0], output) => _masks = masks;

    /// <summary>Where the inputs are padded alike.</summary>
    public sealed override bool SkipsPadding => _masks.AllPaddedAlike;

    public sealed override int OutputSteps(ShardPass<T> pass, int inputSteps) => SkipsPadding
        ? pass.StepsOf(_masks.Merged, Output.Positions)
        : Output.Positions;

    public sealed override bool MarksAlone => true;

    public sealed override bool MarksByValues => false;

    public sealed override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<bool> mask = pass.Mask(_masks.Merged);
        mask.Clear();
        for (int i = 0; i < Output.Steps * pass.PaddedRows; i++)
        {
            mask[i] = true;
            foreach (StepMask input in _masks.Given)
                mask[i] &= pass.Mask(input)[i];
        }
    }

    public sealed override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (_masks.Given.Length > 1)
            Mark(pass, spans);
        Forward(pass, spans, OutputSteps(pass, 0) * pass.PaddedRows);
    }

    public sealed override void Backward(ShardPass<T> pass, in LayerSpans<T> spans) =>
        Backward(pass, spans, OutputSteps(pass, 0) * pass.PaddedRows);

    /// <summary>For the first rows of the slabs.</summary>
    protected abstract void Forward(ShardPass<T> pass, in LayerSpans<T> spans, int rows);

    protected abstract void Backward(ShardPass<T> pass, in LayerSpans<T> spans, int rows);
}

/// <summary>The masks of several inputs, and the one of what is made of them.</summary>
/// <param name="Given">Those that the inputs have, each once.</param>
/// <param name="Merged">A step counts where it counts in all of them.</param>
/// <param name="AllPaddedAlike">Whether all inputs have one mask, of padding.</param>
internal sealed record MergeMask(StepMask[] Given, StepMask Merged, bool AllPaddedAlike)
{
    public static MergeMask Of<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        StepMask[] given = [.. inputs.Select(input => input.Mask).Where(mask => mask.Exists).Distinct()];
        StepMask merged = given.Length switch
        {
            0 => default,
            1 => given[0],
            _ => builder.AddMask(given.Any(mask => mask.IsPadding)),
        };
        return new MergeMask(given, merged, merged.IsPadding && inputs.All(input => input.Mask == merged));
    }
}
