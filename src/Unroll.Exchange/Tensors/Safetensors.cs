using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Unroll.Exchange.TensorFiles;
using Unroll.Exchange.TorchFiles;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>
/// Files of the safetensors format: 8 bytes with the length of a header, the header in JSON (names, types, shapes, places, and text), the
/// numbers. What Unroll writes has the names and layouts of PyTorch's state dictionaries (<see cref="TorchNames"/>) and, as text, the
/// model itself.
/// </summary>
/// <example><code>
/// Safetensors.Save(model, "model.safetensors");
/// Model again = Safetensors.Load("model.safetensors");
/// Safetensors.LoadWeights(model, "silero_vad_16k.safetensors", new TorchOptions { Names = { ["lstm_1"] = "lstm_cell" } });
/// </code></example>
public static class Safetensors
{
    /// <summary>What the format allows.</summary>
    private const int LongestHeader = 100_000_000;
    private const int PrefixLength = 8, HeaderDepth = 4;
    private const string MetadataName = "__metadata__";

    private static readonly (string Name, TensorType Type)[] s_types =
    [
        ("F32", TensorType.Float32), ("F64", TensorType.Float64), ("F16", TensorType.Float16), ("BF16", TensorType.BFloat16),
        ("I8", TensorType.Int8), ("I16", TensorType.Int16), ("I32", TensorType.Int32), ("I64", TensorType.Int64),
        ("U8", TensorType.UInt8), ("U16", TensorType.UInt16), ("U32", TensorType.UInt32), ("U64", TensorType.UInt64),
        ("BOOL", TensorType.Boolean),
    ];

    /// <summary>Reads all tensors and the text of a file.</summary>
    /// <exception cref="UnrollException">
    /// The file is missing, of another format, damaged, or has types that Unroll does not know.
    /// </exception>
    public static TensorFile Read(string path) => Read(FileBytes.Of(path));

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Read from where it is to its end; it stays open.</param>
    public static TensorFile Read(Stream stream) => Read(FileBytes.Of(stream));

    /// <summary>Writes tensors and text; the file appears whole or not at all.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Write(string path, TensorFile file) => AtomicFile.Write(path, ToBytes(file));

    /// <inheritdoc cref="Write(string, TensorFile)"/>
    /// <param name="stream">Stays open.</param>
    /// <param name="file">The tensors.</param>
    public static void Write(Stream stream, TensorFile file) => FileBytes.Write(stream, ToBytes(file));

    /// <summary>Writes a model: its weights under PyTorch's names, and what describes it.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="options">Names, and what else belongs to the model. Layers that PyTorch does not have keep Unroll's layout.</param>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static void Save(Model model, string path, TorchOptions? options = null) =>
        Write(path, Torch.StateOf(model, Torch.Whole(options)));

    /// <inheritdoc cref="Save(Model, string, TorchOptions?)"/>
    /// <param name="model">A built model.</param>
    /// <param name="stream">Stays open.</param>
    /// <param name="options">Names, and what else belongs to the model.</param>
    public static void Save(Model model, Stream stream, TorchOptions? options = null) =>
        Write(stream, Torch.StateOf(model, Torch.Whole(options)));

    /// <summary>The model that <see cref="Save(Model, string, TorchOptions?)"/> wrote, to the bit.</summary>
    /// <exception cref="UnrollException">
    /// The file cannot be read, or has weights alone, with no description of a model: the message says which, and what to do with them.
    /// </exception>
    public static Model Load(string path) => ModelDescription.Read(Read(path), path).Model;

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="stream">Read from where it is to its end; it stays open.</param>
    public static Model Load(Stream stream) => ModelDescription.Read(Read(stream), StreamBytes.NameOf(stream, null)).Model;

    /// <summary>Takes the weights of a file into a model that is built.</summary>
    /// <param name="model">The model; it keeps its weights where an exception is thrown.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How the file names its tensors, where not as <see cref="TorchNames.Of"/> shows.</param>
    /// <exception cref="UnrollException">The file cannot be read, or its tensors do not fit the model.</exception>
    public static void LoadWeights(Model model, string path, TorchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        StateDictionary.Load(model, Read(path), Torch.Whole(options), path);
    }

