using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A model for sequences of one step, made once for all its streams. It reads the model's weights, and the streams' states go in and come
/// out with each step, so that a stream is no more than its states.
/// </summary>
internal sealed class StreamGraph
{
    /// <summary>Multiply-adds, some 100 µs of one thread, from which on a step is shared out to several.</summary>
    private const int ProductsOfLargeStep = 1 << 22;
    private readonly BuiltGraph<float> _built;

    private readonly Network<float> _first;
    private readonly WeightsLock.Seat _seat;

    // Where each state begins in those of a stream.
    private readonly int[] _at;

    /// <exception cref="UnrollException">The model does not go step by step.</exception>
    public StreamGraph(Network<float> whole, int threads)
    {
        foreach (RecurrentOp<float> op in whole.RecurrentParts)
        {
            if (op.Layer.GoBackwards)
            {
                throw new UnrollException(
                    $"{op.Name} reads its sequence from the end, which a stream does not have. Use forward layers for streaming.");
            }
        }

        Graph graph = whole.Graph;
        if (graph.Inputs.Length > 1)
        {
            throw new UnrollException(
                $"A stream needs a model of one sequence, but this one has {graph.Inputs.Length} inputs. "
                + "Cut out a part of one input with Part.");
        }

        Node sequence = graph.Inputs[0];
        bool ofTokens = sequence.Shape.Rank == 1
            && graph.Uses.Where(use => use.Inputs.Contains(sequence)).All(use => use.Layer is Embedding);
        if (sequence.Shape.Rank != 2 && !ofTokens)
        {
            throw new UnrollException(
                "A stream needs a model of sequences (time steps, features), or of tokens that an Embedding takes, but this one "
                + $"takes inputs of shape {sequence.Shape}.");
        }

        foreach (LayerUse use in graph.Uses)
        {
            if (!use.Layer.GoesStepByStep(use.Inputs[0].Shape))
            {
                throw new UnrollException(
                    $"{graph.NameOf(use)} needs more than one time step at once, which a stream does not have. "
                    + "Stream a model whose layers go step by step, as recurrent and dense ones do.");
            }

            if (use.Layer.RecurrentUnits > 0 && use.Inputs.Length > 1)
            {
                throw new UnrollException(
                    $"{graph.NameOf(use)} begins from what {graph.NameOf(use.Inputs[1])} is after the whole sequence, which a "
                    + "stream does not have. Stream the two parts one after the other, cut out with Part.");
            }
        }

        // The same layers for sequences of one step.
        Node step = Node.Input(ofTokens ? new Shape(1) : new Shape(1, sequence.Shape.Features), sequence.Name);
        (Node[] inputs, Node[] outputs) = GraphCut.Of(graph, [(sequence, step)], graph.Outputs, whole.IsPadded);
        _built = new BuiltGraph<float>(new Graph(inputs, outputs), whole.Built);
        Runs = new RunPool(_built, threads, carriesStates: false);
        (_first, _seat) = (new Network<float>(_built, threads: 1), _built.Weights.AddSeat());
        _at = new int[_built.States.Length];
        for (int i = 0; i < _at.Length; i++)
        {
            _at[i] = StateSize;
            StateSize += _built.States[i].Units;
        }
    }

    public RunPool Runs { get; }

    /// <summary>The graph of one step.</summary>
    public BuiltGraph<float> Built => _built;

    /// <summary>All states that a stream has.</summary>
    public StateSlot<float>[] States => _built.States;

    /// <summary>Values of all states of a stream.</summary>
    public int StateSize { get; }

    /// <summary>F, or 1 for a token.</summary>
    public int InputSize => _built.InputSize;

    /// <summary>Values of all outputs of a step.</summary>
    public int OutputSize => _built.OutputSize;

    /// <summary>The place of a state in those of a stream.</summary>
    public Range RangeOf(int state) => _at[state]..(_at[state] + States[state].Units);

    /// <summary>One step of each stream; all take it, or none.</summary>
    /// <param name="streams">S streams of this graph.</param>
    /// <param name="observations">[S, F].</param>
    /// <param name="outputs">[S, outputs].</param>
    public void Step(ReadOnlySpan<StreamingSession> streams, ReadOnlySpan<float> observations, Span<float> outputs)
    {
        RequireLengths(streams.Length, observations.Length, outputs.Length);
        int entered = 0;
        try
        {
            for (; entered < streams.Length; entered++)
                Enter(streams, entered);
            Run(streams, observations, outputs);
            foreach (StreamingSession stream in streams)
                stream.Steps++;
            if (streams.Length > 0)
                Telemetry.CountSteps(streams[0].Model, streams.Length);
        }
        finally
        {
            foreach (StreamingSession stream in streams[..entered])
                stream.Leave();
        }
    }

    private void Run(ReadOnlySpan<StreamingSession> streams, ReadOnlySpan<float> observations, Span<float> outputs)
    {
        if ((long)streams.Length * _built.Parameters.Count >= ProductsOfLargeStep)
        {
            using RunPool.Rental run = Runs.Rent();
            Run(run.Network, streams, observations, outputs);
            return;
        }

        // The rule: no other thread steps a stream at this moment.
        if (_seat.TryTake())
        {
            try
            {
                _first.PrepareOnce();
                Run(_first, streams, observations, outputs);
            }
            finally
            {
                _seat.Leave();
            }

            return;
        }

        using RunPool.Rental small = Runs.RentSmall();
        Run(small.Network, streams, observations, outputs);
    }

    private void Run(Network<float> network, ReadOnlySpan<StreamingSession> streams, ReadOnlySpan<float> observations, Span<float> outputs)
    {
        observations.CopyTo(network.InputRows(streams.Length));
        for (int i = 0; i < _at.Length; i++)
        {
            StateSlot<float> slot = _built.States[i];
            RecurrentStates<float> states = network.StatesOf(slot.Op);
            if (slot.State == 0)
                states.Reserve(streams.Length);
            float[] rows = states.Initial[slot.State]!;
            for (int row = 0; row < streams.Length; row++)
                streams[row].States.AsSpan(_at[i], slot.Units).CopyTo(rows.AsSpan(row * slot.Units));
        }

        network.PredictRows().CopyTo(outputs);
        for (int i = 0; i < _at.Length; i++)
        {
            StateSlot<float> slot = _built.States[i];
            float[] rows = network.StatesOf(slot.Op).Final[slot.State]!;
            for (int row = 0; row < streams.Length; row++)
                rows.AsSpan(row * slot.Units, slot.Units).CopyTo(streams[row].States.AsSpan(_at[i]));
        }
    }

    private static void Enter(ReadOnlySpan<StreamingSession> streams, int index)
    {
        StreamingSession stream = streams[index];
        if (stream.TryEnter())
            return;
        int first = streams.IndexOf(stream);
        throw first < index
            ? new ArgumentException(
                $"Stream {index} is stream {first} once more. "
                + "Give each stream once; its observations go one after the other.", nameof(streams))
            : StreamingSession.InUse();
    }

    private void RequireLengths(int streams, int observations, int outputs)
    {
        if (observations != (long)streams * InputSize)
        {
            throw new ArgumentException(streams == 1
                ? $"An observation has {InputSize} features, but {observations} were given."
                : $"{streams} streams take {(long)streams * InputSize} values, {InputSize} each, but {observations} were given.",
                nameof(observations));
        }

        if (outputs != (long)streams * OutputSize)
        {
            throw new ArgumentException(
                $"{streams} step{(streams == 1 ? " gives" : "s give")} {(long)streams * OutputSize} values, but there is room for "
                + $"{outputs}.", nameof(outputs));
        }
    }
}
