using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// Makes plans of graphs: names become numbers, nodes get an order, constants are computed, graphs of an If whose condition is constant
/// take its place, functions of the model are written out, and what nobody reads is left out.
/// </summary>
internal sealed class GraphCompiler
{
    /// <summary>The most nodes once all functions are written out.</summary>
    private const int MostNodes = 200_000;

    private readonly Dictionary<(string Domain, string Name), FunctionProto> _functions = [];
    private readonly Folding _folding;
    private readonly string _name;
    private readonly List<string> _unsupported = [];
    private readonly List<Tensor?> _constants = [];
    private readonly List<TensorType?> _types = [];
    private readonly List<int[]?> _shapes = [];
    private readonly int _opset;
    private int _steps, _nodes, _depth;

    public GraphCompiler(string name, ModelProto model, long fileBytes)
    {
        _name = name;
        _folding = new Folding(name, fileBytes);
        _opset = OperatorTable.OpsetOf(model.OpsetImport, name);
        foreach (FunctionProto function in model.Functions)
            _functions[(DomainOf(function.Domain), function.Name)] = function;
    }

    /// <summary>The values that never change, by number.</summary>
    public Tensor?[] Constants => [.. _constants];

    public int Steps => _steps;

    /// <summary>The plan of the model's graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs by name, as <see cref="Declare"/> gave their numbers.</param>
    public GraphSteps Main(GraphProto graph, IReadOnlyDictionary<string, int> inputs)
    {
        RefuseUnknown(graph.Node, $"{_name}");
        var scope = new Scope(null);
        foreach ((string name, int value) in inputs)
            scope.Add(name, value, _name);
        GraphSteps plan = Finish(graph, scope, [.. inputs.Values], _opset);
        ThrowUnsupported();
        var used = new HashSet<int>(plan.Captured);
        for (int i = 0; i < _constants.Count; i++)
        {
            if (!used.Contains(i))
                _constants[i] = null;
        }

        return plan;
    }

    /// <summary>A value that no node makes: an input.</summary>
    public int Declare(TensorType? type, int[]? shape, Tensor? constant)
    {
        _constants.Add(constant);
        _types.Add(constant?.Type ?? type);
        _shapes.Add(shape);
        return _constants.Count - 1;
    }

    private GraphSteps Finish(GraphProto graph, Scope scope, int[] inputs, int opset)
    {
        if (graph.SparseInitializer.Count > 0)
            throw new UnsupportedModelException(_name, ["sparse initializers"]);
        foreach (TensorProto initializer in graph.Initializer)
        {
            if (!scope.Owns(initializer.Name))
                scope.Add(initializer.Name, Declare(null, null, TensorReading.Read(initializer)), _name);
        }

        var steps = new List<Step>();
        AddNodes(graph.Node, scope, steps, opset);
        int[] outputs = [.. graph.Output.Select(output => scope.Find(output.Name)
            ?? throw new UnrollException($"{_name}: nothing makes the output {output.Name}."))];
        return Liveness.Trim(inputs, outputs, steps, value => _constants[value] is not null);
    }

