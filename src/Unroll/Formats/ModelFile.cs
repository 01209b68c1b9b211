using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll.Formats;

/// <summary>
/// The model file: 8 bytes of signature, the format version and the length of the header (4 bytes each, little-endian), a
/// header of JSON (input shape, layers and, for a graph, how they are joined, names and shapes of the parameters, metadata),
/// the weights as 32-bit floats, little-endian, in the header's order, and the SHA-256 of all that precedes. The same model gives
/// the same bytes. A stack has version 1, a graph version 2, and version 3 where a <see cref="Bidirectional"/> in it returns its states.
/// A checkpoint (<see cref="Checkpoint"/>) has version 4, in its header the state of training, and arrays behind the weights.
/// </summary>
/// <remarks>
/// A file is data, which may be damaged or made to do harm: sizes are compared with the bytes that are there before memory is taken for
/// them, and a header names at most 10,000 layers. Whatever is wrong is an <see cref="UnrollException"/>.
/// </remarks>
public static partial class ModelFile
{
    /// <summary>The newest version that this library reads, and the one it writes.</summary>
    public const int Version = 4;

    private const int StackVersion = 1, CheckpointVersion = 4;

    private const int SignatureLength = 8, PrefixLength = SignatureLength + 8;

    private const string WrongWeights = "its weights do not fit its layers";

    /// <summary>Layers in a header, those inside others too.</summary>
    private const int MostLayers = 10_000;

    private static ReadOnlySpan<byte> Signature => "UNROLL\r\n"u8;

    /// <summary>Writes a model. The file appears whole or not at all.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(string path, Model model, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, ToBytes(model, metadata));

    /// <summary>The bytes of a model file, for a place of your own: a database, another file.</summary>
    public static byte[] ToBytes(Model model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Join(model, metadata, model.CopyOfWeights(..model.ParameterCount), null, []);
    }

