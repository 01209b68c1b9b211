using System.Text;
using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <summary>A node of a graph that is read, with its attributes by name.</summary>
internal sealed class GraphNode(NodeProto proto)
{
    private readonly Dictionary<string, AttributeProto> _attributes =
        proto.Attribute.DistinctBy(each => each.Name).ToDictionary(each => each.Name);

    public string Operation => proto.OpType;

    public string Domain => proto.Domain;

    public IReadOnlyList<string> Inputs => proto.Input;

    public IReadOnlyList<string> Outputs => proto.Output;

    /// <summary>As errors call it.</summary>
    public string Label => proto.Name.Length > 0 ? $"the node {proto.Name} ({Operation})"
        : $"a node {Operation} that gives {proto.Output.FirstOrDefault()}";

    public bool Has(string name) => _attributes.ContainsKey(name);

    public long Integer(string name, long usual) => _attributes.TryGetValue(name, out AttributeProto? found) ? found.I : usual;

    public float Number(string name, float usual) => _attributes.TryGetValue(name, out AttributeProto? found) ? found.F : usual;

    public string Text(string name, string usual) =>
        _attributes.TryGetValue(name, out AttributeProto? found) ? Encoding.UTF8.GetString(found.S.Span) : usual;

    public long[]? Integers(string name) => _attributes.TryGetValue(name, out AttributeProto? found) ? [.. found.Ints] : null;

    public float[]? Numbers(string name) => _attributes.TryGetValue(name, out AttributeProto? found) ? [.. found.Floats] : null;

    public string[]? Texts(string name) =>
        _attributes.TryGetValue(name, out AttributeProto? found) ? [.. found.Strings.Select(text => Encoding.UTF8.GetString(text.Span))]
            : null;

    public TensorProto? Tensor(string name) => _attributes.GetValueOrDefault(name)?.T;
}