    private void AddNodes(IReadOnlyList<NodeProto> nodes, Scope scope, List<Step> steps, int opset)
    {
        if ((_nodes += nodes.Count) > MostNodes)
            throw new UnrollException($"{_name} has more than {MostNodes} nodes once its functions are written out.");
        foreach (NodeProto node in NodeOrder.Sort(nodes, _name))
        {
            string label = LabelOf(node);
            var inputs = new int[node.Input.Count];
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = node.Input[i].Length == 0
                    ? -1
                    : scope.Find(node.Input[i]) ?? throw new UnrollException($"{label}: nothing makes its input {node.Input[i]}.");
            }

            if (_functions.TryGetValue((DomainOf(node.Domain), node.OpType), out FunctionProto? function))
                AddFunction(function, node, inputs, scope, steps, label);
            else if (node.OpType == "If" && inputs.Length == 1 && _constants[inputs[0]] is Tensor<bool> { Length: 1 } condition)
                AddBranch(node, condition.Values[0] ? "then_branch" : "else_branch", scope, steps, opset, label);
            else
                AddNode(node, inputs, scope, steps, opset, label);
        }
    }

    private void AddNode(NodeProto node, int[] inputs, Scope scope, List<Step> steps, int opset, string label)
    {
        var reading = new NodeReading(
            node, label, opset, [.. inputs.Select(input => input < 0 ? null : _constants[input])], body => Body(body, scope, opset));
        TensorType?[] types = [.. inputs.Select(input => input < 0 ? null : _types[input])];
        Operator? made = Make(node, reading, types, opset);
        int[] outputs = new int[node.Output.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = node.Output[i].Length == 0 ? -1 : Declare(made?.OutputType(i, types), null, null);
            if (outputs[i] >= 0)
                scope.Add(node.Output[i], outputs[i], label);
        }

        if (made is null)
            return;
        if (made is ShapeOf shape && inputs[0] >= 0 && _shapes[inputs[0]] is { } dims)
        {
            _constants[outputs[0]] = shape.Of(dims);
            return;
        }

        if (made is SameNumbers && _constants[inputs[0]] is null)
        {
            // Another name for the same value.
            scope.Rename(node.Output[0], inputs[0]);
            return;
        }

        var step = new Step(_steps, label, made, inputs, outputs);
        if (inputs.All(input => input < 0 || _constants[input] is not null) && _folding.TryRun(step, _constants, out Tensor?[] values))
        {
            for (int i = 0; i < outputs.Length; i++)
            {
                if (outputs[i] >= 0)
                    (_constants[outputs[i]], _types[outputs[i]]) = (values[i], values[i]?.Type);
            }

            return;
        }

        _steps++;
        steps.Add(step);
    }

    private Operator? Make(NodeProto node, NodeReading reading, ReadOnlySpan<TensorType?> types, int opset)
    {
        OperatorEntry? entry = DomainOf(node.Domain).Length == 0 ? OperatorTable.Find(node.OpType, opset) : null;
        if (entry is null)
        {
            Unsupported(UnknownReason(node, opset));
            return null;
        }

        int least = entry.LeastInputs, given = node.Input.Count;
        for (int i = 0; i < least; i++)
        {
            if (!reading.HasInput(i))
                throw reading.Error($"it needs {least} inputs, but has {given}");
        }

        if (given > entry.MostInputs)
            throw reading.Error($"it has {given} inputs, but takes at most {entry.MostInputs}");
        if (node.Output.Count > entry.MostOutputs || node.Output.Count == 0)
            throw reading.Error($"it has {node.Output.Count} outputs, but makes at most {entry.MostOutputs}");
        try
        {
            Operator made = entry.Make(reading);
            foreach (string name in reading.Unread)
                Unsupported($"attribute {name} of {reading.Label}");
            if (types.Length > 0 && types[0] is { } type && !made.Accepts(type))
                Unsupported($"{reading.Label} of {type}");
            for (int i = 1; i < Math.Min(types.Length, made.SameTyped); i++)
            {
                if (types[i] is { } other && types[0] is { } first && first != other)
                    throw reading.Error($"its inputs must have one type, but are {first} and {other}");
            }

            return made;
        }
        catch (UnsupportedModelException unsupported)
        {
            foreach (string reason in unsupported.Reasons)
                Unsupported(
                    unsupported.Message.StartsWith(reading.Label, StringComparison.Ordinal) ? $"{reading.Label}: {reason}" : reason);
            return null;
        }
    }

    private GraphSteps Body(GraphProto graph, Scope outer, int opset)
    {
        var scope = new Scope(outer);
        var inputs = new int[graph.Input.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            TensorType? type = graph.Input[i].Type?.TensorType is { } tensor ? GraphTensors.TypeOf(tensor.ElemType) : null;
            scope.Add(graph.Input[i].Name, inputs[i] = Declare(type, null, null), _name);
        }

        return Finish(graph, scope, inputs, opset);
    }

    /// <summary>The branch of an If in its place.</summary>
    private void AddBranch(NodeProto node, string branch, Scope scope, List<Step> steps, int opset, string label)
    {
        GraphProto graph = node.Attribute.FirstOrDefault(attribute => attribute.Name == branch)?.G
            ?? throw new UnrollException($"{label}: it has no graph {branch}.");
        if (graph.Output.Count < node.Output.Count)
            throw new UnrollException($"{label}: its {branch} has {graph.Output.Count} outputs instead of {node.Output.Count}.");
        var inner = new Scope(scope);
        foreach (TensorProto initializer in graph.Initializer)
            inner.Add(initializer.Name, Declare(null, null, TensorReading.Read(initializer)), _name);
        AddNodes(graph.Node, inner, steps, opset);
        for (int i = 0; i < node.Output.Count; i++)
        {
            int value = inner.Find(graph.Output[i].Name)
                ?? throw new UnrollException($"{label}: nothing makes {graph.Output[i].Name} in its {branch}.");
            if (node.Output[i].Length > 0)
                scope.Add(node.Output[i], value, label);
        }
    }

    /// <summary>The nodes of a function of the model in the place of its call.</summary>
    private void AddFunction(FunctionProto function, NodeProto node, int[] inputs, Scope scope, List<Step> steps, string label)
    {
        if (++_depth > 32)
            throw new UnrollException($"{label}: functions call each other more than 32 deep.");
        var inner = new Scope(null);
        for (int i = 0; i < function.Input.Count; i++)
        {
            if (i < inputs.Length && inputs[i] >= 0)
                inner.Add(function.Input[i], inputs[i], label);
        }

        var nodes = Functions.WithAttributes(function, node);
        foreach (NodeProto call in nodes)
        {
            for (int i = 0; i < call.Input.Count; i++)
            {
                if (function.Input.Contains(call.Input[i]) && inner.Find(call.Input[i]) is null)
                    call.Input[i] = "";
            }
        }

        AddNodes(nodes, inner, steps, function.OpsetImport.Count > 0 ? OperatorTable.OpsetOf(function.OpsetImport, _name) : _opset);
        for (int i = 0; i < Math.Min(node.Output.Count, function.Output.Count); i++)
        {
            if (node.Output[i].Length > 0)
                scope.Add(node.Output[i], inner.Find(function.Output[i])
                    ?? throw new UnrollException($"{label}: nothing makes {function.Output[i]}."), label);
        }

        _depth--;
    }

    /// <summary>Collects the operators that are not in the table, before anything is read.</summary>
    private void RefuseUnknown(IEnumerable<NodeProto> nodes, string where)
    {
        foreach (NodeProto node in nodes)
        {
            if (!_functions.ContainsKey((DomainOf(node.Domain), node.OpType))
                && (DomainOf(node.Domain).Length > 0 || OperatorTable.Find(node.OpType, _opset) is null))
            {
                Unsupported(UnknownReason(node, _opset));
            }

            foreach (AttributeProto attribute in node.Attribute)
            {
                if (attribute.G is { } graph)
                    RefuseUnknown(graph.Node, where);
            }
        }

        if (where == _name)
            return;
        ThrowUnsupported();
    }

    private void ThrowUnsupported()
    {
        if (_unsupported.Count > 0)
            throw new UnsupportedModelException(_name, _unsupported, "Export the model without them, for example for another opset.");
    }

    private void Unsupported(string reason)
    {
        if (!_unsupported.Contains(reason))
            _unsupported.Add(reason);
    }

    private static string UnknownReason(NodeProto node, int opset) => DomainOf(node.Domain).Length == 0
        ? $"operator {node.OpType} of opset {opset}"
        : $"operator {node.OpType} of {node.Domain}";

    private static string LabelOf(NodeProto node)
    {
        string name = node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(output => output.Length > 0) ?? "";
        return $"{node.OpType} {name}".TrimEnd();
    }

    private static string DomainOf(string domain) => domain == "ai.onnx" ? "" : domain;
}
