using Unroll.Tests.Layers;
using Unroll.Tests.Training;
using Xunit;

namespace Unroll.Tests;

/// <summary>
/// Streams hold states only: what they share, how they are kept, and many at once. Runs alone, since it counts allocated bytes.
/// </summary>
[Collection(nameof(AllocationTests))]
public sealed class StreamStatesTests
{
    private const int Steps = 12, Features = 2;

    private static Model Made(int threads = 2, params Layer[] layers) =>
        new Model(layers.Length > 0 ? layers : [new Lstm(9) { ReturnSequences = true, Name = "low" }, new Gru(5) { Name = "high" },
            new Dense(3)])
        { Threads = threads }.Build(new Shape(Steps, Features), 7);

    private static float[] Noise(int count, int seed = 1) => TestData.Single(count, seed);

    private static float[] Next(StreamingSession stream, int seed) => stream.Step(Noise(Features, seed)).ToArray();

    [Fact]
    public void A_thousand_streams_take_less_than_two_megabytes()
    {
        Model model = new Model(new Gru(32), new Dense(1)).Build(new Shape(60, 1), 1);
        model.Stream().Step(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StreamingSession[] streams = [.. Enumerable.Range(0, 1000).Select(_ => model.Stream())];
        float sum = 0;
        foreach (StreamingSession stream in streams)
            sum += stream.Step(1)[0];
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 2_000_000);
        Assert.Equal(1000 * streams[0].Step(0.5f).Length, streams.Count(stream => stream.Steps > 0));
        Assert.True(float.IsFinite(sum));
    }

