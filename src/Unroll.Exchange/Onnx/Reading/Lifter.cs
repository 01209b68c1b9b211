using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Running;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <summary>
/// Makes layers of a graph of others. It goes through the nodes in their order and knows of every value which extents of the model's value
/// it has, and in which order: transpositions and reshapes around recurrent operators, whose tensors are [T, B, F], change that and are no
/// layers. Where a layer needs another order than is there, Permute and Reshape make it.
/// </summary>
internal sealed partial class Lifter
{
    private const int MostNodes = 20_000;

    /// <summary>The first version whose sums and products stretch their values by today's rules.</summary>
    private const int FirstOpset = 7;
    private readonly GraphProto _graph;

    // The version of the operators.
    private readonly int _opset;
    private readonly LiftedGraph _layers = new();
    private readonly Dictionary<string, LiftedValue> _values = [];
    private readonly Dictionary<string, int> _readers = [];
    private readonly List<string> _reasons = [];
    private readonly ExtentPart _batch;
    private readonly ConstantFolding _folding;

    /// <param name="graph">The graph.</param>
    /// <param name="opset">The version of its operators.</param>
    /// <param name="axes">Of each input which extent is the batch.</param>
    /// <param name="steps">In the place of extents that are open.</param>
    /// <param name="folding">Computes what is constant.</param>
    private Lifter(GraphProto graph, int opset, IReadOnlyList<int> axes, int? steps, ConstantFolding folding)
    {
        (_graph, _opset, _folding) = (graph, opset, folding);
        foreach (TensorProto tensor in graph.Initializer)
            _values[tensor.Name] = LiftedConstant.Of(TensorReading.Read(tensor));
        foreach (string input in graph.Node.SelectMany(node => node.Input).Concat(graph.Output.Select(output => output.Name)))
            _readers[input] = _readers.GetValueOrDefault(input) + 1;
        ValueInfoProto[] inputs = InputsOf(graph);
        _batch = new ExtentPart(inputs.Length == 0 || ExtentOf(inputs[0], axes[0]) is not { } fixedBatch ? -1 : fixedBatch, isBatch: true);
        for (int i = 0; i < inputs.Length; i++)
            AddInput(inputs[i], axes[i], steps);
    }

    /// <summary>The model of a graph.</summary>
    /// <exception cref="UnsupportedModelException">It has nodes that are no layers.</exception>
    /// <exception cref="UnrollException">It leaves extents open, and no option says them; or it is damaged.</exception>
    public static Model ToModel(ModelProto proto, string subject, long fileBytes, OnnxLoadOptions options)
    {
        GraphProto graph = proto.Graph;
        ValueInfoProto[] inputs = InputsOf(graph);
        if (inputs.Length == 0 || graph.Output.Count == 0)
            throw new UnrollException($"{subject} has a graph without inputs or outputs, so it is no model.");
        if (graph.Node.Count > MostNodes)
            throw Unsupported(subject, [$"{graph.Node.Count} nodes, where {MostNodes} at most can be layers"]);
        if (proto.Functions.Count > 0)
            throw Unsupported(subject, [$"functions of the model, {proto.Functions[0].Name} first"]);

        int opset = OperatorTable.OpsetOf(proto.OpsetImport, subject);
        if (opset < FirstOpset)
            throw Unsupported(subject, [$"opset {opset}; layers are made of {FirstOpset} and later"]);

        // The batch is the first extent, or, where that does not work out, the second: recurrent operators have it there. One that is left
        // open is tried before one that is not.
        int[][] choices = [.. inputs.Select(input => (RankOf(input) ?? 0) < 2 ? (int[])[0] : ExtentOf(input, 0) is not null
            && ExtentOf(input, 1) is null ? [1, 0] : [0, 1])];
        List<string>? first = null;
        UnrollException? open = null;
        for (int choice = 0; choice < Math.Min(16, choices.Aggregate(1, (product, each) => product * each.Length)); choice++)
        {
            int rest = choice;
            var axes = new List<int>();
            foreach (int[] each in choices)
            {
                axes.Add(each[rest % each.Length]);
                rest /= each.Length;
            }

            try
            {
                var lifter = new Lifter(graph, opset, axes, options.Steps, new ConstantFolding(opset, fileBytes));
                if (lifter.Lift() is { } model)
                    return model;
                first ??= lifter._reasons;
            }
            catch (UnrollException failure) when (failure is not UnsupportedModelException && choice > 0)
            {
                // What the first choice said counts.
            }
            catch (UnrollException failure) when (failure is not UnsupportedModelException)
            {
                open = failure;
            }
        }

        throw open ?? Unsupported(subject, [.. first!.Distinct()]);
    }

    private static UnsupportedModelException Unsupported(string subject, IReadOnlyList<string> reasons) =>
        new(subject, reasons, "OnnxModel may run the graph as it is.");

    private Model? Lift()
    {
        foreach (NodeProto proto in _graph.Node)
            Lift(proto, new GraphNode(proto));
        foreach (ValueInfoProto output in _graph.Output)
        {
            try
            {
                _layers.Outputs.Add(OutputOf(output.Name));
            }
            catch (Exception failure) when (failure is LiftException or UnrollException or ArgumentException or OverflowException)
            {
                _reasons.Add($"the output {output.Name} ({failure.Message.TrimEnd('.')})");
            }
        }

        if (_reasons.Count > 0)
            return null;
        try
        {
            return _layers.ToModel();
        }
        catch (Exception failure) when (failure is UnrollException or ArgumentException or OverflowException or KeyNotFoundException)
        {
            _reasons.Add($"the layers of its nodes, which do not fit each other ({failure.Message.TrimEnd('.')})");
            return null;
        }
    }

