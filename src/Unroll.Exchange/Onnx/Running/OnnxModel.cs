using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Running;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange;

/// <summary>
/// An ONNX graph that is run as it is, of opset 6 to 24, in pure C#. The weights are shared; any number of threads can run it at once, each
/// in memory that is kept for the next run.
/// </summary>
/// <example>
/// <code>
/// OnnxModel model = OnnxModel.Load("silero_vad.onnx");
/// IReadOnlyDictionary&lt;string, OnnxTensor&gt; outputs = model.Run(new Dictionary&lt;string, OnnxTensor&gt;
/// { ["input"] = OnnxTensor.Of(samples, 1, 512), ["state"] = OnnxTensor.Of(new float[256], 2, 1, 128), ["sr"] = OnnxTensor.Of(16000L), });
/// </code>
/// </example>
public sealed class OnnxModel
{
    private readonly Stack<RunMemory> _free = [];
    private readonly GraphSteps _plan;
    private readonly Tensor?[] _constants;
    private readonly string _name;
    private readonly long _memoryLimit;
    private readonly int _steps;

    private OnnxModel(string name, ModelProto model, long fileBytes, OnnxModelOptions options)
    {
        _name = name;
        _memoryLimit = options.MemoryLimit;
        GraphProto graph = model.Graph;
        var given = new HashSet<string>(graph.Initializer.Select(initializer => initializer.Name));
        var compiler = new GraphCompiler(name, model, fileBytes);
        var inputs = new List<OnnxValue>();
        var numbers = new Dictionary<string, int>();
        IReadOnlyDictionary<string, OnnxTensor> known = options.FixedInputs ?? new Dictionary<string, OnnxTensor>();
        foreach (ValueInfoProto input in graph.Input.Where(input => !given.Contains(input.Name)))
        {
            OnnxValue value = ValueOf(input, name);
            if (known.TryGetValue(input.Name, out OnnxTensor? constant))
            {
                Check(value, constant);
                Add(compiler.Declare(value.Type, null, constant.Inner.Copy()));
                continue;
            }

            int[]? shape = value.Shape is { } extents && extents.All(extent => extent >= 0) ? [.. extents] : null;
            inputs.Add(value);
            Add(compiler.Declare(value.Type, shape, null));

            void Add(int number)
            {
                if (!numbers.TryAdd(input.Name, number))
                    throw new UnrollException($"{name} has two inputs {input.Name}.");
            }
        }

        if (known.Keys.FirstOrDefault(key => !numbers.ContainsKey(key)) is { } unknown)
            throw new UnrollException(
                $"{name} has no input {unknown} to fix; its inputs are {string.Join(", ", numbers.Keys)}. "
                + "Name one of them in FixedInputs.");
        _plan = compiler.Main(graph, numbers);
        InputNumbers = [.. inputs.Select(input => numbers[input.Name])];
        Inputs = inputs;
        Outputs = [.. graph.Output.Select(output => ValueOf(output, name))];
        Metadata = model.MetadataProps.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        (Producer, _constants, _steps) = (model.ProducerName, compiler.Constants, compiler.Steps);
    }

    /// <summary>What it is given, in the order of the file; without initial values and fixed inputs.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>What it gives, in the order of the file.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>The texts that the file keeps beside the graph.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The program that wrote it, as it calls itself; may be empty.</summary>
    public string Producer { get; }

    internal int[] InputNumbers { get; }

    /// <summary>How many nodes a run computes, without those inside others.</summary>
    internal int NodesOfARun => _plan.Steps.Length;

    /// <summary>Loads a graph from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits, and inputs that are known now.</param>
    /// <exception cref="UnrollException">The file is no ONNX graph, or damaged.</exception>
    /// <exception cref="UnsupportedModelException">It uses operators, types or options that are not supported; all are listed.</exception>
    public static OnnxModel Load(string path, OnnxModelOptions? options = null) => Load(FileBytes.Of(path), options);

    /// <summary>The same from a stream, which is read to its end.</summary>
    /// <inheritdoc cref="Load(string, OnnxModelOptions?)"/>
    /// <param name="stream">It stays open.</param>
    /// <param name="options">Limits, and inputs that are known now.</param>
    public static OnnxModel Load(Stream stream, OnnxModelOptions? options = null) => Load(FileBytes.Of(stream), options);

