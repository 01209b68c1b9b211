using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Several recurrent layers one upon the other as one layer (Graves 2013), which takes and gives the states of all of them: each reads the
/// sequence that the one below it returns. It computes what the layers would, given to a model one after the other. Input (T, F), output
/// h of the last layer: (H), or (T, H) with <see cref="ReturnSequences"/>. In a graph the initial states of all layers may follow the
/// sequence: h, and c of an LSTM, from the lowest layer up. Parameters are named by number: <c>stacked_recurrent_1/lstm_1/kernel</c>.
/// </summary>
/// <param name="Layers">From the lowest up, at least one. What they say about their names, returned sequences and returned states is not
/// looked at.</param>
public sealed record StackedRecurrent(params IReadOnlyList<Recurrent> Layers) : Layer
{
    /// <summary>The layers, the first one first.</summary>
    public IReadOnlyList<Recurrent> Layers { get; } = Layers is { Count: > 0 } && Layers.All(layer => layer is not null)
        ? [.. Layers]
        : throw new ArgumentException("A stack needs at least one recurrent layer, and none may be null.", nameof(Layers));

    /// <summary>True: the output is h of every step of the last layer, (T, H). False: h of its last step, (H).</summary>
    public bool ReturnSequences { get; init; }

    /// <summary>True: the final states of all layers are further outputs, from the lowest layer up, each (H of its layer).</summary>
    public bool ReturnState { get; init; }

    protected internal override string Kind => "stacked_recurrent";

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override int RecurrentUnits => Layers.Max(layer => layer.Units);

    internal override bool IsStateful => Layers.Any(layer => layer.Stateful);

    protected internal override IReadOnlyList<LayerState> States =>
        [.. Parts.SelectMany(layer => layer.States.Select(state => new LayerState($"{layer.Name}/{state.Name}", state.Units)))];

    internal override bool ReturnsStates => ReturnState;

    /// <summary>The layers as they stand in the stack.</summary>
    private IEnumerable<Recurrent> Parts => Layers.Select((layer, i) => layer with
    {
        Name = $"{layer.Kind}_{i + 1}",
        ReturnSequences = ReturnSequences || i < Layers.Count - 1,
        ReturnState = ReturnState,
    });

    public override Shape GetOutputShape(Shape input) => Parts.Aggregate(input, (shape, layer) => layer.GetOutputShape(shape));

    public bool Equals(StackedRecurrent? other) =>
        base.Equals(other) && (ReturnSequences, ReturnState) == (other.ReturnSequences, other.ReturnState)
            && Layers.SequenceEqual(other.Layers);

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), ReturnSequences, ReturnState, Layers.Count, Layers[0]);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        Build(builder, inputs[0], fromTheEnd: false);

    /// <summary>The same; or all layers take the steps from the last to the first, and return sequences in the order of time.</summary>
    internal BuiltLayer<T> Build<T>(LayerBuilder<T> builder, LayerInput input, bool fromTheEnd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var parts = new List<RecurrentOp<T>>();
        foreach (Recurrent layer in Parts)
        {
            Recurrent part = fromTheEnd ? layer with { GoBackwards = true } : layer;
            (RecurrentOp<T> op, StepMask mask) = part.Build(builder.Child(layer.Name!), input, fromTheEnd);
            parts.Add(op);
            input = new LayerInput(op.Output, mask);
        }

        return new(new StackedRecurrentOp<T>(builder, [.. parts]), input.Mask);
    }
}

internal sealed class StackedRecurrentOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RecurrentOp<T>[] _parts;

    // For each part where its cache lies in the stack's, and how many states the parts below it have.
    private readonly int[] _cacheAt, _states;

    // For each part but the last where its output lies, and that output's gradient after it, each of so many values.
    private readonly int[] _outputAt, _outputSize;

    public StackedRecurrentOp(LayerBuilder<T> builder, RecurrentOp<T>[] parts)
        : base(builder, parts[0].Input, parts[^1].Output)
    {
        int shardRows = builder.ShardRows;
        _parts = parts;
        (_cacheAt, _states, _outputAt, _outputSize) =
            (new int[parts.Length], new int[parts.Length], new int[parts.Length - 1], new int[parts.Length - 1]);
        for (int i = 0; i < parts.Length; i++)
        {
            (_cacheAt[i], _states[i]) = (CacheSize, i == 0 ? 0 : _states[i - 1] + parts[i - 1].States.Count);
            CacheSize = checked(CacheSize + parts[i].CacheSize);
            if (i == parts.Length - 1)
                break;
            (_outputAt[i], _outputSize[i]) =
                (CacheSize, checked(parts[i].Output.Steps * shardRows * RowPadding.Pad(parts[i].Output.Features)));
            CacheSize = checked(CacheSize + 2 * _outputSize[i]);
        }
    }

    public override int CacheSize { get; }

    internal override IEnumerable<RecurrentOp<T>> RecurrentParts => _parts;

    public override bool SkipsPadding => true;

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => StepsOf(_parts.Length, pass, inputSteps);

    internal override int MostThreads(ShardPass<T> pass)
    {
        int most = 1;
        foreach (RecurrentOp<T> part in _parts)
            most = Math.Max(most, part.MostThreads(pass));
        return most;
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        PhaseWorker worker = MostThreads(pass) > 1 ? pass.Worker : pass.Alone;
        for (int i = 0; i < _parts.Length; i++)
        {
            bool alone = _parts[i].MostThreads(pass) == 1;
            if (worker.IsFirst || !alone)
                _parts[i].Forward(pass, Part(pass, spans, i));
            if (alone)
                worker.Wait();
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        PhaseWorker worker = MostThreads(pass) > 1 ? pass.Worker : pass.Alone;
        for (int i = _parts.Length - 1; i >= 0; i--)
        {
            bool alone = _parts[i].MostThreads(pass) == 1;
            if (worker.IsFirst || !alone)
                _parts[i].Backward(pass, Part(pass, spans, i));
            if (alone)
                worker.Wait();
        }
    }

    internal override void Trace(ShardPass<T> pass, in LayerSpans<T> spans, TraceBuilder trace)
    {
        for (int i = 0; i < _parts.Length; i++)
            _parts[i].Trace(pass, Part(pass, spans, i), trace);
    }

    /// <summary>One layer's share of the memory: the input of all but the first is the output of the layer below.</summary>
    private LayerSpans<T> Part(ShardPass<T> pass, in LayerSpans<T> spans, int number)
    {
        bool isFirst = number == 0, isLast = number == _parts.Length - 1;
        return spans with
        {
            Input = isFirst ? spans.Input : Between(spans, number - 1, 0),
            InputGradient = isFirst ? spans.InputGradient : Between(spans, number - 1, 1),
            Output = isLast ? spans.Output : Between(spans, number, 0),
            OutputGradient = isLast ? spans.OutputGradient : Between(spans, number, 1),
            Cache = spans.Cache.Slice(_cacheAt[number], _parts[number].CacheSize),
            FirstState = spans.FirstState + _states[number],
            Steps = StepsOf(number, pass, spans.Steps),
        };
    }

    /// <summary>How many steps of a layer's input are computed: one below that reverses its sequence puts the padding first.</summary>
    private int StepsOf(int number, ShardPass<T> pass, int inputSteps)
    {
        int steps = inputSteps;
        for (int i = 0; i < number; i++)
            steps = _parts[i].OutputSteps(pass, steps);
        return steps;
    }

    private Span<T> Between(in LayerSpans<T> spans, int lower, int which) =>
        spans.Cache.Slice(_outputAt[lower] + which * _outputSize[lower], _outputSize[lower]);
}
