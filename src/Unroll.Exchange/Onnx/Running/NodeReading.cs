using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A node while its operator is made: its attributes, each asked for once, and those inputs that are constants.</summary>
internal sealed class NodeReading(NodeProto node, string label, int version, Tensor?[] constants, Func<GraphProto, GraphSteps> compile)
{
    private readonly Dictionary<string, AttributeProto> _attributes = node.Attribute.GroupBy(a => a.Name).ToDictionary(
        g => g.Key, g => g.Last());
    private readonly HashSet<string> _asked = [];

    /// <summary>The version of the operators that the model is written in.</summary>
    public int Version => version;

    public string Label => label;

    public int Inputs => node.Input.Count;

    public int Outputs => node.Output.Count;

    /// <summary>Whether an output has a name.</summary>
    public bool Wants(int output) => output < node.Output.Count && node.Output[output].Length > 0;

    public bool HasInput(int input) => input < node.Input.Count && node.Input[input].Length > 0;

    /// <summary>The value of an input where it never changes.</summary>
    public Tensor? Constant(int input) => input < constants.Length ? constants[input] : null;

    /// <summary>Attributes that nobody asked for: each says something that is not done.</summary>
    public IEnumerable<string> Unread => _attributes.Keys.Where(name => !_asked.Contains(name));

    public bool Has(string name) => Find(name) is not null;

    public long Int(string name, long otherwise) => Find(name) is { } found ? found.I : otherwise;

    public bool Flag(string name, bool otherwise = false) => Int(name, otherwise ? 1 : 0) != 0;

    public float Float(string name, float otherwise) => Find(name) is { } found ? found.F : otherwise;

    public string Text(string name, string otherwise) => Find(name) is { } found ? found.S.ToStringUtf8() : otherwise;

    public long[]? Ints(string name) => Find(name) is { } found ? [.. found.Ints] : null;

    /// <summary>Whole numbers as extents.</summary>
    public int[]? Extents(string name, int least = 0)
    {
        long[]? values = Ints(name);
        if (values is null)
            return null;
        foreach (long value in values)
        {
            if (value < least || value > int.MaxValue)
                throw Error($"its attribute {name} holds {value}");
        }

        return [.. values.Select(value => (int)value)];
    }

    public float[]? Floats(string name) => Find(name) is { } found ? [.. found.Floats] : null;

    public string[]? Texts(string name) => Find(name) is { } found ? [.. found.Strings.Select(text => text.ToStringUtf8())] : null;

    public Tensor? Tensor(string name) => Find(name) is { T: { } tensor } ? TensorReading.Read(tensor, label) : null;

    public GraphSteps Graph(string name) =>
        Find(name) is { G: { } graph } ? compile(graph) : throw Error($"it has no graph {name}");

    /// <summary>Marks attributes as known that change nothing here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            _asked.Add(name);
    }

    public UnrollException Error(string what) => new($"{label}: {what}.");

    /// <summary>Something that the format allows and that is not supported here.</summary>
    public UnsupportedModelException Unsupported(string what) => new(label, [what]);

    private AttributeProto? Find(string name)
    {
        _asked.Add(name);
        return _attributes.GetValueOrDefault(name);
    }
}
