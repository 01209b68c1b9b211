namespace Unroll.Exchange;

/// <summary>How a model is written in the ONNX format.</summary>
public sealed record OnnxOptions
{
    /// <summary>The version of the operators, 11 to 24. A later one is understood by fewer programs and has no new meaning here.</summary>
    public int Opset
    {
        get;
        init => field = value is >= OldestOpset and <= NewestOpset
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Opset), value, $"Opset must be {OldestOpset} to {NewestOpset}.");
    } = 17;

    /// <summary>
    /// True: the graph takes one step, (1, F), of a model that can be streamed, and the states of all recurrent layers are inputs, and
    /// outputs with the same name and <c>_out</c> behind it: <c>lstm_1/h</c> and <c>lstm_1/h_out</c>, each
    /// [batch, H]. Zeros begin a stream.
    /// </summary>
    public bool Streaming { get; init; }

    /// <summary>
    /// True: the states of all recurrent layers are inputs and outputs, as of <see cref="Streaming"/>, of a graph that takes whole
    /// sequences. Those of stateful layers always are, since a graph keeps nothing from one call to the next.
    /// </summary>
    public bool States { get; init; }

    private const int OldestOpset = 11, NewestOpset = 24;
}