    /// <summary>Runs the graph once.</summary>
    /// <param name="inputs">All <see cref="Inputs"/> by name.</param>
    /// <param name="cancellation">Ends the run between two nodes, also inside loops.</param>
    /// <returns>All <see cref="Outputs"/> by name.</returns>
    /// <exception cref="ArgumentException">An input is missing, unknown, or of another type or shape than the graph says.</exception>
    /// <exception cref="UnrollException">A node cannot compute what it was given, or the run would need too much memory.</exception>
    public IReadOnlyDictionary<string, OnnxTensor> Run(
        IReadOnlyDictionary<string, OnnxTensor> inputs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Keys.FirstOrDefault(key => Inputs.All(input => input.Name != key)) is { } unknown)
            throw new ArgumentException(
                $"{_name} has no input {unknown}; its inputs are {string.Join(", ", Inputs.Select(input => input.Name))}.", nameof(inputs));
        OnnxTensor[] ordered = [.. Inputs.Select(input => inputs.TryGetValue(input.Name, out OnnxTensor? given)
            ? given
            : throw new ArgumentException($"{_name} needs the input {input.Name} of {input.Type}, {input.ShapeText}.", nameof(inputs)))];
        var outputs = new OnnxTensor?[Outputs.Count];
        Run(ordered, outputs, cancellation);
        var named = new Dictionary<string, OnnxTensor>();
        for (int i = 0; i < outputs.Length; i++)
            named[Outputs[i].Name] = outputs[i]!;
        return named;
    }

    /// <summary>Runs the graph once, into tensors of the caller: nothing is allocated once shapes repeat.</summary>
    /// <param name="inputs">All <see cref="Inputs"/>, in their order.</param>
    /// <param name="outputs">
    /// All <see cref="Outputs"/>, in their order. One that is there and has the type and the shape of the result is written over; others
    /// are replaced by new ones.
    /// </param>
    /// <param name="cancellation">As above.</param>
    /// <exception cref="ArgumentException">As above, or the number of inputs or outputs is another.</exception>
    /// <exception cref="UnrollException">As above.</exception>
    public void Run(ReadOnlySpan<OnnxTensor> inputs, Span<OnnxTensor?> outputs, CancellationToken cancellation = default)
    {
        if (inputs.Length != Inputs.Count || outputs.Length != Outputs.Count)
            throw new ArgumentException(
                $"{_name} has {Inputs.Count} inputs and {Outputs.Count} outputs, but {inputs.Length} and {outputs.Length} were given.",
                nameof(inputs));
        for (int i = 0; i < inputs.Length; i++)
            Check(Inputs[i], inputs[i]);
        RunMemory memory = Rent();
        memory.Token = cancellation;
        for (int i = 0; i < inputs.Length; i++)
            memory.Values[InputNumbers[i]] = inputs[i].Inner;

        // A run that fails leaves its memory to the garbage collector.
        _plan.Run(memory);
        for (int i = 0; i < outputs.Length; i++)
        {
            Tensor result = memory.Values[_plan.Outputs[i]] ?? throw new UnrollException($"{_name} makes no value {Outputs[i].Name}.");
            if (outputs[i] is { } there && there.Fits(result))
                result.CopyTo(there.Inner);
            else
                outputs[i] = new OnnxTensor(result.Copy());
        }

        for (int i = 0; i < inputs.Length; i++)
            memory.Values[InputNumbers[i]] = null;
        _plan.Release(memory);
        lock (_free)
            _free.Push(memory);
    }

    /// <summary>Opens a stream: states are carried from call to call, beginning with zeros.</summary>
    /// <param name="states">
    /// Pairs of a state's input and the output that gives its next value. Null: found by name (<c>state</c> and <c>stateN</c>,
    /// <c>x_cache</c> and <c>x_cache_out</c>, <c>h</c> and <c>hn</c>, ...), else by shape where an input and an output beside the first
    /// ones go together in one way only.
    /// </param>
    /// <exception cref="ArgumentException">A pair names what is not there, or has two types; or no states were found.</exception>
    public OnnxStreamingSession Stream(IReadOnlyList<(string Input, string Output)>? states = null) =>
        new(this, states ?? StatePairs.Find(this));

    private static OnnxModel Load(FileBytes file, OnnxModelOptions? options)
    {
        options ??= new OnnxModelOptions();
        options.Validate();
        return new OnnxModel(file.Name, GraphFile.Read(file), file.Bytes.Length, options);
    }

    private static OnnxValue ValueOf(ValueInfoProto value, string name)
    {
        if (value.Type?.TensorType is not { } tensor)
            throw new UnsupportedModelException(name, [$"{value.Name}, which is no tensor"]);
        TensorType type = GraphTensors.TypeOf(tensor.ElemType)
            ?? throw new UnsupportedModelException(name, [$"{value.Name} of type {GraphTensors.NameOf(tensor.ElemType)}"]);
        if (tensor.Shape is null)
            return new OnnxValue(value.Name, type, null, null);
        int[] shape = [.. tensor.Shape.Dim.Select(
            dim => dim.HasDimValue && dim.DimValue is >= 0 and <= int.MaxValue ? (int)dim.DimValue : -1)];
        string?[] symbols = [.. tensor.Shape.Dim.Select(dim => dim.HasDimParam && dim.DimParam.Length > 0 ? dim.DimParam : null)];
        return new OnnxValue(value.Name, type, shape, symbols);
    }

    private static void Check(OnnxValue value, OnnxTensor? given)
    {
        ArgumentNullException.ThrowIfNull(given, value.Name);
        bool fits = given.Type == value.Type;
        if (value.Shape is { } shape)
        {
            fits &= shape.Count == given.Inner.Rank;
            for (int i = 0; fits && i < shape.Count; i++)
                fits = shape[i] < 0 || shape[i] == given.Inner[i];
        }

        if (!fits)
            throw new ArgumentException(
                $"The input {value.Name} is {value.Type}, {value.ShapeText}, but {given.Type}, {given.Inner.Shape} was given.", value.Name);
    }

    private RunMemory Rent()
    {
        lock (_free)
        {
            if (_free.TryPop(out RunMemory? memory))
                return memory;
        }

        return new RunMemory(_name, _constants, _steps, _memoryLimit);
    }
}
