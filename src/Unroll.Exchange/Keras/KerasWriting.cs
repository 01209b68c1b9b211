using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Exchange.Hdf5;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.KerasFiles;

/// <summary>The files of a model. The same model gives the same bytes.</summary>
internal static class KerasWriting
{
    /// <summary>The version whose format is written.</summary>
    private const string Version = "3.8.0";

    /// <summary>Where Unroll's own description of the model lies, beside Keras'.</summary>
    public const string OwnName = "unroll";

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="UnsupportedModelException">Keras does not have all that the model uses.</exception>
    public static byte[] ToBytes(Model model, KerasFormat format)
    {
        if (!model.IsBuilt)
            throw new InvalidOperationException("The model has no weights yet. Build it with the shape of its input, or train it, "
                + "before it is saved.");
        JsonObject architecture = Architecture(model, isOlder: format == KerasFormat.Hdf5);
        List<LayerPlace> layers = LayerPlace.Of(model);
        if (format == KerasFormat.Weights)
            return Hdf5Writer.ToBytes(WeightsByNumber(model, layers));
        byte[] config = Encoding.UTF8.GetBytes(architecture.ToJsonString());
        JsonObject own = OwnHeader.Of(model, config);
        return format == KerasFormat.Keras ? Zip(model, layers, config, own) : Older(model, layers, config, own);
    }

    private static byte[] Zip(Model model, List<LayerPlace> layers, byte[] config, JsonObject own)
    {
        var metadata = new JsonObject { ["keras_version"] = Version, ["date_saved"] = "1980-01-01@00:00:00", [OwnName] = own };
        var zip = new ZipWriter("The .keras file");
        zip.Add(KerasFile.MetadataRecord, Encoding.UTF8.GetBytes(metadata.ToJsonString()));
        zip.Add(KerasFile.ConfigRecord, config);
        zip.Add(KerasFile.WeightsRecord, Hdf5Writer.ToBytes(WeightsByNumber(model, layers)));
        return zip.ToBytes();
    }

    private static byte[] Older(Model model, List<LayerPlace> layers, byte[] config, JsonObject own)
    {
        var root = new Hdf5Output();
        root.AddText("backend", "tensorflow");
        root.AddText("keras_version", Version);
        root.AddText("model_config", Encoding.UTF8.GetString(config));
        root.AddText(OwnName, own.ToJsonString());
        Hdf5Output weights = root.Group("model_weights");
        string[] inputs = IsStack(model) ? [] : [.. model.Graph.Inputs.Select((_, i) => model.Graph.InputName(i))];
        weights.AddTexts("layer_names", [.. inputs, .. layers.Select(layer => layer.Name)]);
        weights.AddText("backend", "tensorflow");
        weights.AddText("keras_version", Version);
        foreach (string input in inputs)
            weights.Group(input).AddTexts("weight_names", []);
        weights.Group("top_level_model_weights").AddTexts("weight_names", []);
        foreach (LayerPlace layer in layers)
        {
            Hdf5Output group = weights.Group(layer.Name);
            WeightPlace[] places = [.. layer.Places.OrderBy(place => place.IsTrained ? 0 : 1)];
            group.AddTexts("weight_names", [.. places.Select(place => $"{layer.Name}/{place.Weight.Name}")]);
            foreach (WeightPlace place in places)
                group.Add($"{layer.Name}/{place.Weight.Name}", place.Shape, model.GetWeights(place.Parameter));
        }

        return Hdf5Writer.ToBytes(root);
    }

    private static Hdf5Output WeightsByNumber(Model model, List<LayerPlace> layers)
    {
        var root = new Hdf5Output();
        root.Group("vars");
        foreach (LayerPlace layer in layers)
        {
            root.Group($"{layer.Path}/vars").AddText("name", layer.Name);
            foreach (WeightPlace place in layer.Places)
                root.Add(FormattableString.Invariant($"{place.Path}/{place.Number}"), place.Shape, model.GetWeights(place.Parameter));
        }

        return root;
    }

    private static JsonObject Architecture(Model model, bool isOlder)
    {
        var reasons = new List<string>();
        JsonObject written = IsStack(model) ? Sequential(model, isOlder, reasons.Add)
            : Functional(model, model.Graph, isOlder, reasons.Add);
        if (reasons.Count > 0)
            throw new UnsupportedModelException("The model", reasons, "Keras does not have these; save the model as .unroll.");

        // What is written must read as the same model; this also finds masks that Keras treats otherwise.
        var reading = new KerasReading("The model", 3, new KerasOptions());
        using JsonDocument document = JsonDocument.Parse(written.ToJsonString());
        KerasModel again = KerasModel.Read(reading, document.RootElement);
        KerasGraph.Join(reading, again);
        return written;
    }

    /// <summary>Keras' stacks have no layers that return their states.</summary>
    private static bool IsStack(Model model) => model.GivenGraph is null && model.Graph.Uses.All(use => use.Outputs.Length == 1);

