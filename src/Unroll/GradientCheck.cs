using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>What a check found.</summary>
/// <param name="Values">How many values were compared.</param>
/// <param name="Errors">What is wrong, a sentence each; empty where nothing is.</param>
public sealed record GradientCheckResult(int Values, IReadOnlyList<string> Errors)
{
    private const int MostTold = 10;

    /// <summary>True where nothing is wrong.</summary>
    public bool Passed => Errors.Count == 0;

    /// <summary>Throws where something is wrong.</summary>
    /// <exception cref="UnrollException">The message has the first errors.</exception>
    public void ThrowIfWrong()
    {
        if (Passed)
            return;
        string more = Errors.Count > MostTold ? $" And {Errors.Count - MostTold} more." : "";
        throw new UnrollException($"{string.Join(" ", Errors.Take(MostTold))}{more}");
    }
}

/// <summary>What a check of a layer goes by.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>
    /// Values of the inputs, repeated from the start, for a layer that takes whole numbers, or only positive ones; null: normal numbers.
    /// The gradients of given inputs are not checked.
    /// </summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public IReadOnlyList<double>? Inputs
    {
        get;
        init => field = value is not { Count: 0 }
            ? value
            : throw new ArgumentException("Inputs has no values to repeat. Give at least one, or null for normal numbers.", nameof(value));
    }

    /// <summary>
    /// What a state starts from, told from its name and a normal number, for a cell one of whose states must be positive;
    /// null: half of the number.
    /// </summary>
    public Func<string, double, double>? InitialState { get; init; }

    /// <summary>How far a gradient and its central difference may be apart, as a share of the larger one.</summary>
    public double Tolerance { get; init => field = Option.Positive(value); } = 1e-4;

    /// <summary>
    /// How far outputs in single precision may be from those in double, as a share of them, or of 1 where they are smaller.
    /// </summary>
    public double SinglePrecision { get; init => field = Option.Positive(value); } = 1e-3;
}

/// <summary>
/// Checks layers, cells, activations, losses and regularizers of one's own: the gradients of weights, inputs and states against central
/// differences in double precision, in all the situations that a layer meets: one row and many, training, masks, states, sequences from the
/// end, and more than 16 features where the layer takes them. It also checks that rows do not depend on each other in a prediction, that
/// single precision gives what double does, that threads, also those that share the units of a step, change no bits, and that a loss heeds
/// the weights of samples. It cannot know whether the forward pass is what its author meant: values need a reference made by others.
/// </summary>
/// <example>
/// <code>
/// GradientCheck.Of(new Snake(0.5), new Shape(4, 3)).ThrowIfWrong();
/// </code>
/// </example>
public static class GradientCheck
{
    private const int ManyRows = GradientFindings.ManyRows;

    /// <summary>More than the 16 values that a vector of a machine can have.</summary>
    private const int Wide = 17;

    /// <summary>Units of which three threads have some: a share is a multiple of 16.</summary>
    private const int Shared = 33;

    /// <summary>Checks a layer of one input or several.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">Shapes of what it takes: small ones, of 4 steps where they are sequences.</param>
    public static GradientCheckResult Of(Layer layer, params Shape[] inputs) => Of(layer, new GradientCheckOptions(), inputs);

