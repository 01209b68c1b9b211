using System.Globalization;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>What a check of gradients has found so far.</summary>
internal sealed class GradientFindings(GradientCheckOptions options)
{
    /// <summary>Rows of a batch of more than one shard.</summary>
    public const int ManyRows = 11;

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
        double[] together = Predict(graph, Kernels<double>.Best, ManyRows, 0),
            single = [.. Predict(graph, Kernels<float>.Best, ManyRows, 0).Select(value => (double)value)];
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
        Network<double> whole = NetworkOf(sequence, Kernels<double>.Best, threads: 1),
            one = NetworkOf(step, Kernels<double>.Best, threads: 1);
        Shape input = sequence.Inputs[0].Shape;
        int size = one.OutputSize;
        if (whole.Parameters.Count != one.Parameters.Count || whole.OutputSize != size * input.Steps)
        {
            _errors.Add(
                $"{Label(situation)}the layer says that it goes step by step (GoesStepByStep), but its weights or outputs depend on "
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
            _errors.Add($"{situation}: gradients depend on what other threads do. ".TrimStart(':', ' ')
                + "Keep what belongs to a shard in its cache, not in fields.");
    }

    /// <summary>
    /// The same bits however many threads share the units of a step, and in whatever order they do their parts. One thread does all parts,
    /// so what is found does not depend on the machine.
    /// </summary>
    public void Shares(string situation, Graph graph)
    {
        float[] whole = OutputsAndGradients(graph, 1, fromLast: false);
        foreach ((int parts, bool fromLast) in (ReadOnlySpan<(int, bool)>)[(2, false), (3, false), (3, true)])
        {
            _values += whole.Length;
            if (OutputsAndGradients(graph, parts, fromLast).AsSpan().SequenceEqual(whole))
                continue;
            _errors.Add(
                $"{Label(situation)}results depend on how threads share the units of a step: a part reads what another part computes. "
                + "Where each unit is not computed without the others, as in a sum over units, CanShare must be false.");
            return;
        }
    }

    /// <summary>Penalty and gradient of every regularizer of a graph, at the shape of its weights.</summary>
    public void Regularizers(string situation, Graph graph)
    {
        foreach (Parameter parameter in NetworkOf(graph, Kernels<double>.Best, threads: 1).Parameters.Parameters)
        {
            if (parameter.Regularizer is { } regularizer)
                Regularizer($"{Label(situation)}{parameter.Name}", regularizer, parameter.Shape);
        }
    }

    /// <summary>
    /// The gradient of a penalty against its central differences, added to what was there, and both in single precision against double.
    /// </summary>
    public void Regularizer(string situation, Regularizer regularizer, Shape shape)
    {
        const double step = 1e-6;
        double[] weights = GradientChecker.Normal(shape.Size, 3), before = GradientChecker.Normal(shape.Size, 8), added = [.. before];
        regularizer.AddGradient<double>(weights, shape, added);
        var found = new double[shape.Size];
        for (int i = 0; i < found.Length; i++)
        {
            double kept = weights[i];
            weights[i] = kept + step;
            double above = regularizer.Penalty<double>(weights, shape);
            weights[i] = kept - step;
            found[i] = before[i] + (above - regularizer.Penalty<double>(weights, shape)) / (2 * step);
            weights[i] = kept;
        }

        double scale = found.Max(Math.Abs);
        Compare($"{situation}, gradient of the {regularizer.GetType().Name} added to what was there", added, found,
            options.Tolerance * (1 + scale));
        float[] single = [.. weights.Select(value => (float)value)], alsoAdded = [.. before.Select(value => (float)value)];
        regularizer.AddGradient<float>(single, shape, alsoAdded);
        Compare($"{situation}, the same in single precision", [.. alsoAdded.Select(value => (double)value)], added,
            options.SinglePrecision * (1 + scale));
        Compare(
            $"{situation}, penalty of the {regularizer.GetType().Name} in single precision",
            [regularizer.Penalty<float>(single, shape)], [regularizer.Penalty<double>(weights, shape)], options.SinglePrecision);
    }

    /// <summary>
    /// What sample weights mean to a loss: of twice the weight, loss, gradients and count are twice as large; what has the weight 0 counts
    /// nowhere; and without weights all are 1.
    /// </summary>
    public void LossWeights(string situation, Loss loss, Shape output, int targetSize, double[]? targets)
    {
        const int rows = 5;
        string what = $"{situation}, the {loss.Name}";
        for (int row = 0; row < rows; row++)
        {
            var setup = new WeighedRow(loss, output, targetSize, row, targets);
            double[] one = [.. Enumerable.Repeat(1.0, output.Positions)], two = [.. Enumerable.Repeat(2.0, output.Positions)];
            double[] plain = setup.Judge([]), whole = setup.Judge(one), twice = setup.Judge(two);
            _values += 2 * plain.Length;
            int errors = _errors.Count;
            Require(Near(whole, plain, 1), $"{what} with weights of 1 is not what it is without weights");
            Require(Near(twice, whole, 2), $"{what} with weights of 2 is not twice what it is with weights of 1: loss, gradients or "
                + "CountOf. Multiply by LossRow.Weights");
            Require(
                Array.TrueForAll(setup.Judge(new double[output.Positions]), value => value == 0),
                $"{what} counts what has the weight 0: loss, gradients and CountOf must be 0 there");
            for (int at = 0; at < output.Positions && output.Positions > 1 && errors == _errors.Count; at++)
            {
                double[] without = [.. one];
                without[at] = 0;
                double[] found = setup.Judge(without), moved = setup.Judge(without, movedAt: at);
                Require(
                    Near(moved, found, 1)
                        && Array.TrueForAll(found[(at * output.Features)..((at + 1) * output.Features)], value => value == 0),
                    $"{what} looks at outputs of step {at}, which has the weight 0: they must change no loss and have gradients of 0");
            }

            if (errors < _errors.Count)
                return;
        }

        void Require(bool holds, string error)
        {
            if (!holds)
                _errors.Add($"{error}.");
        }

        static bool Near(double[] values, double[] expected, double times)
        {
            double tolerance = 1e-9 * (1 + expected.Max(Math.Abs));
            return values.Zip(expected).All(pair => Math.Abs(pair.First - times * pair.Second) <= tolerance);
        }
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
        var few = new CheckedBatch<float>(inputs.AsSpan(network.InputSize).ToArray(), upstream.AsSpan(network.OutputSize).ToArray(),
            rows - 1);
        network.Gradients(
            new CheckedBatch<float>(inputs, upstream, rows),
            new UpstreamLoss { Between = between ? () => other.Gradients(few, new UpstreamLoss()) : null });
        return network.Parameters.Gradients.ToArray();
    }

    /// <summary>Outputs of a prediction and gradients of the weights, of a few rows.</summary>
    private float[] OutputsAndGradients(Graph graph, int parts, bool fromLast)
    {
        const int rows = 3;
        Network<float> network = NetworkOf(graph, Kernels<float>.Best, threads: 1);
        network.CutPhases(parts, fromLast);
        float[] inputs = [.. Inputs(rows * network.InputSize).Select(value => (float)value)];
        float[] upstream = [.. GradientChecker.Normal(rows * network.OutputSize, 5).Select(value => (float)value)];
        inputs.CopyTo(network.InputRows(rows));
        float[] predicted = network.PredictRows().ToArray(), outputs = new float[rows * network.OutputSize];
        network.Gradients(new CheckedBatch<float>(inputs, upstream, rows), new UpstreamLoss(), outputs);
        return [.. predicted, .. outputs, .. network.Parameters.Gradients];
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
                CultureInfo.InvariantCulture,
                $"{what.TrimStart(',', ' ')}: output {i} is {values[i]:R}, expected {expected[i]:R}."));
            return;
        }
    }
}
