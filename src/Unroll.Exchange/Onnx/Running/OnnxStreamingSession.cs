namespace Unroll.Exchange;

/// <summary>
/// A sequence that comes piece by piece to an ONNX graph whose states go in and come out: each call carries them on to the next. One thread
/// at a time; streams of one model share its weights.
/// </summary>
/// <example>
/// <code>
/// var rate = new Dictionary&lt;string, OnnxTensor&gt; { ["sr"] = OnnxTensor.Of(16000L) };
/// OnnxModel model = OnnxModel.Load("silero_vad.onnx", new() { FixedInputs = rate });
/// OnnxStreamingSession stream = model.Stream();
/// var frame = new float[512];
/// OnnxTensor[] inputs = [OnnxTensor.Of(frame, 1, 512)];
/// var outputs = new OnnxTensor?[1];
/// while (Read(frame))
/// {
///     stream.Run(inputs, outputs);
///     Console.WriteLine(outputs[0]!.Values&lt;float&gt;()[0]);
/// }
/// </code>
/// </example>
public sealed class OnnxStreamingSession
{
    private readonly OnnxModel _model;
    private readonly State[] _states;
    private readonly OnnxTensor[] _inputs;
    private readonly OnnxTensor?[] _outputs;
    private readonly int[] _given, _asked;
    private readonly Dictionary<string, int> _symbols = [];

    internal OnnxStreamingSession(OnnxModel model, IReadOnlyList<(string Input, string Output)> pairs)
    {
        _model = model;
        _states = [.. pairs.Select(pair => new State(IndexOf(model.Inputs, pair.Input), IndexOf(model.Outputs, pair.Output)))];
        foreach (State state in _states)
        {
            if (model.Inputs[state.Input].Type != model.Outputs[state.Output].Type)
                throw new ArgumentException(
                    $"{model.Inputs[state.Input].Name} and {model.Outputs[state.Output].Name} have two types.", nameof(pairs));
        }

        if (_states.DistinctBy(state => state.Input).Count() < _states.Length
            || _states.DistinctBy(state => state.Output).Count() < _states.Length)
            throw new ArgumentException("An input or an output is in two pairs.", nameof(pairs));
        _inputs = new OnnxTensor[model.Inputs.Count];
        _outputs = new OnnxTensor?[model.Outputs.Count];
        _given = [.. Enumerable.Range(0, model.Inputs.Count).Where(i => _states.All(state => state.Input != i))];
        _asked = [.. Enumerable.Range(0, model.Outputs.Count).Where(i => _states.All(state => state.Output != i))];
        Inputs = [.. _given.Select(i => model.Inputs[i])];
        Outputs = [.. _asked.Select(i => model.Outputs[i])];
        StatePairs = [.. pairs];
        States = [.. _states.Select(state => model.Inputs[state.Input])];
    }

    /// <summary>What each call is given: the model's inputs without the states.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>What each call gives: the model's outputs without the next states.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>The states, as inputs.</summary>
    public IReadOnlyList<OnnxValue> States { get; }

    /// <summary>Which output gives the next value of which input.</summary>
    public IReadOnlyList<(string Input, string Output)> StatePairs { get; }

    /// <summary>Runs the graph on the next piece.</summary>
    /// <param name="inputs">All <see cref="Inputs"/>, in their order.</param>
    /// <param name="outputs">All <see cref="Outputs"/>, in their order; as in <see cref="OnnxModel.Run(ReadOnlySpan{OnnxTensor},
    /// Span{OnnxTensor}, CancellationToken)"/>.</param>
    /// <param name="cancellation">Ends the run between two nodes; the states stay as they were.</param>
    /// <exception cref="ArgumentException">As of the model.</exception>
    /// <exception cref="InvalidOperationException">Nothing tells the shape of a state: give its first value by
    /// <see cref="SetState"/>.</exception>
    /// <exception cref="UnrollException">As of the model.</exception>
    public void Run(ReadOnlySpan<OnnxTensor> inputs, Span<OnnxTensor?> outputs, CancellationToken cancellation = default)
    {
        if (inputs.Length != _given.Length || outputs.Length != _asked.Length)
            throw new ArgumentException(
                $"The stream has {_given.Length} inputs and {_asked.Length} outputs, but {inputs.Length} and {outputs.Length} were given.",
                nameof(inputs));
        for (int i = 0; i < inputs.Length; i++)
            _inputs[_given[i]] = inputs[i];
        for (int i = 0; i < outputs.Length; i++)
            _outputs[_asked[i]] = outputs[i];
        foreach (State state in _states)
        {
            state.Now ??= Begin(state.Input);
            (_inputs[state.Input], _outputs[state.Output]) = (state.Now, state.Spare);
        }

        _model.Run(_inputs, _outputs, cancellation);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = _outputs[_asked[i]];
        foreach (State state in _states)
            (state.Now, state.Spare) = (_outputs[state.Output], state.Now);
    }

