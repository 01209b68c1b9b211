using Unroll.Layers;

namespace Unroll.Training;

/// <summary>
/// Loss and metrics on samples that are not trained on. Stateful layers begin them from zero, carry their states through them, and go on
/// in training where they were.
/// </summary>
internal sealed class Validator
{
    private const int ValidationRows = 256;
    private readonly Network<float> _network;
    private readonly Loss _loss;
    private readonly ISamples _samples;
    private readonly SampleBatch _batch;

    // Stateful layers keep a state a row, so their batches stay as large as in training.
    private readonly int _rows;

    public Validator(Network<float> network, TrainingOptions options, ISamples samples)
    {
        (_network, _loss, _samples, _batch) = (network, options.Loss, samples, new SampleBatch(samples, null));
        _rows = Math.Min(network.StatefulParts.Length > 0 ? options.BatchSize : ValidationRows, samples.Count);
        Measures = new Measures(network, options.Loss, options.Metrics, samples, _rows, Math.Min(options.Epochs, 10_000));
    }

    public Measures Measures { get; }

    /// <summary>Makes the memory that it will need, so that it allocates nothing later.</summary>
    public void Reserve()
    {
        _batch.Rows = _rows;
        _network.Reserve(_batch, _loss);
        foreach (RecurrentOp<float> op in _network.StatefulParts)
        {
            _network.StatesOf(op).BeginOther();
            _network.StatesOf(op).Reserve(_batch.Rows);
            _network.StatesOf(op).EndOther();
        }
    }

    /// <summary>The mean loss over what counts in all samples, and the penalties.</summary>
    public double Loss()
    {
        foreach (RecurrentOp<float> op in _network.StatefulParts)
            _network.StatesOf(op).BeginOther();
        Measures.Judge(_batch, _samples.Count, _rows);
        foreach (RecurrentOp<float> op in _network.StatefulParts)
            _network.StatesOf(op).EndOther();
        return Measures.Loss;
    }
}
