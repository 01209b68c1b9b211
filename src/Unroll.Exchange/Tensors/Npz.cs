using Unroll.Exchange.TensorFiles;
using Unroll.Exchange.TorchFiles;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>
/// NumPy's files: .npz, a zip file of arrays, stored or deflated, and .npy, one array. What Unroll writes has the names and layouts of
/// PyTorch's state dictionaries (<see cref="TorchNames"/>), and the model itself as the record <c>__metadata__.json</c>.
/// </summary>
/// <example><code>
/// Npz.Save(model, "model.npz");
/// Model again = Npz.Load("model.npz");
/// </code></example>
public static class Npz
{
    private const string Extension = ".npy", MetadataRecord = "__metadata__.json";

    /// <summary>What the array of a .npy file, which has no name in it, is called.</summary>
    private const string OnlyName = "array";

    /// <summary>Reads all arrays; the one of a .npy file is named <c>array</c>.</summary>
    /// <exception cref="UnrollException">
    /// The file is missing, of another format, damaged, or has types that Unroll does not know.
    /// </exception>
    public static TensorFile Read(string path) => Read(FileBytes.Of(path));

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Read from where it is to its end; it stays open.</param>
    public static TensorFile Read(Stream stream) => Read(FileBytes.Of(stream));

    /// <summary>Writes tensors and text as .npz, stored; the file appears whole or not at all.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">A tensor has a type that NumPy does not have, or a name that no record can have.</exception>
    public static void Write(string path, TensorFile file) => AtomicFile.Write(path, ToBytes(file));

    /// <inheritdoc cref="Write(string, TensorFile)"/>
    /// <param name="stream">Stays open.</param>
    /// <param name="file">The tensors.</param>
    public static void Write(Stream stream, TensorFile file) => FileBytes.Write(stream, ToBytes(file));

    /// <inheritdoc cref="Safetensors.Save(Model, string, TorchOptions?)"/>
    public static void Save(Model model, string path, TorchOptions? options = null) =>
        Write(path, Torch.StateOf(model, Torch.Whole(options)));

    /// <inheritdoc cref="Safetensors.Save(Model, Stream, TorchOptions?)"/>
    public static void Save(Model model, Stream stream, TorchOptions? options = null) =>
        Write(stream, Torch.StateOf(model, Torch.Whole(options)));

    /// <inheritdoc cref="Safetensors.Load(string)"/>
    public static Model Load(string path) => ModelDescription.Read(Read(path), path).Model;

    /// <inheritdoc cref="Safetensors.Load(Stream)"/>
    public static Model Load(Stream stream) => ModelDescription.Read(Read(stream), StreamBytes.NameOf(stream, null)).Model;

    /// <inheritdoc cref="Safetensors.LoadWeights"/>
    public static void LoadWeights(Model model, string path, TorchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        StateDictionary.Load(model, Read(path), Torch.Whole(options), path);
    }

    private static TensorFile Read(FileBytes file)
    {
        if (NpyArray.IsArray(file.Bytes))
            return new TensorFile([NpyArray.Read(file, OnlyName, file.Bytes)]);
        if (!ZipRecords.IsZip(file.Bytes))
            throw new UnrollException($"{file.Name} is neither a .npz nor a .npy file. Give one that numpy.savez or numpy.save wrote.");
        var zip = new ZipRecords(file);
        var tensors = new List<NamedTensor>();
        Dictionary<string, string>? metadata = null;
        foreach (string record in zip.Names)
        {
            if (record == MetadataRecord)
                metadata = TextRecord.Read(file, zip.Read(record));
            else if (record.EndsWith(Extension, StringComparison.Ordinal))
                tensors.Add(NpyArray.Read(file, record[..^Extension.Length], zip.Read(record)));
            else
                throw new UnrollException($"{file.Name} has the record {record}, which is no array. Give a file that numpy.savez wrote.");
        }

        return new TensorFile(tensors, metadata);
    }

    private static byte[] ToBytes(TensorFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var zip = new ZipWriter("The .npz file");
        foreach (NamedTensor tensor in file.Tensors)
        {
            if (!ZipRecords.IsName(tensor.Name))
                throw new ArgumentException($"A tensor of a .npz file cannot be named \"{tensor.Name}\". Give it a name without a "
                    + "path.", nameof(file));
            zip.Add(tensor.Name + Extension, NpyArray.ToBytes(tensor));
        }

        if (file.Metadata.Count > 0)
            zip.Add(MetadataRecord, TextRecord.ToBytes(file.Metadata));
        return zip.ToBytes();
    }
}
