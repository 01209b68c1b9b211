using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Applies a layer to every step of a sequence, with the same weights: input (T, ...), output (T, ...) of what <paramref name="Inner"/>
/// makes of one step. The parameters are those of the inner layer. The steps pass as further rows of the batch. A mask goes on where the
/// output is (T, F).
/// </summary>
/// <param name="Inner">
/// The layer; it sees one step as a whole input. A recurrent one starts from zero at each step. Its name is ignored.
/// </param>
public sealed record TimeDistributed(Layer Inner) : Layer
{
    /// <summary>The layer that is applied to every step.</summary>
    public Layer Inner
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = Inner ?? throw new ArgumentNullException(nameof(Inner));

    protected internal override string Kind => "time_distributed";

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override int RecurrentUnits => Inner.RecurrentUnits;

    internal override bool IsStateful => Inner.IsStateful;

    public override Shape GetOutputShape(Shape input)
    {
        if (input.Rank < 2)
            throw new UnrollException($"{Label} takes sequences of shape (time steps, ...), but its input has shape {input}.");
        if (IsStateful)
            throw new UnrollException($"{Label} cannot hold a stateful layer, because each step starts from zero. Turn Stateful off.");
        if (Inner.ReturnsStates)
            throw new UnrollException(
                $"{Label} cannot give the final states of its layer, which every step would have. Turn ReturnState off.");
        return new Shape([input.Steps, .. Inner.GetOutputShapes([StepOf(input)])[0].ToArray()]);
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        (Shape input, StepMask mask) = inputs[0];
        Shape output = GetOutputShape(input);
        BuiltLayer<T> inner = Inner.Build(builder.WithRows(checked(builder.ShardRows * input.Steps)), [new LayerInput(StepOf(input))]);
        if (inner.Mask.Exists)
            throw new UnrollException(
                $"{Label} cannot pass on the mask that {Inner.Kind} makes in every step. Leave the mask out, or mask the sequence before.");
        return new(new TimeDistributedOp<T>(builder, inner.Op, inputs[0], output), output.Rank == 2 ? mask : default);
    }

    private static Shape StepOf(Shape input) => new(input.ToArray()[1..]);
}

internal sealed class TimeDistributedOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LayerOp<T> _inner;
    private readonly StepMask _mask;
    private readonly int _innerCache, _inputSize, _outputSize;

    /// <summary>Where a step has several positions, the slab [T·Q, P, F] is brought to [Q, T·P, F] and back.</summary>
    private readonly bool _copiesInput, _copiesOutput;

    public TimeDistributedOp(LayerBuilder<T> builder, LayerOp<T> inner, LayerInput input, Shape output)
        : base(builder, input.Shape, output)
    {
        int shardRows = builder.ShardRows;
        (_inner, _mask, _innerCache) = (inner, input.Mask, inner.CacheSize);
        (_copiesInput, _copiesOutput) = (inner.Input.Positions > 1, inner.Output.Positions > 1);
        _inputSize = _copiesInput ? checked(Input.Positions * shardRows * RowPadding.Pad(Input.Features)) : 0;
        _outputSize = _copiesOutput ? checked(output.Positions * shardRows * RowPadding.Pad(output.Features)) : 0;
        CacheSize = checked(_innerCache + 2 * _inputSize + 2 * _outputSize);
    }

    /// <summary>The inner layer's cache; its input and output and their gradients, where they are copies.</summary>
    public override int CacheSize { get; }

    public override bool SkipsPadding => !_copiesInput && !_copiesOutput;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int steps = StepsOf(spans), rows = pass.PaddedRows;
        LayerSpans<T> inner = Inner(spans);
        if (_copiesInput)
            Exchange(spans.Input, inner.Input, steps, _inner.Input.Positions, rows * RowPadding.Pad(Input.Features));
        pass.TakeStepsAsRows(steps, _mask);
        _inner.Forward(pass, inner);
        pass.TakeRowsAsRows();
        if (_copiesOutput)
            Exchange(inner.Output, spans.Output, _inner.Output.Positions, steps, rows * RowPadding.Pad(Output.Features));
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int steps = StepsOf(spans), rows = pass.PaddedRows;
        LayerSpans<T> inner = Inner(spans);
        if (_copiesOutput)
            Exchange(spans.OutputGradient, inner.OutputGradient, steps, _inner.Output.Positions, rows * RowPadding.Pad(Output.Features));
        pass.TakeStepsAsRows(steps, _mask);
        _inner.Backward(pass, inner);
        pass.TakeRowsAsRows();
        if (_copiesInput && !spans.InputGradient.IsEmpty)
            Exchange(inner.InputGradient, spans.InputGradient, _inner.Input.Positions, steps, rows * RowPadding.Pad(Input.Features));
    }

    /// <summary>[first, second, block] to [second, first, block].</summary>
    private static void Exchange(ReadOnlySpan<T> source, Span<T> target, int first, int second, int block)
    {
        for (int i = 0; i < first; i++)
        {
            for (int j = 0; j < second; j++)
                source.Slice((i * second + j) * block, block).CopyTo(target[((j * first + i) * block)..]);
        }
    }

    private int StepsOf(in LayerSpans<T> spans) => SkipsPadding ? spans.Steps : Input.Steps;

    private LayerSpans<T> Inner(in LayerSpans<T> spans)
    {
        Span<T> inputs = spans.Cache[_innerCache..], outputs = inputs[(2 * _inputSize)..];
        return new LayerSpans<T>(_inner.Input.Positions)
        {
            Input = _copiesInput ? inputs[.._inputSize] : spans.Input,
            InputGradient = _copiesInput && !spans.InputGradient.IsEmpty ? inputs.Slice(_inputSize, _inputSize) : spans.InputGradient,
            Output = _copiesOutput ? outputs[.._outputSize] : spans.Output,
            OutputGradient = _copiesOutput ? outputs.Slice(_outputSize, _outputSize) : spans.OutputGradient,
            Cache = spans.Cache[.._innerCache],
        };
    }
}
