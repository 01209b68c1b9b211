using System.Numerics;
using Unroll.Kernels;
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
    /// Values of the inputs, repeated from the start, for a layer that takes whole numbers, or only positive ones; null: normal numbers. The
    /// gradients of given inputs are not checked.
    /// </summary>
    public IReadOnlyList<double>? Inputs { get; init; }

    /// <summary>
    /// What a state starts from, told from its name and a normal number, for a cell one of whose states must be positive; null: half of the
    /// number.
    /// </summary>
    public Func<string, double, double>? InitialState { get; init; }

    /// <summary>How far a gradient and its central difference may be apart, as a share of the larger one.</summary>
    public double Tolerance { get; init => field = Option.Positive(value); } = 1e-4;

    /// <summary>How far outputs in single precision may be from those in double, as a share of them, or of 1 where they are smaller.</summary>
    public double SinglePrecision { get; init => field = Option.Positive(value); } = 1e-3;
}

/// <summary>
/// Checks layers, cells, activations and losses of one's own: the gradients of weights, inputs and states against central differences in
/// double precision, in all the situations that a layer meets: one row and many, training, masks, states, sequences from the end. It also
/// checks that rows do not depend on each other in a prediction, that single precision gives what double does, and that the number of
/// threads changes no bits. It cannot know whether the forward pass is what its author meant: values need a reference made by others.
/// </summary>
/// <example>
/// <code>
/// GradientCheck.Of(new Snake(0.5), new Shape(4, 3)).ThrowIfWrong();
/// </code>
/// </example>
public static class GradientCheck
{
    private const int ManyRows = 11;

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
        var found = new Findings(options);
        foreach ((string name, Layer each) in Variants(layer))
        {
            foreach (int rows in (int[])[1, 3, ManyRows])
                found.Check($"{name}, {rows} rows", new GradientSetup(GraphOf(each, inputs)) { Rows = rows, States = HasStates(each, inputs) });
            found.Check($"{name}, training", new GradientSetup(GraphOf(each, inputs)) { Training = true, Rows = ManyRows });
            found.Check($"{name}, used twice", new GradientSetup(Twice(each, inputs)));
            if (inputs is [{ Rank: 2 } sequence])
            {
                foreach (bool atEnd in (bool[])[false, true])
                {
                    var masks = new GradientSetup(Graph.Chain([new Masking { AtEnd = atEnd }, each], sequence))
                    { Rows = 6, Masked = Masked(sequence.Steps, atEnd) };
                    found.Check($"{name}, masks{(atEnd ? " at the end" : "")}", masks with { States = HasStates(each, inputs) });
                    if (options.InitialState is not null)
                        found.Check($"{name}, masks{(atEnd ? " at the end" : "")}, states from 0", masks);
                }
            }

            found.Rows(name, GraphOf(each, inputs));
            found.Threads(name, () => GraphOf(each, inputs));
            if (inputs is [{ Rank: 2 } steps] && each is not Recurrent && each.GoesStepByStep(steps))
                found.Steps(name, GraphOf(each, inputs), GraphOf(each, [new Shape(1, steps.Features)]));
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
        var found = new Findings(new GradientCheckOptions());
        foreach (int rows in (int[])[1, 3, ManyRows])
            found.Check($"{rows} rows", new GradientSetup(new Graph(inputs, outputs)) { Rows = rows });
        found.Check("training", new GradientSetup(new Graph(inputs, outputs)) { Training = true, Rows = ManyRows });
        found.Rows("the graph", new Graph(inputs, outputs));
        found.Threads("the graph", () => new Graph(inputs, outputs));
        return found.Result;
    }

    /// <summary>Checks a loss behind a dense layer of three units, with normal numbers for targets.</summary>
    /// <param name="loss">The loss.</param>
    public static GradientCheckResult Of(Loss loss) => Of(loss, 3);

    /// <summary>Checks a loss behind a dense layer: on vectors, on sequences, and on sequences of which some steps do not count.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="units">Outputs of the model: a multiple of <see cref="Loss.OutputsPerTarget"/>.</param>
    /// <param name="targets">What targets are, repeated from the start; null: normal numbers.</param>
    public static GradientCheckResult Of(Loss loss, int units, params double[] targets)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var found = new Findings(new GradientCheckOptions());
        double[]? given = targets is { Length: > 0 } ? targets : null;
        foreach (Shape input in (Shape[])[new Shape(3), new Shape(4, 3)])
        {
            Graph graph = Graph.Chain([new Dense(units)], input);
            string name = input.Rank == 1 ? "vectors" : "sequences";
            found.Check(name, new GradientSetup(graph) { Loss = loss, Targets = given, Rows = ManyRows, TargetSize = units });
            found.Check($"weighted {name}", new GradientSetup(graph) { Loss = loss, Targets = given, Rows = ManyRows, TargetSize = units, Weights = [1, 0, 2.5, 0.5, 0] });
        }

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
    private static int[][] Masked(int steps, bool atEnd)
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

    private static Graph GraphOf(Layer layer, Shape[] inputs)
    {
        Node[] nodes = [.. inputs.Select((shape, i) => Node.Input(shape, $"input_{i + 1}"))];
        Node output = layer.Apply(nodes);
        return new Graph(nodes, [output, .. output.Others]);
    }

    /// <summary>What was found so far.</summary>
    private sealed class Findings(GradientCheckOptions options)
    {
        private readonly List<string> _errors = [];
        private int _values;

