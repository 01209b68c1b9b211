namespace Unroll.Exchange;

/// <summary>A format of files of networks: its name, its extensions, and what Unroll does with it.</summary>
public sealed record ExchangeFormat
{
    internal ExchangeFormat(string name, Func<string, FileContents> inspect, params string[] extensions) =>
        (Name, Inspect, Extensions) = (name, inspect, extensions);

    /// <summary>What people call it: Keras 3, PyTorch.</summary>
    public string Name { get; }

    /// <summary>How names of its files end, the usual ending first.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>
    /// Whether files of other programs say of which layers they are. Otherwise they have weights alone, which go into a model that is there
    /// (<see cref="ExchangeFormats.LoadWeights"/>); of files that Unroll wrote the layers are known in any format but Keras' weights.
    /// </summary>
    public bool HasLayers { get; internal init; }

    /// <summary>Whether weights alone can be taken from its files.</summary>
    public bool HasWeights => TakeWeights is not null;

    /// <summary>Whether Unroll writes it.</summary>
    public bool IsWritten => Write is not null;

    internal Func<string, ExchangeOptions, Model>? Read { get; init; }

    internal Action<Model, string, ExchangeOptions>? TakeWeights { get; init; }

    internal Action<Model, string, ExchangeOptions>? Write { get; init; }

    internal Func<string, FileContents> Inspect { get; }

    public override string ToString() => $"{Name} ({string.Join(", ", Extensions)})";
}
