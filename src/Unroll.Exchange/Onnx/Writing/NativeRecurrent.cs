namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>
/// The operators LSTM (gates i o f c), GRU (z r h) and RNN, over [T, B, F]. Unroll's gates are i f g o and z r h, and its
/// kernels are transposed.
/// </summary>
internal static class NativeRecurrent
{
    private static readonly int[] s_lstmGates = [0, 3, 1, 2], s_lstmPeepholes = [0, 2, 1];

    /// <summary>Whether an operator does what the layer does.</summary>
    public static bool Knows(Recurrent layer) => layer switch
    {
        Lstm { LayerNorm: true } or Lstm { ProjectionUnits: not null } => false,
        Lstm or Gru or SimpleRnn => ActivationsOf(layer).All(activation => Activations.Native(activation) is not null),
        _ => false,
    };

    /// <summary>One direction.</summary>
    public static (string Output, string[] States) Write(OnnxLayer to, Run run, string x, string[]? initial)
    {
        IReadOnlyList<string> outputs = Node(to, [run], x, [initial]);
        string[] states = [.. outputs.Skip(1).Select(state => to.Squeeze(state, 0))];
        if (!run.Layer.ReturnSequences)
            return (states[0], states);
        string output = to.Transpose(to.Squeeze(outputs[0], 1), 1, 0, 2);
        return (run.ReversesTime ? to.Reverse(output) : output, states);
    }

    /// <summary>Forward and backward.</summary>
    /// <param name="to">The place in the graph.</param>
    /// <param name="runs">The two.</param>
    /// <param name="x">[B, T, F].</param>
    /// <param name="initial">The states of each direction, or null for zeros.</param>
    /// <param name="joins">True: the features of both are the output of the first, and that of the second is empty.</param>
    /// <param name="withStates">Whether somebody reads the final states.</param>
    public static (string Output, string[] States)[] WriteBoth(
        OnnxLayer to, Run[] runs, string x, string[]?[] initial, bool joins, bool withStates)
    {
        Recurrent layer = runs[0].Layer;
        IReadOnlyList<string> outputs = Node(to, runs, x, initial);
        IReadOnlyList<string>[] states = withStates || (!joins && !layer.ReturnSequences)
            ? [.. outputs.Skip(1).Select(state => Halves(to, state, 0))] : [];
        string[] Of(int half) => withStates ? [.. states.Select(state => state[half])] : [];
        if (joins)
        {
            string joined = layer.ReturnSequences
                ? to.Reshape(to.Transpose(outputs[0], 2, 0, 1, 3), 0, 0, 2 * layer.Units)
                : to.Reshape(to.Transpose(outputs[1], 1, 0, 2), 0, 2 * layer.Units);
            return [(joined, Of(0)), ("", Of(1))];
        }

        IReadOnlyList<string> halves = layer.ReturnSequences ? [.. Halves(to, outputs[0], 1).Select(half => to.Transpose(half, 1, 0, 2))]
            : states[0];
        return [(halves[0], Of(0)), (halves[1], Of(1))];
    }

    private static IReadOnlyList<string> Node(OnnxLayer to, Run[] runs, string x, string[]?[] initial)
    {
        Recurrent layer = runs[0].Layer;
        string operation = layer switch { Lstm => "LSTM", Gru => "GRU", _ => "RNN" };
        string[] inputs = [to.Transpose(x, 1, 0, 2), .. Weights(to, runs)];
        if (initial.All(states => states is not null))
        {
            string First(int state) => to.Concat(0, [.. initial.Select(states => to.Unsqueeze(states![state], 0))]);
            inputs = [.. FillUp(inputs, 5), First(0)];
            if (layer is Lstm)
                inputs = [.. inputs, First(1)];
        }

        if (layer is Lstm { Peepholes: true })
            inputs = [.. FillUp(inputs, 7), Peepholes(to, runs)];
        return to.Nodes(operation, inputs, layer is Lstm ? 3 : 2, Attributes(layer, runs));
    }

