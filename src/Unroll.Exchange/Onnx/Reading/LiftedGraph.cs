namespace Unroll.Exchange.OnnxFormat.Reading;

/// <summary>A layer that a graph of others turned out to have, with its weights by role. Its options may still change.</summary>
internal sealed class LiftedLayer(Layer layer, IReadOnlyList<LiftedFlow> inputs)
{
    public Layer Layer { get; set; } = layer;

    public LiftedFlow[] Inputs { get; } = [.. inputs];

    /// <summary>By what stands behind the layer's name: <c>kernel</c>, <c>forward/bias</c>.</summary>
    public Dictionary<string, float[]> Weights { get; } = [];
}

/// <summary>A value between layers: what one gives, or an input of the model.</summary>
/// <param name="Maker">Where it comes from; null: an input.</param>
/// <param name="Output">
/// Which of the layer's outputs: the first, 0, or state −1 − n at the end of a recurrent layer, of which −1 is h of the last step.
/// </param>
/// <param name="Shape">Its shape, without the batch.</param>
internal sealed record LiftedFlow(LiftedLayer? Maker, int Output, Shape Shape)
{
    public const int LastStep = -1;

    /// <summary>Of an input its name.</summary>
    public string? Name { get; init; }

    public bool Equals(LiftedFlow? other) =>
        other is not null && (Maker is null ? ReferenceEquals(this, other) : Maker == other.Maker && Output == other.Output);

    public override int GetHashCode() => HashCode.Combine(Maker, Output);
}

/// <summary>Layers put together as the nodes of a graph ask for them, and at the end a model with their weights.</summary>
internal sealed class LiftedGraph
{
    private readonly List<LiftedLayer> _layers = [];

    public List<LiftedFlow> Inputs { get; } = [];

    public List<LiftedFlow> Outputs { get; } = [];

    /// <exception cref="UnrollException">The layer cannot take these inputs.</exception>
    public LiftedFlow Apply(Layer layer, params IReadOnlyList<LiftedFlow> inputs)
    {
        var made = new LiftedLayer(layer, inputs);
        _layers.Add(made);
        return new LiftedFlow(made, 0, layer.GetOutputShapes([.. inputs.Select(input => input.Shape)])[0]);
    }

    /// <summary>How many take a value: layers, and the model.</summary>
    public int ReadersOf(LiftedFlow flow) => _layers.Sum(layer => layer.Inputs.Count(flow.Equals)) + Outputs.Count(flow.Equals);

    public Model ToModel()
    {
        LiftedLayer[] used = UsedLayers();
        _layers.Clear();
        _layers.AddRange(used);
        FuseActivations();
        foreach (LiftedLayer layer in _layers)
            ChooseOutputs(layer);
        var nodes = new Dictionary<LiftedFlow, Node>();
        foreach (LiftedFlow input in Inputs)
            nodes[input] = Node.Input(input.Shape, input.Name);
        foreach (LiftedLayer layer in _layers)
        {
            Node node = layer.Layer.Apply([.. layer.Inputs.Select(input => nodes[input])]);
            nodes[new LiftedFlow(layer, 0, node.Shape)] = node;
            for (int state = 0; state < layer.Layer.States.Count; state++)
            {
                if (node.States.Count > state)
                    nodes[new LiftedFlow(layer, LiftedFlow.LastStep - state, node.States[state].Shape)] = node.States[state];
            }

            if (layer.Layer is Recurrent { ReturnSequences: false })
                nodes[new LiftedFlow(layer, LiftedFlow.LastStep, node.Shape)] = node;
        }

        // An input that no output needs is none of the model's.
        LiftedFlow[] read = [.. Inputs.Where(input => _layers.Any(layer => layer.Inputs.Contains(input)))];
        var model = new Model([.. read.Select(input => nodes[input])], [.. Outputs.Select(output => nodes[output])]);
        model.BuildEmpty(nodes[read[0]].Shape, checked((int)_layers.Sum(layer => layer.Weights.Values.Sum(values => (long)values.Length))));
        int filled = 0;
        foreach (LiftedLayer layer in _layers)
        {
            string name = model.Graph.NameOf(nodes[new LiftedFlow(layer, 0, default)].Use!);
            foreach ((string role, float[] values) in layer.Weights)
            {
                model.SetWeights($"{name}/{role}", values);
                filled++;
            }
        }

        return filled == model.Parameters.Count ? model : throw new UnrollException("some of its weights are not in the graph");
    }

    private LiftedLayer[] UsedLayers()
    {
        var needed = new HashSet<LiftedLayer>(Outputs.Select(output => output.Maker).OfType<LiftedLayer>());
        foreach (LiftedLayer layer in Enumerable.Reverse(_layers))
        {
            if (needed.Contains(layer))
                needed.UnionWith(layer.Inputs.Select(input => input.Maker).OfType<LiftedLayer>());
        }

        return [.. _layers.Where(needed.Contains)];
    }

    /// <summary>An activation whose input nobody else reads is that of the dense layer or convolution before it.</summary>
    private void FuseActivations()
    {
        foreach (LiftedLayer layer in _layers.ToArray())
        {
            if (layer.Layer is not Activate { Activation: var activation } || layer.Inputs[0] is not { Maker: { } before, Output: 0 } input
                || ReadersOf(input) > 1)
                continue;
            Layer? fused = before.Layer switch
            {
                Dense { Activation: var linear } dense when linear == Activation.Linear => dense with { Activation = activation },
                Convolution { Activation: var linear } convolution when linear == Activation.Linear =>
                    convolution with { Activation = activation },
                _ => null,
            };
            if (fused is null)
                continue;
            before.Layer = fused;
            _layers.Remove(layer);
            Replace(new LiftedFlow(layer, 0, input.Shape), input);
        }
    }

    private void Replace(LiftedFlow old, LiftedFlow by)
    {
        foreach (LiftedLayer layer in _layers)
        {
            for (int i = 0; i < layer.Inputs.Length; i++)
                layer.Inputs[i] = old.Equals(layer.Inputs[i]) ? by : layer.Inputs[i];
        }

        for (int i = 0; i < Outputs.Count; i++)
            Outputs[i] = old.Equals(Outputs[i]) ? by : Outputs[i];
    }

    /// <summary>A recurrent layer returns its sequence where somebody reads it, otherwise h of the last step; states
    /// where somebody does.</summary>
    private void ChooseOutputs(LiftedLayer layer)
    {
        if (layer.Layer is not (Recurrent or Bidirectional))
            return;
        bool Reads(int output) => ReadersOf(new LiftedFlow(layer, output, default)) > 0;
        bool sequences = Reads(0);
        int states = layer.Layer.States.Count;
        int first = layer.Layer is Recurrent && !sequences ? 1 : 0;
        bool returnsStates = Enumerable.Range(first, states - first).Any(state => Reads(LiftedFlow.LastStep - state));
        layer.Layer = layer.Layer switch
        {
            Recurrent recurrent => recurrent with { ReturnSequences = sequences, ReturnState = returnsStates },
            Bidirectional both => both with
            {
                Inner = (Recurrent)both.Inner with { ReturnState = returnsStates },
            },
            var other => other,
        };
    }
}