    /// <summary>The same by names, with new tensors.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Run(
        IReadOnlyDictionary<string, OnnxTensor> inputs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Keys.FirstOrDefault(key => Inputs.All(input => input.Name != key)) is { } unknown)
            throw new ArgumentException(
                $"The stream has no input {unknown}; its inputs are {string.Join(", ", Inputs.Select(input => input.Name))}.",
                nameof(inputs));
        OnnxTensor[] ordered = [.. Inputs.Select(input => inputs.TryGetValue(input.Name, out OnnxTensor? given)
            ? given
            : throw new ArgumentException($"The stream needs the input {input.Name}.", nameof(inputs)))];
        var outputs = new OnnxTensor?[_asked.Length];
        Run(ordered, outputs, cancellation);
        var named = new Dictionary<string, OnnxTensor>();
        for (int i = 0; i < outputs.Length; i++)
            named[Outputs[i].Name] = outputs[i]!;
        return named;
    }

    /// <summary>The value of a state now, a copy; null before the first call where its extents are not known yet.</summary>
    /// <param name="name">The name of its input.</param>
    public OnnxTensor? GetState(string name) => StateOf(name).Now is { } now ? new OnnxTensor(now.Inner.Copy()) : null;

    /// <summary>Gives a state a value.</summary>
    /// <param name="name">The name of its input.</param>
    /// <param name="value">The value; it is copied.</param>
    public void SetState(string name, OnnxTensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        State state = StateOf(name);
        (state.Now, state.Spare) = (new OnnxTensor(value.Inner.Copy()), null);
    }

    /// <summary>All states to zeros: a new sequence begins.</summary>
    public void Reset()
    {
        _symbols.Clear();
        foreach (State state in _states)
            (state.Now, state.Spare) = (null, null);
    }

    private State StateOf(string name)
    {
        int input = IndexOf(_model.Inputs, name);
        return Array.Find(_states, state => state.Input == input)
            ?? throw new ArgumentException($"{name} is no state of the stream.", nameof(name));
    }

    /// <summary>
    /// Zeros: extents that vary are those of the same name in the inputs of this call; one without a name is 1, a single sequence.
    /// </summary>
    private OnnxTensor Begin(int index)
    {
        foreach (int given in _given)
        {
            if (_model.Inputs[given] is not { Shape: { } extents, Symbols: { } names } || _inputs[given].Inner.Rank != extents.Count)
                continue;
            for (int i = 0; i < extents.Count; i++)
            {
                if (names[i] is { } name)
                    _symbols[name] = _inputs[given].Inner[i];
            }
        }

        OnnxValue value = _model.Inputs[index];
        if (value.Shape is not { } shape)
            throw new InvalidOperationException(
                $"The file says no shape of the state {value.Name}: give its first value by {nameof(SetState)}.");
        var dims = new int[shape.Count];
        for (int i = 0; i < dims.Length; i++)
        {
            string? name = value.Symbols?[i];
            dims[i] = shape[i] >= 0 ? shape[i] : name is null ? 1 : _symbols.TryGetValue(name, out int extent)
                ? extent
                : throw new InvalidOperationException(
                    $"No input tells the extent {name} of the state {value.Name}: give its first value by {nameof(SetState)}.");
        }

        return OnnxTensor.Zeros(value.Type, dims);
    }

    private static int IndexOf(IReadOnlyList<OnnxValue> values, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Name == name)
                return i;
        }

        throw new ArgumentException(
            $"There is no {name}; there are {string.Join(", ", values.Select(value => value.Name))}.", nameof(name));
    }

    /// <summary>A state: where it goes in and comes out, its value, and the tensor of the value before, to be written over.</summary>
    private sealed class State(int input, int output)
    {
        public int Input => input;

        public int Output => output;

        public OnnxTensor? Now { get; set; }

        public OnnxTensor? Spare { get; set; }
    }
}
