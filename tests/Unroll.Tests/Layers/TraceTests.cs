using Unroll.Tests.Layers.Reference;
using Unroll.Tests.Training;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>What a trace tells of gates, states and attention, beside plain loops in double.</summary>
public sealed class TraceTests
{
    private const int Steps = 7, Features = 3, Units = 5;

    public static TheoryData<string, bool, bool> Cells =>
        [.. from cell in GateLoops.Of(Units).Keys from backwards in (bool[])[false, true] from masked in (bool[])[false, true] select (
            cell, backwards, masked)];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Gates_and_states_are_those_of_a_plain_loop(string cell, bool backwards, bool masked)
    {
        (Recurrent layer, GateLoops.Step step) = GateLoops.Of(Units)[cell];
        Layer[] layers = [layer with { GoBackwards = backwards }, new Dense(2)];
        Model model = Built(masked ? [new Masking(), .. layers] : layers);
        float[] window = Window(masked ? 2 : null);
        ModelTrace trace = model.Trace(window);
        Assert.Equal(model.Predict(window), trace.Outputs);
        RecurrentTrace seen = Assert.Single(trace.Recurrent);
        string kind = cell.Split(',')[0] switch { "lstm" => "lstm", "gru" => "gru", "simple rnn" => "simple_rnn", _ => "ind_rnn" };
        Assert.Equal((kind + "_1", kind), (seen.Layer, seen.Kind));
        Compare(step, Weights(model, seen.Layer), window, seen, backwards, t => !masked || t != 2);
        Assert.Empty(trace.Attention);
    }

    [Fact]
    public void Layers_inside_others_are_told_one_by_one()
    {
        var cells = GateLoops.Of(Units);
        Model model = Built(new Bidirectional(new StackedRecurrent(new Lstm(Units), new Gru(Units)) { ReturnSequences = true }),
            new Dense(1));
        float[] window = Window();
        ModelTrace trace = model.Trace(window);
        const string Name = "bidirectional_1/";
        string[] names = [Name + "forward/lstm_1", Name + "forward/gru_2", Name + "backward/lstm_1", Name + "backward/gru_2"];
        Assert.Equal(names, trace.Recurrent.Select(layer => layer.Layer));
        for (int half = 0; half < 2; half++)
        {
            RecurrentTrace lower = trace.Recurrent[2 * half], upper = trace.Recurrent[(2 * half) + 1];
            Compare(cells["lstm"].Step, Weights(model, lower.Layer), window, lower, half == 1);
            Compare(cells["gru"].Step, Weights(model, upper.Layer), lower.States[0].Values, upper, half == 1);
        }
    }