    /// <summary>Checks a layer of one input or several.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="options">What inputs and states are, and how near is near enough.</param>
    /// <param name="inputs">Shapes of what it takes: small ones, of 4 steps where they are sequences.</param>
    public static GradientCheckResult Of(Layer layer, GradientCheckOptions options, params Shape[] inputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inputs);
        var found = new GradientFindings(options);
        foreach ((string name, Layer each) in Variants(layer))
        {
            foreach (int rows in (int[])[1, 3, ManyRows])
                found.Check($"{name}, {rows} rows",
                    new GradientSetup(GraphOf(each, inputs)) { Rows = rows, States = HasStates(each, inputs) });
            found.Check($"{name}, training", new GradientSetup(GraphOf(each, inputs)) { Training = true, Rows = ManyRows });
            found.Check($"{name}, used twice", new GradientSetup(Twice(each, inputs)));
            if (inputs is [{ Rank: 2 } sequence])
            {
                foreach (bool atEnd in (bool[])[false, true])
                {
                    var masks = new GradientSetup(Graph.Chain([new Masking { AtEnd = atEnd }, each], sequence))
                    { Rows = 6, Masked = MaskedSteps(sequence.Steps, atEnd) };
                    found.Check($"{name}, masks{(atEnd ? " at the end" : "")}", masks with { States = HasStates(each, inputs) });
                    if (options.InitialState is not null)
                        found.Check($"{name}, masks{(atEnd ? " at the end" : "")}, states from 0", masks);
                }
            }

            found.Rows(name, GraphOf(each, inputs));
            found.Threads(name, () => GraphOf(each, inputs));
            if (inputs is [{ Rank: 2 } steps] && each is not Recurrent && each.GoesStepByStep(steps))
                found.Steps(name, GraphOf(each, inputs), GraphOf(each, [new Shape(1, steps.Features)]));
            found.Regularizers(name, GraphOf(each, inputs));
            if (Widen(each, inputs, Wide) is { } wide)
            {
                found.Check($"{name}, wide", new GradientSetup(wide));
                found.Rows($"{name}, wide", wide);
            }

            found.Shares(name, Widen(each, inputs, Shared) ?? GraphOf(each, inputs));
        }

