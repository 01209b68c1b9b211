using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Writing;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;

namespace Unroll.Exchange.OnnxFormat;

/// <summary>
/// What makes a graph that was written here a model again: in the file's metadata the header of the model's own file, where each of its
/// weights lies in the graph's tensors, and a checksum of the graph without its numbers. A graph that somebody has changed does not fit the
/// checksum, and is read as a graph of others; one whose weights somebody has trained does.
/// </summary>
internal static class GraphDescription
{
    private const string Header = "unroll.header", Version = "unroll.version", Weights = "unroll.weights", Sum = "unroll.graph";

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

        Set(proto, Header, Encoding.UTF8.GetString(header));
        Set(proto, Version, ModelFile.VersionOf(model).ToString(CultureInfo.InvariantCulture));
        Set(proto, Weights, JsonSerializer.Serialize([.. places], WeightPlaceJson.Default.WeightPlaceArray));
        Set(proto, Sum, SumOf(proto.Graph));
    }

    /// <summary>The model that a graph was written of; null: it was not written here, or was changed.</summary>
    /// <exception cref="UnrollException">The description is damaged.</exception>
    public static Model? Read(ModelProto proto, string subject)
    {
        Dictionary<string, string> entries = proto.MetadataProps.DistinctBy(entry => entry.Key).ToDictionary(entry => entry.Key,
            entry => entry.Value);
        if (!entries.TryGetValue(Header, out string? header) || !entries.TryGetValue(Weights, out string? places)
            || !entries.TryGetValue(Sum, out string? sum) || !entries.TryGetValue(Version, out string? version)
            || sum != SumOf(proto.Graph))
            return null;
        long room = proto.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) / sizeof(float);
        int number = int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : -1;
        Model model = ModelFile.FromHeader(Encoding.UTF8.GetBytes(header), number, (int)Math.Min(int.MaxValue, room), subject);
        try
        {
            Fill(model, proto.Graph, JsonSerializer.Deserialize(places, WeightPlaceJson.Default.WeightPlaceArray) ?? []);
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

    private static void Set(ModelProto proto, string key, string value) =>
        proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });

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
