using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Unroll.Exchange.Hdf5;

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
    private const long AlwaysUnpacked = 8L << 20, MostOfByte = 20;

    public static KerasFile Read(byte[] bytes, string path)
    {
        if (bytes.AsSpan().StartsWith("PK"u8))
            return OfZip(bytes, path);
        if (!bytes.AsSpan().StartsWith(Hdf5File.Signature))
            throw new UnrollException($"{path} is neither a .keras nor an HDF5 file. Give a file that Keras wrote.");
        Hdf5Group root = Hdf5File.Read(bytes, path);
        string? own = root.Text(KerasWriting.OwnName), config = root.Text("model_config");
        string? version = root.Text("keras_version") ?? (root.Members.GetValueOrDefault("model_weights") as Hdf5Group)?.Text(
            "keras_version");
        return new KerasFile(path, config is null ? null : Encoding.UTF8.GetBytes(config), own is null ? null
            : Parse(Encoding.UTF8.GetBytes(own), path, "its description by Unroll"), version, root, bytes.Length);
    }

    /// <summary>JSON of a file.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> json, string path, string what)
    {
        if (json.Length > MostOfJson)
            throw new UnrollException($"{path} is damaged: {what} has more than {MostOfJson >> 20} MB. Copy or export it anew.");
        if (!Utf8.IsValid(json.Span))
            throw new UnrollException($"{path} is damaged: {what} is no UTF-8. Copy or export it anew.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            return document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            throw new UnrollException($"{path} is damaged: {what} is no JSON ({failure.Message.TrimEnd('.')}). Copy or export it "
                + "anew.", failure);
        }
    }

    private static KerasFile OfZip(byte[] bytes, string path)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read);
            byte[] config = Entry(zip, "config.json", path, bytes.Length) ?? throw new UnrollException($"{path} has no config.json. "
                + "Give a file that Keras 3 saved.");
            byte[]? metadata = Entry(zip, "metadata.json", path, bytes.Length);
            bool isOtherwise = zip.GetEntry("model.weights.npz") is not null || zip.GetEntry("model.weights.json") is not null;
            byte[] weights = Entry(zip, "model.weights.h5", path, bytes.Length) ?? throw new UnrollException(
                $"{path} has no model.weights.h5{(isOtherwise ? ", but weights in another form" : "")}. Save it again with Keras' own settings.");
            JsonElement? told = metadata is null ? null : Parse(metadata, path, "metadata.json");
            string? version = told?.Find("keras_version") is { ValueKind: JsonValueKind.String } text ? text.GetString() : "3";
            return new KerasFile(path, config, told?.Find(KerasWriting.OwnName), version, Hdf5File.Read(weights, path), weights.Length);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or NotSupportedException or ArgumentException
            or OverflowException)
        {
            throw new UnrollException($"{path} is damaged: it cannot be unpacked ({failure.Message.TrimEnd('.')}). Copy or export it "
                + "anew.", failure);
        }
    }

    private static byte[]? Entry(ZipArchive zip, string name, string path, long length)
    {
        if (zip.GetEntry(name) is not { } entry)
            return null;
        long most = name.EndsWith(".json", StringComparison.Ordinal) ? MostOfJson : Math.Max(AlwaysUnpacked, MostOfByte * length);
        if (entry.Length > most)
            throw new UnrollException($"{path} is damaged: {name} unpacks to {entry.Length} bytes, more than a file of {length} "
                + "deserves. Copy or export it anew.");
        using Stream stream = entry.Open();
        var bytes = new byte[entry.Length];
        int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count == bytes.Length && stream.ReadByte() < 0
            ? bytes
            : throw new UnrollException($"{path} is damaged: {name} does not have {entry.Length} bytes. Copy or export it anew.");
    }
}
