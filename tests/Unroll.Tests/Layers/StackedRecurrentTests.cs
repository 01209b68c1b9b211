using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>A stack is what its layers are one after the other, to the last bit; and it passes on the states of all of them.</summary>
public class StackedRecurrentTests
{
    private static readonly Dictionary<string, (Recurrent[] Layers, bool Sequences, Layer[] Before)> s_stacks = new()
    {
        ["one layer"] = ([new Gru(5)], false, []),
        ["three kinds"] = ([new Lstm(17), new SimpleRnn(3) { Activation = Activation.Relu6 }, new Gru(5)], true, []),
        ["dropouts"] = ([new Gru(4) { Dropout = 0.3 }, new Lstm(6) { Dropout = 0.2, RecurrentDropout = 0.2 }], false, []),
        ["padding"] = ([new Gru(4), new Lstm(6), new Lstm(6)], true, [new Masking { AtEnd = true }]),
        ["masks"] = ([new Gru(4), new Lstm(6)], true, [new Masking()]),
        ["stateful"] = ([new Lstm(4) { Stateful = true }, new Gru(6)], true, []),
        ["backwards"] = ([new Lstm(4) { GoBackwards = true }, new Gru(6)], true, []),
        ["one layer is worth several threads"] = ([new Gru(3), new Gru(200), new Gru(3)], true, []),
    };

    public static MatrixTheoryData<string, int> Stacks => new(s_stacks.Keys.ToArray(), [1, 3]);

