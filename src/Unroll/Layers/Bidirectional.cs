using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>How the two halves of a <see cref="Bidirectional"/> layer become one output.</summary>
public enum MergeMode
{
    /// <summary>Forward features, then backward features: (2H) or (T, 2H).</summary>
    Concat,

    /// <summary>forward + backward.</summary>
    Sum,

    /// <summary>forward ∘ backward.</summary>
    Multiply,

    /// <summary>(forward + backward)/2.</summary>
    Average,

    /// <summary>Kept apart, forward first, along the first extent: (2, H) or (2T, H).</summary>
    None,
}

/// <summary>
/// Two copies of a recurrent layer with weights of their own, one reading the sequence forwards and one backwards (Schuster and Paliwal
/// 1997). A returned sequence of the backward copy is put back into the order of time. Input (T, F), output as <see cref="MergeMode"/>
/// says. In a graph the initial states may follow the sequence, those of the forward copy before those of the backward one: h, c, h, c of
/// an LSTM; where the inner layer returns its states, <see cref="Node.States"/> has the final ones in the same order, as in Keras.
/// </summary>
/// <param name="Inner">
/// The layer to double: a recurrent one, or a <see cref="StackedRecurrent"/> of layers that go forwards. Its name is ignored.
/// </param>
/// <exception cref="ArgumentException">The inner layer is another one, or a stack in which one goes backwards.</exception>
public sealed record Bidirectional(Layer Inner) : Layer
{
    /// <summary>The layer to double: a recurrent one, or a stack of layers that go forwards.</summary>
    public Layer Inner { get; init => field = Check(value); } = Check(Inner);

    /// <summary>How the outputs of the two directions become one (concatenated).</summary>
    public MergeMode MergeMode { get; init => field = Option.Known(value); } = MergeMode.Concat;

    protected internal override string Kind => "bidirectional";

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override int RecurrentUnits => Inner.RecurrentUnits;

    internal override bool IsStateful => Inner.IsStateful;

    protected internal override IReadOnlyList<LayerState> States =>
        [.. StatesOf("forward"), .. StatesOf("backward")];

    internal override bool ReturnsStates => Inner.ReturnsStates;

    public override Shape GetOutputShape(Shape input)
    {
        Shape one = Inner.GetOutputShape(input);
        return (MergeMode, one.Rank) switch
        {
            (MergeMode.Concat, 1) => new Shape(checked(2 * one.Features)),
            (MergeMode.Concat, _) => new Shape(one.Steps, checked(2 * one.Features)),
            (MergeMode.None, _) => new Shape(checked(2 * one.Steps), one.Features),
            _ => one,
        };
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        LayerOp<T> forward = Half(builder.Child("forward"), inputs[0], fromTheEnd: false);
        LayerOp<T> backward = Half(builder.Child("backward"), inputs[0], fromTheEnd: true);
        var op = new BidirectionalOp<T>(this, builder, forward, backward, inputs[0].Shape);
        return new(op, forward.Output.Rank == 2 && MergeMode != MergeMode.None ? inputs[0].Mask : default);
    }

    private IEnumerable<LayerState> StatesOf(string half) =>
        Inner.States.Select(state => new LayerState($"{half}/{state.Name}", state.Units));

    private static Layer Check(Layer inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner is not (Recurrent or StackedRecurrent))
            throw new ArgumentException(
                $"Bidirectional doubles a recurrent layer or StackedRecurrent, but {inner.GetType().Name} was given.", nameof(inner));
        if (inner is StackedRecurrent stack && stack.Layers.Any(layer => layer.GoBackwards))
            throw new ArgumentException(
                "Bidirectional reverses all layers of a stack, so none may have GoBackwards. Leave it out.", nameof(inner));
        return inner;
    }

    private LayerOp<T> Half<T>(LayerBuilder<T> builder, LayerInput input, bool fromTheEnd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Inner is StackedRecurrent stack)
            return stack.Build(builder, input, fromTheEnd).Op;
        var layer = (Recurrent)Inner;
        bool backwards = layer.GoBackwards != fromTheEnd;
        return (layer with { GoBackwards = backwards }).Build(builder, input, reversesOutput: backwards).Op;
    }
}

