using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>A layer of a file: its options, where its weights lie, and what it has become.</summary>
/// <param name="Config">The object {class_name, config}.</param>
/// <param name="Name">Its name.</param>
/// <param name="ClassName">The name of its class.</param>
/// <param name="Path">Where its weights lie in files of Keras 3.</param>
/// <param name="IsTrainable">False: it and what is in it are frozen.</param>
/// <param name="Model">The model that it is; null for others.</param>
internal sealed record KerasLayer(JsonElement Config, string Name, string ClassName, string Path, bool IsTrainable, KerasModel? Model)
{
    /// <summary>Its first place in the graph, once it has one.</summary>
    public LayerUse? First { get; set; }

    /// <summary>Weights of Unroll's layer that the file does not have.</summary>
    public IReadOnlyDictionary<string, float> Fixed { get; set; } = new Dictionary<string, float>();

    /// <summary>This layer, or the layers of the model that it is.</summary>
    public IEnumerable<KerasLayer> Leaves => Model is null ? [this] : Model.Layers.SelectMany(layer => layer.Leaves);
}

/// <summary>A model of a file: a stack, or a graph.</summary>
/// <param name="Config">Its config.</param>
/// <param name="IsSequential">True: a stack.</param>
/// <param name="Layers">In the order of the file.</param>
/// <param name="InputShape">Of a stack the shape that stands beside it, if any.</param>
internal sealed record KerasModel(JsonElement Config, bool IsSequential, IReadOnlyList<KerasLayer> Layers, JsonElement? InputShape)
{
    private const int DeepestModel = 16;

    /// <summary>
    /// Reads a model and those in it, and looks at the options of all layers, so that everything that is not supported is put down.
    /// </summary>
    /// <param name="reading">Of the file.</param>
    /// <param name="model">The object {class_name, config}.</param>
    /// <param name="path">Where its weights lie in files of Keras 3.</param>
    /// <param name="isTrainable">Whether what it is in is trained.</param>
    /// <param name="depth">How many models it is in.</param>
    public static KerasModel Read(KerasReading reading, JsonElement model, string path = "", bool isTrainable = true, int depth = 0)
    {
        if (depth > DeepestModel)
            throw reading.Damaged($"its models are nested more than {DeepestModel} deep");
        bool isSequential = ClassOf(reading, model) == "Sequential";
        JsonElement config = model.Find("config") ?? throw reading.Damaged("a model has no config");

        // The stacks of the first versions of Keras 2 are lists.
        JsonElement? list = config.ValueKind == JsonValueKind.Array ? config : config.Find("layers");
        if (list is not { ValueKind: JsonValueKind.Array })
            throw reading.Damaged("a model has no list of layers");
        bool trains = isTrainable && config.Find("trainable") is not { ValueKind: JsonValueKind.False };
        var layers = new List<KerasLayer>();
        var counts = new Dictionary<string, int>();
        foreach (JsonElement each in list.Elements())
        {
            string className = ClassOf(reading, each);
            string name = NameOf(each) ?? FormattableString.Invariant($"{KerasNames.Snake(className)}_{layers.Count}");
            string folder = KerasNames.Snake(className is "Model" ? "Functional" : className);
            int count = counts[folder] = counts.GetValueOrDefault(folder, -1) + 1;
            string place = $"{path}layers/{(count == 0 ? folder : FormattableString.Invariant($"{folder}_{count}"))}";
            if (IsModel(className))
            {
                layers.Add(new KerasLayer(each, name, className, place, trains, Read(reading, each, $"{place}/", trains, depth + 1)));
                continue;
            }

            bool own = each.Find("config")?.Find("trainable") is not { ValueKind: JsonValueKind.False };
            layers.Add(new KerasLayer(each, name, className, place, trains && own, null));
            if (className != "InputLayer" && !MaskOps.IsMaskOp(each))
                LayerTable.Read(new LayerConfig(reading, each, name));
        }

        if (layers.Select(layer => layer.Name).Distinct().Count() < layers.Count)
            throw reading.Damaged("two of its layers have one name");
        return new KerasModel(config, isSequential, layers, config.Find("build_input_shape")
            ?? model.Find("build_config")?.Find("input_shape"));
    }

    public static bool IsModel(string className) => className is "Sequential" or "Functional" or "Model";

    private static string ClassOf(KerasReading reading, JsonElement layer) =>
        layer.Find("class_name") is { ValueKind: JsonValueKind.String } name
        ? name.GetString()!
        : throw reading.Damaged("a layer has no class_name");

    private static string? NameOf(JsonElement layer) =>
        (layer.Find("name") ?? layer.Find("config")?.Find("name")) is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
}