    private static Activation[] ActivationsOf(Recurrent layer) => layer switch
    {
        Lstm lstm => [lstm.RecurrentActivation, lstm.Activation, lstm.Activation],
        Gru gru => [gru.RecurrentActivation, gru.Activation],
        _ => [layer.Activation],
    };

    private static (string, object)[] Attributes(Recurrent layer, Run[] runs)
    {
        (string Name, float[] Alpha, float[] Beta)[] known =
            [.. runs.SelectMany(run => ActivationsOf(layer)).Select(activation => Activations.Native(activation)!.Value)];
        float[] alpha = [.. known.SelectMany(each => each.Alpha)], beta = [.. known.SelectMany(each => each.Beta)];
        return
        [
            ("hidden_size", (long)layer.Units),
            ("direction", runs.Length == 2 ? "bidirectional" : runs[0].IsBackward ? "reverse" : "forward"),
            ("activations", known.Select(each => each.Name).ToArray()),
            .. alpha.Length > 0 ? [("activation_alpha", alpha)] : ((string, object)[])[],
            .. beta.Length > 0 ? [("activation_beta", beta)] : ((string, object)[])[],
            .. layer is Gru gru ? [("linear_before_reset", gru.ResetAfter ? 1L : 0L)] : ((string, object)[])[],
        ];
    }

    /// <summary>W [D, G·H, F], R [D, G·H, H] and B [D, 2·G·H], in which an LSTM's second half is 0.</summary>
    private static IEnumerable<string> Weights(OnnxLayer to, Run[] runs)
    {
        Recurrent layer = runs[0].Layer;
        int units = layer.Units;
        int[] gates = layer switch { Lstm => s_lstmGates, Gru => [0, 1, 2], _ => [0] };
        int columns = gates.Length * units, features = to.Model.Weights.ShapeOf($"{runs[0].Prefix}/kernel")[0];
        string name = runs.Length == 2 ? to.Name : runs[0].Prefix;
        WeightView Turn(Run run, string role, int rows) => new($"{run.Prefix}/{role}", [rows, gates.Length, units], [1, 2, 0], 1, gates);
        yield return to.Model.Weights.Tensor($"{name}/W", [runs.Length, columns, features],
            [.. runs.Select(run => Turn(run, "kernel", features))]);
        yield return to.Model.Weights.Tensor(
            $"{name}/R", [runs.Length, columns, units], [.. runs.Select(run => Turn(run, "recurrent_kernel", units))]);
        if (!layer.UseBias)
            yield break;
        yield return to.Model.Weights.Tensor($"{name}/B", [runs.Length, 2 * columns],
            [.. runs.SelectMany(run => layer is Gru { ResetAfter: true }
            ? [WeightView.Of($"{run.Prefix}/bias", 2 * columns)]
            : (WeightView[])[new($"{run.Prefix}/bias", [gates.Length, units], [0, 1], 0, gates), WeightView.Zeros(columns)])]);
    }

    /// <summary>P [D, 3H] in the order i o f; Unroll's is i f o.</summary>
    private static string Peepholes(OnnxLayer to, Run[] runs)
    {
        int units = runs[0].Layer.Units;
        return to.Model.Weights.Tensor($"{(runs.Length == 2 ? to.Name : runs[0].Prefix)}/P", [runs.Length, 3 * units],
            [.. runs.Select(run => new WeightView($"{run.Prefix}/peephole_kernel", [3, units], [0, 1], 0, s_lstmPeepholes))]);
    }

    /// <summary>Optional inputs that are left out have empty names.</summary>
    private static IEnumerable<string> FillUp(string[] inputs, int count) =>
        inputs.Concat(Enumerable.Repeat("", Math.Max(0, count - inputs.Length)));

    private static IReadOnlyList<string> Halves(OnnxLayer to, string value, int axis) =>
        [.. Enumerable.Range(0, 2).Select(half => to.Squeeze(to.Slice(value, axis, half, half + 1), axis))];
}
