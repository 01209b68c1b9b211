using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Formats;

/// <summary>
/// The model file: 8 bytes of signature, the format version and the length of the header (4 bytes each, little-endian), a
/// header of JSON (input shape, layers and, for a graph, how they are joined, names and shapes of the parameters, metadata),
/// the weights as 32-bit floats, little-endian, in the header's order, and the SHA-256 of all that precedes. The same model gives
/// the same bytes. A stack has version 1, a graph version 2.
/// </summary>
public static class ModelFile
{
    /// <summary>The newest version that this library reads, and the one it writes.</summary>
    public const int Version = 2;

    private const int SignatureLength = 8, PrefixLength = SignatureLength + 8;

    private static ReadOnlySpan<byte> Signature => "UNROLL\r\n"u8;

    /// <summary>Writes a model. The file appears whole or not at all.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(string path, Model model, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, ToBytes(model, metadata));

    /// <summary>The bytes of a model file, for a place of your own: a database, another file.</summary>
    public static byte[] ToBytes(Model model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var header = new ModelHeader
        {
            Input = model.InputShape.ToArray(),
            Layers = [.. model.Layers],
            Graph = model.GivenGraph is { } graph ? GraphHeader.Of(graph) : null,
            Parameters = [.. model.Parameters.Select(p => new ParameterHeader { Name = p.Name, Shape = p.Shape.ToArray() })],
            Metadata = new SortedDictionary<string, string>((metadata ?? new Dictionary<string, string>()).ToDictionary(), StringComparer.Ordinal),
        };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header, ModelJson.Default.ModelHeader);
        float[] weights = model.CopyOfWeights(..model.ParameterCount);
        var file = new byte[PrefixLength + json.Length + weights.Length * sizeof(float) + SHA256.HashSizeInBytes];
        Signature.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SignatureLength), header.Graph is null ? 1 : Version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SignatureLength + 4), json.Length);
        json.CopyTo(file.AsSpan(PrefixLength));
        Span<byte> body = file.AsSpan(PrefixLength + json.Length);
        for (int i = 0; i < weights.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(body[(i * sizeof(float))..], weights[i]);
        SHA256.HashData(file.AsSpan(0, file.Length - SHA256.HashSizeInBytes), file.AsSpan(file.Length - SHA256.HashSizeInBytes));
        return file;
    }

    /// <summary>Reads a model and its metadata.</summary>
    /// <exception cref="UnrollException">The file is missing, no model file, damaged, or of a newer version.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) Read(string path) => FromBytes(ReadAll(path), path);

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="path">What errors call them.</param>
    /// <exception cref="UnrollException">They are no model file, damaged, or of a newer version.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) FromBytes(byte[] file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Length < SignatureLength || !file.AsSpan(0, SignatureLength).SequenceEqual(Signature))
            throw new UnrollException($"{path} is no Unroll model file. Give the file that a forecast or Model.Save wrote.");
        if (file.Length < PrefixLength + SHA256.HashSizeInBytes)
            throw Damaged(path, $"it ends after {file.Length} bytes");
        int version = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(SignatureLength));
        if (version > Version)
            throw new UnrollException($"{path} has format version {version}, newer than the {Version} that this Unroll reads. Update Unroll, or save the model again with this version.");
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(file.AsSpan(0, file.Length - sum.Length), sum);
        if (!sum.SequenceEqual(file.AsSpan(file.Length - sum.Length)))
            throw Damaged(path, "its checksum does not fit its contents");
        try
        {
            return Parse(file);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or NotSupportedException or InvalidDataException or UnrollException)
        {
            throw Damaged(path, "its header cannot be read: " + failure.Message.ReplaceLineEndings(" ").TrimEnd('.'), failure);
        }
    }

    private static (Model Model, IReadOnlyDictionary<string, string> Metadata) Parse(byte[] file)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(SignatureLength + 4));
        ModelHeader header = JsonSerializer.Deserialize(file.AsSpan(PrefixLength, length), ModelJson.Default.ModelHeader) ?? throw new InvalidDataException("it is empty");
        Span<byte> body = file.AsSpan(PrefixLength + length, file.Length - PrefixLength - length - SHA256.HashSizeInBytes);
        Check(header);
        Model model = (header.Graph is null ? new Model(header.Layers) : header.Graph.ToModel(header.Layers))
            .BuildEmpty(new Shape(header.Input), body.Length / sizeof(float));
        bool fits = model.Parameters.Count == header.Parameters.Length
            && model.Parameters.Zip(header.Parameters).All(pair => pair.First.Name == pair.Second.Name && pair.First.Shape == new Shape(pair.Second.Shape));
        if (!fits || body.Length != model.ParameterCount * sizeof(float))
            throw new InvalidDataException("its weights do not fit its layers");
        Span<float> weights = model.Network.Parameters.Values;
        for (int i = 0; i < model.ParameterCount; i++)
            weights[i] = BinaryPrimitives.ReadSingleLittleEndian(body[(i * sizeof(float))..]);
        return (model, header.Metadata);
    }

    /// <summary>Members of lists that are null; properties that are, the serializer refuses.</summary>
    private static void Check(ModelHeader header)
    {
        Each(header.Layers, "layer");
        Each(header.Parameters, "parameter");
        Each(header.Graph?.Inputs ?? [], "graph input");
        Each(header.Graph?.Takes ?? [], "list of what a layer takes");

        static void Each<T>(T[] list, string what)
        {
            if (Array.FindIndex(list, each => each is null) is >= 0 and var at)
                throw new InvalidDataException($"{what} {at + 1} is null");
        }
    }

    internal static byte[] ReadAll(string path)
    {
        if (Directory.Exists(path))
            throw new UnrollException($"{path} is a folder. Give the path of a model file, for example forecast-report/forecast.unroll.");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnrollException($"There is no model file {path}. Check the path; a forecast writes one for each network into its report folder.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    private static UnrollException Damaged(string path, string what, Exception? inner = null) =>
        new($"{path} is damaged: {what}. Train the model again or restore the file from a copy.", inner!);
}

internal sealed class ModelHeader
{
    public required int[] Input { get; init; }

    /// <summary>Of a graph in the order in which they are run, once for each use.</summary>
    public required Layer[] Layers { get; init; }

    /// <summary>Null: each layer takes what the one before gives.</summary>
    public GraphHeader? Graph { get; init; }

    public required ParameterHeader[] Parameters { get; init; }

    public required SortedDictionary<string, string> Metadata { get; init; }
}

internal sealed class ParameterHeader
{
    public required string Name { get; init; }

    public required int[] Shape { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ModelHeader))]
internal sealed partial class ModelJson : JsonSerializerContext;