    /// <param name="model">The layers.</param>
    /// <param name="metadata">Whatever else belongs to the model.</param>
    /// <param name="weights">All weights.</param>
    /// <param name="training">Of a checkpoint the state of training.</param>
    /// <param name="rest">What a checkpoint has behind the weights.</param>
    internal static byte[] Join(
        Model model, IReadOnlyDictionary<string, string>? metadata, ReadOnlySpan<float> weights, TrainingHeader? training,
        ReadOnlySpan<byte> rest)
    {
        byte[] json = HeaderOf(model, metadata, training);
        int bytes = checked(weights.Length * sizeof(float));
        var file = new byte[checked(PrefixLength + json.Length + bytes + rest.Length + SHA256.HashSizeInBytes)];
        Signature.CopyTo(file);
        int version = training is not null ? CheckpointVersion : VersionOf(model);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SignatureLength), version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SignatureLength + 4), json.Length);
        json.CopyTo(file.AsSpan(PrefixLength));
        LittleEndian.Write(weights, file.AsSpan(PrefixLength + json.Length, bytes));
        rest.CopyTo(file.AsSpan(PrefixLength + json.Length + bytes));
        SHA256.HashData(file.AsSpan(0, file.Length - SHA256.HashSizeInBytes), file.AsSpan(file.Length - SHA256.HashSizeInBytes));
        return file;
    }

    /// <summary>Throws where a layer has no name in files.</summary>
    internal static void RequireKinds(Model model) => HeaderOf(model);

    /// <summary>The version of a file with this model.</summary>
    internal static int VersionOf(Model model) => model.GivenGraph is { } joined ? GraphHeader.VersionOf(joined) : StackVersion;

    /// <summary>The header: a model without its weights. Other formats carry it too.</summary>
    internal static byte[] HeaderOf(Model model, IReadOnlyDictionary<string, string>? metadata = null, TrainingHeader? training = null)
    {
        var header = new ModelHeader
        {
            Input = model.InputShape.ToArray(),
            Layers = [.. model.Layers],
            Graph = model.GivenGraph is { } graph ? GraphHeader.Of(graph) : null,
            Parameters =
                [.. model.Parameters.Select(p =>
                    new ParameterHeader { Name = p.Name, Shape = p.Shape.ToArray(), Frozen = p.IsFrozen ? true : null })],
            Metadata = new SortedDictionary<string, string>((metadata ?? new Dictionary<string, string>()).ToDictionary(),
                StringComparer.Ordinal),
            Training = training,
        };
        return ModelJson.Kinds.ToBytes(header);
    }

    /// <summary>Reads a model and its metadata.</summary>
    /// <exception cref="UnrollException">The file is missing, no model file, damaged, or of a newer version.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        (Model model, ModelHeader header, _) = Open(path, withRest: false);
        return (model, header.Metadata);
    }

    /// <summary>The state of training that a checkpoint holds, null where there is none, and what it has behind the weights.</summary>
    /// <exception cref="UnrollException">The file is missing, no model file, damaged, or of a newer version.</exception>
    internal static (TrainingHeader? Training, byte[] Tail) ReadTraining(string path)
    {
        (_, ModelHeader header, byte[] rest) = Open(path, withRest: true);
        return (header.Training, rest);
    }

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="path">What errors call them.</param>
    /// <exception cref="UnrollException">They are no model file, damaged, or of a newer version.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) FromBytes(byte[] file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(path);
        using var stream = new MemoryStream(file, writable: false);
        (Model model, ModelHeader header, _) = FromStream(stream, path, withRest: false);
        return (model, header.Metadata);
    }

    private static (Model Model, ModelHeader Header, byte[] Tail) Open(string path, bool withRest) => Open(path, () =>
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return FromStream(stream, path, withRest);
    });

    /// <summary>
    /// The weights go straight to their place, and are hashed on the way. What is wrong with the header counts only where
    /// the checksum is right.
    /// </summary>
    private static (Model Model, ModelHeader Header, byte[] Tail) FromStream(Stream stream, string path, bool withRest)
    {
        long length = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes], expected = stackalloc byte[SHA256.HashSizeInBytes];
        prefix = prefix[..stream.ReadAtLeast(prefix, PrefixLength, throwOnEndOfStream: false)];
        if (!prefix.StartsWith(Signature))
            throw new UnrollException($"{path} is no Unroll model file. Give the file that a forecast or Model.Save wrote.");
        if (length < PrefixLength + SHA256.HashSizeInBytes)
            throw Damaged(path, $"it ends after {length} bytes");
        int version = BinaryPrimitives.ReadInt32LittleEndian(prefix[SignatureLength..]);
        if (version > Version)
            throw new UnrollException($"{path} has format version {version}, newer than the {Version} that this Unroll reads. Update "
                + "Unroll, or save the model again with this version.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(prefix);
        int headerLength = BinaryPrimitives.ReadInt32LittleEndian(prefix[(SignatureLength + 4)..]);
        long most = length - PrefixLength - SHA256.HashSizeInBytes, left = most;
        (Model Model, ModelHeader Header)? read = null;
        byte[] rest = [];
        Exception? failure = null;
        if (version < StackVersion)
        {
            failure = new InvalidDataException($"it has format version {version}, which there is not");
        }
        else if (headerLength >= 0 && headerLength <= most)
        {
            var json = new byte[headerLength];
            stream.ReadExactly(json);
            hash.AppendData(json);
            left -= headerLength;
            try
            {
                read = Parse(json, version, left);
                int weights = read.Value.Model.ParameterCount;
                LittleEndian.Read(stream, hash, read.Value.Model.Network.Parameters.Values[..weights]);
                left -= (long)weights * sizeof(float);
                if (withRest)
                {
                    rest = new byte[checked((int)left)];
                    stream.ReadExactly(rest);
                    hash.AppendData(rest);
                    left = 0;
                }
            }
            catch (Exception wrong) when (IsOfHeader(wrong))
            {
                failure = wrong;
            }
        }
        else
        {
            failure = new InvalidDataException($"it has {headerLength} bytes, where the file has room for {most}");
        }

        Skip(stream, hash, left);
        stream.ReadExactly(expected);
        hash.GetHashAndReset(sum);
        if (!sum.SequenceEqual(expected))
            throw Damaged(path, "its checksum does not fit its contents");
        if (failure is UnrollException { UnknownKind: { } unknown })
            throw new UnrollException($"{path} {failure.Message}", failure) { UnknownKind = unknown };
        return read is { } whole
            ? (whole.Model, whole.Header, rest)
            : throw Damaged(path, "its header cannot be read: " + failure!.Message.ReplaceLineEndings(" ").TrimEnd('.'), failure);
    }

    /// <summary>The model of a file with so many bytes behind the header.</summary>
    private static (Model Model, ModelHeader Header) Parse(byte[] json, int version, long bytes)
    {
        (Model model, ModelHeader header) = Describe(json, version, (int)Math.Min(int.MaxValue, bytes / sizeof(float)));
        long needed = (long)model.ParameterCount * sizeof(float);
        if (header.Training is null ? bytes != needed : bytes < needed)
            throw new InvalidDataException(WrongWeights);
        return (model, header);
    }

    /// <summary>The model that a header describes, with weights of 0.</summary>
    /// <param name="json">The header.</param>
    /// <param name="version">Of the file that has it.</param>
    /// <param name="mostWeights">With more it throws, before memory is taken for them.</param>
    /// <exception cref="Exception">Any of <see cref="IsOfHeader"/>: the header is wrong.</exception>
    internal static (Model Model, ModelHeader Header) Describe(byte[] json, int version, int mostWeights)
    {
        RequireFewLayers(json);
        ModelHeader header = ModelJson.Kinds.FromBytes<ModelHeader>(json)
            ?? throw new InvalidDataException("it is empty");
        Check(header);
        Model model = (header.Graph is null ? new Model(header.Layers) : header.Graph.ToModel(header.Layers, version))
            .BuildEmpty(new Shape(header.Input), mostWeights);
        bool fits = model.Parameters.Count == header.Parameters.Length
            && model.Parameters.Zip(header.Parameters)
                .All(pair => pair.First.Name == pair.Second.Name && pair.First.Shape == new Shape(pair.Second.Shape));
        if (!fits)
            throw new InvalidDataException(WrongWeights);
        foreach ((Parameter parameter, ParameterHeader named) in model.Parameters.Zip(header.Parameters))
            parameter.IsFrozen = named.Frozen ?? false;
        return (model, header);
    }

    /// <summary>The model that the header in a file of another format describes, with weights of 0.</summary>
    /// <param name="json">What <see cref="HeaderOf"/> gave.</param>
    /// <param name="version">What <see cref="VersionOf"/> gave.</param>
    /// <param name="mostWeights">How many weights that file has room for.</param>
    /// <param name="subject">What errors call the file.</param>
    /// <exception cref="UnrollException">The header cannot be read, or describes more weights.</exception>
    internal static Model FromHeader(byte[] json, int version, int mostWeights, string subject)
    {
        if (version is < StackVersion or > Version)
            throw new UnrollException(
                $"{subject} describes its model in version {version}; this Unroll reads {StackVersion} to {Version}.");
        try
        {
            return Describe(json, version, mostWeights).Model;
        }
        catch (UnrollException failure) when (failure.UnknownKind is not null)
        {
            throw new UnrollException($"{subject} {failure.Message}", failure) { UnknownKind = failure.UnknownKind };
        }
        catch (Exception failure) when (IsOfHeader(failure))
        {
            throw Damaged(subject, $"its description of the model: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}", failure);
        }
    }

    /// <summary>Whether an exception says that a header is wrong, and not that this program is.</summary>
    internal static bool IsOfHeader(Exception failure) => failure is JsonException or ArgumentException or NotSupportedException
        or InvalidDataException or OverflowException or UnrollException;

    private static void Skip(Stream stream, IncrementalHash hash, long bytes)
    {
        var buffer = new byte[(int)Math.Min(bytes, 1 << 16)];
        for (; bytes > 0; bytes -= buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(bytes, buffer.Length));
            stream.ReadExactly(part);
            hash.AppendData(part);
        }
    }

    /// <summary>Counts the layers before anything is made of them.</summary>
    private static void RequireFewLayers(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        int layers = 0;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                if (reader.CurrentDepth == 1 && reader.ValueTextEquals("metadata"u8))
                    reader.Skip();
                else if (reader.ValueTextEquals("layer"u8) && ++layers > MostLayers)
                    throw new InvalidDataException($"it has more than {MostLayers} layers");
            }
        }
        catch (InvalidOperationException failure)
        {
            // Half of a surrogate pair, which the reader finds out when it compares.
            throw new JsonException("a name in it is no text", failure);
        }
    }

    /// <summary>Members of lists that are null; properties that are, the serializer refuses.</summary>
    private static void Check(ModelHeader header)
    {
        Each(header.Layers, "layer");
        Each(header.Parameters, "parameter");
        Each(header.Graph?.Inputs ?? [], "graph input");
        Each(header.Graph?.Takes ?? [], "list of what a layer takes");
        Each([.. header.Metadata.Values], "value of the metadata");

        static void Each<T>(T[] list, string what)
        {
            if (Array.FindIndex(list, each => each is null) is >= 0 and var at)
                throw new InvalidDataException($"{what} {at + 1} is null");
        }
    }

    internal static byte[] ReadAll(string path) => Open(path, () => File.ReadAllBytes(path));

    private static T Open<T>(string path, Func<T> read)
    {
        if (Directory.Exists(path))
            throw new UnrollException($"{path} is a folder. Give the path of a model file, for example forecast-report/forecast.unroll.");
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnrollException(
                $"There is no model file {path}. Check the path; a forecast writes one for each network into its report folder.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    internal static UnrollException Damaged(string path, string what, Exception? inner = null) =>
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

    /// <summary>Of a checkpoint.</summary>
    public TrainingHeader? Training { get; init; }
}

internal sealed class ParameterHeader
{
    public required string Name { get; init; }

    public required int[] Shape { get; init; }

    public bool? Frozen { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ModelHeader))]
internal sealed partial class ModelJson : JsonSerializerContext
{
    /// <summary>With the kinds that are registered.</summary>
    public static KindJson Kinds => field ??= new KindJson(Default);
}
