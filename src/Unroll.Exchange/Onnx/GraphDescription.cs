using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Forecasts;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Writing;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;

namespace Unroll.Exchange.OnnxFormat;

/// <summary>
/// What makes a graph that was written here a model again: in the file's metadata the header of the model's own file, where each of its
/// weights lies in the graph's tensors, a checksum of the graph without its numbers, and one of all these texts. A graph that a program has
/// changed does not fit the first checksum, and is read as a graph of others, which is told; one whose weights somebody has trained does.
/// Texts that do not fit the second are refused.
/// </summary>
internal static class GraphDescription
{
    private const string Header = "unroll.header", Version = "unroll.version", Weights = "unroll.weights", Graph = "unroll.graph";

    /// <summary>The checksum of the others.</summary>
    private const string Sum = "unroll.sha256";

    private static readonly string[] s_texts = [Header, Version, Weights, Graph];

    /// <summary>Of a model with a layer of your own that has no name in files there is none.</summary>
    public static void Add(ModelProto proto, Model model, IReadOnlyList<WeightPlace> places)
    {
        byte[] header;
        try
        {
            header = ModelFile.HeaderOf(model);
        }
        catch (UnrollException)
        {
            return;
        }

        var texts = new Dictionary<string, string>
        {
            [Header] = Encoding.UTF8.GetString(header),
            [Version] = ModelFile.VersionOf(model).ToString(CultureInfo.InvariantCulture),
            [Weights] = JsonSerializer.Serialize([.. places], WeightPlaceJson.Default.WeightPlaceArray),
            [Graph] = SumOf(proto.Graph),
        };
        foreach ((string key, string value) in texts.Append(new(Sum, CarriedText.SumOf(texts))))
            proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    /// <summary>The model that a graph was written of; null: it was not written here, or a program has changed it.</summary>
    /// <param name="proto">The file.</param>
    /// <param name="subject">What errors call it.</param>
    /// <param name="note">Is told that the graph was changed.</param>
    /// <exception cref="UnrollException">The description is damaged.</exception>
    public static Model? Read(ModelProto proto, string subject, Action<string>? note)
    {
        // The graph of a whole forecast has a version too, and no model.
        StringStringEntryProto[] entries = [.. proto.MetadataProps.Where(entry => entry.Key == Sum || s_texts.Contains(entry.Key))];
        if (entries.Length == 0 || proto.MetadataProps.Any(entry => entry.Key == ForecastMetadata.Key))
            return null;
        Dictionary<string, string> texts = entries.DistinctBy(entry => entry.Key).ToDictionary(entry => entry.Key, entry => entry.Value);
        if (entries.Length != s_texts.Length + 1 || !texts.Remove(Sum, out string? sum) || texts.Count != s_texts.Length
            || sum != CarriedText.SumOf(texts))
            throw CarriedText.Changed(subject);
        if (texts[Graph] != SumOf(proto.Graph))
        {
            note?.Invoke(CarriedText.ChangeWords("Its graph"));
            return null;
        }

        long room = proto.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) / sizeof(float);
        int number = int.TryParse(texts[Version], NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : -1;
        Model model = ModelFile.FromHeader(Encoding.UTF8.GetBytes(texts[Header]), number, (int)Math.Min(int.MaxValue, room), subject);
        try
        {
            Fill(model, proto.Graph, JsonSerializer.Deserialize(texts[Weights], WeightPlaceJson.Default.WeightPlaceArray) ?? []);
            return model;
        }
        catch (Exception failure) when (failure is UnrollException or FormatException or OverflowException or JsonException
            or ArgumentException or IndexOutOfRangeException or NotSupportedException)
        {
            throw FileBytes.Damaged(subject, failure.Message, failure);
        }
    }

    private static void Fill(Model model, GraphProto graph, WeightPlace[] places)
    {
        var tensors = new Dictionary<string, float[]>();
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (tensor.DataType == (int)TensorProto.Types.DataType.Float)
                tensors[tensor.Name] = GraphTensors.Read(tensor).ToFloats();
        }

        Dictionary<string, Parameter> parameters = model.Parameters.ToDictionary(parameter => parameter.Name);
        Dictionary<string, float[]> values = model.Parameters.ToDictionary(parameter => parameter.Name,
            parameter => new float[parameter.Length]);
        Dictionary<string, bool[]> filled = model.Parameters.ToDictionary(parameter => parameter.Name,
            parameter => new bool[parameter.Length]);
        if (places.Contains(null))
            throw new UnrollException("a place of its weights is null");
        long read = 0;
        foreach ((string name, int offset, WeightView view) in places)
        {
            if (view.Name is null || !parameters.TryGetValue(view.Name, out Parameter? parameter)
                || !tensors.TryGetValue(name, out float[]? tensor))
                throw new UnrollException($"its weights {view.Name} in {name} are not there");
            if (!Fits(view, parameter) || (read += parameter.Length) > 8L * model.ParameterCount)
                throw new UnrollException($"its weights {view.Name} do not fit {name}");
            int[] sources = view.Sources();
            for (int i = 0; i < sources.Length; i++)
            {
                values[view.Name][sources[i]] = tensor[offset + i];
                filled[view.Name][sources[i]] = true;
            }
        }

        foreach ((string name, bool[] each) in filled)
        {
            if (each.Contains(false))
                throw new UnrollException($"some of its weights {name} are not there");
            model.SetWeights(name, values[name]);
        }
    }

    private static bool Fits(WeightView view, Parameter parameter) =>
        view.View.All(extent => extent >= 1)
            && view.View.Aggregate(1L, (product, extent) => Math.Min(product * extent, int.MaxValue)) == parameter.Length
        && view.Order.Order().SequenceEqual(Enumerable.Range(0, view.View.Length))
        && (view.Axis < 0 ? view.Parts.Length == 0 : view.Parts.Length <= view.View[view.Axis]
            && view.Parts.All(part => part >= 0 && part < view.View[view.Axis]));

    /// <summary>SHA-256 of the nodes, and of names, types and extents of inputs, outputs and tensors.</summary>
    private static string SumOf(GraphProto graph)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (NodeProto node in graph.Node)
            hash.AppendData(node.ToByteArray());
        foreach (ValueInfoProto value in graph.Input.Concat(graph.Output))
            hash.AppendData(value.ToByteArray());
        foreach (TensorProto tensor in graph.Initializer)
            hash.AppendData(new TensorProto { Name = tensor.Name, DataType = tensor.DataType, Dims = { tensor.Dims } }.ToByteArray());
        foreach (TensorProto tensor in graph.Initializer)
        {
            // Numbers of nodes, such as shapes and slices, count too; those of weights do not.
            if (tensor.DataType != (int)TensorProto.Types.DataType.Float || tensor.Name.StartsWith("constant", StringComparison.Ordinal))
                hash.AppendData(GraphTensors.Read(tensor).Bytes.Span);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
