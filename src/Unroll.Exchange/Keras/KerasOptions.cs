namespace Unroll.Exchange;

/// <summary>How files of Keras are read.</summary>
public sealed record KerasOptions
{
    /// <summary>
    /// What stands for the extents of the inputs that the file leaves open (null in Keras: sequences of any length); null: a file with such
    /// inputs is refused. Unroll's models have fixed shapes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int? Steps
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Steps must be at least 1.");
    }

    /// <summary>
    /// For <see cref="Keras.LoadWeights"/>. False, as in Keras: the layers that have weights are taken in their order, and there must be as
    /// many in the file as in the model. True: a layer takes the weights that the file has under its name; others of the file are not
    /// looked at.
    /// </summary>
    public bool ByName { get; init; }

    /// <summary>
    /// For <see cref="Keras.LoadWeights"/> by name: what happens to layers of the model that the file does not have.
    /// Keras keeps them silently.
    /// </summary>
    public MissingWeights Missing { get; init; } = MissingWeights.Refuse;

    /// <summary>
    /// Is told, a sentence each, what of the file was left out because it matters for training only: constraints, activity regularizers,
    /// initialisers and regularizers that Unroll does not have, mixed precision. The outputs of the model do not depend on it. And where
    /// they are others: at masked steps behind Bidirectional and <c>zero_output_for_mask</c>, where Keras has 0 and Unroll the state
    /// before, and where a program has changed Keras' description since Unroll wrote the file.
    /// </summary>
    public Action<string>? Notes { get; init; }
}

/// <summary>The files that Keras reads.</summary>
public enum KerasFormat
{
    /// <summary>Architecture and weights, <c>.keras</c>: the format of Keras 3.</summary>
    Keras,

    /// <summary>Architecture and weights, <c>.h5</c>: the older format.</summary>
    Hdf5,

    /// <summary>Weights alone, <c>.weights.h5</c>.</summary>
    Weights,
}
