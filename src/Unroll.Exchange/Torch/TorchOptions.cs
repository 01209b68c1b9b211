namespace Unroll.Exchange;

/// <summary>How a file names the weights of a model, where not as <see cref="TorchNames.Of"/> shows.</summary>
public sealed record TorchOptions
{
    /// <summary>
    /// What the names of all tensors begin with, the point with it: <c>encoder.</c>. Tensors with other names are not looked at.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Of a PyTorch file the dictionary that has the weights, where it is not the file's only one: <c>model</c>, <c>state_dict</c>; several
    /// keys, one in the other, are joined by points. Null: the file itself.
    /// </summary>
    public string? Subtree { get; init; }

    /// <summary>
    /// Other names, behind the prefix: of a module (<c>["gru_1"] = "decoder.rnn"</c>), or of one tensor (<c>["gru_1.weight_ih_l0"] =
    /// "enc_w_ih"</c>). The longest that fits counts. A module of several recurrent layers has the names of layer 1, the second, behind a
    /// number sign: <c>["lstm_2"] = "rnn#1"</c>; an empty name stands for the model itself.
    /// </summary>
    public IDictionary<string, string> Names { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>True: tensors of the file that the model does not have are left out. False: they are an error.</summary>
    public bool IgnoreSurplus { get; init; }

    /// <summary>What happens to weights of the model that the file does not have.</summary>
    public MissingWeights Missing { get; init; } = MissingWeights.Refuse;

    /// <summary>
    /// What happens to layers that PyTorch does not have. True: they keep Unroll's names and layouts (<c>gru_1.kernel</c>). False: they are
    /// an <see cref="UnsupportedModelException"/>. Null: false for PyTorch's files, true for safetensors and NumPy's.
    /// </summary>
    public bool? OwnLayouts { get; init; }

    /// <summary>
    /// Which order a file's weights behind a flattened convolution, pooling or image have. True, as nn.Flatten gives it to nn.Linear:
    /// (channel, position), which becomes Unroll's (position, channel). False: (position, channel), for a module that puts channels last
    /// before it flattens.
    /// </summary>
    public bool ChannelsFirst { get; init; } = true;

    /// <summary>True: what describes the model is written too, so that the file can be loaded as a model.</summary>
    public bool WithModel { get; init; } = true;

    /// <summary>
    /// What else belongs to the model that is saved, by name, as in <see cref="Model.Save(string, IReadOnlyDictionary{string, string}?)"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <exception cref="UnrollException">The prefix or the names are null.</exception>
    internal void Validate()
    {
        if (Prefix is null || Names is null)
            throw new UnrollException(
                $"{(Prefix is null ? nameof(Prefix) : nameof(Names))} of the PyTorch options is null. Leave it out for none.");
    }
}
