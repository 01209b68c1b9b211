namespace Unroll.Exchange;

/// <summary>How an ONNX graph is loaded and run.</summary>
public sealed record OnnxModelOptions
{
    /// <summary>
    /// The most bytes that the values of one run may take; 1 GiB unless set. A graph that needs more ends in an
    /// <see cref="UnrollException"/> before the memory is taken.
    /// </summary>
    public long MemoryLimit { get; init; } = 1L << 30;

    /// <summary>
    /// Inputs whose value is known when the model is loaded, such as a sample rate: they are no inputs any more, and what depends on them
    /// alone is computed once. Null: none.
    /// </summary>
    public IReadOnlyDictionary<string, OnnxTensor>? FixedInputs { get; init; }

    internal void Validate()
    {
        if (MemoryLimit < 1)
            throw new UnrollException($"The memory limit of a graph is {MemoryLimit} bytes; it must be at least 1.");
    }
}
