namespace Unroll.Server.Serving;

/// <summary>A network.</summary>
internal sealed class NetworkContent : ServedContent
{
    public NetworkContent(Model model, string version, ServeOptions options, ServeMetrics metrics)
        : base(version)
    {
        Model = model;
        model.Threads = options.Threads;
        Graph graph = model.Network.Graph;
        InputShapes = [.. model.Inputs.Select(node => node.Shape)];
        OutputShapes = [.. model.Outputs.Select(node => node.Shape)];
        Inputs = [.. model.Inputs.Select(node => InfoOf(graph.NameOf(node), node.Shape))];
        Outputs = [.. NamesOf(graph, model.Outputs).Zip(OutputShapes, InfoOf)];
        Parameters = model.ParameterCount;
        OutputSize = OutputShapes.Sum(shape => shape.Size);
        IsStateful = model.Network.StatefulParts.Length > 0;
        Batcher = new Batcher(this, options, metrics, IsStateful ? 1 : Environment.ProcessorCount);
        WarmUp();
    }

    public override string Kind => "network";

    public Model Model { get; }

    public Shape[] InputShapes { get; }

    public Shape[] OutputShapes { get; }

    /// <summary>Values of all outputs of one row.</summary>
    public int OutputSize { get; }

    /// <summary>Whether its layers carry states from call to call: each request then begins from zero, and has the model alone.</summary>
    public bool IsStateful { get; }

    public Batcher Batcher { get; }

    /// <summary>A stream, whose outputs are those of one step.</summary>
    /// <exception cref="RequestException">The network does not go step by step.</exception>
    public StreamingSession OpenStream()
    {
        try
        {
            return Model.Stream();
        }
        catch (UnrollException reason)
        {
            throw new RequestException(409, Problems.Sentence(reason.Message));
        }
    }

    /// <summary>
    /// Predicts one row of zeros, so that the first request does not wait for code to be compiled and weights to be packed.
    /// </summary>
    private void WarmUp()
    {
        const int Largest = 1 << 20;
        if (InputShapes.Sum(shape => (long)shape.Size) <= Largest)
            _ = Model.PredictEach([.. InputShapes.Select(shape => new float[shape.Size])]);
        if (IsStateful)
            Model.ResetStates();
    }

    private static TensorInfo InfoOf(string name, Shape shape) => new(name, "FP32", [-1, .. shape.ToArray()]);

    /// <summary>The names of outputs; a value that is given twice has a number behind its name.</summary>
    private static IEnumerable<string> NamesOf(Graph graph, IReadOnlyList<Node> outputs)
    {
        var used = new HashSet<string>();
        foreach (Node output in outputs)
        {
            string name = graph.NameOf(output), free = name;
            for (int i = 2; !used.Add(free); i++)
                free = $"{name}_{i}";
            yield return free;
        }
    }
}
