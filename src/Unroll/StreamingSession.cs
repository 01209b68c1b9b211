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

        if (whole.Input.Rank != 2)
            throw new UnrollException($"A stream needs a model of sequences (time steps, features), but this one takes inputs of shape {whole.Input}.");
        _network = new Network<float>(model.Layers, new Shape(1, whole.Input.Features), whole.Kernels, threads: 1);
        whole.Parameters.ReadOnlyValues.CopyTo(_network.Parameters.Values);
        _observation = new Observation(new float[whole.Input.Features]);
        _output = new float[_network.Output.Size];
        Reset();
    }

    /// <summary>Observations taken since the start or the last <see cref="Reset"/>.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes the next observation.</summary>
    /// <param name="features">F values.</param>
    /// <returns>The output after it: (Units) of the last layer; overwritten by the next step.</returns>
    public ReadOnlySpan<float> Step(params ReadOnlySpan<float> features)
    {
        if (features.Length != _observation.Values.Length)
            throw new ArgumentException($"An observation has {_observation.Values.Length} features, but {features.Length} were given.", nameof(features));
        features.CopyTo(_observation.Values);
        _network.Predict(_observation, _output);
        foreach (RecurrentOp<float> op in _network.RecurrentParts)
            op.States.Carry();
        Steps++;
        return _output;
    }

    /// <summary>Forgets all observations.</summary>
    public void Reset()
    {
        foreach (RecurrentOp<float> op in _network.RecurrentParts)
        {
            op.States.Clear();
            op.States.Reserve(1);
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
