namespace Unroll.Formats;

/// <summary>
/// How the layers of a graph are joined. Its values have numbers: the inputs first, then the outputs of the layers in their order.
/// </summary>
internal sealed class GraphHeader
{
    public required GraphInput[] Inputs { get; init; }

    /// <summary>For each use of a layer the numbers of the values it takes.</summary>
    public required int[][] Takes { get; init; }

    /// <summary>For each use the first one with the same weights: itself, unless they are shared.</summary>
    public required int[] Weights { get; init; }

    /// <summary>Numbers of the model's outputs.</summary>
    public required int[] Outputs { get; init; }

    /// <summary>From this version on the states that a <see cref="Bidirectional"/> returns are values too.</summary>
    public const int VersionOfBidirectionalStates = 3;

    /// <summary>The version of a file with this graph.</summary>
    public static int VersionOf(Graph graph) =>
        graph.Uses.Any(use => use.Layer is Bidirectional && use.Outputs.Length > 1) ? VersionOfBidirectionalStates : 2;

    public static GraphHeader Of(Graph graph)
    {
        var numbers = new Dictionary<Node, int>();
        foreach (Node node in graph.Inputs.Concat(graph.Uses.SelectMany(use => use.Outputs)))
            numbers.Add(node, numbers.Count);
        return new GraphHeader
        {
            Inputs = [.. graph.Inputs.Select(node => new GraphInput { Name = node.Name, Shape = node.Shape.ToArray() })],
            Takes = [.. graph.Uses.Select(use => use.Inputs.Select(node => numbers[node]).ToArray())],
            Weights = [.. graph.Uses.Select(use => Array.FindIndex(graph.Uses, first => first.Owner == use.Owner))],
            Outputs = [.. graph.Outputs.Select(node => numbers[node])],
        };
    }

    /// <param name="layers">For each use its layer.</param>
    /// <param name="version">Of the file.</param>
    /// <exception cref="InvalidDataException">The numbers do not fit each other.</exception>
    public Model ToModel(Layer[] layers, int version)
    {
        Node[] inputs = [.. Inputs.Select(input => Node.Input(new Shape(input.Shape), input.Name))];
        var values = new List<Node>(inputs);
        var uses = new List<LayerUse>();
        if (Takes.Length != layers.Length || Weights.Length != layers.Length)
            throw new InvalidDataException("its graph does not fit its layers");
        for (int i = 0; i < layers.Length; i++)
        {
            LayerUse? owner = Weights[i] == i ? null : Find(uses, Weights[i]);
            uses.Add(new LayerUse(owner?.Layer ?? layers[i], [.. Takes[i].Select(number => Find(values, number))], owner));
            bool withStates = version >= VersionOfBidirectionalStates || uses[i].Layer is not Bidirectional;
            values.AddRange(withStates ? uses[i].Outputs : uses[i].Outputs[..1]);
        }

        return new Model(inputs, [.. Outputs.Select(number => Find(values, number))]);
    }

    private static T Find<T>(List<T> made, int number) => number >= 0 && number < made.Count
        ? made[number]
        : throw new InvalidDataException("its graph takes a value that is not made yet");
}

internal sealed class GraphInput
{
    public string? Name { get; init; }

    public required int[] Shape { get; init; }
}