        public GradientCheckResult Result => new(_values, _errors);

        public void Check(string situation, GradientSetup setup)
        {
            var checker = new GradientChecker(setup with
            {
                Inputs = options.Inputs is null ? null : [.. options.Inputs],
                InitialState = options.InitialState,
                Tolerance = options.Tolerance,
            });
            _values += checker.Arrays.Sum(array => array.Gradient.Length);
            _errors.AddRange(checker.Errors().Select(error => $"{situation.TrimStart(',', ' ')}: {error}."));
        }

        /// <summary>Each row alone gives what it gives among others, and single precision what double does.</summary>
        public void Rows(string situation, Graph graph)
        {
            double[] together = Predict(graph, Kernels<double>.Best, ManyRows, 0), single = [.. Predict(graph, Kernels<float>.Best, ManyRows, 0).Select(value => (double)value)];
            int size = together.Length / ManyRows;
            for (int row = 0; row < ManyRows; row++)
            {
                double[] alone = Predict(graph, Kernels<double>.Best, 1, row);
                Compare($"{situation}, row {row} alone", alone, together.AsSpan(row * size, size), 1e-9);
            }

            Compare($"{situation}, single precision", single, together, options.SinglePrecision);
        }

        /// <summary>A layer that says it goes step by step gives for each step what it gives for that step alone.</summary>
        public void Steps(string situation, Graph sequence, Graph step)
        {
            Network<double> whole = NetworkOf(sequence, Kernels<double>.Best, threads: 1), one = NetworkOf(step, Kernels<double>.Best, threads: 1);
            Shape input = sequence.Inputs[0].Shape;
            int size = one.OutputSize;
            if (whole.Parameters.Count != one.Parameters.Count || whole.OutputSize != size * input.Steps)
            {
                _errors.Add($"{Label(situation)}the layer says that it goes step by step (GoesStepByStep), but its weights or outputs depend on "
                    + "how many steps there are. Return false.");
                return;
            }

            Inputs(input.Size).CopyTo(whole.InputRows(1));
            double[] together = whole.PredictRows().ToArray();
            for (int t = 0; t < input.Steps; t++)
            {
                Inputs(input.Size).AsSpan(t * input.Features, input.Features).CopyTo(one.InputRows(1));
                Compare($"{Label(situation)}step {t} alone, as GoesStepByStep says", one.PredictRows(), together.AsSpan(t * size, size), 1e-9);
            }
        }

        private static string Label(string situation) => situation.Length == 0 ? "" : $"{situation}, ";

        /// <summary>
        /// The gradients in single precision have the same bits on one thread and on three, and where another batch is on its way through
        /// the same layer between forward and backward.
        /// </summary>
        public void Threads(string situation, Func<Graph> graph)
        {
            float[] one = Gradients(graph(), 1), three = Gradients(graph(), 3), disturbed = Gradients(graph(), 1, between: true);
            _values += 2 * one.Length;
            if (!one.AsSpan().SequenceEqual(three) || !one.AsSpan().SequenceEqual(disturbed))
                _errors.Add($"{situation}: gradients depend on what other threads do. Keep what belongs to a shard in its cache, not in fields.".TrimStart(':', ' '));
        }

        private T[] Predict<T>(Graph graph, Kernels<T> kernels, int rows, int first)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            Network<T> network = NetworkOf(graph, kernels, threads: 1);
            double[] inputs = Inputs(ManyRows * network.InputSize);
            for (int i = 0; i < rows * network.InputSize; i++)
                network.InputRows(rows)[i] = T.CreateChecked(inputs[first * network.InputSize + i]);
            return network.PredictRows().ToArray();
        }

        private float[] Gradients(Graph graph, int threads, bool between = false)
        {
            const int rows = 40;
            Network<float> network = NetworkOf(graph, Kernels<float>.Best, threads), other = new(network.Built, threads: 1);
            float[] inputs = [.. Inputs(rows * network.InputSize).Select(value => (float)value)];
            float[] upstream = [.. GradientChecker.Normal(rows * network.OutputSize, 5).Select(value => (float)value)];
            var few = new CheckedBatch<float>(inputs.AsSpan(network.InputSize).ToArray(), upstream.AsSpan(network.OutputSize).ToArray(), rows - 1);
            network.Gradients(
                new CheckedBatch<float>(inputs, upstream, rows),
                new UpstreamLoss { Between = between ? () => other.Gradients(few, new UpstreamLoss()) : null });
            return network.Parameters.Gradients.ToArray();
        }

        private double[] Inputs(int count)
        {
            double[] values = GradientChecker.Normal(count, 4);
            for (int i = 0; i < count && options.Inputs is { Count: > 0 } given; i++)
                values[i] = given[i % given.Count];
            return values;
        }

        private static Network<T> NetworkOf<T>(Graph graph, Kernels<T> kernels, int threads)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var network = new Network<T>(graph, kernels, threads) { StepSeed = 42 };
            network.Parameters.Initialize(7);
            return network;
        }

        private void Compare(string what, ReadOnlySpan<double> values, ReadOnlySpan<double> expected, double tolerance)
        {
            _values += values.Length;
            for (int i = 0; i < values.Length; i++)
            {
                // Not "error > tolerance": a NaN must not pass.
                if (Math.Abs(values[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])))
                    continue;
                _errors.Add(string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{what.TrimStart(',', ' ')}: output {i} is {values[i]:R}, expected {expected[i]:R}."));
                return;
            }
        }
    }
}
