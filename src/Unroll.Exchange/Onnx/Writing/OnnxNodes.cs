using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Writing;

namespace Unroll.Exchange;

/// <summary>A place of an ONNX graph to add nodes to. Values are known by name; names of nodes' outputs are made.</summary>
public partial class OnnxNodes
{
    private readonly GraphWriter _graph;

    internal OnnxNodes(ModelWriter model, GraphWriter graph) => (Model, _graph) = (model, graph);

    /// <summary>The version of the operators that are written.</summary>
    public int Opset => Model.Opset;

    internal ModelWriter Model { get; }

    internal GraphWriter Graph => _graph;

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator, of the default domain.</param>
    /// <param name="inputs">Names of values; an empty one leaves out an optional input.</param>
    /// <param name="attributes">Its attributes: float, long, string, or arrays of them.</param>
    /// <returns>The name of its output.</returns>
    /// <exception cref="ArgumentException">An attribute has another type.</exception>
    public string Node(string operation, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Nodes(operation, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="operation">The operator, of the default domain.</param>
    /// <param name="inputs">Names of values; an empty one leaves out an optional input.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="attributes">Its attributes: float, long, string, or arrays of them.</param>
    /// <returns>The names of its outputs.</returns>
    /// <exception cref="ArgumentException">An attribute has another type.</exception>
    public IReadOnlyList<string> Nodes(
        string operation, IReadOnlyList<string> inputs, int outputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(inputs);
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => _graph.NewName(operation.ToLowerInvariant()))];
        _graph.Node(operation, inputs, names, attributes);
        return names;
    }

    /// <summary>A constant of 32-bit numbers.</summary>
    /// <param name="values">Its numbers, row-major.</param>
    /// <param name="shape">Its extents; none for one number.</param>
    public string Numbers(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) => Model.Constant(values, shape);

    /// <summary>A constant vector of 64-bit whole numbers.</summary>
    public string Integers(params ReadOnlySpan<long> values) => Model.Constant(values);

    /// <summary>The nodes of an activation.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="x">A value whose last extent are the features.</param>
    /// <returns>The name of the result.</returns>
    /// <exception cref="UnsupportedModelException">The activation is of your own and not registered.</exception>
    public string Activate(Activation activation, string x)
    {
        ArgumentNullException.ThrowIfNull(activation);
        return Activations.Write(activation, this, x);
    }
}