    private void Lift(NodeProto proto, GraphNode node)
    {
        LiftedValue?[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? null : _values.GetValueOrDefault(name))];
        try
        {
            if (inputs.Any(input => input is LiftedNothing))
            {
                Set(node, new LiftedNothing());
                if (node.Domain is not ("" or "ai.onnx") || !s_operations.ContainsKey(node.Operation))
                    _reasons.Add(node.Label);
                return;
            }

            if (node.Inputs.FirstOrDefault(name => name.Length > 0 && !_values.ContainsKey(name)) is { } missing)
                throw new LiftException($"it takes {missing}, which nothing gives");
            if (node.Domain is not ("" or "ai.onnx"))
                throw new LiftException($"of the domain {node.Domain}");
            if (inputs.Length > 0 && inputs[0] is LiftedConstant && inputs.All(input => input is null or LiftedConstant)
                && _folding.Fold(proto, node, [.. inputs.Select(input => input as LiftedConstant)]) is { } folded)
            {
                Set(node, folded);
                return;
            }

            if (!s_operations.TryGetValue(node.Operation, out Action<Lifter, GraphNode, LiftedValue?[]>? lift))
                throw new LiftException("");
            lift(this, node, inputs);
        }
        catch (Exception failure) when (
            failure is LiftException or UnrollException or ArgumentException or OverflowException or IndexOutOfRangeException
            or NullReferenceException or InvalidCastException)
        {
            _reasons.Add(failure.Message.Length == 0 || failure is not (LiftException or UnrollException) ? node.Label
                : $"{node.Label}: {failure.Message.TrimEnd('.')}");
            Set(node, new LiftedNothing());
        }
    }

    /// <summary>The value of a node that gives one; nothing where it could not be understood, whatever it gives.</summary>
    private void Set(GraphNode node, LiftedValue value)
    {
        if (value is not LiftedNothing && Enumerable.Range(1, Math.Max(0, node.Outputs.Count - 1)).Any(output => IsRead(node, output)))
            throw new LiftException("something reads an output of it that no layer has");
        foreach (string output in node.Outputs)
        {
            if (output.Length > 0)
                _values[output] = value;
        }
    }

    private void Set(GraphNode node, int output, LiftedValue value)
    {
        if (output < node.Outputs.Count && node.Outputs[output].Length > 0)
            _values[node.Outputs[output]] = value;
    }

    /// <summary>Whether something reads an output of a node.</summary>
    private bool IsRead(GraphNode node, int output) =>
        output < node.Outputs.Count && node.Outputs[output].Length > 0 && _readers.ContainsKey(node.Outputs[output]);

    private void AddInput(ValueInfoProto input, int batch, int? steps)
    {
        int rank = RankOf(input) ?? throw Unsupported("The model", [$"the input {input.Name} without extents"]);
        if (rank < 2)
        {
            _reasons.Add($"the input {input.Name} of {rank} extents");
            _values[input.Name] = new LiftedNothing();
            return;
        }

        var dims = new ExtentPart[rank][];
        for (int i = 0; i < rank; i++)
        {
            dims[i] = i == batch
                ? [_batch]
                : [new ExtentPart(ExtentOf(input, i) ?? steps ?? throw new UnrollException(
                    $"The input {input.Name} leaves its extent {i + 1} open. "
                    + "Set OnnxLoadOptions.Steps to the number of steps the model is to have.")
                { Subject = "steps" })];
        }

        ExtentPart[][] axes = [.. dims.Where((_, i) => i != batch)];
        if (axes.Any(axis => axis[0].Extent is < 1 or > int.MaxValue))
        {
            _reasons.Add($"the input {input.Name} with extents below 1");
            _values[input.Name] = new LiftedNothing();
            return;
        }

        var flow = new LiftedFlow(null, 0, new Shape([.. axes.Select(axis => (int)axis[0].Extent)])) { Name = input.Name };
        _layers.Inputs.Add(flow);
        _values[input.Name] = new LiftedData { Flow = flow, Axes = axes, Dims = dims };
    }

    /// <summary>The batch, and the extents that the graph gives in their order, without those that were put in as 1.</summary>
    private LiftedFlow OutputOf(string name)
    {
        if (_values.GetValueOrDefault(name) is not LiftedData data)
            throw new LiftException(_values.GetValueOrDefault(name) is LiftedNothing ? "it comes from nodes that are no layers"
                : "it does not depend on the inputs");
        LiftedFlow flow = FlowOf(Arrange(data, dropOnes: true));
        return flow.Maker is null || _layers.Outputs.Contains(flow) ? _layers.Apply(new Activate(Activation.Linear), flow) : flow;
    }

    private static ValueInfoProto[] InputsOf(GraphProto graph)
    {
        HashSet<string> tensors = [.. graph.Initializer.Select(tensor => tensor.Name)];
        return [.. graph.Input.Where(input => !tensors.Contains(input.Name))];
    }

    private static int? RankOf(ValueInfoProto input) => input.Type?.TensorType?.Shape?.Dim.Count;

    private static long? ExtentOf(ValueInfoProto input, int axis)
    {
        if (axis >= (RankOf(input) ?? 0))
            return null;
        TensorShapeProto.Types.Dimension extent = input.Type.TensorType.Shape.Dim[axis];
        return extent.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && extent.DimValue > 0 ? extent.DimValue : null;
    }
}
