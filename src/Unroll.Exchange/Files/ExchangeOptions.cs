namespace Unroll.Exchange;

/// <summary>What the files of any format leave open; of those that do not concern a format nothing is looked at.</summary>
public sealed record ExchangeOptions
{
    /// <summary>The steps of sequences whose number a file leaves open; null: such a file is refused.</summary>
    public int? Steps
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Steps must be at least 1.");
    }

    /// <summary>How PyTorch's, safetensors and NumPy's files name weights.</summary>
    public TorchOptions Torch { get; init; } = new();

    /// <summary>How weights of Keras are read into a model: in order, or by the names of layers.</summary>
    public KerasOptions Keras { get; init; } = new();

    /// <summary>How ONNX graphs are written.</summary>
    public OnnxOptions Onnx { get; init; } = new();

    /// <summary>
    /// Is told, a sentence each, what is to be known of a model that is read: what was left out, and where its outputs may be others than
    /// those of the program that wrote it.
    /// </summary>
    public Action<string>? Notes { get; init; }

    /// <summary>The options of Keras with these steps and notes.</summary>
    internal KerasOptions ReadingKeras => Keras with { Steps = Steps ?? Keras.Steps, Notes = Notes ?? Keras.Notes };
}
