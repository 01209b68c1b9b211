using Unroll.Exchange.TensorFiles;
using Unroll.Exchange.TorchFiles;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>
/// PyTorch's files (.pt, .pth, or any other name) that torch.save wrote from version 1.6 on. A pickle in them is read as far as it says
/// tensors, dictionaries, lists, numbers and texts; every other name and operation is refused by its name, and no code is run.
/// </summary>
/// <example><code>
/// var model = new Model(new Lstm(64) { Name = "lstm" }, new Dense(1) { Name = "head" }).Build(new Shape(60, 9));
/// Torch.LoadWeights(model, "checkpoint.pt", new TorchOptions { Subtree = "state_dict" });
/// Torch.Save(model, "again.pt");
/// </code></example>
public static class Torch
{
    /// <summary>
    /// Reads all tensors; dictionaries in dictionaries are flattened, with their keys in front of the names: <c>model.head.weight</c>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="subtree">The dictionary to read, whose key then is not in front of the names; null: all.</param>
    /// <exception cref="UnrollException">The file is missing, of another format, damaged, or has what is refused.</exception>
    public static TensorFile Read(string path, string? subtree = null) => TorchArchive.Read(FileBytes.Of(path), subtree);

    /// <inheritdoc cref="Read(string, string?)"/>
    /// <param name="stream">Read from where it is to its end; it stays open.</param>
    /// <param name="subtree">The dictionary to read; null: all.</param>
    public static TensorFile Read(Stream stream, string? subtree = null) => TorchArchive.Read(FileBytes.Of(stream), subtree);

    /// <summary>Writes tensors as torch.save does with a state dictionary; the file appears whole or not at all.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(string path, TensorFile file) => AtomicFile.Write(path, TorchWriter.ToBytes(file));

    /// <inheritdoc cref="Write(string, TensorFile)"/>
    /// <param name="stream">Stays open.</param>
    /// <param name="file">The tensors.</param>
    public static void Write(Stream stream, TensorFile file) => FileBytes.Write(stream, TorchWriter.ToBytes(file));

    /// <summary>
    /// Writes a model: its weights as torch.load and load_state_dict read them, and what describes it, which they leave alone.
    /// </summary>
    /// <param name="model">A built model.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="options">Names, and what else belongs to the model.</param>
    /// <exception cref="UnsupportedModelException">
    /// Layers that PyTorch does not have, all of them; see <see cref="TorchOptions.OwnLayouts"/>.
    /// </exception>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Save(Model model, string path, TorchOptions? options = null) => Write(path, StateOf(model, options));

    /// <inheritdoc cref="Save(Model, string, TorchOptions?)"/>
    /// <param name="model">A built model.</param>
    /// <param name="stream">Stays open.</param>
    /// <param name="options">Names, and what else belongs to the model.</param>
    public static void Save(Model model, Stream stream, TorchOptions? options = null) => Write(stream, StateOf(model, options));

    /// <inheritdoc cref="Safetensors.Load(string)"/>
    public static Model Load(string path) => ModelDescription.Read(Read(path), path).Model;

    /// <inheritdoc cref="Safetensors.Load(Stream)"/>
    public static Model Load(Stream stream) => ModelDescription.Read(Read(stream), StreamBytes.NameOf(stream, null)).Model;

    /// <summary>Takes the weights of a PyTorch file into a model that is built.</summary>
    /// <param name="model">The model; it keeps its weights where an exception is thrown.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How the file names its tensors, where not as <see cref="TorchNames.Of"/> shows.</param>
    /// <exception cref="WeightsMismatchException">
    /// The tensors do not fit the model: what is missing, too much or of another shape.
    /// </exception>
    /// <exception cref="UnrollException">The file cannot be read.</exception>
    public static void LoadWeights(Model model, string path, TorchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        StateDictionary.Load(model, Read(path, options?.Subtree), options ?? new TorchOptions(), path);
    }

    /// <summary>Takes tensors with PyTorch's names and layouts into a model that is built.</summary>
    /// <param name="model">The model; it keeps its weights where an exception is thrown.</param>
    /// <param name="tensors">A state dictionary, from a file of any format.</param>
    /// <param name="options">How the tensors are named, where not as <see cref="TorchNames.Of"/> shows.</param>
    /// <exception cref="WeightsMismatchException">
    /// The tensors do not fit the model: what is missing, too much or of another shape.
    /// </exception>
    public static void LoadWeights(Model model, TensorFile tensors, TorchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        StateDictionary.Load(model, tensors, options ?? new TorchOptions(), "The state dictionary");
    }

    /// <summary>The weights of a model with PyTorch's names and layouts, and with what describes the model.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="options">Names, and what else belongs to the model.</param>
    /// <exception cref="UnsupportedModelException">
    /// Layers that PyTorch does not have, all of them; see <see cref="TorchOptions.OwnLayouts"/>.
    /// </exception>
    public static TensorFile StateOf(Model model, TorchOptions? options = null) => StateDictionary.Of(model, options ?? new TorchOptions());

    /// <summary>The options for files that hold layers which PyTorch does not have too, unless they say otherwise.</summary>
    internal static TorchOptions Whole(TorchOptions? options)
    {
        options ??= new TorchOptions();
        return options with { OwnLayouts = options.OwnLayouts ?? true };
    }
}