    [Fact]
    public void A_stream_sees_new_weights_and_keeps_its_states()
    {
        Model model = Made(), other = Made();
        StreamingSession stream = model.Stream();
        float[] before = Next(stream, 1);
        model.SetWeights("dense_1/bias", [1, 2, 3]);
        StreamingSession afresh = model.Stream();
        Assert.Equal([before[0] + 1, before[1] + 2, before[2] + 3], Next(afresh, 1), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(Next(afresh, 2), Next(stream, 2));

        // Trained further: the states of before, the weights of after.
        other.Fit(new ArraySamples(Noise(8 * Steps * Features), model.InputShape, Noise(24), new Shape(3)),
            new TrainingOptions { Epochs = 1 });
        ModelStates states = stream.GetStates();
        model.CopyWeights(other);
        StreamingSession expected = other.Stream();
        expected.SetStates(states);
        Assert.Equal(Next(expected, 3), Next(stream, 3));
    }

    /// <summary>A layer that stands twice in the graph, and averages, take their places in the weights of the whole.</summary>
    [Fact]
    public void Every_kind_of_layer_finds_its_weights_and_states()
    {
        Node x = Node.Input(new Shape(Steps, Features)), wide = new Dense(4) { Name = "z" }.Apply(x);
        Node once = new Gru(4) { ReturnSequences = true, Name = "again" }.Apply(wide),
            twice = once.Again(new BatchNorm { Name = "norm" }.Apply(once));
        Node stacked = new StackedRecurrent(new Lstm(3), new SimpleRnn(5)) { ReturnSequences = true }.Apply(twice);
        Model model = new Model([x], [new Dense(2) { Name = "a" }.Apply(stacked), new LayerNorm().Apply(twice)]).Build(seed: 4);
        model.Fit(new ArraySamples([(Noise(6 * Steps * Features), x.Shape)], [(Noise(6 * Steps * 2, 2), new Shape(Steps, 2)),
            (Noise(6 * Steps * 4, 3), new Shape(Steps, 4))]), new TrainingOptions { Epochs = 2 });
        float[] sequence = Noise(Steps * Features, 9);
        float[][] whole = model.PredictEach(sequence);
        StreamingSession stream = model.Stream();
        for (int t = 0; t < Steps; t++)
            Assert.Equal([.. whole[0].AsSpan(t * 2, 2), .. whole[1].AsSpan(t * 4, 4)],
                stream.Step(sequence.AsSpan(t * Features, Features)));
        Assert.Equal(["again/h", "again[2]/h", "stacked_recurrent_1/lstm_1/c", "stacked_recurrent_1/lstm_1/h",
            "stacked_recurrent_1/simple_rnn_2/h"], stream.GetStates().Names.Order(StringComparer.Ordinal));
        Assert.NotEqual(stream.GetStates()["again/h"], stream.GetStates()["again[2]/h"]);

        // A stream's graph counts the uses of a layer anew; training must not see that.
        Model Copy() => model.Cut([(x, Node.Input(x.Shape))], model.Outputs).Build(seed: 4);
        Model calm = Copy(), watched = Copy();
        watched.Stream().Step(1, 2);
        var samples = new ArraySamples([(Noise(6 * Steps * Features), x.Shape)],
            [(Noise(6 * Steps * 2, 2), new Shape(Steps, 2)), (Noise(6 * Steps * 4, 3), new Shape(Steps, 4))]);
        calm.Fit(samples, new TrainingOptions { Epochs = 2 });
        watched.Fit(samples, new TrainingOptions { Epochs = 2 });
        Assert.Equal(TestSamples.Weights(calm), TestSamples.Weights(watched));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Many_streams_in_one_product_have_the_bits_of_each_alone(int threads)
    {
        Model model = Made(threads);
        foreach (int count in new[] { 1, 2, 7, 64 })
        {
            StreamingSession[] alone = [.. Enumerable.Range(0, count).Select(_ => model.Stream())],
                together = [.. alone.Select(_ => model.Stream())];
            for (int i = 0; i < count; i++)
            {
                // At different step counts.
                for (int t = 0; t < i % 4; t++)
                    Assert.Equal(Next(alone[i], 100 * i + t), Next(together[i], 100 * i + t));
            }

            for (int t = 0; t < 3; t++)
            {
                float[] observations = Noise(count * Features, 7 + t), outputs = new float[count * 3];
                model.Step(together, observations, outputs);
                for (int i = 0; i < count; i++)
                    Assert.Equal(alone[i].Step(observations.AsSpan(i * Features, Features)), outputs.AsSpan(i * 3, 3));
            }

            Assert.Equal(alone.Select(stream => stream.Steps), together.Select(stream => stream.Steps));
            Assert.Equal(alone[^1].GetStates()["low/c"], together[^1].GetStates()["low/c"]);
        }
    }

    [Fact]
    public void A_large_step_is_shared_out_with_the_same_bits()
    {
        Model model = Made(2, new Gru(128), new Dense(3));
        StreamingSession[] alone = [.. Enumerable.Range(0, 100).Select(_ => model.Stream())],
            together = [.. alone.Select(_ => model.Stream())];
        Assert.True(100 * model.ParameterCount > 1 << 22);
        float[] observations = Noise(100 * Features), outputs = new float[300];
        for (int t = 0; t < 3; t++)
        {
            model.Step(together, observations, outputs);
            for (int i = 0; i < 100; i++)
                Assert.Equal(alone[i].Step(observations.AsSpan(i * Features, Features)), outputs.AsSpan(i * 3, 3));
        }
    }

    [Fact]
    public void What_cannot_step_together_is_refused_and_no_stream_has_moved()
    {
        Model model = Made(), other = Made();
        StreamingSession a = model.Stream(), b = model.Stream(), foreign = other.Stream();
        float[] two = new float[2 * Features], six = new float[6];
        Is<ArgumentException>("Stream 1 is of another model. Give streams that this model's Stream opened. (Parameter 'streams')",
            () => model.Step([a, foreign], two, six));
        Is<ArgumentException>("Stream 0 is null. Give streams that this model's Stream opened. (Parameter 'streams')",
            () => model.Step([null!, a], two, six));
        Is<ArgumentException>("Stream 2 is stream 0 once more. Give each stream once; its observations go one after the other. (Parameter "
            + "'streams')", () => model.Step([a, b, a], new float[6], new float[9]));
        Is<ArgumentException>("2 streams take 4 values, 2 each, but 3 were given. (Parameter 'observations')",
            () => model.Step([a, b], two.AsSpan(1), six));
        Is<ArgumentException>("2 steps give 6 values, but there is room for 5. (Parameter 'outputs')",
            () => model.Step([a, b], two, six.AsSpan(1)));
        Is<ArgumentException>("1 step gives 3 values, but there is room for 6. (Parameter 'outputs')", () => a.Step(two.AsSpan(2), six));
        Assert.Equal(0, a.Steps + b.Steps);
        Assert.Equal(Next(foreign, 1), Next(a, 1));
        model.Step([a, b], two, six);
        Assert.Equal((2, 1), (a.Steps, b.Steps));
        model.Step([], [], []);

        static void Is<TException>(string message, Action action)
            where TException : Exception => Assert.Equal(message, Assert.Throws<TException>(action).Message);
    }

    [Fact]
    public void A_step_that_fails_leaves_the_states_as_they_were()
    {
        Model model = new Model(new Embedding(5, 3), new Gru(4)).Build(new Shape(6), 2);
        StreamingSession stream = model.Stream(), other = model.Stream();
        stream.Step(1);
        float[] before = stream.GetStates()["gru_1/h"];
        Assert.Throws<UnrollException>(() => model.Step([other, stream], [2, 9], new float[8]));
        Assert.Equal(before, stream.GetStates()["gru_1/h"]);
        Assert.Equal((1, 0), (stream.Steps, other.Steps));
        Assert.All(other.GetStates()["gru_1/h"], value => Assert.Equal(0, value));
        stream.Step(2);
    }

    [Fact]
    public void A_fork_goes_on_by_itself()
    {
        StreamingSession stream = Made().Stream();
        Next(stream, 1);
        StreamingSession fork = stream.Fork();
        Assert.Equal(1, fork.Steps);
        float[] expected = Next(fork, 2);
        Next(fork, 3);
        Assert.Equal(expected, Next(stream, 2));
    }

    [Fact]
    public void Saved_states_go_on_in_a_model_that_was_loaded_anew()
    {
        Model model = Made();
        StreamingSession stream = model.Stream();
        Next(stream, 1);
        Next(stream, 2);
        byte[] saved = stream.SaveStates();
        Model loaded = Unroll.Formats.ModelFile.FromBytes(Unroll.Formats.ModelFile.ToBytes(model), "m").Model;
        StreamingSession restored = loaded.Stream();
        Next(restored, 5);
        restored.RestoreStates(saved);
        Assert.Equal(2, restored.Steps);
        Assert.Equal(saved, restored.SaveStates());
        Assert.Equal(Next(stream, 3), Next(restored, 3));
        var room = new byte[saved.Length + 3];
        Assert.Equal((saved.Length, saved.Length), (stream.SavedLength, stream.SaveStates(room)));
        Assert.Equal(stream.SaveStates(), room[..saved.Length]);
        Assert.Throws<ArgumentException>(() => stream.SaveStates(new byte[saved.Length - 1]));
    }

    [Fact]
    public void States_of_another_model_and_damaged_ones_are_refused()
    {
        StreamingSession stream = Made().Stream();
        Next(stream, 1);
        byte[] saved = stream.SaveStates();
        (string What, Layer[] Layers)[] others =
        [
            ("low (lstm, 9)", [new Lstm(8) { ReturnSequences = true, Name = "low" }, new Gru(5) { Name = "high" }, new Dense(3)]),
            ("name", [new Lstm(9) { ReturnSequences = true }, new Gru(5) { Name = "high" }, new Dense(3)]),
            ("kind", [new Lstm(9) { ReturnSequences = true, Name = "low" }, new SimpleRnn(5) { Name = "high" }, new Dense(3)]),
            ("more", [new Lstm(9) { ReturnSequences = true, Name = "low" }, new Gru(5) { ReturnSequences = true, Name = "high" },
                new Gru(5), new Dense(3)]),
            ("fewer", [new Lstm(9) { Name = "low" }, new Dense(3)]),
        ];
        foreach ((string what, Layer[] layers) in others)
        {
            StreamingSession other = Made(1, layers).Stream();
            string message = Assert.Throws<UnrollException>(() => other.RestoreStates(saved)).Message;
            Assert.True(message.StartsWith("The saved states are of another model: they are low/h (lstm, 9), low/c (lstm, 9), high/h (gru, "
                + "5), and this model has ", StringComparison.Ordinal), what + message);
            Assert.Equal(0, other.Steps);
        }

        Assert.StartsWith("These bytes are no saved states.", Assert.Throws<UnrollException>(() => stream.RestoreStates([])).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("These bytes are no saved states.",
            Assert.Throws<UnrollException>(() => stream.RestoreStates(new byte[200])).Message, StringComparison.Ordinal);
        float[] expected = Next(stream.Fork(), 2);
        for (int at = 8; at < saved.Length; at++)
        {
            byte[] damaged = [.. saved];
            damaged[at] ^= 0x41;
            Assert.Throws<UnrollException>(() => stream.RestoreStates(damaged));
        }

        for (int length = 0; length < saved.Length; length++)
            Assert.Throws<UnrollException>(() => stream.RestoreStates(saved.AsSpan(0, length)));

        // With a right checksum too.
        for (int at = 8; at < saved.Length - 32; at += 4)
        {
            foreach (int value in (int[])[-1, 0, 100, int.MaxValue, int.MinValue])
            {
                byte[] edited = [.. saved];
                BitConverter.TryWriteBytes(edited.AsSpan(at), value);
                System.Security.Cryptography.SHA256.HashData(edited.AsSpan(0, edited.Length - 32), edited.AsSpan(edited.Length - 32));
                if (Record.Exception(() => stream.Fork().RestoreStates(edited)) is { } failure)
                    Assert.IsType<UnrollException>(failure);
            }
        }

        Assert.Equal(expected, Next(stream, 2));
    }

    [Fact]
    public void States_are_read_and_set_by_name()
    {
        Model model = Made(1, new Lstm(4) { Name = "lstm", ReturnState = true }, new Dense(1));
        float[] sequence = Noise(Steps * Features, 3);
        StreamingSession stream = model.Stream();
        for (int t = 0; t < Steps; t++)
            stream.Step(sequence.AsSpan(t * Features, Features));
        ModelRun run = model.Run(sequence);
        Assert.Equal(run.States["lstm/h"], stream.GetStates()["lstm/h"]);
        Assert.Equal(run.States["lstm/c"], stream.GetStates()["lstm/c"]);
        StreamingSession begun = model.Stream();
        begun.SetStates(run.States);
        Assert.Equal(Next(stream, 5), Next(begun, 5));
        begun.SetStates(new ModelStates { ["lstm/h"] = [1, 2, 3, 4] });
        Assert.Equal([1, 2, 3, 4], begun.GetStates()["lstm/h"]);
        Assert.All(begun.GetStates()["lstm/c"], value => Assert.Equal(0, value));
        Assert.Equal("No layer has a state lstm_1/h; there are: lstm/h, lstm/c. (Parameter 'states')",
            Assert.Throws<ArgumentException>(() => begun.SetStates(new ModelStates { ["lstm_1/h"] = new float[4] })).Message);
        Assert.Equal("The state lstm/c needs 4 values, [B, H] for 1 row of 4 units, but has 8. (Parameter 'states')",
            Assert.Throws<ArgumentException>(
            () => begun.SetStates(new ModelStates { ["lstm/h"] = new float[4], ["lstm/c"] = new float[8] })).Message);
        Assert.Equal([1, 2, 3, 4], begun.GetStates()["lstm/h"]);
    }

    [Fact]
    public void A_layer_that_begins_from_another_ones_last_states_is_refused_by_name()
    {
        Node x = Node.Input(new Shape(Steps, Features)), read = new Gru(3) { ReturnState = true, ReturnSequences = true }.Apply(x),
            write = new Gru(3).Apply(x, read.States[0]);
        Model model = new Model([x], [write]).Build(seed: 1);
        Assert.Equal(
            "gru_2 begins from what gru_1/h is after the whole sequence, which a stream does not have. Stream the two parts one after the "
                + "other, cut out with Part.",
            Assert.Throws<UnrollException>(() => model.Stream()).Message);
    }

    [Fact]
    public void A_model_that_is_built_anew_leaves_its_streams_behind()
    {
        Model model = Made();
        StreamingSession stream = model.Stream();
        Next(stream, 1);
        model.Build(new Shape(Steps, Features), 8);
        const string Text = "The model has been built anew since this stream was opened. Open a new one with Stream.";
        Assert.Equal(Text, Assert.Throws<InvalidOperationException>(() => Next(stream, 2)).Message);
        Assert.Equal(Text, Assert.Throws<InvalidOperationException>(
            () => model.Step([model.Stream(), stream], new float[4], new float[6])).Message);
        Next(model.Stream(), 2);
    }

    [Fact]
    public async Task Streams_of_one_model_on_many_threads_do_not_meet()
    {
        Model model = Made();
        float[][] expected = [.. Enumerable.Range(0, 16).Select(i => Take(model.Stream(), i))];
        float[][] found = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => Task.Run(() => Take(model.Stream(), i), TestContext.Current.CancellationToken)));
        Assert.Equal(expected, found);

        static float[] Take(StreamingSession stream, int seed)
        {
            float[] outputs = [];
            for (int t = 0; t < 300; t++)
                outputs = Next(stream, seed + t % 7);
            return outputs;
        }
    }

    [Fact]
    public async Task A_second_thread_at_a_stream_is_refused_at_once()
    {
        StreamingSession stream = Made().Stream();
        int refused = 0, taken = 0;
        string? other = null;
        using var begin = new Barrier(4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var output = new float[3];
                begin.SignalAndWait();
                for (int i = 0; i < 20_000; i++)
                {
                    try
                    {
                        stream.Step([1, 2], output);
                        Interlocked.Increment(ref taken);
                    }
                    catch (InvalidOperationException failure)
                    {
                        Interlocked.Increment(ref refused);
                        other = failure.Message;
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Equal(80_000, taken + refused);
        Assert.Equal(taken, stream.Steps);
        if (refused > 0)
            Assert.Equal("Another thread uses this stream. A stream takes one call at a time; open one for each sequence.", other);
    }
}
