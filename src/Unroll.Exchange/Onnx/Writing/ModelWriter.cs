using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Layers;
using Float = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>
/// Writes a model as a graph: layer after layer, each by what <see cref="OnnxKinds"/> knows of its kind. Masks are booleans [B, T]; where
/// a layer reads zeros in place of padding, or the model gives them, they are put there.
/// </summary>
internal sealed class ModelWriter
{
    private readonly OnnxOptions _options;
    private readonly BuiltGraph<float> _built;
    private readonly FreeSteps? _steps;
    private readonly Dictionary<Node, string> _values = [];
    private readonly Dictionary<int, string> _masks = [], _trailing = [];
    private readonly Dictionary<string, string> _constants = [], _cleared = [];
    private readonly HashSet<string> _tokens = [];
    private readonly List<string> _reasons = [];
    private readonly List<(string State, string Value, int Units)> _final = [];

    /// <exception cref="UnrollException">It is to be streamed, but the model does not go step by step.</exception>
    public ModelWriter(Model model, OnnxOptions options)
        : this(model, options, new GraphWriter("unroll"))
    {
    }

    /// <param name="model">A model that is built.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="graph">Where its nodes and weights go.</param>
    public ModelWriter(Model model, OnnxOptions options, GraphWriter graph)
    {
        (_options, Graph) = (options, graph);
        _built = options.Streaming ? model.Streams().Built : model.Network.Built;
        _steps = options.Streaming ? null : new FreeSteps(_built.Graph);
        Weights = new WeightTensors(model, Graph);
    }

    public int Opset => _options.Opset;

    /// <summary>The outer graph, which has all constants and weights.</summary>
    public GraphWriter Graph { get; }

    public WeightTensors Weights { get; }

    /// <exception cref="UnsupportedModelException">A layer or an activation has no form in ONNX.</exception>
    public ModelProto Write(string subject)
    {
        Graph graph = _built.Graph;
        for (int i = 0; i < graph.Inputs.Length; i++)
            WriteInput(graph.Inputs[i], graph.InputName(i));
        WriteLayers(subject);
        for (int i = 0; i < graph.Outputs.Length; i++)
            WriteOutput(graph.Outputs[i], _built.Plan.Outputs[i]);
        foreach ((string state, string value, int units) in _final)
        {
            string name = Graph.NewName($"{state}_out");
            Graph.Node("Identity", [value], [name]);
            Graph.Output(name, Float.Float, ["batch", units]);
        }

        return Graph.ToModel(Opset);
    }

    /// <summary>Writes the layers into a graph that has their inputs: a network as a part of something larger.</summary>
    /// <param name="inputs">Values of the graph, one for each input of the model, [batch, ...].</param>
    /// <returns>The outputs of the model.</returns>
    /// <exception cref="UnsupportedModelException">A layer or an activation has no form in ONNX.</exception>
    public string[] WriteInto(IReadOnlyList<string> inputs)
    {
        Graph graph = _built.Graph;
        for (int i = 0; i < graph.Inputs.Length; i++)
            _values[graph.Inputs[i]] = inputs[i];
        WriteLayers("The network");
        return [.. graph.Outputs.Zip(_built.Plan.Outputs, ValueOf)];
    }

    public string Constant(ReadOnlySpan<float> values, ReadOnlySpan<int> shape)
    {
        string key = $"{string.Join(',', values.ToArray().Select(BitConverter.SingleToInt32Bits))}:{string.Join(',', shape.ToArray())}";
        return _constants.TryGetValue(key, out string? known) ? known
            : _constants[key] = Graph.Constant("constant", values, shape.ToArray());
    }

    public string Constant(ReadOnlySpan<long> values)
    {
        string key = $"i{string.Join(',', values.ToArray())}";
        return _constants.TryGetValue(key, out string? known) ? known : _constants[key] = Graph.Constant("integers", values);
    }

    /// <summary>One 64-bit whole number, without an extent.</summary>
    public string WholeNumber(long value) => _constants.TryGetValue($"n{value}", out string? known)
        ? known
        : _constants[$"n{value}"] = Graph.Constant("integer", [value], isScalar: true);

    /// <summary>Whether the states of a recurrent layer are inputs and outputs of the graph.</summary>
    public bool Exposes(RecurrentOp<float> part) => SlotOf(part, 0) is { ComesFromGraph: false };

    /// <summary>Whether a state of a recurrent layer is an input of the graph; its name then, and that of its final value.</summary>
    public string? InitialState(RecurrentOp<float> part, int state)
    {
        StateSlot<float>? slot = SlotOf(part, state);
        return slot is null || slot.ComesFromGraph ? null : Graph.Input(Graph.NewName(slot.Name), Float.Float, ["batch", slot.Units]);
    }

