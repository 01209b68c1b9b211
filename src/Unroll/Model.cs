using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Unroll.Formats;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// A stack or a graph of layers with weights: build, train, predict, save. The first use that knows the shape of the input builds a stack.
/// Any number of threads may predict, run, evaluate and stream with one model, also while another trains it: they see the weights of some
/// completed step. A model with stateful layers runs one call at a time. Inside, it works on <see cref="Threads"/> threads, and the
/// results have the same bits on any number of them.
/// </summary>
public sealed partial class Model
{
    private const int PredictionRows = 1024;
    private readonly Layer[] _layers;
    private readonly Graph? _graph;
    private Network<float>? _network;

    // What the last training left, for one that goes on from it.
    private TrainingRun? _trained;

    public Model(params Layer[] layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Length == 0)
            throw new ArgumentException("A model needs at least one layer.", nameof(layers));
        _layers = [.. layers];
    }

    /// <summary>A graph of layers, between some inputs and some outputs.</summary>
    /// <param name="inputs">Made with <see cref="Node.Input"/>; samples give their values in this order.</param>
    /// <param name="outputs">What layers give; predictions and targets have this order.</param>
    /// <exception cref="UnrollException">The outputs do not follow from the inputs, or two layers have one name.</exception>
    public Model(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        _graph = new Graph(inputs, outputs);
        _layers = [.. _graph.Uses.Select(use => use.Layer)];
    }

    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>The inputs of a graph; of a stack once it is built.</summary>
    public IReadOnlyList<Node> Inputs => Graph.Inputs;

    /// <summary>The outputs of a graph; of a stack once it is built.</summary>
    public IReadOnlyList<Node> Outputs => Graph.Outputs;

    /// <summary>Threads to work on; by default one for each processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    public bool IsBuilt => _network is not null;

    /// <summary>The shape of one input, for example (T, F); of several inputs the first.</summary>
    public Shape InputShape => Graph.Inputs[0].Shape;

    /// <summary>The shape of one output; of several outputs the first.</summary>
    public Shape OutputShape => Graph.Outputs[0].Shape;

    /// <summary>The named arrays of weights, in the order of the layers.</summary>
    public IReadOnlyList<Parameter> Parameters => Network.Parameters.Parameters;

    /// <summary>How many weights there are.</summary>
    public int ParameterCount => Network.Parameters.Count;

    /// <summary>The instruction set that the model computes with, for example <c>Vector512</c>.</summary>
    public string InstructionSet => Network.Kernels.Name;

    /// <summary>Null where the model was made from a stack.</summary>
    internal Graph? GivenGraph => _graph;

    internal Graph Graph => _graph ?? Network.Graph;

    internal Network<float> Network => _network ?? throw new InvalidOperationException("The model is not built yet: call Build with the shape of the input, or Fit.");

    /// <summary>Makes the weights for inputs of one shape, or makes them anew.</summary>
    /// <param name="input">The shape of one input, without the batch: (T, F) for sequences.</param>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <returns>This model.</returns>
    /// <exception cref="UnrollException">A layer cannot take the output of the one before.</exception>
    public Model Build(Shape input, int seed = 0)
    {
        if (_graph is not null && (_graph.Inputs.Length > 1 || input != _graph.Inputs[0].Shape))
            throw new UnrollException($"The model's graph has inputs of shape {ShapesOf(_graph.Inputs)}, but {input} was given. Leave the shape out, or make the graph anew.");
        return Initialize(_graph ?? Graph.Chain(_layers, input), seed);
    }

    /// <summary>Makes the weights of a graph, whose shapes are known, or makes them anew.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <returns>This model.</returns>
    public Model Build(int seed)
    {
        if (_graph is null)
            throw new InvalidOperationException("A stack of layers is built with the shape of its input: Build(shape, seed).");
        return Initialize(_graph, seed);
    }

    /// <summary>Makes a model whose weights are 0 until they are read from a file.</summary>
    /// <param name="input">Of a stack the shape of its input; of a graph not looked at.</param>
    /// <param name="weights">How many the file has.</param>
    /// <exception cref="UnrollException">The layers have more, or cannot take their inputs.</exception>
    internal Model BuildEmpty(Shape input, int weights)
    {
        _network = Make(_graph ?? Graph.Chain(_layers, input), weights);
        Own(_network.Graph);
        return this;
    }

    private Model Initialize(Graph graph, int seed)
    {
        Network<float> made = Make(graph, int.MaxValue);
        made.Parameters.Initialize(unchecked((ulong)seed));
        TakeWeights(made);
        lock (_others)
        {
            _others.Clear();
            _network = made;
        }

        _trained = null;
        Own(graph);
        return this;
    }

    private Network<float> Make(Graph graph, int mostWeights)
    {
        try
        {
            return new Network<float>(new BuiltGraph<float>(graph, Kernels<float>.Best, mostWeights: mostWeights), Threads);
        }
        catch (OverflowException failure)
        {
            throw new UnrollException(
                $"This model needs more memory for one shard of inputs of shape {ShapesOf(graph.Inputs)} than an array can hold. Use fewer time steps or fewer units.", failure);
        }
    }

    /// <summary>
    /// The first output of the layer of this name, as a part of the graph: to make another model of some of the layers, see
    /// <see cref="WithHead(Node, Layer[])"/> and <see cref="Part"/>.
    /// </summary>
    /// <param name="layer">The layer's name, for example <c>lstm_1</c>; of several uses of one layer the first.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public Node NodeOf(string layer) => Graph.Uses.FirstOrDefault(use => Graph.NameOf(use) == layer)?.Outputs[0]
        ?? throw new ArgumentException($"There is no layer {layer}; there are: {string.Join(", ", Graph.Uses.Select(Graph.NameOf).Distinct())}.", nameof(layer));

    /// <summary>
    /// A model of a part of this graph, with a copy of its weights: the encoder alone, or a decoder that takes one step at a time.
    /// </summary>
    /// <param name="inputs">Values of this graph, and for each the input (from <see cref="Node.Input"/>) that stands in its place; a sequence may get another number of steps.</param>
    /// <param name="outputs">Values of this graph that follow from them, or of layers without weights put upon it, such as the <see cref="Average"/> of two outputs.</param>
    /// <exception cref="UnrollException">An output needs something else, or a layer cannot take the new inputs.</exception>
    public Model Part(IReadOnlyList<(Node Value, Node Input)> inputs, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        (Node[] ins, Node[] outs) = GraphPart.Cut(Graph, inputs, outputs, Network.IsPadded);
        Model part = new Model(ins, outs) { Threads = Threads }.Build(seed: 0);
        part.CopyWeights(this);
        part.FreezeAs(this);
        return part;
    }

    /// <summary>
    /// Trains the model; builds it first where that has not happened. Each training begins anew from the weights that the model has: with an
    /// empty optimiser, the first epoch of the schedule, and the order and random draws that follow from the seed. To go on from the training
    /// before, set <see cref="TrainingOptions.Continue"/>; to go on after a crash, <see cref="Checkpoint.Resume"/>.
    /// </summary>
    /// <param name="samples">Inputs and targets.</param>
    /// <param name="options">How to train.</param>
    /// <param name="onEvent">Called after every step and epoch, on the calling thread.</param>
    /// <param name="cancellation">Ends training after the step in progress; the model then has the best weights so far.</param>
    /// <exception cref="UnrollException">Samples or options do not fit the model.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite; the model has the last good weights.</exception>
    public History Fit(ISamples samples, TrainingOptions options, Action<TrainingEvent>? onEvent = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (samples.Count == 0)
            throw new UnrollException("There are no samples to train on.");
        if (!IsBuilt && _graph is null)
            Build(samples.InputShape, options.Seed);
        else if (!IsBuilt)
            Build(options.Seed);
        RequireSamples(samples, options.Loss, "to train on");
        if (options.Validation is not null)
            RequireSamples(options.Validation, options.Loss, "in the validation set: leave Validation out, or give it at least one");
        BeginTraining();
        try
        {
            SampleCheck.Require(Network, options.Loss, samples);
            if (options.Validation is not null)
                SampleCheck.Require(Network, options.Loss, options.Validation, "Validation sample");
            TrainingRun? last = _trained;
            _trained = null;
            var trainer = new Trainer(this, samples, options, last, onEvent);
            History history = trainer.Run(cancellation);
            _trained = trainer.State;
            return history;
        }
        finally
        {
            EndTraining();
        }
    }

    /// <summary>Trains the model on another thread and gives the events as they come. The stream ends when training does; its errors are thrown here.</summary>
    public async IAsyncEnumerable<TrainingEvent> FitAsync(ISamples samples, TrainingOptions options, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var channel = Channel.CreateUnbounded<TrainingEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task work = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    Fit(samples, options, moment => channel.Writer.TryWrite(moment), stop.Token);
                    channel.Writer.Complete();
                }
                catch (Exception failure)
                {
                    channel.Writer.Complete(failure);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await foreach (TrainingEvent moment in channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return moment;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The outputs for all samples, [Count, ...OutputShape], row-major; a row has the outputs of a model with several one after the
    /// other. Targets are not looked at.
    /// </summary>
    public float[] Predict(ISamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        RequireInputs(samples);
        int size = Network.OutputSize;
        var outputs = new float[samples.Count * size];
        var chunk = new float[Math.Min(PredictionRows, Math.Max(1, samples.Count)) * size];
        var batch = new SampleBatch(samples, null);
        Network<float> network = Rent();
        try
        {
            for (batch.Start = 0; batch.Start < samples.Count; batch.Start += PredictionRows)
            {
                batch.Rows = Math.Min(PredictionRows, samples.Count - batch.Start);
                network.Predict(batch, chunk);
                chunk.AsSpan(0, batch.Rows * size).CopyTo(outputs.AsSpan(batch.Start * size));
                CarryStates(network);
            }
        }
        finally
        {
            Return(network);
        }

        return outputs;
    }

    /// <summary>The outputs [B, ...OutputShape] for inputs [B, ...InputShape], both row-major.</summary>
    public float[] Predict(params float[] inputs) => Predict(AsSamples(inputs));

    /// <summary>The outputs of a model with several inputs or outputs, one array [B, ...] for each output.</summary>
    /// <param name="inputs">One array [B, ...] for each input, all row-major.</param>
    public float[][] PredictEach(params float[][] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length != Inputs.Count || inputs.Length == 0)
            throw new ArgumentException($"The model has {Inputs.Count} inputs of shapes {ShapesOf(Inputs)}, but {inputs.Length} arrays were given.", nameof(inputs));
        int rows = inputs[0].Length / Inputs[0].Shape.Size;
        var samples = new ArraySamples([.. inputs.Select((values, i) => (values, Inputs[i].Shape))], [(new float[rows], new Shape(1))]);
        float[] joined = Predict(samples);
        int width = Network.OutputSize, from = 0;
        var outputs = new float[Outputs.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            int size = Outputs[i].Shape.Size;
            outputs[i] = new float[rows * size];
            for (int row = 0; row < rows; row++)
                joined.AsSpan(row * width + from, size).CopyTo(outputs[i].AsSpan(row * size));
            from += size;
        }

        return outputs;
    }

    /// <summary>
    /// Runs a batch from given states. The final states come from the layers with <see cref="Recurrent.ReturnState"/>. Stateful
    /// layers forget what they carried.
    /// </summary>
    /// <param name="inputs">[B, ...InputShape], row-major.</param>
    /// <param name="initial">States to start from; null: zero.</param>
    public ModelRun Run(float[] inputs, ModelStates? initial = null)
    {
        ArraySamples samples = AsSamples(inputs);
        var outputs = new float[samples.Count * OutputShape.Size];
        var states = new ModelStates();
        Network<float> network = Rent();
        try
        {
            foreach (RecurrentOp<float> op in network.RecurrentParts)
            {
                RecurrentStates<float> own = network.StatesOf(op);
                for (int s = 0; s < own.Count; s++)
                {
                    string name = StateName(op, s);
                    own.Initial[s] = InitialState(name, samples.Count * own.Units, initial);
                    own.Final[s] = ((Recurrent)op.Layer).ReturnState ? states[name] = new float[samples.Count * own.Units] : null;
                }
            }

            network.Predict(new SampleBatch(samples, null) { Rows = samples.Count }, outputs);
        }
        finally
        {
            // Also after a state of the wrong length: the next prediction starts from zero.
            Forget(network);
            Return(network);
        }

        return new ModelRun(outputs, states);
    }

    /// <summary>A session that takes one observation at a time, in time that does not depend on how many came before.</summary>
    /// <exception cref="UnrollException">A layer reads its sequence backwards or needs several steps at once, or the model does not take one sequence of values or tokens.</exception>
    public StreamingSession Stream() => new(this);

    /// <summary>Stateful layers start from zero again.</summary>
    /// <exception cref="InvalidOperationException">A call is at work.</exception>
    public void ResetStates()
    {
        if (Network.StatefulParts.Length == 0)
            return;
        Network<float> network = Rent();
        Forget(network);
        Return(network);
    }

    private static void Forget(Network<float> network)
    {
        foreach (RecurrentOp<float> op in network.RecurrentParts)
            network.StatesOf(op).Clear();
    }

    /// <summary>Layer by layer: name and kind, output shape, parameters.</summary>
    /// <remarks>Of a graph it also says what each layer takes; weights that several uses share are counted once.</remarks>
    public ModelSummary Summary()
    {
        Graph graph = Graph;
        var lines = new List<LayerSummary>();
        var seen = new HashSet<LayerUse>();
        int LineOf(Node node) => node.Use is { } use ? graph.Inputs.Length + Array.IndexOf(graph.Uses, use) : Array.IndexOf(graph.Inputs, node);
        if (_graph is not null)
            lines.AddRange(graph.Inputs.Select((node, number) => new LayerSummary(graph.InputName(number), "input", node.Shape, 0)));
        foreach (LayerUse use in graph.Uses)
        {
            string name = graph.NameOf(use);
            int weights = seen.Add(use.Owner) ? Parameters.Where(p => p.Name.StartsWith(name + "/", StringComparison.Ordinal)).Sum(p => p.Length) : 0;
            var line = new LayerSummary(name, use.Layer.Kind, use.Outputs[0].Shape, weights)
            {
                IsRecurrent = use.Layer.RecurrentUnits > 0,
                FrozenParameters = weights == 0 ? 0 : Parameters.Where(p => p.IsFrozen && p.IsOf(name)).Sum(p => p.Length),
            };
            lines.Add(_graph is null ? line : line with { Takes = [.. use.Inputs.Select(graph.NameOf)], Sources = [.. use.Inputs.Select(LineOf)] });
        }

        return new ModelSummary(lines);
    }

    /// <summary>Writes architecture, weights and metadata to a file, whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="metadata">Whatever else belongs to the model, by name.</param>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null) => ModelFile.Write(path, this, metadata);

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <exception cref="UnrollException">The file is missing, no model file, damaged, or of a newer version.</exception>
    public static Model Load(string path) => ModelFile.Read(path).Model;

    /// <summary>Stateful layers: the states in which this batch ended are those in which the next begins.</summary>
    internal static void CarryStates(Network<float> network)
    {
        foreach (RecurrentOp<float> op in network.StatefulParts)
            network.StatesOf(op).Carry();
    }

    private static string StateName(RecurrentOp<float> op, int state) => $"{op.Name}/{op.Layer.OutputName(state + 1)}";

    private static float[]? InitialState(string name, int length, ModelStates? initial)
    {
        if (initial is null || !initial.TryGet(name, out float[]? state))
            return null;
        return state!.Length == length
            ? state
            : throw new ArgumentException($"The state {name} needs {length} values, [B, H] for this batch, but has {state.Length}.", nameof(initial));
    }

    private static string ShapesOf(IEnumerable<Node> nodes) => string.Join(", ", nodes.Select(node => node.Shape));

    private ArraySamples AsSamples(float[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (Inputs.Count > 1)
            throw new ArgumentException($"The model has {Inputs.Count} inputs of shapes {ShapesOf(Inputs)}; give one array for each to PredictEach.", nameof(inputs));
        if (inputs.Length == 0 || inputs.Length % InputShape.Size != 0)
            throw new ArgumentException($"The model takes inputs of shape {InputShape}, {InputShape.Size} values each, but {inputs.Length} values were given.", nameof(inputs));
        return new ArraySamples(inputs, InputShape, new float[inputs.Length / InputShape.Size], new Shape(1));
    }


    private void RequireInputs(ISamples samples)
    {
        if (samples.InputShapes.Count != Inputs.Count)
            throw new UnrollException($"The model has {Inputs.Count} inputs of shapes {ShapesOf(Inputs)}, but the samples have {samples.InputShapes.Count}.");
        for (int i = 0; i < Inputs.Count; i++)
            RequireInput(samples.InputShapes[i], Inputs[i]);
    }

    private void RequireInput(Shape input, Node built)
    {
        if (input == built.Shape)
            return;
        LayerUse use = Graph.Uses.First(use => use.Inputs.Contains(built));
        string first = Graph.NameOf(use);
        throw new UnrollException(input.Rank == built.Shape.Rank && input.Features != built.Shape.Features
            ? $"{first} was built for F={built.Shape.Features} features but received F={input.Features}. Select {built.Shape.Features} input column{(built.Shape.Features == 1 ? "" : "s")} or rebuild the model."
            : $"{first} was built for inputs of shape {built.Shape} but received {input}. Cut windows of {built.Shape.Steps} steps or rebuild the model.");
    }
}
