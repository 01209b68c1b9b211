using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Predictions into memory of the caller's. Runs alone, since it counts allocated bytes.</summary>
[Collection(nameof(AllocationTests))]
public sealed class SpanPredictionTests
{
    private const int Steps = 5, Features = 2;

    private static float[] Noise(int count, int seed = 1) => TestData.Single(count, seed);

    private static Model TwoByTwo(int threads)
    {
        Node a = Node.Input(new Shape(Steps, Features)), b = Node.Input(new Shape(3));
        Node h = new Lstm(6).Apply(a), d = new Dense(6).Apply(b);
        return new Model([a, b], [new Dense(2).Apply(h), new Dense(3).Apply(new Add().Apply(h, d))]) { Threads = threads }.Build(seed: 2);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 9)]
    [InlineData(3, 2500)]
    public void Have_the_bits_of_predictions_of_samples(int threads, int rows)
    {
        Model model = new Model(new Gru(7) { ReturnSequences = true }, new Dense(2)) { Threads = threads }
            .Build(new Shape(Steps, Features), 3);
        float[] inputs = Noise(rows * Steps * Features), outputs = new float[rows * Steps * 2];
        float[] expected = model.Predict(new ArraySamples(inputs, model.InputShape, new float[rows], new Shape(1)));
        model.Predict(inputs, outputs.AsSpan());
        Assert.Equal(expected, outputs);
        Assert.Equal(expected, model.Predict(inputs));
        Assert.True(expected.Distinct().Count() > rows);

        Model several = TwoByTwo(threads);
        float[] first = Noise(rows * Steps * Features, 4), second = Noise(rows * 3, 5);
        float[][] each = several.PredictEach(first, second);
        float[] joined = several.Predict(
            new ArraySamples([(first, new Shape(Steps, Features)), (second, new Shape(3))], [(new float[rows], new Shape(1))]));
        for (int row = 0; row < rows; row++)
        {
            Assert.Equal(joined.AsSpan(row * 5, 2), each[0].AsSpan(row * 2, 2));
            Assert.Equal(joined.AsSpan(row * 5 + 2, 3), each[1].AsSpan(row * 3, 3));
        }

        float[] y0 = new float[rows * 2], y1 = new float[rows * 3];
        several.PredictEach([first, second], [y0, y1]);
        Assert.Equal(each[0], y0);
        Assert.Equal(each[1], y1);
    }

    [Fact]
    public void A_run_of_several_outputs_has_them_one_after_the_other()
    {
        Node x = Node.Input(new Shape(Steps, Features)), h = new Gru(4) { ReturnState = true, Name = "gru" }.Apply(x);
        Model model = new Model([x], [new Dense(2).Apply(h), new Dense(1).Apply(h)]).Build(seed: 2);
        float[] inputs = Noise(3 * Steps * Features);
        Assert.Equal(model.Predict(inputs), model.Run(inputs).Output);
        Assert.Equal(9, model.Run(inputs).Output.Length);
    }

    [Fact]
    public void A_run_goes_on_in_the_same_states()
    {
        Model model = new Model(new Lstm(4) { ReturnState = true, Name = "lstm" }, new Dense(1)).Build(new Shape(Steps, Features), 3);
        float[] first = Noise(2 * Steps * Features, 1), second = Noise(2 * Steps * Features, 2), outputs = new float[2];
        ModelRun begun = model.Run(first), ended = model.Run(second, begun.States);
        var states = new ModelStates();
        model.Run(first, outputs, null, states);
        Assert.Equal(begun.Output, outputs);
        float[] kept = states["lstm/h"];
        model.Run(second, outputs, states, states);
        Assert.Equal(ended.Output, outputs);
        Assert.Equal(ended.States["lstm/c"], states["lstm/c"]);
        Assert.Same(kept, states["lstm/h"]);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Model model = new Model(new Lstm(2), new Dense(2)).Build(new Shape(Steps, Features), 3);
        var room = new float[20];
        Refused("The model takes inputs of shape (5, 2), 10 values each, but 11 values were given. (Parameter 'inputs')",
            () => model.Predict(new float[11], room.AsSpan()));
        Refused("The model takes inputs of shape (5, 2), 10 values each, but 0 values were given. (Parameter 'inputs')",
            () => model.Predict([], room.AsSpan()));
        Refused("2 rows of 2 outputs take 4 values, but there is room for 3. (Parameter 'outputs')",
            () => model.Predict(new float[20], room.AsSpan(0, 3)));
        Refused("1 row of 2 outputs takes 2 values, but there is room for 4. (Parameter 'outputs')",
            () => model.Run(new float[10], room.AsSpan(0, 4), null));
        Refused("The room for outputs overlaps the inputs. Give memory of its own for each. (Parameter 'outputs')",
            () => model.Predict(room.AsSpan(0, 10), room.AsSpan(9, 2)));
        Model two = TwoByTwo(1);
        const string Shapes = "The model has 2 inputs of shapes (5, 2), (3)";
        Refused(Shapes + "; give one array for each to PredictEach. (Parameter 'inputs')",
            () => two.Predict(new float[13], room.AsSpan(0, 5)));
        Refused(Shapes + ", but 1 arrays were given. (Parameter 'inputs')",
            () => two.PredictEach([new float[10]], [room.AsMemory(0, 2), room.AsMemory(2, 3)]));
        Refused("Input 0 has 2 rows, but input 1 has 1. Give as many of each. (Parameter 'inputs')",
            () => two.PredictEach(new float[20], new float[3]));
        Refused("Input 1 is of shape (3), 3 values each, but 4 values were given. (Parameter 'inputs')",
            () => two.PredictEach(new float[10], new float[4]));
        Refused("The model has 2 outputs of shapes (2), (3), but 1 places for them were given. (Parameter 'outputs')",
            () => two.PredictEach([new float[10], new float[3]], [room.AsMemory(0, 2)]));
        Refused("1 row of 3 outputs takes 3 values, but there is room for 2. (Parameter 'outputs')",
            () => two.PredictEach([new float[10], new float[3]], [room.AsMemory(0, 2), room.AsMemory(2, 2)]));
        Refused("Input 0 is of shape (5, 2), 10 values each, but 0 values were given. (Parameter 'inputs')",
            () => two.PredictEach(Array.Empty<float>(), new float[3]));

        static void Refused(string message, Action action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }

    /// <summary>Each thread's own count, after as many have been at the model together as ever are.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_the_first_calls_nothing_is_allocated_on_any_thread(int threads)
    {
        const int Callers = 8;
        Model model = new Model(new Lstm(16) { ReturnState = true, Name = "lstm" }, new Dense(1)) { Threads = threads }
            .Build(new Shape(Steps, Features), 3), several = TwoByTwo(threads);
        float[] one = Noise(Steps * Features), many = Noise(20 * Steps * Features), other = Noise(3);
        using var together = new Barrier(Callers);
        long[][] allocated = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                float[] single = new float[1], rows = new float[20], two = new float[2], three = new float[3];
                ReadOnlyMemory<float>[] inputs = [one, other];
                Memory<float>[] outputs = [two, three];
                var states = new ModelStates();
                StreamingSession stream = model.Stream();
                Action[] calls =
                [
                    () => model.Predict(one, single.AsSpan()),
                    () => model.Predict(many, rows.AsSpan()),
                    () => several.PredictEach(inputs, outputs),
                    () => model.Run(one, single, states, states),
                    () => stream.Step(one.AsSpan(0, Features), single),
                ];
                states["lstm/h"] = new float[16];
                return Array.ConvertAll(calls, call =>
                {
                    // A round in which more callers meet than before makes another network; a call that allocates does so in every round.
                    long fewest = long.MaxValue;
                    for (int round = 0; round < 6; round++)
                    {
                        together.SignalAndWait();
                        long before = GC.GetAllocatedBytesForCurrentThread();
                        for (int i = 0; i < 200; i++)
                            call();
                        fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
                    }

                    return fewest;
                });
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.All(allocated, each => Assert.All(each, bytes => Assert.Equal(0, bytes)));
    }
}