    [Theory]
    [MemberData(nameof(Stacks))]
    public void Is_what_its_layers_are_one_after_the_other(string name, int threads)
    {
        (Recurrent[] layers, bool sequences, Layer[] before) = s_stacks[name];
        Model one = new Model([.. before, new StackedRecurrent(layers) { ReturnSequences = sequences }, new Dense(2)])
        {
            Threads = threads
        };
        Model many = new Model([.. before, .. layers.Select(
            (layer, i) => layer with { ReturnSequences = sequences || i < layers.Length - 1 }), new Dense(2)])
        { Threads = 1 };
        foreach (int batch in (int[])[1, 21])
        {
            var samples = new ArraySamples(Inputs(21, 6, 3), new Shape(6, 3), TestData.Single(21 * (sequences ? 12 : 2), 5, 1),
                sequences ? new Shape(6, 2) : new Shape(2));
            (float[] Weights, float[] Predictions)[] results = [.. new[] { one, many }.Select(model =>
            {
                model.Build(new Shape(6, 3), 4).Fit(samples, new TrainingOptions { Epochs = 3, BatchSize = batch, Shuffle = false,
                    Optimizer = new Adam { LearningRate = 0.01 }, Seed = 2 });
                model.ResetStates();
                return (model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name)).ToArray(), model.Predict(samples));
            })];
            Assert.Equal(results[1].Weights, results[0].Weights);
            Assert.Equal(results[1].Predictions, results[0].Predictions);
            Assert.True(results[0].Predictions.Distinct().Count() > results[0].Predictions.Length / 4);
        }
    }

    /// <summary>A sequence in two halves, the second from the states of the first, gives the states of the whole.</summary>
    [Fact]
    public void Goes_on_from_the_states_of_all_layers()
    {
        var stack = new StackedRecurrent(new Lstm(4), new SimpleRnn(2), new Gru(17)) { ReturnState = true, ReturnSequences = true };
        Node x = Node.Input(new Shape(3, 2)), y = Node.Input(new Shape(5, 2)), first = stack.Apply(x),
            second = first.Again([y, .. first.States]);
        Model halves = new Model([x, y], [first, second, .. second.States]).Build(6);
        Node all = Node.Input(new Shape(8, 2)), whole = stack.Apply(all);
        Model model = new Model([all], [whole, .. whole.States]).Build(6);
        float[] values = TestData.Single(7 * 16, 3, 1);
        float[][] expected = model.PredictEach(values), actual = halves.PredictEach(Part(0, 3), Part(3, 8));
        for (int row = 0; row < 7; row++)
            Assert.Equal(expected[0][(row * 8 * 17)..((row + 1) * 8 * 17)],
                (float[])[.. actual[0][(row * 3 * 17)..((row + 1) * 3 * 17)], .. actual[1][(row * 5 * 17)..((row + 1) * 5 * 17)]]);
        Assert.Equal([4, 4, 2, 17], expected[1..].Select(state => state.Length / 7));
        for (int state = 1; state < expected.Length; state++)
            Assert.Equal(expected[state], actual[state + 1]);
        Assert.Contains("stacked_recurrent_1/lstm_1/h, stacked_recurrent_1/lstm_1/c, stacked_recurrent_1/simple_rnn_2/h, "
            + "stacked_recurrent_1/gru_3/h", halves.Summary().ToString());

        float[] Part(int from, int to) =>
            [.. Enumerable.Range(0, 7).SelectMany(row => values[((row * 8 + from) * 2)..((row * 8 + to) * 2)])];
    }

    [Fact]
    public void A_stream_of_it_gives_the_bits_of_the_whole_sequence()
    {
        Model model = new Model(new StackedRecurrent(new Gru(5), new Lstm(4)), new Dense(1)).Build(new Shape(9, 2), 3);
        float[] values = TestData.Single(18, 8, 1);
        StreamingSession session = model.Stream();
        float last = 0;
        for (int t = 0; t < 9; t++)
            last = session.Step(values.AsSpan(2 * t, 2))[0];
        Assert.Equal(model.Predict(values)[0], last);
    }

    [Fact]
    public void Says_what_it_takes()
    {
        Node x = Node.Input(new Shape(4, 3)), h = Node.Input(new Shape(5)), flat = Node.Input(new Shape(3));
        var stack = new StackedRecurrent(new Lstm(5), new Gru(2));
        Is("stacked_recurrent takes a sequence, and after it no states or all, lstm_1/h (5), lstm_1/c (5), gru_2/h (2); given were (4, "
            + "3), (5).", () => stack.Apply(x, h));
        Is("up takes a sequence, and after it no states or all, lstm_1/h (5); given were (4, 3), (5), (5).".Replace("lstm", "gru"),
            () => new StackedRecurrent(new Gru(5)) { Name = "up" }.Apply(x, h, h));
        Is("stacked_recurrent is stateful, so its states come from the batch before. Do not give it initial states, or turn Stateful off.",
            () => new StackedRecurrent(new Gru(5) { Stateful = true }).Apply(x, h));
        Is("lstm_1 takes sequences of shape (time steps, features), but its input has shape (3). Set ReturnSequences on the recurrent "
            + "layer before it, or reshape the input.", () => stack.Apply(flat));
        Is("time_distributed cannot hold a stateful layer, because each step starts from zero. Turn Stateful off.",
            () => new TimeDistributed(new StackedRecurrent(new Gru(2) { Stateful = true })).GetOutputShape(new Shape(3, 4, 2)));
        Assert.StartsWith("A stack needs at least one recurrent layer, and none may be null.",
            Assert.Throws<ArgumentException>(() => new StackedRecurrent()).Message);
        Assert.Equal(stack, new StackedRecurrent(new Lstm(5), new Gru(2)));
        Assert.NotEqual(stack, new StackedRecurrent(new Lstm(5), new Gru(3)));
        Assert.NotEqual(stack, stack with { ReturnState = true });

        static void Is(string message, Action action) => Assert.Equal(message, Assert.Throws<UnrollException>(action).Message);
    }

    /// <summary>Some steps at the end of some rows are zero, which masks take for padding.</summary>
    private static float[] Inputs(int rows, int steps, int features)
    {
        float[] values = TestData.Single(rows * steps * features, 7, 1);
        for (int row = 0; row < rows; row++)
            values.AsSpan((row * steps + 2 + row % (steps - 1)) * features, (steps - 2 - row % (steps - 1)) is var left and > 0
                ? left * features : 0).Clear();
        return values;
    }
}