    internal static TensorFile Read(FileBytes file)
    {
        ReadOnlySpan<byte> bytes = file.Bytes;
        if (bytes.Length < PrefixLength)
            throw file.Damaged($"it has {bytes.Length} bytes, and a safetensors file at least {PrefixLength}");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - PrefixLength) && length <= LongestHeader)
            throw file.Damaged($"the file ends too early, since its header has {length} bytes and {bytes.Length - PrefixLength} are there");
        if (length > (ulong)(bytes.Length - PrefixLength) || length > LongestHeader)
            throw file.Damaged($"its header would have {length} bytes, but there are {bytes.Length - PrefixLength}, and {LongestHeader} "
                + "are allowed");
        int dataAt = PrefixLength + (int)length;
        try
        {
            return ReadHeader(file, dataAt);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The second: a text has half of a surrogate pair.
            string what = failure is JsonException ? failure.Message.ReplaceLineEndings(" ").TrimEnd('.') : "a name in it is no text";
            throw file.Damaged($"its header is not that of a safetensors file: {what}", failure);
        }
    }

    private static TensorFile ReadHeader(FileBytes file, int dataAt)
    {
        var reader = new Utf8JsonReader(
            file.Bytes.AsSpan(PrefixLength..dataAt), new JsonReaderOptions { MaxDepth = HeaderDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("it is no JSON object");
        var tensors = new List<NamedTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var places = new List<(int From, int To, string Name)>();
        Dictionary<string, string>? metadata = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
                throw file.Damaged($"it has two tensors {name}");
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException($"{name} is no JSON object");
            if (name == MetadataName)
                metadata = TextRecord.Read(ref reader);
            else
                tensors.Add(ReadTensor(file, dataAt, name, ref reader, places));
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            throw new JsonException("it has no end, or something behind it");
        RequireWhole(file, places, file.Bytes.Length - dataAt);
        return new TensorFile(tensors, metadata);
    }

    private static NamedTensor ReadTensor(
        FileBytes file, int dataAt, string name, ref Utf8JsonReader reader, List<(int, int, string)> places)
    {
        string? typeName = null;
        List<long>? extents = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isFirst;
            if (reader.ValueTextEquals("dtype"u8))
                (isFirst, typeName) = (typeName is null, TextRecord.Text(ref reader, name));
            else if (reader.ValueTextEquals("shape"u8))
                (isFirst, extents) = (extents is null, Numbers(ref reader, name));
            else if (reader.ValueTextEquals("data_offsets"u8))
                (isFirst, offsets) = (offsets is null, Numbers(ref reader, name));
            else
                throw new JsonException($"{name} has a property {reader.GetString()}");
            if (!isFirst)
                throw new JsonException($"{name} has a property twice");
        }

        if (typeName is null || extents is null || offsets is not [long from, long to])
            throw new JsonException($"{name} lacks dtype, shape or data_offsets");
        if (Array.Find(s_types, known => known.Name == typeName) is not { Name: not null } type)
            throw new UnrollException($"{file.Name} has the tensor {name} of type {typeName}. Unroll reads "
                + $"{string.Join(", ", s_types.Select(known => known.Name))}; write the tensor anew with one of these.");
        (int[] shape, int bytes) = TensorShape.Check(file, name, type.Type, extents);
        if (from < 0 || to < from || to > file.Bytes.Length - dataAt || to - from != bytes)
            throw file.Damaged($"{(to > file.Bytes.Length - dataAt ? "the file ends too early, or its header is wrong: " : "")}"
                + $"{name} has shape [{string.Join(", ", shape)}] of {typeName}, {bytes} bytes, but lies "
                + $"from {from} to {to} of {file.Bytes.Length - dataAt}");
        places.Add(((int)from, (int)to, name));
        return new NamedTensor(name, type.Type, shape, file.Bytes.AsMemory(dataAt + (int)from, bytes));
    }

    private static List<long> Numbers(ref Utf8JsonReader reader, string name)
    {
        var numbers = new List<long>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"{name} has no list of numbers where one must be");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number)
                ? number
                : throw new JsonException($"{name} has a list of something else than whole numbers"));
        }

        return numbers;
    }

    /// <summary>Every byte belongs to one tensor.</summary>
    private static void RequireWhole(FileBytes file, List<(int From, int To, string Name)> places, int length)
    {
        int end = 0;
        foreach ((int from, int to, string name) in places.OrderBy(place => place.From).ThenBy(place => place.To))
        {
            if (from != end)
                throw file.Damaged($"{name} begins at {from}, where the tensor before ends at {end}");
            end = to;
        }

        if (end != length)
            throw file.Damaged($"{length - end} bytes at its end belong to no tensor");
    }

    /// <summary>
    /// The header has the order of the tensors; their bytes stand by the falling size of a number, so that each lies at a multiple of it.
    /// </summary>
    private static byte[] ToBytes(TensorFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var places = new Dictionary<NamedTensor, long>();
        long length = 0;
        foreach (NamedTensor tensor in file.Tensors.OrderByDescending(tensor => NamedTensor.SizeOf(tensor.Type)))
        {
            places.Add(tensor, length);
            length += tensor.Bytes.Length;
        }

        var header = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(header))
        {
            writer.WriteStartObject();
            if (file.Metadata.Count > 0)
            {
                writer.WritePropertyName(MetadataName);
                writer.WriteRawValue(TextRecord.ToBytes(file.Metadata));
            }

            foreach (NamedTensor tensor in file.Tensors)
            {
                if (tensor.Name == MetadataName)
                    throw new ArgumentException($"A tensor of a safetensors file cannot be named {MetadataName}. Give it another "
                        + "name.", nameof(file));
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", Array.Find(s_types, known => known.Type == tensor.Type).Name);
                WriteNumbers(writer, "shape", tensor.Shape.Select(extent => (long)extent));
                WriteNumbers(writer, "data_offsets", [places[tensor], places[tensor] + tensor.Bytes.Length]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (header.WrittenCount % PrefixLength != 0)
            header.Write(" "u8);
        if (header.WrittenCount > LongestHeader || PrefixLength + header.WrittenCount + length > Array.MaxLength)
            throw new UnrollException($"The tensors have {length} bytes and a header of {header.WrittenCount}, more than a safetensors "
                + "file that is written at once can have. Save the model as .unroll.");
        var bytes = new byte[PrefixLength + header.WrittenCount + (int)length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.WrittenCount);
        header.WrittenSpan.CopyTo(bytes.AsSpan(PrefixLength));
        foreach ((NamedTensor tensor, long at) in places)
            tensor.Bytes.Span.CopyTo(bytes.AsSpan(PrefixLength + header.WrittenCount + (int)at));
        return bytes;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
