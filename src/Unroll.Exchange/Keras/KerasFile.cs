using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Unroll.Exchange.Hdf5;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.KerasFiles;

/// <summary>The parts of a file: what describes the model, and its weights.</summary>
/// <param name="Path">What errors call it.</param>
/// <param name="Config">The description, JSON; null: weights alone.</param>
/// <param name="Own">Unroll's own description.</param>
/// <param name="Version">Of the Keras that wrote it.</param>
/// <param name="Weights">The root of the HDF5 file.</param>
/// <param name="Length">Bytes of the HDF5 file.</param>
internal sealed record KerasFile(string Path, byte[]? Config, JsonElement? Own, string? Version, Hdf5Group Weights, int Length)
{
    private const int MostOfJson = 8 << 20;

    /// <summary>The records of a .keras file.</summary>
    public const string MetadataRecord = "metadata.json", ConfigRecord = "config.json", WeightsRecord = "model.weights.h5";

    public static KerasFile Read(FileBytes file)
    {
        if (ZipRecords.IsZip(file.Bytes))
            return OfZip(file);
        if (!file.Bytes.AsSpan().StartsWith(Hdf5File.Signature))
            throw new UnrollException($"{file.Name} is neither a .keras nor an HDF5 file. Give a file that Keras wrote.");
        Hdf5Group root = Hdf5File.Read(file.Bytes, file.Name);
        string? own = root.Text(KerasWriting.OwnName), config = root.Text("model_config");
        string? version = root.Text("keras_version") ?? (root.Members.GetValueOrDefault("model_weights") as Hdf5Group)?.Text(
            "keras_version");
        return new KerasFile(file.Name, config is null ? null : Encoding.UTF8.GetBytes(config), own is null ? null
            : Parse(Encoding.UTF8.GetBytes(own), file.Name, "its description by Unroll"), version, root, file.Bytes.Length);
    }

    /// <summary>JSON of a file.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> json, string path, string what)
    {
        if (json.Length > MostOfJson)
            throw FileBytes.Damaged(path, $"{what} has more than {MostOfJson >> 20} MB");
        if (!Utf8.IsValid(json.Span))
            throw FileBytes.Damaged(path, $"{what} is no UTF-8");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            return document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            throw FileBytes.Damaged(path, $"{what} is no JSON ({failure.Message.TrimEnd('.')})", failure);
        }
    }

    private static KerasFile OfZip(FileBytes file)
    {
        var zip = new ZipRecords(file);
        if (!zip.Has(ConfigRecord))
            throw new UnrollException($"{file.Name} has no {ConfigRecord}. Give a file that Keras 3 saved.");
        if (!zip.Has(WeightsRecord))
        {
            bool isOtherwise = zip.Has("model.weights.npz") || zip.Has("model.weights.json");
            throw new UnrollException($"{file.Name} has no {WeightsRecord}{(isOtherwise ? ", but weights in another form" : "")}. "
                + "Save it again with Keras' own settings.");
        }

        JsonElement? told = zip.Has(MetadataRecord) ? Parse(zip.Read(MetadataRecord), file.Name, MetadataRecord) : null;
        string? version = told?.Find("keras_version") is { ValueKind: JsonValueKind.String } text ? text.GetString() : "3";
        ReadOnlyMemory<byte> weights = zip.Read(WeightsRecord);
        return new KerasFile(file.Name, zip.Read(ConfigRecord).ToArray(), told?.Find(KerasWriting.OwnName), version,
            Hdf5File.Read(weights, file.Name), weights.Length);
    }
}
