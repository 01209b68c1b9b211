using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>The sum of several inputs of one shape, which the output has too.</summary>
public sealed record Add : Merge
{
    protected internal override string Kind => "add";

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override MergeOp<T> CreateOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask) =>
        new SumOp<T>(builder, inputs, mask, T.One);
}

/// <summary>The mean of several inputs of one shape, which the output has too.</summary>
public sealed record Average : Merge
{
    protected internal override string Kind => "average";

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override MergeOp<T> CreateOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask) =>
        new SumOp<T>(builder, inputs, mask, T.One / T.CreateChecked(inputs.Length));
}

/// <summary>The product, element by element, of several inputs of one shape, which the output has too.</summary>
public sealed record Multiply : Merge
{
    protected internal override string Kind => "multiply";

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override MergeOp<T> CreateOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask) =>
        new ProductOp<T>(builder, inputs, mask);
}

internal sealed class SumOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask, T factor)
    : MergeOp<T>(builder, inputs, inputs[0], mask)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(inputs[0].Features);

    protected override void Forward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        int size = rows * _stride;
        Span<T> output = spans.Output[..size];
        spans.Input[..size].CopyTo(output);
        for (int i = 1; i < spans.InputCount; i++)
            pass.Kernels.Add(output, spans.InputAt(i)[..size]);
        if (factor != T.One)
            pass.Kernels.Scale(output, factor);
    }

    protected override void Backward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        Span<T> gradient = spans.OutputGradient[..(rows * _stride)];
        if (factor != T.One)
            pass.Kernels.Scale(gradient, factor);
        for (int i = 0; i < spans.InputCount; i++)
        {
            if (spans.InputGradientAt(i) is { IsEmpty: false } target)
                gradient.CopyTo(target);
        }
    }
}

internal sealed class ProductOp<T>(LayerBuilder<T> builder, Shape[] inputs, MergeMask mask)
    : MergeOp<T>(builder, inputs, inputs[0], mask)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(inputs[0].Features);

    protected override void Forward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        int size = rows * _stride;
        spans.Input[..size].CopyTo(spans.Output);
        for (int i = 1; i < spans.InputCount; i++)
            pass.Kernels.MultiplyBy(spans.Output[..size], spans.InputAt(i)[..size]);
    }

    /// <summary>
    /// Each input's gradient is that of the output times all other inputs; a quotient would not do, since inputs may be 0.
    /// </summary>
    protected override void Backward(ShardPass<T> pass, in LayerSpans<T> spans, int rows)
    {
        int size = rows * _stride;
        for (int i = 0; i < spans.InputCount; i++)
        {
            Span<T> gradient = spans.InputGradientAt(i);
            if (gradient.IsEmpty)
                continue;
            spans.OutputGradient[..size].CopyTo(gradient);
            for (int j = 0; j < spans.InputCount; j++)
            {
                if (j != i)
                    pass.Kernels.MultiplyBy(gradient[..size], spans.InputAt(j)[..size]);
            }
        }
    }
}
