using Unroll.Layers;
using Float = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>A recurrent layer as a Scan, whose body is a step of its cell.</summary>
internal static class ScanRecurrent
{
    /// <param name="to">The place in the graph.</param>
    /// <param name="run">The layer and its direction.</param>
    /// <param name="x">[B, T, F].</param>
    /// <param name="mask">[B, T], or null.</param>
    /// <param name="initial">The states to begin from; null: zeros.</param>
    public static (string Output, string[] States) Write(OnnxLayer to, Run run, string x, string? mask, string[]? initial)
    {
        Recurrent layer = run.Layer;
        CellWriter writer = OnnxKinds.FindCell(layer) ?? throw new UnsupportedModelException("The model",
            [$"the layer {layer.GetType().Name} (say how a step is written with OnnxKinds.RegisterCell)"]);
        int count = layer.States.Count;
        initial ??= [.. layer.States.Select(state => to.Zeros(x, state.Units))];
        string read = writer.Before(layer, new OnnxCell(to.Model, to.Graph, run.Prefix, x, []), x);

        GraphWriter body = to.Graph.Body($"{run.Prefix}/step");
        string Input(string name, Float type, object[]? shape) => body.Input(body.NewName($"{run.Prefix}/{name}"), type, shape);
        object[] Extents(LayerState state) => ["batch", (long)state.Units];
        string[] before = [.. layer.States.Select(state => Input($"{state.Name}_before", Float.Float, Extents(state)))];
        var cell = new OnnxCell(to.Model, body, run.Prefix, Input("step", Float.Float, null), before);
        string? counts = mask is null ? null : cell.Unsqueeze(Input("counts", Float.Bool, ["batch"]), 1);
        IReadOnlyList<string> after = writer.Step(layer, cell);
        if (after.Count != count)
            throw new InvalidOperationException(
                $"What was registered for {layer.GetType().Name} gives {after.Count} states, but the layer has {count}.");
        string[] states = [.. after
            .Select((state, i) => cell.Node("Identity", [counts is null ? state : cell.Where(counts, state, before[i])]))];
        string[] sequences = layer.ReturnSequences ? [cell.Node("Identity", [states[0]])] : [];
        IEnumerable<(string, LayerState)> all = states.Zip(layer.States).Concat(sequences.Select(sequence => (sequence, layer.States[0])));
        foreach ((string output, LayerState state) in all)
            body.Output(output, Float.Float, Extents(state));

        long scanned = mask is null ? 1 : 2, direction = run.IsBackward ? 1 : 0;
        (string, object)[] attributes =
        [
            ("body", body.Graph), ("num_scan_inputs", scanned),
            ("scan_input_axes", Enumerable.Repeat(1L, (int)scanned).ToArray()),
            ("scan_input_directions", Enumerable.Repeat(direction, (int)scanned).ToArray()),
            .. layer.ReturnSequences
                ? [("scan_output_axes", (long[])[1]), ("scan_output_directions", (long[])[run.ReversesTime ? 0 : direction])]
                : ((string, object)[])[],
        ];
        string[] inputs = mask is null ? [.. initial, read] : [.. initial, read, mask];
        IReadOnlyList<string> outputs = to.Nodes("Scan", inputs, count + sequences.Length, attributes);
        return (layer.ReturnSequences ? outputs[count] : outputs[0], [.. outputs.Take(count)]);
    }
}

/// <summary>The equations of the library's cells.</summary>
internal static class BuiltInCells
{
    public static IEnumerable<KeyValuePair<Type, CellWriter>> All =>
    [
        new(typeof(SimpleRnn), new CellWriter(Project, (layer, cell) => [cell.Activate(layer.Activation, Recurring(cell))])),
        new(typeof(IndRnn), new CellWriter(Project, (layer, cell) =>
            [cell.Activate(layer.Activation, cell.Add(cell.Input, cell.Mul(cell.States[0], cell.Weights("recurrent_kernel"))))])),
        new(typeof(Lstm), new CellWriter((layer, cell, x) => Project((Lstm)layer, cell, x), (layer, cell) => Step((Lstm)layer, cell))),
        new(typeof(Gru), new CellWriter((layer, cell, x) => Project((Gru)layer, cell, x), (layer, cell) => Step((Gru)layer, cell))),
    ];

    /// <summary>x·W + b of all steps.</summary>
    private static string Project(Recurrent layer, OnnxCell cell, string x) =>
        cell.Affine(x, cell.Weights("kernel"), layer.UseBias ? cell.Weights("bias") : null);

    private static string Recurring(OnnxCell cell) => cell.Add(cell.Input, cell.MatMul(cell.States[0], cell.Weights("recurrent_kernel")));

