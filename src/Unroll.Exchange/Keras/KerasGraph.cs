using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Joins the layers of a file as the file says. Models in models become part of the one graph.</summary>
internal sealed class KerasGraph
{
    private readonly KerasReading _reading;
    private readonly List<LayerUse> _uses = [];
    private readonly List<Node> _inputs = [];
    private readonly HashSet<string> _names = [];

    private KerasGraph(KerasReading reading) => _reading = reading;

    /// <summary>The model, not built yet, and the shape to build it with.</summary>
    /// <exception cref="UnrollException">The layers do not fit each other, or something is not supported.</exception>
    public static (Model Model, Shape Input) Join(KerasReading reading, KerasModel model)
    {
        var graph = new KerasGraph(reading);
        IReadOnlyList<KerasValue> outputs;
        try
        {
            outputs = graph.Apply(model, null, "");
        }
        catch (UnrollException failure) when (reading.Reasons.Count > 0 && failure is not UnsupportedModelException)
        {
            throw reading.Unsupported();
        }

        reading.RequireSupported();
        foreach ((int i, _) in outputs.Index().Where(each => each.Item.Mask is { IsReadOtherwise: true }))
            reading.Note($"output {i + 1} has other numbers at masked steps than in Keras");
        Node[] nodes = [.. outputs.Select(value => value.Node ?? throw reading.Damaged("a mask is an output of the model"))];
        if (nodes.Distinct().Count() < nodes.Length || nodes.Any(node => node.Use is null))
            throw new UnsupportedModelException(reading.Path, ["an output that is an input, or that is given twice"]);
        return graph.IsStack(model, nodes)
            ? (new Model([.. graph._uses.Select(use => use.Layer)]), graph._inputs[0].Shape)
            : (new Model(graph._inputs, nodes), graph._inputs[0].Shape);
    }

    private bool IsStack(KerasModel model, Node[] outputs)
    {
        if (!model.IsSequential || _inputs.Count != 1 || outputs.Length != 1)
            return false;
        Node last = _inputs[0];
        foreach (LayerUse use in _uses)
        {
            if (use.Owner != use || use.Inputs.Length != 1 || use.Inputs[0] != last)
                return false;
            last = use.Outputs[0];
        }

        return outputs[0] == last && _uses.Count > 0;
    }

    /// <summary>What a model gives for its inputs; at the top they are made.</summary>
    private IReadOnlyList<KerasValue> Apply(KerasModel model, IReadOnlyList<KerasValue>? inputs, string prefix) =>
        model.IsSequential ? ApplyStack(model, inputs, prefix) : ApplyGraph(model, inputs, prefix);

    private IReadOnlyList<KerasValue> ApplyStack(KerasModel model, IReadOnlyList<KerasValue>? inputs, string prefix)
    {
        IReadOnlyList<KerasValue>? values = inputs;
        foreach (KerasLayer layer in model.Layers)
        {
            if (layer.ClassName == "InputLayer")
            {
                values ??= [Input(layer.Config.Find("config"), layer.Name, null)];
                continue;
            }

            // A stack without an input layer has the shape beside it, or at its first layer, which may be a model.
            bool isBeside = model.InputShape is not null || layer.Config.Find("config")?.Find("batch_input_shape") is not null;
            if (values is null && layer.Model is { } first && !isBeside)
            {
                values = Apply(first, null, $"{prefix}{layer.Name}_");
                continue;
            }

            values ??= [Input(layer.Config.Find("config"), null, model.InputShape)];
            if (values.Count != 1)
                throw new UnsupportedModelException(_reading.Path, [$"{layer.Name} ({layer.ClassName}) in a stack, where it takes "
                    + "several values"]);
            values = Use(layer, values, new KerasCall(), prefix);
        }

        return values ?? throw _reading.Damaged("a model has no layers");
    }

