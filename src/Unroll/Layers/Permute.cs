using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The extents of a value in another order, as in Keras: output extent n is input extent Order[n], from 1. <c>new Permute(2, 1)</c> makes
/// (F, T) of (T, F). Masks end here; steps at the end that are padding become zeros. No parameters.
/// </summary>
/// <param name="Order">The numbers 1 to the rank of the input, each once.</param>
public sealed record Permute(params IReadOnlyList<int> Order) : Layer
{
    /// <summary>The extents of the input in the order of the output, from 1.</summary>
    public IReadOnlyList<int> Order { get; } = Order is { Count: > 0 } && Order.Order().SequenceEqual(Enumerable.Range(1, Order.Count))
        ? [.. Order]
        : throw new ArgumentException("The order of extents has the numbers from 1 on, each once: 2, 1 for sequences.", nameof(Order));

    protected internal override string Kind => "permute";

    public bool Equals(Permute? other) => base.Equals(other) && Order.SequenceEqual(other.Order);

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Order.Count, Order[0]);

    public override Shape GetOutputShape(Shape input) => input.Rank == Order.Count
        ? new Shape([.. Order.Select(extent => input[extent - 1])])
        : throw new UnrollException($"{Label} orders {Order.Count} extents, but its input has shape {input}.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new PermuteOp<T>(Order, builder, inputs[0].Shape, GetOutputShape(inputs[0].Shape)));
}

internal sealed class PermuteOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Extents of the output, and how far one step along each of them goes among the values of the input.</summary>
    private readonly int[] _extents, _strides;

    public PermuteOp(IReadOnlyList<int> order, LayerBuilder<T> builder, Shape input, Shape output)
        : base(builder, input, output)
    {
        (_extents, _strides) = (output.ToArray(), new int[order.Count]);
        for (int n = 0; n < order.Count; n++)
            _strides[n] = input.ToArray()[order[n]..].Aggregate(1, (product, extent) => product * extent);
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans) =>
        Walk(pass.PaddedRows, spans.Input, spans.Output, forward: true);

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        spans.InputGradient.Clear();
        Walk(pass.PaddedRows, spans.InputGradient, spans.OutputGradient, forward: false);
    }

    /// <summary>Copies every value of the input to its place in the output, or back.</summary>
    private void Walk(int rows, Span<T> input, Span<T> output, bool forward)
    {
        int inputStride = RowPadding.Pad(Input.Features), outputStride = RowPadding.Pad(Output.Features), across = _strides[^1];
        for (int position = 0; position < Output.Positions; position++)
        {
            int first = 0;
            for (int n = _extents.Length - 2, rest = position; n >= 0; rest /= _extents[n], n--)
                first += rest % _extents[n] * _strides[n];
            for (int feature = 0; feature < Output.Features; feature++)
            {
                (int from, int fromFeature) = Math.DivRem(first + feature * across, Input.Features);
                int source = from * rows * inputStride + fromFeature, target = position * rows * outputStride + feature;
                for (int row = 0; row < rows; row++, source += inputStride, target += outputStride)
                {
                    if (forward)
                        output[target] = input[source];
                    else
                        input[source] = output[target];
                }
            }
        }
    }
}