internal sealed class BidirectionalOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LayerOp<T> _forward, _backward;

    /// <summary>How many states each half has.</summary>
    private readonly int _states;
    private readonly MergeMode _mode;
    private readonly int _units, _half, _input;

    public BidirectionalOp(Bidirectional options, LayerBuilder<T> builder, LayerOp<T> forward, LayerOp<T> backward, Shape input)
        : base(builder, input, options.GetOutputShape(input))
    {
        int shardRows = builder.ShardRows;
        (_forward, _backward, _mode, _units) = (forward, backward, options.MergeMode, forward.Output.Features);
        _states = options.Inner.States.Count;
        _half = checked(forward.Output.Steps * shardRows * RowPadding.Pad(_units));
        _input = checked(input.Steps * shardRows * RowPadding.Pad(input.Features));
    }

    /// <summary>The halves' caches, their outputs and output gradients, and one input gradient.</summary>
    public override int CacheSize => checked(_forward.CacheSize + _backward.CacheSize + 4 * _half + _input);

    internal override IEnumerable<RecurrentOp<T>> RecurrentParts => _forward.RecurrentParts.Concat(_backward.RecurrentParts);

    public override bool SkipsPadding => _mode != MergeMode.None;

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => _mode != MergeMode.None && Output.Rank == 2
        ? inputSteps
        : Output.Positions;

    internal override int MostThreads(ShardPass<T> pass) => _forward.MostThreads(pass);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        LayerSpans<T> first = Half(spans, 0), second = Half(spans, 1);
        _forward.Forward(pass, first);
        _backward.Forward(pass, second);
        PhaseWorker worker = WorkerOf(pass);
        if (worker.IsFirst)
            Merge(pass, spans, first, second);
        worker.Wait();
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        LayerSpans<T> first = Half(spans, 0), second = Half(spans, 1);
        PhaseWorker worker = WorkerOf(pass);
        if (worker.IsFirst)
            Divide(pass, spans, first, second);
        worker.Wait();
        _forward.Backward(pass, first);
        _backward.Backward(pass, second);
        if (worker.IsFirst && !spans.InputGradient.IsEmpty)
        {
            int inputs = spans.Steps * pass.PaddedRows * RowPadding.Pad(Input.Features);
            pass.Kernels.Add(spans.InputGradient[..inputs], second.InputGradient[..inputs]);
        }

        worker.Wait();
    }

    internal override void Trace(ShardPass<T> pass, in LayerSpans<T> spans, TraceBuilder trace)
    {
        _forward.Trace(pass, Half(spans, 0), trace);
        _backward.Trace(pass, Half(spans, 1), trace);
    }

    private PhaseWorker WorkerOf(ShardPass<T> pass) => MostThreads(pass) > 1 ? pass.Worker : pass.Alone;

    /// <summary>The output from those of the halves.</summary>
    private void Merge(ShardPass<T> pass, in LayerSpans<T> spans, in LayerSpans<T> first, in LayerSpans<T> second)
    {
        int rows = OutputRows(spans) * pass.PaddedRows, stride = RowPadding.Pad(_units), size = rows * stride;
        Span<T> a = first.Output[..size], b = second.Output[..size];
        switch (_mode)
        {
            case MergeMode.Concat:
                int wide = RowPadding.Pad(2 * _units);
                for (int row = 0; row < rows; row++)
                {
                    a.Slice(row * stride, _units).CopyTo(spans.Output[(row * wide)..]);
                    b.Slice(row * stride, _units).CopyTo(spans.Output[(row * wide + _units)..]);
                }

                break;
            case MergeMode.None:
                a.CopyTo(spans.Output);
                b.CopyTo(spans.Output[size..]);
                break;
            default:
                a.CopyTo(spans.Output);
                if (_mode == MergeMode.Multiply)
                    pass.Kernels.MultiplyBy(spans.Output[..size], b);
                else
                    pass.Kernels.Add(spans.Output[..size], b);
                if (_mode == MergeMode.Average)
                    pass.Kernels.Scale(spans.Output[..size], T.CreateChecked(0.5));
                break;
        }
    }

    /// <summary>The gradients of the halves' outputs from that of the output.</summary>
    private void Divide(ShardPass<T> pass, in LayerSpans<T> spans, in LayerSpans<T> first, in LayerSpans<T> second)
    {
        int rows = OutputRows(spans) * pass.PaddedRows, stride = RowPadding.Pad(_units), size = rows * stride;
        Span<T> da = first.OutputGradient[..size], db = second.OutputGradient[..size];
        switch (_mode)
        {
            case MergeMode.Concat:
                int wide = RowPadding.Pad(2 * _units);
                da.Clear();
                db.Clear();
                for (int row = 0; row < rows; row++)
                {
                    spans.OutputGradient.Slice(row * wide, _units).CopyTo(da[(row * stride)..]);
                    spans.OutputGradient.Slice(row * wide + _units, _units).CopyTo(db[(row * stride)..]);
                }

                break;
            case MergeMode.None:
                spans.OutputGradient[..size].CopyTo(da);
                spans.OutputGradient.Slice(size, size).CopyTo(db);
                break;
            default:
                spans.OutputGradient[..size].CopyTo(da);
                if (_mode == MergeMode.Average)
                    pass.Kernels.Scale(da, T.CreateChecked(0.5));
                da.CopyTo(db);
                if (_mode == MergeMode.Multiply)
                {
                    pass.Kernels.MultiplyBy(da, second.Output[..size]);
                    pass.Kernels.MultiplyBy(db, first.Output[..size]);
                }

                break;
        }
    }

    /// <summary>Rows of time of each half's output that count.</summary>
    private int OutputRows(in LayerSpans<T> spans) => _forward.Output.Rank == 1 ? 1 : spans.Steps;

    /// <summary>One half's share of the memory: its output, that output's gradient and its cache lie in the layer's cache.</summary>
    private LayerSpans<T> Half(in LayerSpans<T> spans, int which)
    {
        Span<T> own = spans.Cache[(2 * which * _half)..], rest = spans.Cache[(4 * _half)..];
        return spans with
        {
            InputGradient = which == 0 || spans.InputGradient.IsEmpty ? spans.InputGradient : rest[.._input],
            Output = own[.._half],
            OutputGradient = own.Slice(_half, _half),
            Cache = which == 0 ? rest.Slice(_input, _forward.CacheSize) : rest.Slice(_input + _forward.CacheSize, _backward.CacheSize),
            FirstState = spans.FirstState + which * _states,
        };
    }
}
