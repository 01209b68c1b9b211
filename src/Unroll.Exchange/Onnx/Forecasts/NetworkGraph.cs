using Unroll.Exchange.OnnxFormat;
using Unroll.Layers;

namespace Unroll.Exchange;

/// <summary>A network within a graph: one input [batch, T, F] and one output [batch, ...], of 32-bit numbers.</summary>
internal static class NetworkGraph
{
    /// <summary>What keeps a network from being written.</summary>
    public static IEnumerable<string> Unsupported(Model network) => network.Graph.Uses.SelectMany(use => Reasons(network.Graph.NameOf(use), use.Layer));

    /// <summary>Writes the layers of a network.</summary>
    /// <returns>Its outputs.</returns>
    public static string[] Write(Model network, GraphWriter graph, string[] inputs)
    {
        var values = network.Graph.Inputs.Zip(inputs).ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (LayerUse use in network.Graph.Uses)
            values[use.Outputs[0]] = Layer(network, network.Graph.NameOf(use), use, graph, values[use.Inputs[0]]);
        return [.. network.Graph.Outputs.Select(node => values[node])];
    }

    private static IEnumerable<string> Reasons(string name, Layer layer)
    {
        bool isPlain = layer switch
        {
            Dense dense => ActivationOf(dense.Activation) is not null,
            Lstm { Peepholes: false, LayerNorm: false, ProjectionUnits: null } lstm => IsUsual(lstm) && lstm.RecurrentActivation == Activation.Sigmoid,
            Gru { ResetAfter: true } gru => IsUsual(gru) && gru.RecurrentActivation == Activation.Sigmoid,
            SimpleRnn simple => IsUsual(simple),
            Dropout or Flatten or LastSteps => true,
            Bidirectional { MergeMode: MergeMode.Concat, Inner: Recurrent inner } => !Reasons(name, inner).Any(),
            _ => false,
        };
        if (!isPlain)
            yield return $"the layer {name} ({layer.Kind}) with its options";
    }

    private static bool IsUsual(Recurrent layer) => layer is { GoBackwards: false, Stateful: false } && layer.Activation == Activation.Tanh;

    private static string? ActivationOf(Activation activation) =>
        activation == Activation.Linear ? "Identity" : activation == Activation.Relu ? "Relu"
        : activation == Activation.Tanh ? "Tanh" : activation == Activation.Sigmoid ? "Sigmoid" : null;

    private static string Layer(Model network, string name, LayerUse use, GraphWriter graph, string input) => use.Layer switch
    {
        Dense dense => Dense(network, name, dense, use.Inputs[0].Shape, graph, input),
        Recurrent recurrent => Rnn(network, [name], recurrent, use.Inputs[0].Shape.Features, graph, input),
        Bidirectional both => Rnn(network, [$"{name}/forward", $"{name}/backward"], (Recurrent)both.Inner, use.Inputs[0].Shape.Features, graph, input),
        LastSteps last => graph.Node("Slice", [input, graph.Constant("from", [-(long)last.Steps]), graph.Constant("to", [long.MaxValue]), graph.Constant("axis", [1L])]),
        Flatten => graph.Node("Flatten", [input], ("axis", 1L)),
        _ => input,
    };

    private static string Dense(Model network, string name, Dense dense, Shape input, GraphWriter graph, string value)
    {
        string kernel = graph.Constant($"{name}/kernel", network.GetWeights($"{name}/kernel").AsSpan(), input.Features, dense.Units);
        string output = graph.Node("MatMul", [value, kernel]);
        if (dense.UseBias)
            output = graph.Node("Add", [output, graph.Constant($"{name}/bias", network.GetWeights($"{name}/bias").AsSpan(), dense.Units)]);
        return dense.Activation == Activation.Linear ? output : graph.Node(ActivationOf(dense.Activation)!, [output]);
    }

    private static string Rnn(Model network, string[] names, Recurrent layer, int features, GraphWriter graph, string input)
    {
        int units = layer.Units, ways = names.Length;
        // Of Unroll's gates those that ONNX has first: the LSTM's i, f, c, o are i, o, f, c there.
        (string operation, int[] gates) = layer switch { Lstm => ("LSTM", [0, 3, 1, 2]), Gru => ("GRU", [0, 1, 2]), _ => ("RNN", (int[])[0]) };
        string kernel = Matrix("kernel", features), recurrent = Matrix("recurrent_kernel", units), bias = "";
        if (layer.UseBias)
        {
            float[] all = [.. names.SelectMany(name =>
            {
                float[] own = network.GetWeights($"{name}/bias");
                float[] second = own.Length > gates.Length * units ? own[(gates.Length * units)..] : new float[gates.Length * units];
                return Ordered(own, 1).Concat(Ordered(second, 1));
            })];
            bias = graph.Constant($"{names[0]}/bias", all.AsSpan(), ways, 2 * gates.Length * units);
        }

        List<(string, object)> attributes = [("hidden_size", (long)units)];
        if (ways == 2)
            attributes.Add(("direction", "bidirectional"));
        if (layer is Gru)
            attributes.Add(("linear_before_reset", 1L));
        string steps = graph.NewName($"{names[0]}/steps"), last = graph.NewName($"{names[0]}/last");
        string turned = graph.Node("Transpose", [input], ("perm", new long[] { 1, 0, 2 }));
        graph.Node(operation, [turned, kernel, recurrent, bias], [steps, last], [.. attributes]);
        // [T, ways, B, H] and [ways, B, H].
        return layer.ReturnSequences
            ? graph.Node("Reshape", [graph.Node("Transpose", [steps], ("perm", new long[] { 2, 0, 1, 3 })), graph.Constant("shape", [0L, 0L, (long)ways * units])])
            : graph.Node("Reshape", [graph.Node("Transpose", [last], ("perm", new long[] { 1, 0, 2 })), graph.Constant("shape", [0L, (long)ways * units])]);

        string Matrix(string role, int rows) => graph.Constant(
            $"{names[0]}/{role}", names.SelectMany(name => Ordered(network.GetWeights($"{name}/{role}"), rows)).ToArray().AsSpan(), ways, gates.Length * units, rows);

        // [rows, gates·H] becomes [gates·H, rows].
        IEnumerable<float> Ordered(float[] weights, int rows)
        {
            foreach (int gate in gates)
            {
                for (int unit = 0; unit < units; unit++)
                {
                    for (int row = 0; row < rows; row++)
                        yield return weights[(row * gates.Length * units) + (gate * units) + unit];
                }
            }
        }
    }
}
