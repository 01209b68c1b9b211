using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>One call of a layer in the graph of a file: what it takes, and how it is called.</summary>
internal sealed class KerasCall
{
    /// <summary>What the layer takes, in the order in which Unroll's layers take it.</summary>
    public List<(string Layer, int Node, int Tensor)> Values { get; } = [];

    /// <summary>The mask that the call names.</summary>
    public (string Layer, int Node, int Tensor)? Mask { get; private set; }

    /// <summary>A number among the arguments.</summary>
    public double? Number { get; private set; }

    public bool IsCausal { get; private set; }

    public bool GivesScores { get; private set; }

    public IEnumerable<(string Layer, int Node, int Tensor)> References => Mask is { } mask ? Values.Append(mask) : Values;

    /// <summary>Reads a call in the style of Keras 3, {args, kwargs}, or of Keras 2, [[layer, node, tensor, {kwargs}], ...].</summary>
    public static KerasCall Read(KerasReading reading, KerasLayer layer, JsonElement node)
    {
        var call = new KerasCall();
        if (node.ValueKind == JsonValueKind.Object)
        {
            call.AddValues(reading, layer, node.Find("args"));
            call.AddOptions(reading, layer, node.Find("kwargs"));
            return call;
        }

        if (node.ValueKind != JsonValueKind.Array)
            throw reading.Damaged($"a call of {layer.Name} is neither an object nor a list");
        bool isOne = node.GetArrayLength() > 0 && node[0].ValueKind == JsonValueKind.String;
        foreach (JsonElement value in isOne ? (IEnumerable<JsonElement>)[node] : node.EnumerateArray())
        {
            call.Values.Add(NodeNumbers.ReferenceOf(reading, value));
            if (value.GetArrayLength() > 3)
                call.AddOptions(reading, layer, value[3]);
        }

        return call;
    }

    /// <summary>The layer as this call wants it.</summary>
    public Layer Adapt(KerasReading reading, string label, Layer layer)
    {
        Layer adapted = layer switch
        {
            AttentionLayer attention => attention with
            {
                Causal = attention.Causal || IsCausal,
                ReturnScores = attention.ReturnScores
                || GivesScores
            },
            MultiHeadAttention heads => heads with { Causal = heads.Causal || IsCausal, ReturnScores = heads.ReturnScores || GivesScores },
            _ => layer,
        };
        if (adapted == layer && (IsCausal || GivesScores) && layer is not (AttentionLayer or MultiHeadAttention))
            reading.Refuse($"{label} is called with options of attention");
        return adapted;
    }

    /// <summary>The values among the arguments, those of lists too.</summary>
    private void AddValues(KerasReading reading, KerasLayer layer, JsonElement? arguments)
    {
        if (arguments is not { } value)
            return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Array when NodeNumbers.IsReference(value):
                Values.Add(NodeNumbers.ReferenceOf(reading, value));
                break;
            case JsonValueKind.Array:
                foreach (JsonElement each in value.EnumerateArray())
                    AddValues(reading, layer, each);
                break;
            case JsonValueKind.Object when value.Find("class_name") is { ValueKind: JsonValueKind.String } name
                && name.GetString() == "__keras_tensor__":
                Values.Add(NodeNumbers.ReferenceOf(reading, value.Find("config")?.Find("keras_history") ?? throw reading.Damaged("a "
                    + "value has no history")));
                break;
            case JsonValueKind.Number when MaskOps.IsMaskOp(layer.Config):
                Number = value.GetDouble();
                break;
            case JsonValueKind.Null or JsonValueKind.False:
                break;
            default:
                reading.Refuse($"{layer.Name} ({layer.ClassName}) is called with {LayerConfig.Show(value)}");
                break;
        }
    }

    private void AddOptions(KerasReading reading, KerasLayer layer, JsonElement? options)
    {
        if (options is not { ValueKind: JsonValueKind.Object } all)
            return;
        foreach (JsonProperty option in all.EnumerateObject())
        {
            bool isOff = option.Value.ValueKind is JsonValueKind.Null or JsonValueKind.False;
            switch (option.Name)
            {
                case "initial_state" or "value" or "key" or "inputs":
                    AddValues(reading, layer, option.Value);
                    break;
                case "mask" when !isOff:
                    var mask = new KerasCall();
                    mask.AddValues(reading, layer, option.Value);
                    if (mask.Values.Count > 0)
                        Mask = mask.Values[0];
                    break;
                case "use_causal_mask":
                    IsCausal = option.Value.ValueKind == JsonValueKind.True;
                    break;
                case "return_attention_scores":
                    GivesScores = option.Value.ValueKind == JsonValueKind.True;
                    break;
                case "axis" or "keepdims" when MaskOps.IsMaskOp(layer.Config):
                    break;
                default:
                    if (!isOff)
                        reading.Refuse($"{layer.Name} ({layer.ClassName}) is called with {option.Name} {LayerConfig.Show(option.Value)}");
                    break;
            }
        }
    }
}

/// <summary>
/// The numbers by which a file names the places of a layer: from 0 on, in the order of its calls, but from 1 on where a model is called
/// that counts its own graph as 0.
/// </summary>
internal sealed class NodeNumbers
{
    private readonly KerasReading _reading;
    private readonly Dictionary<string, int> _first = [];

    public NodeNumbers(KerasReading reading, KerasModel model)
    {
        _reading = reading;
        var highest = new Dictionary<string, int>();
        foreach (KerasLayer layer in model.Layers)
        {
            foreach (JsonElement node in layer.Config.Find("inbound_nodes").Elements())
            {
                foreach ((string name, int number, _) in KerasCall.Read(reading, layer, node).References)
                    highest[name] = Math.Max(highest.GetValueOrDefault(name), number);
            }
        }

        foreach ((string name, int number, _) in References(model.Config.Find("output_layers")))
            highest[name] = Math.Max(highest.GetValueOrDefault(name), number);
        foreach (KerasLayer layer in model.Layers.Where(layer => layer.Model is not null))
        {
            int calls = layer.Config.Find("inbound_nodes").Elements().Count();
            _first[layer.Name] = highest.GetValueOrDefault(layer.Name) == calls ? 1 : 0;
        }
    }

    /// <summary>The number of a layer's first call.</summary>
    public int First(KerasLayer layer) => _first.GetValueOrDefault(layer.Name);

    /// <summary>[layer, node, tensor], a list of such, or such by name.</summary>
    public IEnumerable<(string Layer, int Node, int Tensor)> References(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Array } list when IsReference(list) => [ReferenceOf(_reading, list)],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().SelectMany(each => References(each)),
        { ValueKind: JsonValueKind.Object } named => named.EnumerateObject().SelectMany(each => References(each.Value)),
        _ => [],
    };

    public static bool IsReference(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is 3 or 4 && value[0].ValueKind == JsonValueKind.String
            && value[1].ValueKind == JsonValueKind.Number;

    public static (string Layer, int Node, int Tensor) ReferenceOf(KerasReading reading, JsonElement value) =>
        IsReference(value) && value[1].TryGetInt32(out int node) && value[2].ValueKind == JsonValueKind.Number
            && value[2].TryGetInt32(out int tensor)
            ? (value[0].GetString()!, node, tensor)
            : throw reading.Damaged("a value of its graph is named in an unknown way");
}
