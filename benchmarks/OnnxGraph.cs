namespace Unroll.Benchmarks;

/// <summary>A model in the ONNX format, put together node by node. Field numbers are those of the format's onnx.proto.</summary>
internal sealed class OnnxGraph
{
    private const int FormatVersion = 8, OperatorVersion = 14;
    private const int FloatType = 1, IntegerAttribute = 2, IntegerType = 7;
    private readonly ProtoWriter _graph = new ProtoWriter().Text(2, "unroll");

    /// <param name="name">Of the graph's input.</param>
    /// <param name="shape">Numbers, or names of extents that vary.</param>
    public void AddInput(string name, params object[] shape) => _graph.Message(11, Value(name, shape));

    public void AddOutput(string name, params object[] shape) => _graph.Message(12, Value(name, shape));

    /// <summary>A constant.</summary>
    public void AddTensor(string name, float[] values, params int[] shape) =>
        _graph.Message(5, Tensor(name, shape, FloatType).Floats(9, values));

    /// <summary>A constant of one whole number.</summary>
    public void AddIndex(string name, long value) =>
        _graph.Message(5, Tensor(name, [1], IntegerType).Number(7, value));

    /// <param name="kind">The operator.</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="outputs">Names; empty ones are not wanted.</param>
    /// <param name="attributes">Whole numbers.</param>
    public void AddNode(string kind, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
    {
        var node = new ProtoWriter();
        foreach (string input in inputs)
            node.Text(1, input);
        foreach (string output in outputs)
            node.Text(2, output);
        node.Text(4, kind);
        foreach ((string name, long value) in attributes)
            node.Message(5, new ProtoWriter().Text(1, name).Number(3, value).Number(20, IntegerAttribute));
        _graph.Message(1, node);
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToModel() => new ProtoWriter()
        .Number(1, FormatVersion)
        .Text(2, "Unroll.Benchmarks")
        .Message(7, _graph)
        .Message(8, new ProtoWriter().Text(1, "").Number(2, OperatorVersion))
        .ToArray();

    private static ProtoWriter Tensor(string name, int[] shape, int type)
    {
        var tensor = new ProtoWriter();
        foreach (int extent in shape)
            tensor.Number(1, extent);
        return tensor.Number(2, type).Text(8, name);
    }

    private static ProtoWriter Value(string name, object[] shape)
    {
        var extents = new ProtoWriter();
        foreach (object extent in shape)
            extents.Message(1, extent is int number ? new ProtoWriter().Number(1, number) : new ProtoWriter().Text(2, (string)extent));
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, FloatType).Message(2, extents)));
    }
}