        return found.Result;
    }

    /// <summary>Checks any graph of layers, as in <see cref="Model"/>.</summary>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">Its outputs.</param>
    public static GradientCheckResult Of(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        var found = new GradientFindings(new GradientCheckOptions());
        foreach (int rows in (int[])[1, 3, ManyRows])
            found.Check($"{rows} rows", new GradientSetup(new Graph(inputs, outputs)) { Rows = rows });
        found.Check("training", new GradientSetup(new Graph(inputs, outputs)) { Training = true, Rows = ManyRows });
        found.Rows("the graph", new Graph(inputs, outputs));
        found.Threads("the graph", () => new Graph(inputs, outputs));
        found.Regularizers("the graph", new Graph(inputs, outputs));
        found.Shares("the graph", new Graph(inputs, outputs));
        return found.Result;
    }

    /// <summary>Checks a loss behind a dense layer that gives the outputs for three targets, with normal numbers for targets.</summary>
    /// <param name="loss">The loss.</param>
    public static GradientCheckResult Of(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        loss.RequireValid();
        return Of(loss, checked(3 * loss.OutputsPerTarget));
    }

    /// <summary>Checks a loss behind a dense layer: on vectors, on sequences, and on sequences of which some steps do not count.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="units">Outputs of the model: a multiple of <see cref="Loss.OutputsPerTarget"/>.</param>
    /// <param name="targets">What targets are, repeated from the start; null: normal numbers.</param>
    /// <exception cref="ArgumentException">The units are no multiple of the outputs a target.</exception>
    /// <exception cref="UnrollException">A number of the loss is out of range.</exception>
    public static GradientCheckResult Of(Loss loss, int units, params double[]? targets)
    {
        ArgumentNullException.ThrowIfNull(loss);
        loss.RequireValid();
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        if (units % loss.OutputsPerTarget != 0)
            throw new ArgumentException(
                $"The {loss.Name} has {loss.OutputsPerTarget} outputs a target, but {units} units were given. Give a multiple.",
                    nameof(units));
        var found = new GradientFindings(new GradientCheckOptions());
        double[]? given = targets is { Length: > 0 } ? targets : null;
        foreach (Shape input in (Shape[])[new Shape(3), new Shape(4, 3)])
        {
            Graph graph = Graph.Chain([new Dense(units)], input);
            string name = input.Rank == 1 ? "vectors" : "sequences";
            found.Check(name, new GradientSetup(graph) { Loss = loss, Targets = given, Rows = ManyRows, TargetSize = units });
            found.Check($"weighted {name}", new GradientSetup(graph)
            {
                Loss = loss,
                Targets = given,
                Rows = ManyRows,
                TargetSize = units,
                Weights = [1, 0, 2.5, 0.5, 0]
            });
            found.LossWeights(name, loss.PartFor(0), graph.Outputs[0].Shape, units, given);
        }

        return found.Result;
    }

    /// <summary>Checks a regularizer: its gradient against central differences of its penalty, for a bias and for kernels.</summary>
    /// <param name="regularizer">The regularizer. Weights are normal numbers.</param>
    public static GradientCheckResult Of(Regularizer regularizer)
    {
        ArgumentNullException.ThrowIfNull(regularizer);
        var found = new GradientFindings(new GradientCheckOptions());
        foreach (Shape shape in (Shape[])[new Shape(5), new Shape(4, 3), new Shape(3, Wide)])
            found.Regularizer($"weights of shape {shape}", regularizer, shape);
        return found.Result;
    }

    private static IEnumerable<(string Name, Layer Layer)> Variants(Layer layer)
    {
        if (layer is not Recurrent recurrent)
            return [("", layer)];
        return
        [
            ("last step", recurrent with { ReturnSequences = false }),
            ("sequences", recurrent with { ReturnSequences = true }),
            ("backwards", recurrent with { ReturnSequences = true, GoBackwards = true }),
            ("without bias", recurrent with { UseBias = false }),
            ("dropouts", recurrent with { Dropout = 0.3, RecurrentDropout = 0.3, ReturnSequences = true }),
        ];
    }

    /// <summary>Random states at both ends, unless the graph gives them.</summary>
    private static bool HasStates(Layer layer, Shape[] inputs) => layer is Recurrent && inputs.Length == 1;

    /// <summary>
    /// Leading, middle and last steps, a row without any, and a row with nothing else; or padding of different lengths.
    /// </summary>
    private static int[][] MaskedSteps(int steps, bool atEnd)
    {
        int[] all = [.. Enumerable.Range(0, steps)];
        return atEnd
            ? [[steps - 1], all[(steps / 2)..], [], all, all[1..]]
            : [[0], all[(steps / 3)..(steps / 3 + steps / 2)], [steps - 1], [], all, [.. all.Where(step => step != 1)]];
    }

    /// <summary>The layer at two places with the same weights, whose gradients add up.</summary>
    private static Graph Twice(Layer layer, Shape[] inputs)
    {
        Node[] first = [.. inputs.Select((shape, i) => Node.Input(shape, $"first_{i + 1}"))];
        Node[] second = [.. inputs.Select((shape, i) => Node.Input(shape, $"second_{i + 1}"))];
        Node output = layer.Apply(first);
        return new Graph([.. first, .. second], [output, output.Again(second)]);
    }

    /// <summary>
    /// The layer with so many features and units or more, multiples of those that were given, since a layer may divide them; null: it has
    /// as many already, or does not take them.
    /// </summary>
    private static Graph? Widen(Layer layer, Shape[] inputs, int least)
    {
        Shape[] wide = [.. inputs.Select(input => new Shape([.. input.ToArray()[..^1], Multiple(input.Features, Math.Min(least, Wide))]))];
        Layer own = layer is Recurrent recurrent ? recurrent with { Units = Multiple(recurrent.Units, least) } : layer;
        if (own.Equals(layer) && wide.SequenceEqual(inputs))
            return null;
        try
        {
            Graph graph = GraphOf(own, wide);
            _ = new Network<double>(graph, Kernels.Kernels<double>.Best, threads: 1);
            return graph;
        }
        catch (Exception refused) when (refused is UnrollException or ArgumentException)
        {
            return null;
        }

        static int Multiple(int of, int least) => checked(of * ((least + of - 1) / of));
    }

    private static Graph GraphOf(Layer layer, Shape[] inputs)
    {
        Node[] nodes = [.. inputs.Select((shape, i) => Node.Input(shape, $"input_{i + 1}"))];
        Node output = layer.Apply(nodes);
        return new Graph(nodes, [output, .. output.Others]);
    }
}
