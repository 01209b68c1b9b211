using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat;

/// <summary>
/// An ONNX graph put together node by node. Values are known by name; names that nobody gave are made of the operator and a number.
/// The body of a Loop or an If is a writer of its own from <see cref="Body"/>, so that no name comes twice in a model.
/// </summary>
internal sealed class GraphWriter
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, int> _counts;

    public GraphWriter(string name)
        : this(name, [])
    {
    }

    private GraphWriter(string name, Dictionary<string, int> counts) => (_graph, _counts) = (new GraphProto { Name = name }, counts);

    /// <summary>The graph as it is now, for an attribute of a node of the outer graph.</summary>
    public GraphProto Graph => _graph;

    /// <summary>A graph inside this one, which can read this one's values.</summary>
    public GraphWriter Body(string name) => new(name, _counts);

    /// <summary>Adds an input of the graph.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="shape">Extents: a number, or a word for one that varies; null: nothing is said of the shape.</param>
    /// <returns>The name.</returns>
    public string Input(string name, TensorProto.Types.DataType type, IReadOnlyList<object>? shape)
    {
        _graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Adds an output of the graph: a value that a node has made, or will make.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="shape">As in <see cref="Input"/>.</param>
    public void Output(string name, TensorProto.Types.DataType type, IReadOnlyList<object>? shape) =>
        _graph.Output.Add(Value(name, type, shape));

    /// <summary>Adds a constant of 32-bit numbers.</summary>
    /// <param name="hint">What its name begins with; it is the whole name where nothing else has it.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="shape">Its extents; none: one number.</param>
    /// <returns>Its name.</returns>
    public string Constant(string hint, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) =>
        Initializer(NamedTensor.Of(NewName(hint), shape.ToArray(), values), TensorProto.Types.DataType.Float);

    /// <summary>Adds a constant of 64-bit whole numbers: a vector of them, or one number where <paramref name="isScalar"/>.</summary>
    public string Constant(string hint, ReadOnlySpan<long> values, bool isScalar = false)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        int[] shape = isScalar ? [] : [values.Length];
        return Initializer(new NamedTensor(NewName(hint), TensorType.Int64, shape, bytes), TensorProto.Types.DataType.Int64);
    }

    /// <summary>Adds a constant of 64-bit numbers.</summary>
    /// <param name="hint">What its name begins with; it is the whole name where nothing else has it.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="shape">Its extents; none: one number.</param>
    /// <returns>Its name.</returns>
    public string Constant(string hint, ReadOnlySpan<double> values, params ReadOnlySpan<int> shape)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return Initializer(new NamedTensor(NewName(hint), TensorType.Float64, shape.ToArray(), bytes), TensorProto.Types.DataType.Double);
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator, of the default domain.</param>
    /// <param name="inputs">Names of values; an empty one leaves out an optional input.</param>
    /// <param name="attributes">
    /// Its attributes: float, long, string, float[], long[], string[], a <see cref="GraphProto"/> or a <see cref="TensorProto"/>.
    /// </param>
    /// <returns>The name of its output.</returns>
    public string Node(string operation, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string output = NewName(operation.ToLowerInvariant());
        Node(operation, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node with outputs of given names; an empty name leaves out an output.</summary>
    public void Node(
        string operation, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs,
        params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = NewName($"{operation}_node") };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        foreach ((string name, object value) in attributes)
            node.Attribute.Add(Attribute(name, value));
        _graph.Node.Add(node);
    }

    /// <summary>A name that no other value of the model has.</summary>
    public string NewName(string hint)
    {
        int count = _counts[hint] = _counts.GetValueOrDefault(hint) + 1;
        return count == 1 ? hint : $"{hint}.{count}";
    }

    /// <summary>The model around this graph.</summary>
    /// <param name="opset">The version of the default domain's operators.</param>
    public ModelProto ToModel(int opset)
    {
        // Which version of the format an opset came with: github.com/onnx/onnx, docs/Versioning.md.
        int version = opset switch { <= 14 => 7, <= 18 => 8, <= 20 => 9, <= 22 => 10, _ => 11 };
        var model = new ModelProto { IrVersion = version, ProducerName = "Unroll", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model;
    }

    private string Initializer(NamedTensor tensor, TensorProto.Types.DataType type)
    {
        var written = new TensorProto { Name = tensor.Name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(tensor.Bytes) };
        written.Dims.AddRange(tensor.Shape.Select(extent => (long)extent));
        _graph.Initializer.Add(written);
        return tensor.Name;
    }

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, IReadOnlyList<object>? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (object extent in shape)
            {
                tensor.Shape.Dim.Add(extent is string word
                    ? new TensorShapeProto.Types.Dimension { DimParam = word }
                    : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(extent, null) });
            }
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case float number:
                (attribute.F, attribute.Type) = (number, AttributeProto.Types.AttributeType.Float);
                break;
            case long number:
                (attribute.I, attribute.Type) = (number, AttributeProto.Types.AttributeType.Int);
                break;
            case string text:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(text), AttributeProto.Types.AttributeType.String);
                break;
            case float[] numbers:
                attribute.Floats.AddRange(numbers);
                attribute.Type = AttributeProto.Types.AttributeType.Floats;
                break;
            case long[] numbers:
                attribute.Ints.AddRange(numbers);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            case string[] texts:
                attribute.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8));
                attribute.Type = AttributeProto.Types.AttributeType.Strings;
                break;
            case GraphProto graph:
                (attribute.G, attribute.Type) = (graph, AttributeProto.Types.AttributeType.Graph);
                break;
            case TensorProto tensor:
                (attribute.T, attribute.Type) = (tensor, AttributeProto.Types.AttributeType.Tensor);
                break;
            default:
                throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.", nameof(value));
        }

        return attribute;
    }
}