    private static string Project(Lstm layer, OnnxCell cell, string x)
    {
        if (!layer.LayerNorm)
            return Project((Recurrent)layer, cell, x);
        string normal = Normal(cell, cell.MatMul(x, cell.Weights("kernel")), "gamma", 4 * layer.Units);
        return layer.UseBias ? cell.Add(normal, cell.Weights("bias")) : normal;
    }

    private static IReadOnlyList<string> Step(Lstm layer, OnnxCell cell)
    {
        (string c, int units) = (cell.States[1], layer.Units);
        string z = layer.LayerNorm
            ? cell.Add(cell.Input,
                Normal(cell, cell.MatMul(cell.States[0], cell.Weights("recurrent_kernel")), "recurrent_gamma", 4 * units))
            : Recurring(cell);
        IReadOnlyList<string> gates = cell.Split(z, 4, units);
        string Peep(int gate, int peephole, string state) => layer.Peepholes
            ? cell.Add(gates[gate], cell.Mul(state, Peephole(cell, peephole, units)))
            : gates[gate];
        string i = cell.Activate(layer.RecurrentActivation, Peep(0, 0, c)), f = cell.Activate(layer.RecurrentActivation, Peep(1, 1, c));
        string g = cell.Activate(layer.Activation, gates[2]);
        string next = cell.Add(cell.Mul(f, c), cell.Mul(i, g));
        string o = cell.Activate(layer.RecurrentActivation, Peep(3, 2, next));
        string seen = layer.LayerNorm
            ? BuiltInLayers.Normal(cell, next, cell.Weights("state_gamma"), cell.Weights("state_beta"), Lstm.NormEpsilon)
            : next;
        string h = cell.Mul(o, cell.Activate(layer.Activation, seen));
        return [layer.ProjectionUnits is null ? h : cell.MatMul(h, cell.Weights("projection_kernel")), next];
    }

    /// <summary>z and r have their bias before the loop; with the reset after the product the candidate has one inside, too.</summary>
    private static string Project(Gru layer, OnnxCell cell, string x)
    {
        if (!layer.UseBias || !layer.ResetAfter)
            return Project((Recurrent)layer, cell, x);
        return cell.Add(cell.MatMul(x, cell.Weights("kernel")),
            Part(cell, "bias", "input_bias", [2, 3 * layer.Units], 0, [0], [3 * layer.Units]));
    }

    private static IReadOnlyList<string> Step(Gru layer, OnnxCell cell)
    {
        (string h, int units) = (cell.States[0], layer.Units);
        IReadOnlyList<string> x = cell.Split(cell.Input, 3, units);
        string z, r, candidate;
        if (layer.ResetAfter)
        {
            string product = cell.MatMul(h, cell.Weights("recurrent_kernel"));
            if (layer.UseBias)
                product = cell.Add(product, Part(cell, "bias", "recurrent_bias", [2, 3 * units], 0, [1], [3 * units]));
            IReadOnlyList<string> u = cell.Split(product, 3, units);
            (z, r) = (Gate(x[0], u[0]), Gate(x[1], u[1]));
            candidate = cell.Add(x[2], cell.Mul(r, u[2]));
        }
        else
        {
            string gates = Part(cell, "recurrent_kernel", "recurrent_gates", [units, 3, units], 1, [0, 1], [units, 2 * units]);
            string last = Part(cell, "recurrent_kernel", "recurrent_candidate", [units, 3, units], 1, [2], [units, units]);
            IReadOnlyList<string> u = cell.Split(cell.MatMul(h, gates), 2, units);
            (z, r) = (Gate(x[0], u[0]), Gate(x[1], u[1]));
            candidate = cell.Add(x[2], cell.MatMul(cell.Mul(r, h), last));
        }

        candidate = cell.Activate(layer.Activation, candidate);
        return [cell.Add(cell.Mul(z, h), cell.Mul(cell.Sub(cell.Scalar(1), z), candidate))];

        string Gate(string a, string b) => cell.Activate(layer.RecurrentActivation, cell.Add(a, b));
    }

    /// <summary>γ∘N(z) over all gates, without β.</summary>
    private static string Normal(OnnxCell cell, string z, string gamma, int columns) => BuiltInLayers.Normal(
        cell, z, cell.Model.Weights.Whole(cell.NameOf(gamma), columns), null, Lstm.NormEpsilon);

    private static string Peephole(OnnxCell cell, int gate, int units) =>
        Part(cell, "peephole_kernel", $"peephole_{gate}", [3, units], 0, [gate], [units]);

    /// <summary>Some parts of an array along one of its axes.</summary>
    private static string Part(OnnxCell cell, string role, string name, int[] view, int axis, int[] parts, int[] shape) =>
        cell.Model.Weights.Tensor(cell.NameOf(name), shape,
            new WeightView(cell.NameOf(role), view, [.. Enumerable.Range(0, view.Length)], axis, parts));
}
