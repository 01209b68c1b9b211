using System.Security.Cryptography;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>
/// Arithmetic of a graph, written as it is read: every method adds a node and gives the name of its result. Numbers are 64-bit unless
/// something else is said. Constants lie in the outermost graph, each once, also those of loops.
/// </summary>
internal sealed class GraphMath
{
    private readonly GraphWriter _root;
    private readonly Dictionary<(string Type, double Value), string> _numbers;

    public GraphMath(GraphWriter graph)
        : this(graph, graph, [])
    {
    }

    private GraphMath(GraphWriter root, GraphWriter graph, Dictionary<(string Type, double Value), string> numbers) =>
        (_root, Graph, _numbers) = (root, graph, numbers);

    /// <summary>Where nodes are added.</summary>
    public GraphWriter Graph { get; }

    /// <summary>NaN, of which everything that it enters becomes NaN.</summary>
    public string NotANumber => Number(double.NaN);

    public string Number(double value) => Cache("number", value, () => _root.Constant("number", [value], []));

    public string Whole(long value) => Cache("whole", value, () => _root.Constant("whole", [value], isScalar: true));

    public string True => Cache("true", 1, () => _root.Node("Cast", [Whole(1)], ("to", (long)DataType.Bool)));

    public string Numbers(double[] values, params int[] shape) =>
        Cache($"{string.Join(',', shape)} {Hash(values)}", values.Length, () =>
            _root.Constant("numbers", values.AsSpan(), shape.Length == 0 ? [values.Length] : shape));

    public string Wholes(params long[] values) =>
        Cache($"wholes {Hash(values)}", values.Length, () => _root.Constant("wholes", values.AsSpan()));

    /// <summary>A constant of whole numbers with two extents or more.</summary>
    public string Wholes(long[] values, params int[] shape) => Cache(
        $"{string.Join(',', shape)} {Hash(values)}", values.Length,
        () => _root.Node("Reshape", [Wholes(values), Wholes(Array.ConvertAll(shape, extent => (long)extent))]));

    public string Add(string a, string b) => Graph.Node("Add", [a, b]);

    public string Add(string a, double b) => b == 0 ? a : Add(a, Number(b));

    public string AddWhole(string a, long b) => b == 0 ? a : Add(a, Whole(b));

    public string Subtract(string a, string b) => Graph.Node("Sub", [a, b]);

    public string Multiply(string a, string b) => Graph.Node("Mul", [a, b]);

    public string Multiply(string a, double b) => b == 1 ? a : Multiply(a, Number(b));

    public string Divide(string a, string b) => Graph.Node("Div", [a, b]);

    /// <summary>The whole number below or at a quotient of whole numbers, of any sign of the first; the second is above 0.</summary>
    public string FloorDivide(string a, long b) => Graph.Node("Div", [Subtract(a, Modulo(a, b)), Whole(b)]);

    /// <summary>What <see cref="FloorDivide"/> leaves, at least 0.</summary>
    public string Modulo(string a, long b) => Graph.Node("Mod", [a, Whole(b)]);

    public string Function(string operation, params string[] inputs) => Graph.Node(operation, inputs);

    /// <summary>A number brought between two others; NaN stays NaN, which the operator does not promise.</summary>
    public string Clip(string a, double least, double most) =>
        least == double.NegativeInfinity && most == double.PositiveInfinity
            ? a
            : Where(Function("IsNaN", a), a, Graph.Node("Clip", [a, Number(least), Number(most)]));

    public string Larger(string a, string b) => Graph.Node("Max", [a, b]);

    public string Smaller(string a, string b) => Graph.Node("Min", [a, b]);

    public string Where(string condition, string a, string b) => Graph.Node("Where", [condition, a, b]);

    public string And(string a, string b) => Graph.Node("And", [a, b]);

    public string Not(string a) => Graph.Node("Not", [a]);

    public string ToNumber(string a) => Graph.Node("Cast", [a], ("to", (long)DataType.Double));

    public string ToFloat(string a) => Graph.Node("Cast", [a], ("to", (long)DataType.Float));

    public string ToWhole(string a) => Graph.Node("Cast", [a], ("to", (long)DataType.Int64));

    /// <summary>The sum along an axis, without it.</summary>
    public string Sum(string a, int axis) => Graph.Node("ReduceSum", [a, Wholes(axis)], ("keepdims", 0L));

    public string Gather(string a, string indices, int axis = 0) => Graph.Node("Gather", [a, indices], ("axis", (long)axis));