    private static JsonObject Sequential(Model model, bool isOlder, Action<string> refuse)
    {
        Graph graph = model.Graph;
        var layers = new JsonArray(Strip(InputLayer("input_layer", model.InputShape), isOlder));
        foreach (LayerUse use in graph.Uses)
            layers.Add((JsonNode)Strip(LayerOf(model, graph, use, refuse), isOlder));
        var config = new JsonObject
        {
            ["name"] = "sequential",
            ["trainable"] = true,
            ["dtype"] = "float32",
            ["layers"] = layers,
            ["build_input_shape"] = Batch(model.InputShape)
        };
        return Strip(KerasNames.KerasObject("keras", "Sequential", config), isOlder);
    }

    private static JsonObject Functional(Model model, Graph graph, bool isOlder, Action<string> refuse)
    {
        var layers = new JsonArray();
        LayerUse[] owners = [.. graph.Uses.Where(use => use.Owner == use)];
        foreach ((int i, Node input) in graph.Inputs.Index())
        {
            JsonObject layer = Strip(InputLayer(graph.InputName(i), input.Shape), isOlder);
            (layer["name"], layer["inbound_nodes"]) = (graph.InputName(i), new JsonArray());
            layers.Add((JsonNode)layer);
        }

        foreach (LayerUse owner in owners)
        {
            JsonObject layer = Strip(LayerOf(model, graph, owner, refuse), isOlder);
            layer["name"] = graph.NameOf(owner);
            layer["inbound_nodes"] = new JsonArray([.. graph.Uses.Where(use => use.Owner == owner)
                .Select(use => (JsonNode)Call(graph, use))]);
            layers.Add((JsonNode)layer);
        }

        if (graph.Uses.Any(use => !owners.Contains(use.Owner)))
            refuse("a layer that shares the weights of one outside of the graph");
        var config = new JsonObject
        {
            ["name"] = "functional",
            ["trainable"] = true,
            ["layers"] = layers,
            ["input_layers"] = new JsonArray([.. graph.Inputs.Select(node => (JsonNode)Reference(graph, node))]),
            ["output_layers"] = new JsonArray([.. graph.Outputs.Select(node => (JsonNode)Reference(graph, node))]),
        };
        return Strip(KerasNames.KerasObject("keras.src.models.functional", "Functional", config), isOlder);
    }

    /// <summary>Older files have the class and the options alone.</summary>
    private static JsonObject Strip(JsonObject layer, bool isOlder)
    {
        if (isOlder)
        {
            layer.Remove("module");
            layer.Remove("registered_name");
        }

        return layer;
    }

    private static JsonObject LayerOf(Model model, Graph graph, LayerUse use, Action<string> refuse)
    {
        string name = graph.NameOf(use);
        if (name.Contains('/', StringComparison.Ordinal))
            refuse($"{name} has a name with a slash");
        Parameter[] own = [.. model.Parameters.Where(parameter => parameter.IsOf(name))];
        bool isTrainable = own.Length == 0 || own.Any(parameter => !parameter.IsFrozen);
        return LayerWriting.Write(use.Layer, name, [.. use.Inputs.Select(node => node.Shape)], isTrainable, refuse);
    }

    private static JsonObject InputLayer(string name, Shape shape) => KerasNames.KerasObject(
        "keras.layers", "InputLayer", new JsonObject
        {
            ["batch_shape"] = Batch(shape),
            ["dtype"] = "float32",
            ["sparse"] = false,
            ["name"] = name
        });

    private static JsonArray Batch(Shape shape) => [null, .. shape.ToArray().Select(extent => (JsonNode)extent)];

    private static JsonArray Reference(Graph graph, Node node) => node.Use is { } use
        ? new JsonArray(graph.NameOf(use), graph.Uses.Where(each => each.Owner == use.Owner).TakeWhile(each => each != use).Count(),
            node.Number)
        : new JsonArray(graph.NameOf(node), 0, 0);

    private static JsonObject Call(Graph graph, LayerUse use)
    {
        JsonNode[] values = [.. use.Inputs.Select(node => (JsonNode)new JsonObject
        {
            ["class_name"] = "__keras_tensor__",
            ["config"] = new JsonObject { ["shape"] = Batch(node.Shape), ["dtype"] = "float32",
                ["keras_history"] = Reference(graph, node) },
        })];
        var options = new JsonObject();
        JsonArray arguments;
        switch (use.Layer)
        {
            case Merge or AttentionLayer:
                arguments = new JsonArray(new JsonArray(values));
                break;
            case MultiHeadAttention when values.Length == 1:
                arguments = new JsonArray(values[0], values[0].DeepClone());
                break;
            case Recurrent or StackedRecurrent or Bidirectional when values.Length > 1:
                arguments = new JsonArray(values[0]);
                options["initial_state"] = new JsonArray(values[1..]);
                break;
            default:
                arguments = new JsonArray(values);
                break;
        }

        if (use.Layer is AttentionLayer { Causal: true } or MultiHeadAttention { Causal: true })
            options["use_causal_mask"] = true;
        if (use.Layer is AttentionLayer { ReturnScores: true } or MultiHeadAttention { ReturnScores: true })
            options["return_attention_scores"] = true;
        return new JsonObject { ["args"] = arguments, ["kwargs"] = options };
    }
}