    public void FinalState(RecurrentOp<float> part, int state, string value)
    {
        if (SlotOf(part, state) is { ComesFromGraph: false } slot)
            _final.Add((slot.Name, value, slot.Units));
    }

    /// <summary>Whether a value is of whole numbers: an input of the model that nothing but embeddings read.</summary>
    public bool AreTokens(string value) => _tokens.Contains(value);

    private StateSlot<float>? SlotOf(RecurrentOp<float> part, int state) => _options.States || _options.Streaming || part.Layer.Stateful
        ? _built.States.FirstOrDefault(slot => slot.Op == part && slot.State == state)
        : null;

    private void WriteInput(Node node, string name)
    {
        bool areTokens = _built.Graph.Uses.All(use => use.Layer is Embedding || !use.Inputs.Contains(node));
        _values[node] = Graph.Input(Graph.NewName(name), areTokens ? Float.Int64 : Float.Float, Extents(node));
        if (areTokens)
            _tokens.Add(_values[node]);
    }

    private object[] Extents(Node node) => node.Shape.Rank == 0
        ? ["batch"]
        : ["batch", _steps?.ExtentOf(node) ?? (long)node.Shape[0], .. node.Shape.ToArray()[1..].Select(extent => (object)(long)extent)];

    private void WriteOutput(Node node, ValueLayout plan)
    {
        string name = Graph.NewName(_built.Graph.NameOf(node));
        Graph.Node("Identity", [ValueOf(node, plan)], [name]);
        Graph.Output(name, Float.Float, Extents(node));
    }

    private string ValueOf(Node node, ValueLayout plan) => plan.IsPadded ? ClearPadding(_values[node], plan) : _values[node];

    private void WriteLayers(string subject)
    {
        for (int i = 0; i < _built.Graph.Uses.Length; i++)
            Write(_built.Graph.Uses[i], _built.Plan.Nodes[i]);
        if (_reasons.Count > 0)
            throw new UnsupportedModelException(subject, [.. _reasons.Distinct()]);
    }

    private void Write(LayerUse use, NodePlan<float> node)
    {
        string name = _built.Graph.NameOf(use);
        var inputs = new List<(string, Shape, string?)>();
        for (int i = 0; i < use.Inputs.Length; i++)
        {
            ValueLayout plan = node.Inputs[i];
            string value = _values[use.Inputs[i]];
            bool clears = plan.IsPadded && !node.Op.SkipsPadding;
            inputs.Add((clears ? ClearPadding(value, plan) : value, use.Inputs[i].Shape, MaskOf(plan)));
        }

        var layer = new OnnxLayer(this, name, inputs, [.. use.Outputs.Select(output => output.Shape)])
        {
            Parts = new Queue<RecurrentOp<float>>(node.Op.RecurrentParts),
        };
        try
        {
            LayerNodes.Write(use.Layer, layer);
            for (int i = 0; i < use.Outputs.Length; i++)
                _values[use.Outputs[i]] = layer.Output(i)
                    ?? throw new InvalidOperationException($"What was registered for {name} sets no output {i}.");
            if (node.Outputs[0]!.Mask is { Exists: true } mask && !_masks.ContainsKey(mask.Number))
                _masks[mask.Number] = layer.NewMask ?? throw new InvalidOperationException($"What was registered for {name} sets no mask.");
        }
        catch (UnsupportedModelException failure)
        {
            _reasons.AddRange(failure.Reasons.Select(reason => $"{name}: {reason}"));
            foreach (Node output in use.Outputs)
                _values[output] = "";
            if (node.Outputs[0]!.Mask is { Exists: true } mask)
                _masks.TryAdd(mask.Number, "");
        }
    }

    private string? MaskOf(ValueLayout plan) => plan.Mask.Exists ? _masks[plan.Mask.Number] : null;

    /// <summary>A value with zeros at the steps at the end that are padding.</summary>
    private string ClearPadding(string value, ValueLayout plan)
    {
        if (_cleared.TryGetValue(value, out string? known))
            return known;
        var nodes = new OnnxNodes(this, Graph);
        if (!_trailing.TryGetValue(plan.Mask.Number, out string? counts))
        {
            // A step counts where it or a later one is not masked.
            string later = nodes.Node("CumSum", [nodes.ToFloat(MaskOf(plan)!), WholeNumber(1)], ("reverse", 1L));
            _trailing[plan.Mask.Number] = counts = nodes.Node("Greater", [later, nodes.Scalar(0.5f)]);
        }

        return _cleared[value] = nodes.Where(nodes.Beside(counts, plan.Shape.Rank + 1), value, nodes.Scalar(0));
    }
}
