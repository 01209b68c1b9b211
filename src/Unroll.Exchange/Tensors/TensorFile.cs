using Unroll.Exchange.TorchFiles;

namespace Unroll.Exchange;

/// <summary>Tensors of a file in their order, and text that stands beside them. The names are unique.</summary>
/// <example><code>
/// TensorFile file = Safetensors.Read("model.safetensors");
/// foreach (NamedTensor tensor in file.Tensors)
///     Console.WriteLine($"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}]");
/// </code></example>
public sealed class TensorFile
{
    private readonly Dictionary<string, NamedTensor> _byName = new(StringComparer.Ordinal);

    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Text by name; null: none.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or something is null.</exception>
    public TensorFile(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Tensors = [.. tensors];
        Dictionary<string, string> texts = (metadata ?? new Dictionary<string, string>()).ToDictionary();
        Metadata = new SortedDictionary<string, string>(texts, StringComparer.Ordinal);
        foreach (NamedTensor tensor in Tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new ArgumentException($"Two tensors are named {tensor.Name}. Give each a name of its own.", nameof(tensors));
        }

        if (Metadata.FirstOrDefault(pair => pair.Value is null).Key is { } empty)
            throw new ArgumentException($"The metadata {empty} is null. Give a text, or leave it out.", nameof(metadata));
    }

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<NamedTensor> Tensors { get; }

    /// <summary>
    /// Text by name. Of a file that Unroll wrote, what describes the model is here too, under names that begin with <c>unroll.</c>; of a
    /// PyTorch file the numbers and texts that stand beside the tensors, such as <c>epoch</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of this name, or null.</summary>
    public NamedTensor? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.GetValueOrDefault(name);
    }

    /// <summary>The model that Unroll wrote into the file, with its weights, and the metadata that it was saved with.</summary>
    /// <exception cref="UnrollException">
    /// The file has tensors alone: then the message says what there is; or what it says of a model does not fit.
    /// </exception>
    public (Model Model, IReadOnlyDictionary<string, string> Metadata) ToModel() => ModelDescription.Read(this, "The file");
}
