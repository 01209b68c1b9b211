namespace Unroll.Exchange;

/// <summary>What a graph of others may leave open.</summary>
public sealed record OnnxLoadOptions
{
    /// <summary>
    /// The steps of sequences whose number the graph leaves open; a model is built for one number, and
    /// <see cref="Model.Cut"/> makes one for another. Null: such a graph is refused.
    /// </summary>
    public int? Steps
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must be at least 1.");
    }

    /// <summary>
    /// Is told, a sentence each, what is to be known of the model that was read: that a program has changed the graph
    /// after Unroll wrote it.
    /// </summary>
    public Action<string>? Notes { get; init; }
}
