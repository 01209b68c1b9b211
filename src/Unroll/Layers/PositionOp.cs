using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>Where the positions along one extent of a layer's output come from: input position i / Repeats − Before, or nowhere.</summary>
/// <param name="Input">Positions of the input.</param>
/// <param name="Output">Positions of the output.</param>
/// <param name="Before">Positions that come before those of the input; below 0: how many of the input are left out.</param>
/// <param name="Repeats">How often each comes.</param>
internal readonly record struct PositionAxis(int Input, int Output, int Before = 0, int Repeats = 1)
{
    /// <summary>An extent of a layer's input with positions before and after it; below 0: without so many.</summary>
    /// <exception cref="UnrollException">Nothing is left, or too much.</exception>
    public static PositionAxis Of(string label, Shape input, int extent, long before, long after)
    {
        long output = before + input[extent] + after;
        if (output is < 1 or > int.MaxValue)
            throw new UnrollException($"{label} makes {output} of {input[extent]} positions of an input of shape {input}. There must be "
                + $"at least 1, and {int.MaxValue} at most.");
        return new PositionAxis(input[extent], (int)output, (int)before);
    }

    /// <exception cref="OverflowException">There are too many.</exception>
    public static PositionAxis Repeat(int input, int repeats) => new(input, checked(input * repeats), 0, repeats);

    /// <summary>The input position of an output position, or −1.</summary>
    public int Source(int position)
    {
        int source = position / Repeats - Before;
        return (uint)source < (uint)Input ? source : -1;
    }

    /// <exception cref="UnrollException">The layer's input has another rank.</exception>
    public static void Require(string label, Shape input, int rank)
    {
        if (input.Rank != rank)
            throw new UnrollException(rank == 2
                ? $"{label} takes sequences of shape (time steps, features), but its input has shape {input}. Set ReturnSequences on the "
                    + "recurrent layer before it, or reshape the input."
                : $"{label} takes images of shape (height, width, channels), but its input has shape {input}. Reshape the input; an "
                    + "image of one channel ends in 1.");
    }
}

/// <summary>
/// A layer at work whose output positions are input positions, with all their features, or zero. Masks end there; steps at the end that are
/// padding are read as zeros.
/// </summary>
/// <param name="builder">Of the layer.</param>
/// <param name="input">The shape of the input.</param>
/// <param name="axes">One for the steps of a sequence, or those of rows and columns of an image.</param>
internal sealed class PositionOp<T>(LayerBuilder<T> builder, Shape input, params PositionAxis[] axes)
    : LayerOp<T>(builder, input, new Shape([.. axes.Select(axis => axis.Output), input.Features]))
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PositionAxis _down = axes.Length == 2 ? axes[0] : new PositionAxis(1, 1), _across = axes[^1];
    private readonly int _stride = RowPadding.Pad(input.Features);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int block = pass.PaddedRows * _stride, at = 0;
        for (int i = 0; i < _down.Output; i++)
        {
            for (int j = 0; j < _across.Output; j++, at += block)
            {
                int source = Source(i, j);
                if (source < 0)
                    spans.Output.Slice(at, block).Clear();
                else
                    spans.Input.Slice(source * block, block).CopyTo(spans.Output[at..]);
            }
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        spans.InputGradient.Clear();
        int block = pass.PaddedRows * _stride, at = 0;
        for (int i = 0; i < _down.Output; i++)
        {
            for (int j = 0; j < _across.Output; j++, at += block)
            {
                int source = Source(i, j);
                if (source >= 0)
                    pass.Kernels.Add(spans.InputGradient.Slice(source * block, block), spans.OutputGradient.Slice(at, block));
            }
        }
    }

    private int Source(int row, int column)
    {
        int down = _down.Source(row), across = _across.Source(column);
        return down < 0 || across < 0 ? -1 : down * _across.Input + across;
    }
}