    /// <summary>Trailing padding is left out of the run: gates say nothing there, and states stay, or from behind have not begun.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Padding_has_no_gates_and_carries_states(bool backwards)
    {
        Model model = new Model(new Embedding(6, Features) { MaskZero = true }, new Gru(Units) { GoBackwards = backwards }, new Dense(1))
            .Build(new Shape(Steps), seed: 3);
        int[] tokens = [4, 2, 0, 5, 1, 0, 0];
        float[] table = model.GetWeights("embedding_1/embeddings"), window = [.. tokens.Select(token => (float)token)];
        ModelTrace trace = model.Trace(window);
        Assert.Equal(model.Predict(window), trace.Outputs);
        float[] steps = [.. tokens.SelectMany(token => table[(token * Features)..((token + 1) * Features)])];
        Compare(GateLoops.Of(Units)["gru"].Step, Weights(model, "gru_1"), steps, trace.Recurrent[0], backwards, t => tokens[t] != 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_has_the_weights_that_its_scores_give(bool causal)
    {
        Node x = Node.Input(new Shape(Steps, Features)), y = Node.Input(new Shape(4, Features));
        Node one = new Attention { Causal = causal, ReturnScores = true }.Apply(y, x);
        Node many = new MultiHeadAttention(2, 3) { Causal = causal, ReturnScores = true }.Apply(y, x);
        Node hidden = new AdditiveAttention { Causal = causal }.Apply(y, x);
        Model model = new Model([x, y], [one, one.Scores, many, many.Scores, hidden]).Build(seed: 4);
        float[][] inputs = [Window(), TestData.Single(4 * Features, 9)];
        ModelTrace trace = model.Trace(inputs);
        float[][] outputs = model.PredictEach(inputs);
        Assert.Equal(outputs.SelectMany(values => values), trace.Outputs);
        Assert.Equal([("attention_1", 1, 4, Steps), ("multi_head_attention_1", 2, 4, Steps), ("additive_attention_1", 1, 4, Steps)],
            trace.Attention.Select(layer => (layer.Layer, layer.Heads, layer.Queries, layer.Keys)));
        Assert.Equal(outputs[1], trace.Attention[0].Weights);
        Assert.Equal(outputs[3], trace.Attention[1].Weights);
        Assert.Equal(outputs[3][(1 * 4 * Steps) + (2 * Steps) + 1], trace.Attention[1][1, 2, 1]);
        Assert.All(trace.Attention[2].Weights.Chunk(Steps), row => Assert.Equal(1, row.Sum(), 1e-5f));

        // Of the additive one the output is the mean by these weights.
        for (int q = 0; q < 4; q++)
        {
            for (int f = 0; f < Features; f++)
                Assert.Equal(outputs[4][(q * Features) + f],
                    Enumerable.Range(0, Steps).Sum(k => trace.Attention[2][0, q, k] * inputs[0][(k * Features) + f]), 1e-5f);
        }
    }

    [Fact]
    public void A_masked_query_takes_nothing()
    {
        Node x = Node.Input(new Shape(Steps, Features)), read = new Masking().Apply(x);
        Model model = new Model([x], [new Attention().Apply(read, read), new MultiHeadAttention(2, 3).Apply(read)]).Build(seed: 4);
        foreach (AttentionTrace layer in model.Trace(Window(2)).Attention)
        {
            float[][] rows = [.. layer.Weights.Chunk(Steps)];
            Assert.All(rows.Where((_, i) => i % Steps == 2), row => Assert.All(row, weight => Assert.Equal(0, weight)));
            Assert.All(rows.Where((_, i) => i % Steps != 2), row => Assert.Equal((1f, 0f), (MathF.Round(row.Sum(), 5), row[2])));
        }
    }

    /// <summary>
    /// Of one set of weights at two places each place is told, and a stateful layer begins from zero and keeps what it carries.
    /// </summary>
    [Fact]
    public void Shared_and_stateful_layers()
    {
        Node x = Node.Input(new Shape(Steps, Features)), y = Node.Input(new Shape(Steps, Features)), first = new Lstm(2).Apply(x),
            second = first.Again(y);
        Model shared = new Model([x, y], [first, second]).Build(seed: 5);
        ModelTrace trace = shared.Trace(Window(), TestData.Single(Steps * Features, 31));
        Assert.Equal(["lstm_1", "lstm_1[2]"], trace.Recurrent.Select(layer => layer.Layer));
        Assert.Equal(trace.Outputs, (float[])[.. trace.Recurrent.SelectMany(layer => layer.States[0].Values[^2..])]);

        Model stateful = Built(new Gru(Units) { Stateful = true }, new Dense(1)),
            other = Built(new Gru(Units) { Stateful = true }, new Dense(1));
        float[] fresh = stateful.Trace(Window()).Outputs, before = stateful.Predict(Window());
        Assert.Equal(before, fresh);
        Assert.Equal(fresh, stateful.Trace(Window()).Outputs);
        other.Predict(Window());
        Assert.Equal(other.Predict(Window()), stateful.Predict(Window()));
    }

    [Fact]
    public void A_model_in_training_can_be_traced_and_trains_to_the_same_bits()
    {
        ArraySamples samples = TestSamples.Curves(60);
        Model plain = new Model(new Lstm(4), new Dense(1)).Build(new Shape(6, 2), seed: 4),
            traced = new Model(new Lstm(4), new Dense(1)).Build(new Shape(6, 2), seed: 4);
        var options = new TrainingOptions { Epochs = 2, BatchSize = 20 };
        plain.Fit(samples, options);
        var window = new float[12];
        samples.CopyInput(0, window);
        var outputs = new List<float[]>();
        traced.Fit(samples, options, moment =>
        {
            if (moment.Kind == TrainingEventKind.StepEnded)
                outputs.Add(traced.Trace(window).Outputs);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(TestSamples.Weights(plain), TestSamples.Weights(traced));
        Assert.Equal(6, outputs.Select(values => values[0]).Distinct().Count());
        Assert.Equal(traced.Predict(window), outputs[^1]);
    }

    [Fact]
    public void What_is_no_single_window_is_refused()
    {
        Model model = Built(new Lstm(2), new Dense(1));
        Assert.Contains("but 2 were given", Assert.Throws<ArgumentException>(() => model.Trace(new float[2 * Steps * Features])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Trace(new float[5]));
        Assert.Throws<ArgumentException>(() => model.Trace());
        Assert.Throws<ArgumentNullException>(() => model.Trace((float[])null!));
    }

    private static Model Built(params Layer[] layers)
    {
        Model model = new Model(layers).Build(new Shape(Steps, Features), seed: 2);
        foreach ((int i, Parameter parameter) in model.Parameters.Index())
            model.SetWeights(parameter.Name, TestData.Single(parameter.Length, 40 + i, 0.6));
        return model;
    }

    private static float[] Window(int? without = null)
    {
        float[] window = TestData.Single(Steps * Features, 8);
        if (without is { } step)
            window.AsSpan(step * Features, Features).Clear();
        return window;
    }

    private static double[][] Weights(Model model, string layer) =>
    [
        .. model.Parameters.Where(parameter => parameter.Name.StartsWith(layer + "/", StringComparison.Ordinal))
            .Select(parameter => Array.ConvertAll(model.GetWeights(parameter.Name), value => (double)value)),
    ];

    /// <summary>Every gate and state of every step; of steps that do not count no gate, and the states as they were.</summary>
    private static void Compare(GateLoops.Step cell, double[][] weights, float[] window, RecurrentTrace trace, bool backwards,
        Func<int, bool>? counts = null)
    {
        double[][] steps = [.. window.Select(value => (double)value).Chunk(window.Length / Steps)];
        double[] h = new double[trace.States[0].Units], c = new double[trace.States[^1].Units];
        Assert.Equal(trace.States.Count == 2 ? ["h", "c"] : ["h"], trace.States.Select(state => state.Name));
        string[] names = [];
        for (int i = 0; i < Steps; i++)
        {
            int t = backwards ? Steps - 1 - i : i;
            if (counts?.Invoke(t) == false)
            {
                Assert.All(trace.Gates,
                    gate => Assert.All(gate.Values[(t * gate.Units)..((t + 1) * gate.Units)], value => Assert.True(float.IsNaN(value))));
            }
            else
            {
                Dictionary<string, double[]> gates = cell(steps[t], h, c, weights);
                names = [.. gates.Keys];
                Assert.Equal(names.Order(), trace.Gates.Select(gate => gate.Name).Order());
                foreach (StepValues gate in trace.Gates)
                    Near(gates[gate.Name], gate, t);
            }

            Near(h, trace.States[0], t);
            if (trace.States.Count == 2)
                Near(c, trace.States[1], t);
        }

        Assert.Equal(trace.Kind switch { "lstm" => 4, "gru" => 3, _ => 0 }, names.Length);
    }

    private static void Near(double[] expected, StepValues actual, int step)
    {
        Assert.Equal((Steps, expected.Length), (actual.Steps, actual.Units));
        for (int u = 0; u < expected.Length; u++)
        {
            double apart = Math.Abs(expected[u] - actual[step, u]);
            Assert.True(apart <= 1e-5 * Math.Max(1, Math.Abs(expected[u])),
                $"{actual.Name}[{step}, {u}]: expected {expected[u]:R}, was {actual[step, u]:R}");
        }
    }
}
