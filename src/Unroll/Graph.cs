using Unroll.Layers;

namespace Unroll;

/// <summary>The layers between some inputs and some outputs, in an order in which they can be run, each with its name.</summary>
internal sealed class Graph
{
    private readonly Dictionary<LayerUse, string> _names = [];

    /// <exception cref="UnrollException">An output does not follow from the inputs, or two layers have one name.</exception>
    public Graph(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        (Inputs, Outputs) = ([.. inputs], [.. outputs]);
        if (Inputs.Length == 0 || Outputs.Length == 0)
            throw new UnrollException($"A graph needs at least one input and one output, but has {Inputs.Length} and {Outputs.Length}.");
        if (Inputs.FirstOrDefault(node => node.Use is not null) is Node made)
            throw new UnrollException($"The output of a layer ({made.Use!.Layer.Kind}, shape {made.Shape}) is given as an input of the "
                + "model. Inputs are made with Node.Input.");
        if (Inputs.Distinct().Count() < Inputs.Length)
            throw new UnrollException("One node is given twice as an input of the model. Give each once.");
        if (Outputs.Any(node => node.Use is null) || Outputs.Distinct().Count() < Outputs.Length)
            throw new UnrollException("Each output of a model is given once, and comes from a layer.");
        var uses = new HashSet<LayerUse>();
        HashSet<Node> given = [.. Inputs], read = [];
        var pending = new Stack<Node>(Outputs);
        while (pending.TryPop(out Node? node))
        {
            read.Add(node);
            if (node.Use is { } use)
            {
                if (uses.Add(use))
                    Array.ForEach(use.Inputs, pending.Push);
            }
            else if (!given.Contains(node))
            {
                throw new UnrollException($"The outputs need the input {node.Name ?? "without a name"} of shape {node.Shape}, which is not "
                    + "among the inputs of the model. Add it to them.");
            }
        }

        Uses = [.. uses.OrderBy(use => use.Order)];
        foreach (Node input in Inputs)
        {
            if (!read.Contains(input))
                throw new UnrollException(
                    $"No output needs the input {input.Name ?? "without a name"} of shape {input.Shape}. Leave it out.");
        }

        GiveNames();
    }

    public Node[] Inputs { get; }

    public Node[] Outputs { get; }

    /// <summary>The layers in the order in which they are run.</summary>
    public LayerUse[] Uses { get; }

    /// <summary>A stack: each layer takes what the one before gives.</summary>
    public static Graph Chain(IReadOnlyList<Layer> layers, Shape input)
    {
        Node first = Node.Input(input), last = first;
        foreach (Layer layer in layers)
            last = layer.Apply(last);
        return new Graph([first], [last]);
    }

    /// <summary>Whether a layer is one of this graph.</summary>
    public bool Has(LayerUse use) => _names.ContainsKey(use);

    /// <summary>The name of a layer; uses that share weights have one name.</summary>
    public string NameOf(LayerUse use) => _names[use];

    /// <summary>
    /// The name of a value: that of the input or the layer it comes from; what comes beside says what it is, <c>lstm_1/h</c>.
    /// </summary>
    public string NameOf(Node node)
    {
        if (node.Use is null)
            return Array.IndexOf(Inputs, node) is var number and >= 0 ? InputName(number) : node.Name ?? "without a name";
        return node.Number == 0 ? NameOf(node.Use) : $"{NameOf(node.Use)}/{node.Use.Layer.OutputName(node.Number)}";
    }

    /// <summary>The name of an input.</summary>
    public string InputName(int number) => Inputs[number].Name ?? $"input_{number + 1}";

    private void GiveNames()
    {
        var counts = new Dictionary<string, int>();
        var taken = new HashSet<string>();
        var owners = new Dictionary<LayerUse, string>();
        foreach (LayerUse use in Uses)
        {
            if (!owners.TryGetValue(use.Owner, out string? name))
            {
                string kind = use.Layer.Kind;
                if (string.IsNullOrWhiteSpace(kind) || kind.Contains('/', StringComparison.Ordinal))
                    throw new UnrollException($"The Kind of {use.Layer.GetType().Name} is "
                        + $"{(kind is null ? "null" : $"\"{kind}\"")}; give a word without a slash, for example snake.");
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
                name = use.Layer.Name ?? $"{kind}_{counts[kind]}";
                if (!taken.Add(name))
                    throw new UnrollException($"Two layers are named {name}. Give each layer a name of its own, or none.");
                owners.Add(use.Owner, name);
            }

            _names.Add(use, name);
        }

        foreach (string name in taken)
        {
            // The parameters of the second would seem to belong to the first.
            for (int slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
            {
                string before = name[..slash];
                if (!taken.Contains(before))
                    continue;
                throw new UnrollException(
                    $"The layers {before} and {name} have names of which one looks like a part of the other. "
                    + "Give one of them another name.");
            }
        }
    }
}
