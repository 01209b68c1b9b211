using Unroll.Layers;

namespace Unroll;

internal sealed partial class Network<T>
{
    /// <summary>
    /// Predicts the one row that <see cref="InputRows"/> holds, with every step kept as before a backward pass, and has each layer say
    /// what it kept. For networks of one thread.
    /// </summary>
    public void TraceRow(Span<T> outputs, TraceBuilder trace)
    {
        Begin(_rows, training: false, PredictionShard(_rows.Rows), keepsSteps: true);
        Forward(_lanes[0], 0);
        _lanes[0].CopyPredictions(outputs);
        _lanes[0].Trace(trace);
    }
}