    public string Concat(int axis, params IReadOnlyList<string> parts) => parts.Count == 1
        ? parts[0]
        : Graph.Node("Concat", parts, ("axis", (long)axis));

    public string Reshape(string a, params long[] shape) => Graph.Node("Reshape", [a, Wholes(shape)]);

    public string Expand(string a, params long[] shape) => Graph.Node("Expand", [a, Wholes(shape)]);

    public string Unsqueeze(string a, params long[] axes) => Graph.Node("Unsqueeze", [a, Wholes(axes)]);

    /// <summary>The extent of an axis, a number without axes.</summary>
    public string Length(string a, int axis = 0) => Gather(Graph.Node("Shape", [a]), Whole(axis));

    /// <summary>From one place of the first axis up to another, which does not count; both numbers without axes.</summary>
    public string Slice(string a, string from, string to, int axis = 0) =>
        Graph.Node("Slice", [a, Reshape(from, 1), Reshape(to, 1), Wholes(axis)]);

    /// <summary>The same for places that are known; below 0 from the end, and <see cref="long.MaxValue"/> the end itself.</summary>
    public string Slice(string a, long from, long to = long.MaxValue, int axis = 0) =>
        Graph.Node("Slice", [a, Wholes(from), Wholes(to), Wholes(axis)]);

    /// <summary>The whole numbers from 0 up to one that does not count.</summary>
    public string Range(string end) => Graph.Node("Range", [Whole(0), end, Whole(1)]);

    /// <summary>How many hold of a vector of truths.</summary>
    public string Count(string truths) => Sum(ToWhole(truths), 0);

    /// <summary>Whether none is false of a vector of truths.</summary>
    public string All(string truths) => Function("Equal", Count(Not(truths)), Whole(0));

    /// <summary>A loop that runs a given number of times.</summary>
    /// <param name="count">A whole number without axes.</param>
    /// <param name="states">The values before the first time.</param>
    /// <param name="types">Their types.</param>
    /// <param name="body">From the number of the time, from 0, and the values before it: those after it, and outputs that are kept.</param>
    /// <param name="outputs">How many outputs are kept of every time, 64-bit numbers.</param>
    /// <returns>The values after the last time, then the outputs, with an axis of times before theirs.</returns>
    public string[] Loop(
        string count, IReadOnlyList<string> states, IReadOnlyList<DataType> types,
        Func<GraphMath, string, string[], string[]> body, int outputs = 0)
    {
        GraphWriter inner = Graph.Body(Graph.NewName("loop_body"));
        var math = new GraphMath(_root, inner, _numbers);
        string number = inner.Input(inner.NewName("time"), DataType.Int64, []);
        string goesOn = inner.Input(inner.NewName("goes_on"), DataType.Bool, []);
        string[] before = [.. types.Select(type => inner.Input(inner.NewName("before"), type, null))];
        string[] after = body(math, number, before);
        inner.Output(math.Function("Identity", goesOn), DataType.Bool, []);
        for (int i = 0; i < after.Length; i++)
            inner.Output(math.Function("Identity", after[i]), i < types.Count ? types[i] : DataType.Double, null);
        string[] results = [.. after.Select(_ => Graph.NewName("after"))];
        if (after.Length != types.Count + outputs)
            throw new InvalidOperationException($"The body of a loop gives {after.Length} values, not {types.Count + outputs}.");
        Graph.Node("Loop", [count, True, .. states], results, ("body", inner.Graph));
        return results;
    }

    /// <summary>A loop over the first axis of a value, which may have no rows: numbers that are carried from row to row.</summary>
    /// <param name="rows">What it reads, a row each time.</param>
    /// <param name="states">The numbers before the first row.</param>
    /// <param name="body">From the numbers before a row, and the row: those after it, and outputs that are kept.</param>
    /// <param name="outputs">How many outputs are kept of every row.</param>
    public string[] Scan(
        string rows, IReadOnlyList<string> states, Func<GraphMath, string[], string, string[]> body, int outputs = 0) =>
        Loop(
            Length(rows), states, [.. states.Select(_ => DataType.Double)],
            (math, time, before) => body(math, before, math.Gather(rows, time)), outputs);

    private static string Hash<T>(T[] values)
        where T : unmanaged
    {
        var bytes = new byte[Buffer.ByteLength(values)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return Convert.ToHexString(SHA256.HashData(bytes));
    }

    private string Cache(string type, double value, Func<string> make) =>
        _numbers.TryGetValue((type, value), out string? known) ? known : _numbers[(type, value)] = make();
}
