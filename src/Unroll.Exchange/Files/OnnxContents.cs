using System.Globalization;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Forecasts;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange;

/// <summary>ONNX graphs.</summary>
internal static class OnnxContents
{
    /// <summary>Graphs in graphs; the reader of messages stops long before.</summary>
    private const int Deepest = 50;

    private const int UsualSteps = 16;

    public static FileContents Of(string path)
    {
        ModelProto proto = GraphFile.Read(FileBytes.Of(path));
        GraphProto graph = proto.Graph;
        string[] given = [.. graph.Initializer.Select(tensor => tensor.Name)];
        var operators = new Dictionary<string, int>(StringComparer.Ordinal);
        var tensors = new List<TensorProto>();
        Walk(graph, operators, tensors, 0);
        var contents = new FileContents
        {
            Path = path,
            Format = "ONNX",
            Kind = FileKind.Graph,
            Version = Version(proto),
            Inputs = [.. graph.Input.Where(input => !given.Contains(input.Name)).Select(Value)],
            Outputs = [.. graph.Output.Select(Value)],
            Operators = operators,
            Tensors = [.. tensors.Select(tensor => new ContentsTensor(tensor.Name, TypeName(tensor.DataType), [.. tensor.Dims]))],
            Metadata = Texts(proto),
            Parameters = tensors.Where(tensor => tensor.DataType is 1 or 10 or 11 or 16).Sum(Length),
        };
        var notes = new List<string>();
        if (proto.MetadataProps.Any(text => text.Key == ForecastMetadata.Key))
            notes.Add("It is a whole forecast that Unroll wrote: newest rows in, rows to come "
                + $"{(graph.Output.Any(output => output.Name == ForecastGraph.Quantiles) ? "and their quantiles out" : "out")}.");
        try
        {
            // The steps that the graph leaves open are of no matter here.
            Model model = Onnx.Load(path, new OnnxLoadOptions { Steps = UsualSteps, Notes = notes.Add });
            return contents with
            {
                Kind = FileKind.Model,
                Layers = model.Summary().Layers,
                Parameters = model.ParameterCount,
                Notes = notes
            };
        }
        catch (UnsupportedModelException unsupported)
        {
            notes.Add($"{(NotRun(path).Count == 0 ? "It can be run, but has" : "It has")} "
                + "no form as layers that are trained, since there is no layer for:");
            notes.AddRange(unsupported.Reasons.Select(reason => $"  {reason}"));
        }
        catch (UnrollException refused)
        {
            notes.Add($"It has no form as layers that are trained: {refused.Message}");
        }

        return contents with { Notes = notes, Unsupported = NotRun(path) };
    }

    /// <summary>
    /// The texts beside the graph, those of a whole forecast among them; not those of a model, which are for the reader of models alone.
    /// </summary>
    private static Dictionary<string, string> Texts(ModelProto proto)
    {
        bool isForecast = proto.MetadataProps.Any(text => text.Key == ForecastMetadata.Key);
        return proto.MetadataProps.Where(text => isForecast || !text.Key.StartsWith(CarriedText.Prefix, StringComparison.Ordinal))
            .GroupBy(text => text.Key).ToDictionary(group => group.Key, group => group.Last().Value);
    }

    /// <summary>What keeps the graph from being run.</summary>
    private static IReadOnlyList<string> NotRun(string path)
    {
        try
        {
            _ = OnnxModel.Load(path);
            return [];
        }
        catch (UnsupportedModelException unsupported)
        {
            return unsupported.Reasons;
        }
        catch (UnrollException refused)
        {
            return [refused.Message];
        }
    }

    /// <summary>The nodes and tensors of a graph and of those inside its nodes, as the body of a Loop.</summary>
    private static void Walk(GraphProto graph, Dictionary<string, int> operators, List<TensorProto> tensors, int depth)
    {
        tensors.AddRange(graph.Initializer);
        foreach (NodeProto node in graph.Node)
        {
            string name = node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}";
            operators[name] = operators.GetValueOrDefault(name) + 1;
            foreach (GraphProto inner in depth < Deepest ? node.Attribute.SelectMany(attribute => attribute.Graphs.Append(attribute.G))
                .OfType<GraphProto>() : [])
                Walk(inner, operators, tensors, depth + 1);
        }
    }

    private static string Version(ModelProto proto)
    {
        IEnumerable<string> sets = proto.OpsetImport.Select(set => set.Domain is "" or "ai.onnx"
            ? string.Create(CultureInfo.InvariantCulture, $"opset {set.Version}")
            : string.Create(CultureInfo.InvariantCulture, $"{set.Domain} {set.Version}"));
        string producer = $"{proto.ProducerName} {proto.ProducerVersion}".Trim();
        return string.Join(", ", [.. sets, string.Create(CultureInfo.InvariantCulture, $"IR {proto.IrVersion}"),
            .. producer.Length > 0 ? [producer] : Array.Empty<string>()]);
    }

    private static ContentsValue Value(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? tensor = value.Type?.TensorType;
        IEnumerable<string>? extents = tensor?.Shape?.Dim.Select(
            dim => dim.HasDimValue ? dim.DimValue.ToString(CultureInfo.InvariantCulture) : dim.DimParam.Length > 0 ? dim.DimParam : "?");
        string type = tensor is null ? "" : TypeName(tensor.ElemType), shape = extents is null ? "" : $"[{string.Join(", ", extents)}]";
        return new ContentsValue(value.Name, $"{type} {shape}".Trim());
    }

    private static long Length(TensorProto tensor) => tensor.Dims.Aggregate(1L, (product, extent) => unchecked(product * extent));

    private static string TypeName(int type) => type switch
    {
        1 => "float32",
        2 => "uint8",
        3 => "int8",
        4 => "uint16",
        5 => "int16",
        6 => "int32",
        7 => "int64",
        8 => "string",
        9 => "boolean",
        10 => "float16",
        11 => "float64",
        12 => "uint32",
        13 => "uint64",
        16 => "bfloat16",
        _ => string.Create(CultureInfo.InvariantCulture, $"type {type}"),
    };
}
