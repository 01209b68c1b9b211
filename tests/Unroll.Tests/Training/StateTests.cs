using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>States that are given, returned and carried over.</summary>
public class StateTests
{
    private const int Features = 2, Whole = 8, Half = 4, Rows = 11;

    private static readonly Dictionary<string, Recurrent> s_cells = new()
    {
        ["rnn"] = new SimpleRnn(5),
        ["lstm"] = new Lstm(5),
        ["gru"] = new Gru(5),
        ["gru, reset before"] = new Gru(5) { ResetAfter = false },
    };

    public static TheoryData<string> Cells => [.. s_cells.Keys];

    /// <summary>
    /// Twelve validation samples in batches of four: the second batch begins where the first ended, and the first at zero, not where
    /// training is.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cells))]
    public void Validation_of_a_stateful_model_carries_states_of_its_own(string name)
    {
        ArraySamples training = TestSamples.Curves(20, seed: 1), validation = TestSamples.Curves(12, seed: 2);
        Model Fresh() => new Model(s_cells[name] with { Stateful = true }, new Dense(1)).Build(new Shape(6, 2), seed: 3);
        var options = new TrainingOptions { Epochs = 3, BatchSize = 4, Shuffle = false };
        Model watched = Fresh(), plain = Fresh();
        History history = watched.Fit(training, options with { Validation = validation });
        plain.Fit(training, options);
        Assert.Equal(TestSamples.Weights(plain), TestSamples.Weights(watched));
        Assert.Equal(plain.Predict(Inputs(training, 0)), watched.Predict(Inputs(training, 0)));

        watched.ResetStates();
        double sum = 0;
        for (int batch = 0; batch < 3; batch++)
        {
            float[] targets = Targets(validation, 4 * batch), predicted = watched.Predict(Inputs(validation, 4 * batch));
            sum += targets.Zip(predicted, (target, value) => (target - (double)value) * (target - value)).Sum();
        }

        Assert.Equal(sum / 12, history.Epochs[^1].ValidationLoss!.Value, 1e-6 * sum);

        static float[] Inputs(ArraySamples samples, int first) => [.. Enumerable.Range(first, 4).SelectMany(i =>
        {
            var input = new float[12];
            samples.CopyInput(i, input);
            return input;
        })];
        static float[] Targets(ArraySamples samples, int first) => [.. Enumerable.Range(first, 4).Select(i =>
        {
            var target = new float[1];
            samples.CopyTarget(i, target);
            return target[0];
        })];
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_stateful_model_takes_a_sequence_in_two_halves(string name)
    {
        (float[] whole, float[] first, float[] second) = Sequences();
        Layer[] Stack(bool stateful) =>
            [s_cells[name] with { ReturnSequences = true, Stateful = stateful }, s_cells[name] with { Stateful = stateful, Name = "top" }];
        float[] expected = Build(Whole, Stack(false)).Predict(whole);
        Model model = Build(Half, Stack(true));
        float[] begun = model.Predict(first), ended = model.Predict(second);
        Assert.Equal(expected, ended);
        Assert.NotEqual(begun, ended);
        model.ResetStates();
        Assert.Equal(begun, model.Predict(first));
        Assert.Equal(expected, model.Predict(second));
        Assert.NotEqual(begun, model.Predict(first));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_run_continues_exactly_where_the_one_before_ended(string name)
    {
        (float[] whole, float[] first, float[] second) = Sequences();
        Layer[] layers = [s_cells[name] with { ReturnSequences = true, ReturnState = true, Name = "below" },
            s_cells[name] with { ReturnState = true, Name = "above" }];
        ModelRun all = Build(Whole, layers).Run(whole);
        Model model = Build(Half, layers);
        ModelRun begun = model.Run(first), ended = model.Run(second, begun.States);
        Assert.Equal(all.Output, ended.Output);
        string[] names = name == "lstm" ? ["above/c", "above/h", "below/c", "below/h"] : ["above/h", "below/h"];
        Assert.Equal(names, ended.States.Names.Order());
        Assert.All(names, state => Assert.Equal(all.States[state], ended.States[state]));
        Assert.Equal(ended.Output, ended.States["above/h"]);

        // Runs do not leak their states into what comes after.
        Assert.Equal(begun.Output, model.Predict(first));
        Assert.Equal(begun.Output, model.Run(first).Output);
    }

    [Fact]
    public void Given_states_are_used_and_missing_ones_are_zero()
    {
        Model model = Build(1, new SimpleRnn(5) { ReturnState = true, Activation = Activation.Linear });
        Parameter recurrent = model.Parameters[1];
        float[] identity = new float[25];
        for (int i = 0; i < 5; i++)
            identity[i * 6] = 1;
        model.SetWeights(recurrent.Name, identity);
        float[] inputs = TestData.Single(Features, 1), from = model.Predict(inputs);
        var states = new ModelStates { ["simple_rnn_1/h"] = [1, 2, 3, 4, 5] };
        float[] moved = model.Run(inputs, states).Output;
        for (int u = 0; u < 5; u++)
            Assert.Equal(from[u] + u + 1, moved[u], 1e-5f);
        Assert.Equal(from, model.Run(inputs, new ModelStates()).Output);
    }

    [Fact]
    public void Bidirectional_halves_have_states_of_their_own()
    {
        (float[] whole, _, _) = Sequences();
        ModelRun run = Build(Whole, new Bidirectional(new Lstm(5) { ReturnState = true })).Run(whole);
        Assert.Equal(["bidirectional_1/backward/c", "bidirectional_1/backward/h", "bidirectional_1/forward/c", "bidirectional_1/forward/h"],
            run.States.Names.Order());
        for (int row = 0; row < Rows; row++)
        {
            Assert.Equal(run.Output[(10 * row)..(10 * row + 5)], run.States["bidirectional_1/forward/h"][(5 * row)..(5 * row + 5)]);
            Assert.Equal(run.Output[(10 * row + 5)..(10 * row + 10)], run.States["bidirectional_1/backward/h"][(5 * row)..(5 * row + 5)]);
        }
    }

    /// <summary>With a learning rate too small to change a weight, the second batch is judged from where the first ended.</summary>
    [Theory]
    [MemberData(nameof(Cells))]
    public void Training_carries_states_from_batch_to_batch(string name)
    {
        (float[] whole, float[] first, float[] second) = Sequences();
        float[] targets = TestData.Single(2 * Rows * 5, 3);
        Recurrent cell = s_cells[name];
        Model model = Build(Half, cell with { Stateful = true }), plain = Build(Half, cell), long1 = Build(Whole, cell);
        var samples = new ArraySamples([.. first, .. second], model.InputShape, targets, model.OutputShape);
        History history = model.Fit(
            samples, new TrainingOptions { Epochs = 1, BatchSize = Rows, Shuffle = false, Optimizer = new Sgd { LearningRate = 1e-30 } });
        float[] predictions = [.. plain.Predict(first), .. long1.Predict(whole)];
        Assert.Equal(predictions.Zip(targets, (y, t) => (double)(y - t) * (y - t)).Average(), history.Epochs[0].Loss, 1e-6);
    }

    [Fact]
    public void Prediction_in_chunks_beyond_1024_rows_starts_every_row_from_the_same_given_states()
    {
        Model model = Build(Half, new Gru(5) { ReturnState = true });
        float[] inputs = TestData.Single(1500 * Half * Features, 2);
        Assert.Equal(model.Predict(inputs), model.Run(inputs).Output);
    }

    /// <summary>Inputs [Rows, Whole, Features], and their first and second halves.</summary>
    private static (float[] Whole, float[] First, float[] Second) Sequences()
    {
        float[] whole = TestData.Single(Rows * Whole * Features, 6);
        float[][] halves = [.. whole.Chunk(Half * Features)];
        return (whole, [.. halves.Where((_, i) => i % 2 == 0).SelectMany(half => half)],
            [.. halves.Where((_, i) => i % 2 == 1).SelectMany(half => half)]);
    }

    private static Model Build(int steps, params Layer[] layers) =>
        new Model(layers) { Threads = 2 }.Build(new Shape(steps, Features), seed: 4);
}