    private IReadOnlyList<KerasValue> ApplyGraph(KerasModel model, IReadOnlyList<KerasValue>? given, string prefix)
    {
        var made = new Dictionary<(string Layer, int Node), IReadOnlyList<KerasValue>>();
        var offsets = new NodeNumbers(_reading, model);
        (string Name, int, int)[] inputs = [.. offsets.References(model.Config.Find("input_layers"))];
        if (inputs.Length == 0 || (given is not null && given.Count != inputs.Length))
            throw _reading.Damaged("the inputs of a model do not fit what it is given");
        for (int i = 0; i < inputs.Length; i++)
        {
            KerasLayer layer = model.Layers.FirstOrDefault(each => each.Name == inputs[i].Name) ?? throw _reading.Damaged($"there is "
                + $"no layer {inputs[i].Name}");
            made[(layer.Name, 0)] = [given?[i] ?? Input(layer.Config.Find("config"), layer.Name, null)];
        }

        var pending = new List<(KerasLayer Layer, int Node, KerasCall Call)>();
        foreach (KerasLayer layer in model.Layers.Where(layer => layer.ClassName != "InputLayer"))
        {
            int node = offsets.First(layer);
            foreach (JsonElement call in layer.Config.Find("inbound_nodes").Elements())
                pending.Add((layer, node++, KerasCall.Read(_reading, layer, call)));
        }

        // In the order of the file, and again as long as something was waiting for what came later.
        while (pending.Count > 0)
        {
            var waiting = new List<(KerasLayer Layer, int Node, KerasCall Call)>();
            foreach ((KerasLayer layer, int node, KerasCall call) in pending)
            {
                if (!call.References.All(reference => made.ContainsKey((reference.Layer, reference.Node)))
                    || (node > offsets.First(layer) && !made.ContainsKey((layer.Name, node - 1))))
                {
                    waiting.Add((layer, node, call));
                    continue;
                }

                KerasValue[] values = [.. call.Values.Select(reference => Value(made, reference))];
                MaskOrigin? mask = call.Mask is { } named ? Value(made, named).Mask : null;
                if (MaskOps.IsMaskOp(layer.Config))
                {
                    MaskOrigin? origin = MaskOps.Apply(layer, values, call.Number);
                    if (origin is null)
                        _reading.Refuse($"{layer.Name} ({layer.ClassName}), which is no mask of a sequence");
                    made[(layer.Name, node)] = [new KerasValue(null, origin)];
                    continue;
                }

                if (call.Mask is not null && (mask is null || values.Length == 0 || !MaskOrigin.AreSame(mask, values[0].Mask)))
                    _reading.Refuse($"{layer.Name} ({layer.ClassName}) has a mask of its own");
                made[(layer.Name, node)] = Use(layer, values, call, prefix);
            }

            if (waiting.Count == pending.Count)
                throw _reading.Damaged("its graph takes values that nothing makes");
            pending = waiting;
        }

        (string, int, int)[] outputs = [.. offsets.References(model.Config.Find("output_layers"))];
        return outputs.Length > 0 ? [.. outputs.Select(each => Value(made, each))] : throw _reading.Damaged("a model has no outputs");
    }

    private KerasValue Value(Dictionary<(string Layer, int Node), IReadOnlyList<KerasValue>> made,
        (string Layer, int Node, int Tensor) reference) =>
        made.TryGetValue((reference.Layer, reference.Node), out IReadOnlyList<KerasValue>? values) && reference.Tensor >= 0
            && reference.Tensor < values.Count
            ? values[reference.Tensor]
            : throw _reading.Damaged($"there is no value {reference.Tensor} of {reference.Layer}");

    /// <summary>A layer, or a model, at one place.</summary>
    private IReadOnlyList<KerasValue> Use(KerasLayer layer, IReadOnlyList<KerasValue> values, KerasCall call, string prefix)
    {
        if (layer.Model is { } inner)
            return Apply(inner, values, $"{prefix}{layer.Name}_");
        string label = $"{layer.Name} ({layer.ClassName})";
        if (values.Count == 0 || values.Any(value => value.Node is null))
            throw _reading.Damaged($"{label} is applied to no value");
        Node[] nodes = [.. values.Select(value => value.Node!)];
        LayerUse use;
        try
        {
            if (layer.First is null)
            {
                var config = new LayerConfig(_reading, layer.Config, layer.Name) { Inputs = [.. nodes.Select(node => node.Shape)] };
                layer.First = use = new LayerUse(call.Adapt(_reading, label,
                    LayerTable.Read(config)) with
                { Name = OwnName(layer.Name, prefix) }, nodes);
                layer.Fixed = PlainLayers.FixedWeights(config);
            }
            else
            {
                use = new LayerUse(layer.First.Layer, nodes, layer.First.Owner);
                if (call.Adapt(_reading, label, use.Layer) != use.Layer)
                    _reading.Refuse($"{label}, which is called in two ways");
            }
        }
        catch (UnrollException failure) when (failure is not UnsupportedModelException)
        {
            _reading.Refuse($"{label}: {failure.Message.TrimEnd('.')}");
            throw;
        }

        _uses.Add(use);
        bool putsZeros = use.Layer is Bidirectional
            || layer.Config.Find("config")?.Find("zero_output_for_mask") is { ValueKind: JsonValueKind.True };
        MaskOrigin? mask = MaskOps.After(_reading, label, use.Layer, values, use.Outputs[0], putsZeros);
        if (putsZeros && mask is not null)
            _reading.Note($"{label}: at masked steps of the sequence that it gives Keras has 0, Unroll the state of the step before");
        return use.Layer is Bidirectional { MergeMode: MergeMode.None }
            ? Halves(layer, use, mask)
            : [.. use.Outputs.Select((output, i) => new KerasValue(output, i == 0 ? mask : null))];
    }

