namespace Unroll;

/// <summary>Cuts a part out of a graph: some values become inputs, and the layers between them and the outputs are applied anew.</summary>
internal sealed class GraphCut
{
    private readonly Graph _graph;
    private readonly Dictionary<Node, Node> _made = [];
    private readonly Dictionary<LayerUse, LayerUse> _uses = [], _owners = [];

    private GraphCut(Graph graph) => _graph = graph;

    /// <summary>The inputs and outputs of the part. Its layers have the names that they have in the whole.</summary>
    /// <param name="graph">The whole.</param>
    /// <param name="inputs">Values of the whole, and the inputs that stand in their place; a value that is padded
    /// gets a mask again.</param>
    /// <param name="outputs">Values of the whole.</param>
    /// <param name="isPadded">Whether a value of the whole has padding at its end.</param>
    public static (Node[] Inputs, Node[] Outputs) Of(Graph graph, IReadOnlyList<(Node Value, Node Input)> inputs,
        IReadOnlyList<Node> outputs, Predicate<Node> isPadded)
    {
        var part = new GraphCut(graph);
        foreach ((Node value, Node input) in inputs)
        {
            if (input.Use is not null || input.Shape.Rank != value.Shape.Rank)
                throw new UnrollException($"An input of shape {input.Shape} cannot stand for a value of shape {value.Shape}. Make one with "
                    + "Node.Input, with as many extents.");
            part._made[value] = value.Use is not null && isPadded(value) ? new Masking { AtEnd = true }.Apply(input) : input;
        }

        return ([.. inputs.Select(pair => pair.Input)], [.. outputs.Select(part.Make)]);
    }

    private Node Make(Node value)
    {
        if (_made.TryGetValue(value, out Node? made))
            return made;
        if (value.Use is not { } use)
            throw new UnrollException($"The part needs the input {_graph.NameOf(value)} of shape {value.Shape}. Give an input that stands "
                + "for it, or for a value that follows from it.");
        if (!_uses.TryGetValue(use, out LayerUse? again))
        {
            // First, since a layer may read what it gave at another place.
            Node[] inputs = [.. use.Inputs.Select(Make)];
            LayerUse? owner = _owners.GetValueOrDefault(use.Owner);
            Layer layer = owner?.Layer ?? (_graph.Has(use) ? use.Layer with { Name = _graph.NameOf(use) } : use.Layer);
            again = new LayerUse(layer, inputs, owner);
            _uses.Add(use, again);
            _owners.TryAdd(use.Owner, again);
        }

        return _made[value] = again.Outputs[value.Number];
    }
}
