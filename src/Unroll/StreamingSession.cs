namespace Unroll;

/// <summary>
/// A model that takes one observation at a time and keeps its states: what <see cref="Model.Predict(float[])"/> computes for the sequence
/// so far, to the last bit, at the cost of one time step. Unlike a window, it never forgets the beginning; see <see cref="Reset"/>. It
/// holds nothing but the states. The weights are those that the model has at each step: where it is trained or gets other weights
/// meanwhile, those of some completed training step, and the states go on as they are. A model that is built anew leaves its streams
/// behind: they throw. Streams of one model may be used by as many threads as there are streams, each by one at a time.
/// </summary>
/// <example><code>
/// StreamingSession stream = model.Stream();
/// Span&lt;float&gt; output = stackalloc float[stream.OutputSize];
/// stream.Step([21.5f, 0.4f], output);
/// byte[] kept = stream.SaveStates();      // for a restart
/// </code></example>
public sealed partial class StreamingSession
{
    // Held for as long as the stream is.
    private readonly OpenStream? _open = Telemetry.OpenStream();
    private float[]? _output;
    private int _isBusy;

    internal StreamingSession(Model model, StreamGraph graph) => (Model, Graph, States) = (model, graph, new float[graph.StateSize]);

    /// <summary>Observations taken since the start or the last <see cref="Reset"/>.</summary>
    public long Steps { get; internal set; }

    /// <summary>Values of an observation: F; of a model of tokens 1.</summary>
    public int InputSize => Graph.InputSize;

    /// <summary>Values that a step gives: the units of the last layer; of several outputs the sum.</summary>
    public int OutputSize => Graph.OutputSize;

    internal Model Model { get; }

    internal StreamGraph Graph { get; }

    /// <summary>All states, one after the other.</summary>
    internal float[] States { get; }

    /// <summary>Takes the next observation.</summary>
    /// <param name="features">F values; of a model of tokens the number of one token.</param>
    /// <returns>
    /// The output after it: (Units) of the last layer, with several outputs one after the other; valid until the next step, which
    /// overwrites it.
    /// </returns>
    /// <exception cref="ArgumentException">There are not F values.</exception>
    /// <exception cref="UnrollException">The number is no token of the model's embedding.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses this stream, or the model has been built anew.</exception>
    public ReadOnlySpan<float> Step(params ReadOnlySpan<float> features)
    {
        _output ??= new float[OutputSize];
        Step(features, _output);
        return _output;
    }

    /// <summary>Takes the next observation; after the first calls nothing is allocated.</summary>
    /// <param name="features">F values; of a model of tokens the number of one token.</param>
    /// <param name="output">
    /// The output after it, <see cref="OutputSize"/> values: (Units) of the last layer, of several outputs one after the other.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="UnrollException">The number is no token of the model's embedding. The stream has not taken a step.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses this stream, or the model has been built anew.</exception>
    public void Step(ReadOnlySpan<float> features, Span<float> output)
    {
        StreamingSession self = this;
        Graph.Step(new ReadOnlySpan<StreamingSession>(in self), features, output);
    }

    /// <summary>Forgets all observations.</summary>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public void Reset()
    {
        Enter();
        Array.Clear(States);
        Steps = 0;
        Leave();
    }

    /// <summary>A second stream that goes on from where this one is, for example to try what may come next.</summary>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public StreamingSession Fork()
    {
        Enter();
        var fork = new StreamingSession(Model, Graph) { Steps = Steps };
        States.CopyTo(fork.States);
        Leave();
        return fork;
    }

    /// <summary>False where somebody uses the stream.</summary>
    internal bool TryEnter()
    {
        if (!Model.IsCurrent(Graph))
            throw new InvalidOperationException("The model has been built anew since this stream was opened. Open a new one with Stream.");
        return Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0;
    }

    internal void Leave() => Volatile.Write(ref _isBusy, 0);

    internal static InvalidOperationException InUse() =>
        new("Another thread uses this stream. A stream takes one call at a time; open one for each sequence.");

    private void Enter()
    {
        if (!TryEnter())
            throw InUse();
    }
}