    /// <summary>Unroll puts what Keras gives as two values one after the other.</summary>
    private List<KerasValue> Halves(KerasLayer layer, LayerUse use, MaskOrigin? mask)
    {
        Shape both = use.Outputs[0].Shape;
        int steps = both.Steps / 2;
        bool isSequence = ((Bidirectional)use.Layer).Inner is Recurrent { ReturnSequences: true }
            or StackedRecurrent { ReturnSequences: true };
        if (mask is not null && isSequence)
            _reading.Refuse($"{layer.Name} (Bidirectional) gives two masked sequences, which Unroll does not have");
        var values = new List<KerasValue>();
        foreach (string half in (string[])["forward", "backward"])
        {
            var part = new LayerUse(
                new Cropping1D(half == "forward" ? 0 : steps, half == "forward" ? steps
                    : 0)
                { Name = OwnName($"{layer.Name}_{half}", "") }, [use.Outputs[0]]);
            _uses.Add(part);
            if (!isSequence)
                _uses.Add(part = new LayerUse(new Flatten { Name = OwnName($"{layer.Name}_{half}_last", "") }, [part.Outputs[0]]));
            values.Add(new KerasValue(part.Outputs[0], null));
        }

        values.AddRange(use.Outputs[1..].Select(state => new KerasValue(state, null)));
        return values;
    }

    /// <summary>A layer's own name where nobody has it, otherwise with the name of its model in front, or a number behind.</summary>
    private string OwnName(string name, string prefix)
    {
        string own = string.IsNullOrWhiteSpace(name) ? "layer" : name, tried = own;
        for (int i = 1; !_names.Add(tried); i++)
            tried = i == 1 && prefix.Length > 0 ? prefix + own : FormattableString.Invariant($"{prefix}{own}_{i}");
        return tried;
    }

    private KerasValue Input(JsonElement? config, string? name, JsonElement? beside)
    {
        JsonElement? given = config?.Find("batch_shape") ?? config?.Find("batch_input_shape") ?? beside;
        if (given is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() < 2)
            throw new UnrollException($"{_reading.Path} does not say the shape of its input{(name is null ? "" : $" {name}")}. Build "
                + "the model in Keras on some data, or give it an Input layer, and save it again.");
        if (config?.Find("sparse") is { ValueKind: JsonValueKind.True } || config?.Find("ragged") is { ValueKind: JsonValueKind.True })
            _reading.Refuse($"{name ?? "the input"} is sparse or ragged");
        if (config?.Find("dtype") is { ValueKind: JsonValueKind.String } type && type.GetString() == "string")
            _reading.Refuse($"{name ?? "the input"} takes texts");
        var extents = new List<int>();
        foreach (JsonElement extent in list.EnumerateArray().Skip(1))
        {
            if (extent.ValueKind == JsonValueKind.Null)
            {
                extents.Add(_reading.Options.Steps ?? throw new UnrollException(
                    $"{_reading.Path} leaves an extent of its input{(name is null ? "" : $" {name}")} open, shape "
                        + $"{LayerConfig.Show(list)}, but Unroll's shapes are fixed. Set KerasOptions.Steps.")
                { Subject = "steps" });
            }
            else if (extent.ValueKind == JsonValueKind.Number && extent.TryGetInt32(out int value) && value > 0)
            {
                extents.Add(value);
            }
            else
            {
                throw _reading.Damaged("an input has an extent that is no number");
            }
        }

        Shape shape;
        try
        {
            shape = new Shape([.. extents]);
        }
        catch (ArgumentException)
        {
            throw _reading.Damaged("an input has more values than memory");
        }

        var node = Node.Input(shape, name);
        _inputs.Add(node);
        return new KerasValue(node, null);
    }
}
