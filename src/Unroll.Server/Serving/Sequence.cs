namespace Unroll.Server.Serving;

/// <summary>A client's sequence: the states after all its observations. Who works with it holds its lock.</summary>
internal sealed class Sequence(string id)
{
    private StreamingSession? _stream;
    private NetworkContent? _network;
    private byte[]? _saved;

    public string Id => id;

    public Lock Lock { get; } = new();

    /// <summary>Observations so far.</summary>
    public long Steps { get; private set; }

    public DateTimeOffset LastUsed { get; set; }

    /// <summary>Whether it is no longer in the list.</summary>
    public bool IsGone { get; set; }

    /// <summary>The states as bytes; null before the first observation.</summary>
    public byte[]? Save() => _stream is { } stream ? stream.SaveStates() : _saved;

    /// <summary>The states after the newest observation, how many there were, and when the last one came: all of one moment.</summary>
    public (byte[] Saved, long Steps, DateTimeOffset LastUsed) Snapshot()
    {
        lock (Lock)
            return (Save()!, Steps, LastUsed);
    }

    /// <summary>Goes on from states that were written before.</summary>
    public void Restore(byte[] saved, long steps, DateTimeOffset used) => (_saved, Steps, LastUsed) = (saved, steps, used);

    /// <summary>The stream of this version of the network, with the states so far.</summary>
    /// <exception cref="RequestException">The network has other layers than the one before, or does not go step by step.</exception>
    public StreamingSession StreamOf(NetworkContent network)
    {
        if (_network == network && _stream is { } known)
            return known;
        StreamingSession stream = network.OpenStream();
        if (Save() is { } saved)
        {
            try
            {
                stream.RestoreStates(saved);
            }
            catch (UnrollException reason)
            {
                throw new RequestException(409,
                    $"The model has been replaced by one with other layers, so that this sequence cannot go on: "
                        + $"{Problems.Sentence(reason.Message).TrimEnd('.')}. DELETE it to begin anew.");
            }
        }

        (_stream, _network, _saved) = (stream, network, null);
        return stream;
    }

    /// <summary>Takes an observation.</summary>
    public void Step(StreamingSession stream, ReadOnlySpan<float> observation, Span<float> output)
    {
        stream.Step(observation, output);
        Steps = stream.Steps;
    }
}
