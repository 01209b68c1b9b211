using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// Maps each step or pixel by itself: input (…, F), output (…, F′). Written for one step of one row; masks, padding, shards and memory are
/// handled around it.
/// </summary>
public abstract class StepOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _inputStride, _outputStride, _kept;

    /// <param name="builder">Of the layer.</param>
    /// <param name="input">The shape of the input.</param>
    /// <param name="output">The shape of the output, with as many positions.</param>
    /// <param name="kept">Values that the layer keeps of each step between forward and backward.</param>
    protected StepOp(LayerBuilder<T> builder, Shape input, Shape output, int kept = 0)
        : base(builder, input, output)
    {
        if (input.Positions != output.Positions)
            throw new ArgumentException(
                $"{Name} maps step to step, but its input {input} and output {output} have different numbers of steps.", nameof(output));
        (_inputStride, _outputStride, _kept) = (RowPadding.Pad(input.Features), RowPadding.Pad(output.Features), kept);
        CacheSize = checked(kept * input.Positions * builder.ShardRows);
    }

    /// <inheritdoc/>
    public sealed override int CacheSize { get; }

    /// <inheritdoc/>
    public sealed override bool SkipsPadding => true;

    /// <summary>Output from Input; may fill Kept.</summary>
    protected abstract void Forward(in StepRow<T> step);

    /// <summary>
    /// InputGradient, unless it is empty, from OutputGradient; adds the gradients of weights. Output is as Forward left it.
    /// </summary>
    protected abstract void Backward(in StepRow<T> step);

    /// <inheritdoc/>
    public sealed override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        ArgumentNullException.ThrowIfNull(pass);
        for (int row = 0; row < spans.Steps * pass.PaddedRows; row++)
        {
            Forward(new StepRow<T>(pass)
            {
                Input = spans.Input.Slice(row * _inputStride, Input.Features),
                Output = spans.Output.Slice(row * _outputStride, Output.Features),
                Kept = spans.Cache.Slice(row * _kept, _kept),
            });
        }
    }

    /// <inheritdoc/>
    public sealed override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        ArgumentNullException.ThrowIfNull(pass);
        for (int row = 0; row < spans.Steps * pass.PaddedRows; row++)
        {
            Span<T> gradient = spans.InputGradient.IsEmpty ? default : spans.InputGradient.Slice(row * _inputStride, _inputStride);
            Backward(new StepRow<T>(pass)
            {
                Input = spans.Input.Slice(row * _inputStride, Input.Features),
                InputGradient = gradient.IsEmpty ? gradient : gradient[..Input.Features],
                Output = spans.Output.Slice(row * _outputStride, Output.Features),
                OutputGradient = spans.OutputGradient.Slice(row * _outputStride, Output.Features),
                Kept = spans.Cache.Slice(row * _kept, _kept),
            });
            if (!gradient.IsEmpty)
                gradient[Input.Features..].Clear();
        }
    }
}

/// <summary>One step of one row in front of a <see cref="StepOp{T}"/>.</summary>
public readonly ref struct StepRow<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal StepRow(ShardPass<T> pass) => Pass = pass;

    /// <summary>The shard: whether it trains, scratch memory.</summary>
    public ShardPass<T> Pass { get; }

    /// <summary>Arithmetic over spans, as fast as this machine can.</summary>
    public SpanMath<T> Math => Pass.Math;

    /// <summary>x, F values.</summary>
    public ReadOnlySpan<T> Input { get; internal init; }

    /// <summary>y, F′ values: written by Forward.</summary>
    public Span<T> Output { get; internal init; }

    /// <summary>dL/dy, F′ values; may be overwritten.</summary>
    public Span<T> OutputGradient { get; internal init; }

    /// <summary>dL/dx, F values: written by Backward. Empty where nobody asks for it.</summary>
    public Span<T> InputGradient { get; internal init; }

    /// <summary>What is kept of the step between forward and backward.</summary>
    public Span<T> Kept { get; internal init; }

    /// <summary>Where the gradients of weights are added. In Backward only.</summary>
    public Span<T> GradientOf(Weights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Gradient(Pass);
    }
}
