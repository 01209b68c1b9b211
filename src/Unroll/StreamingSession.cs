using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A model that takes one observation at a time and keeps its states: what <see cref="Model.Predict(float[])"/> computes for the
/// sequence so far, to the last bit, at the cost of one time step. It has a copy of the weights from the moment it was made.
/// </summary>
public sealed class StreamingSession
{
    private readonly Network<float> _network;
    private readonly Observation _observation;
    private readonly float[] _output;

    internal StreamingSession(Model model)
    {
        Network<float> whole = model.Network;
        foreach (RecurrentOp<float> op in whole.RecurrentParts)
        {
            if (((Recurrent)op.Layer).GoBackwards)
                throw new UnrollException($"{op.Name} reads its sequence from the end, which a stream does not have. Use forward layers for streaming.");
        }

        Graph graph = whole.Graph;
        if (graph.Inputs.Length > 1)
            throw new UnrollException($"A stream needs a model of one sequence, but this one has {graph.Inputs.Length} inputs. Cut out a part of one input with Part.");
        Node sequence = graph.Inputs[0];
        bool ofTokens = sequence.Shape.Rank == 1 && graph.Uses.Where(use => use.Inputs.Contains(sequence)).All(use => use.Layer is Embedding);
        if (sequence.Shape.Rank != 2 && !ofTokens)
            throw new UnrollException($"A stream needs a model of sequences (time steps, features), or of tokens that an Embedding takes, but this one takes inputs of shape {sequence.Shape}.");
        foreach (LayerUse use in graph.Uses)
        {
            if (!use.Layer.GoesStepByStep(use.Inputs[0].Shape))
                throw new UnrollException($"{graph.NameOf(use)} needs more than one time step at once, which a stream does not have. Stream a model whose layers go step by step, as recurrent and dense ones do.");
        }

        // The same layers for sequences of one step.
        (Node[] inputs, Node[] outputs) = GraphPart.Cut(graph, [(sequence, Node.Input(ofTokens ? new Shape(1) : new Shape(1, sequence.Shape.Features), sequence.Name))], graph.Outputs, whole.IsPadded);
        _network = new Network<float>(new Graph(inputs, outputs), whole.Kernels, threads: 1);
        _network.Parameters.CopyFrom(whole.Parameters);
        _observation = new Observation(new float[_network.InputSize]);
        _output = new float[_network.OutputSize];
        Reset();
    }

    /// <summary>Observations taken since the start or the last <see cref="Reset"/>.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes the next observation.</summary>
    /// <param name="features">F values; of a model of tokens the number of one token.</param>
    /// <returns>The output after it: (Units) of the last layer, of several outputs one after the other; overwritten by the next step.</returns>
    /// <exception cref="UnrollException">The number is no token of the model's embedding.</exception>
    public ReadOnlySpan<float> Step(params ReadOnlySpan<float> features)
    {
        if (features.Length != _observation.Values.Length)
            throw new ArgumentException($"An observation has {_observation.Values.Length} features, but {features.Length} were given.", nameof(features));
        features.CopyTo(_observation.Values);
        _network.Predict(_observation, _output);
        foreach (RecurrentOp<float> op in _network.RecurrentParts)
            _network.StatesOf(op).Carry();
        Steps++;
        return _output;
    }

    /// <summary>Forgets all observations.</summary>
    public void Reset()
    {
        foreach (RecurrentOp<float> op in _network.RecurrentParts)
        {
            _network.StatesOf(op).Clear();
            _network.StatesOf(op).Reserve(1);
        }

        Steps = 0;
    }

    /// <summary>A batch of one row.</summary>
    private sealed class Observation(float[] values) : IBatch<float>
    {
        public float[] Values => values;

        public int Rows => 1;

        public void CopyInput(int row, Span<float> destination) => values.CopyTo(destination);

        public void CopyTarget(int row, Span<float> destination) => throw new NotSupportedException("An observation has no target.");
    }
}
