using System.Buffers;
using System.Text.Json;

namespace Unroll.Server.Serving;

/// <summary>A tensor of a request as the protocol of KServe has it.</summary>
internal sealed class KServeTensor
{
    private const string Expected = "An input is {\"name\": ..., \"shape\": [...], \"datatype\": ..., \"data\": [...]}.";

    private string? _name, _type;

    public string Name => _name!;

    public string DataType => _type!;

    public TensorValues Values { get; private init; } = new();

    /// <summary>Reads one, the reader being at its opening brace.</summary>
    /// <exception cref="RequestException">Something is missing, or the data do not fit the shape.</exception>
    public static KServeTensor Read(ref Utf8JsonReader reader, TensorValues values)
    {
        var tensor = new KServeTensor { Values = values };
        int[]? shape = null;
        bool hasData = false;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestException(400, Expected);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
                tensor._name = KServeRequest.ReadText(ref reader, "The name of an input");
            else if (reader.ValueTextEquals("datatype"u8))
                tensor._type = KServeRequest.ReadText(ref reader, "The datatype of an input");
            else if (reader.ValueTextEquals("shape"u8))
                shape = ReadShape(ref reader);
            else if (reader.ValueTextEquals("parameters"u8))
                KServeRequest.ReadParameters(ref reader);
            else if (reader.ValueTextEquals("data"u8) && !hasData)
            {
                hasData = reader.Read();
                values.Read(ref reader, "data");
            }
            else
                throw new RequestException(400, Expected);
        }

        if (tensor._name is null || tensor._type is null || shape is null || !hasData)
            throw new RequestException(400, Expected);
        int count = values.Exact?.Count ?? values.Count;
        long size = 1;
        foreach (int extent in shape)
            size = Math.Min(size * extent, int.MaxValue);
        bool fits = size == count && (values.Rank == 1 || values.Extents.SequenceEqual(shape));
        if (!fits)
            throw new RequestException(
                400, $"The shape of an input is ("
                    + $"{string.Join(", ", shape)}), {size} values, but its data are of shape {values.ShapeText}.");
        values.SetExtents(shape);
        return tensor;
    }

    private static int[] ReadShape(ref Utf8JsonReader reader)
    {
        var shape = new List<int>();
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.Number)
            {
                if (!reader.TryGetInt32(out int extent) || extent < 1 || shape.Count == TensorValues.MostAxes)
                    throw new RequestException(400, $"A shape has 1 to {TensorValues.MostAxes} whole numbers from 1.");
                shape.Add(extent);
            }
        }

        return reader.TokenType == JsonTokenType.EndArray ? [.. shape] : throw new RequestException(400, Expected);
    }
}

/// <summary>A request of the protocol of KServe, read into the memory of rows.</summary>
/// <param name="Rows">What holds the values.</param>
/// <param name="Tensors">The inputs, in the order of the model.</param>
/// <param name="Id">What the client calls the request; null where it says nothing.</param>
/// <param name="Outputs">The numbers of the outputs that are wanted.</param>
internal sealed record KServeRequest(PendingRows Rows, IReadOnlyList<KServeTensor> Tensors, string? Id, IReadOnlyList<int> Outputs)
    : IDisposable
{
    private const int LongestText = 256, MostOutputs = 1024;
    private const string Expected = "The body is {\"inputs\": [{\"name\": ..., \"shape\": [...], \"datatype\": \"FP32\", \"data\": "
        + "[...]}, ...]}, with \"id\" and \"outputs\" as you like.";

    public void Dispose() => Rows.Dispose();

    /// <exception cref="RequestException">It is no such request, or does not fit the model.</exception>
    public static KServeRequest Read(in ReadOnlySequence<byte> body, ServedContent content)
    {
        PendingRows rows = PendingRows.Rent();
        try
        {
            return Read(body, content, rows);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    public static string ReadText(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 and <= LongestText } text
            ? text
            : throw new RequestException(400, $"{what} is a text of 1 to {LongestText} characters.");
    }

    /// <summary>Skips parameters, none of which means anything here, but refuses tensors that are not in the JSON.</summary>
    public static void ReadParameters(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestException(400, "Parameters are an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("binary_data_size"u8) || reader.ValueTextEquals("binary_data"u8)
                || reader.ValueTextEquals("shared_memory_region"u8))
                throw new RequestException(400, "Tensors are sent and answered as JSON; binary data and shared memory are not supported.");
            reader.Read();
            reader.Skip();
        }
    }

    private static KServeRequest Read(in ReadOnlySequence<byte> body, ServedContent content, PendingRows rows)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = TensorValues.MostAxes + 8 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestException(400, Expected);
        string? id = null;
        var tensors = new List<KServeTensor>();
        List<int>? outputs = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
                id = ReadText(ref reader, "The id");
            else if (reader.ValueTextEquals("parameters"u8))
                ReadParameters(ref reader);
            else if (reader.ValueTextEquals("inputs"u8) && tensors.Count == 0)
                ReadInputs(ref reader, content, rows, tensors);
            else if (reader.ValueTextEquals("outputs"u8) && outputs is null)
                outputs = ReadOutputs(ref reader, content);
            else
                throw new RequestException(400, Expected);
        }

        PredictBody.RequireEnd(ref reader);
        KServeTensor[] ordered = [.. content.Inputs.Select(input => Find(tensors, input))];
        for (int i = 0; i < ordered.Length; i++)
            rows.Inputs[i] = ordered[i].Values;
        return new KServeRequest(rows, ordered, id, outputs is { Count: > 0 } ? outputs : [.. Enumerable.Range(0, content.Outputs.Count)]);
    }

    private static void ReadInputs(ref Utf8JsonReader reader, ServedContent content, PendingRows rows, List<KServeTensor> tensors)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new RequestException(400, Expected);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (tensors.Count == content.Inputs.Count)
                throw new RequestException(400, $"The model has {content.Inputs.Count} inputs, but more were given.");
            TensorValues values = rows.Input(tensors.Count);
            values.Clear();
            values.Exact = content is GraphContent ? [] : null;
            tensors.Add(KServeTensor.Read(ref reader, values));
        }

        if (reader.TokenType != JsonTokenType.EndArray)
            throw new RequestException(400, Expected);
    }

    private static List<int> ReadOutputs(ref Utf8JsonReader reader, ServedContent content)
    {
        var outputs = new List<int>();
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new RequestException(400, Expected);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject && outputs.Count < MostOutputs)
        {
            string? name = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("name"u8))
                    name = ReadText(ref reader, "The name of an output");
                else if (reader.ValueTextEquals("parameters"u8))
                    ReadParameters(ref reader);
                else
                    throw new RequestException(400, "An output is {\"name\": ...}.");
            }

            int number = content.Outputs.Index().FirstOrDefault(each => each.Item.Name == name, (-1, null!)).Index;
            if (number < 0 || outputs.Contains(number))
                throw new RequestException(
                    400, $"An output that is asked for is not there, or is asked for twice. There are "
                        + $"{string.Join(", ", content.Outputs.Select(output => output.Name))}.");
            outputs.Add(number);
        }

        return reader.TokenType == JsonTokenType.EndArray ? outputs : throw new RequestException(400, Expected);
    }

    /// <summary>The tensor of an input; its type is the input's, or for a network one of the two precisions.</summary>
    private static KServeTensor Find(List<KServeTensor> tensors, TensorInfo input)
    {
        KServeTensor[] found = [.. tensors.Where(tensor => tensor.Name == input.Name)];
        if (found.Length != 1)
            throw new RequestException(
                400, $"Input {input.Name} of {input.DataType}, {input.ShapeText} is {(found.Length == 0 ? "missing" : "given twice")}.");
        if (found[0].DataType == input.DataType || (input.DataType == "FP32" && found[0].DataType == "FP64"))
            return found[0];
        throw new RequestException(
            400, $"Input {input.Name} is {input.DataType}, {input.ShapeText}, but its datatype is another one here.");
    }
}
