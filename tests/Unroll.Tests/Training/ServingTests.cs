using Unroll.Formats;
using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>A model in service: what may run beside what, and what is refused at once.</summary>
public sealed class ServingTests
{
    private const int Steps = 6, Features = 2;

    private static Model Made(int threads, params Layer[] layers) =>
        new Model(layers.Length > 0 ? layers : [new Gru(8), new Dense(1)]) { Threads = threads }.Build(new Shape(Steps, Features), 7);

    private static float[] Noise(int rows, int seed = 1) => TestData.Single(rows * Steps * Features, seed);

    private static ArraySamples Samples(int rows) => new(Noise(rows), new Shape(Steps, Features), TestData.Single(rows, 2), new Shape(1));

    private static string Refused(Action action) => Assert.Throws<InvalidOperationException>(action).Message;

    [Fact]
    public void A_hundred_thousand_predictions_from_64_threads_have_the_bits_of_one()
    {
        const int Threads = 64, Each = 1600, Inputs = 512;
        Model model = Made(2, new Lstm(6), new Dense(1));
        float[] inputs = Noise(Inputs), expected = [.. Enumerable.Range(0, Inputs).Select(row => model.Predict(Row(row).ToArray())[0])];
        Assert.True(expected.Distinct().Count() > Inputs / 2);
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            Span<float> output = stackalloc float[1];
            for (int i = 0; i < Each; i++)
            {
                int row = (number * 37 + i * 11) % Inputs;
                model.Predict(Row(row), output);
                if (BitConverter.SingleToInt32Bits(output[0]) != BitConverter.SingleToInt32Bits(expected[row]))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(0, wrong);

        ReadOnlySpan<float> Row(int row) => inputs.AsSpan(row * Steps * Features, Steps * Features);
    }

    [Fact]
    public void Events_of_training_may_use_the_model_and_see_one_completed_step()
    {
        Model alone = Made(2, new Gru(8) { Dropout = 0.2 }, new Dense(1)), used = Made(2, new Gru(8) { Dropout = 0.2 }, new Dense(1));
        TrainingOptions options = new() { Epochs = 3, BatchSize = 8, Seed = 4 };
        var steps = new List<float[]>();
        alone.Fit(Samples(40), options, _ => steps.Add(TestSamples.Weights(alone)), TestContext.Current.CancellationToken);
        int moment = 0;
        float[] one = Noise(1, 3);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-serving-{Environment.ProcessId}.unroll");
        used.Fit(Samples(40), options, _ =>
        {
            used.Save(path);
            Model saved = Model.Load(path);
            Assert.Equal(steps[moment], TestSamples.Weights(saved));
            Assert.Equal(steps[moment], TestSamples.Weights(used));
            Assert.Equal(saved.Predict(one), used.Predict(one));
            Assert.Equal(saved.Evaluate(Samples(20), new MeanSquaredError()), used.Evaluate(Samples(20), new MeanSquaredError()));
            Assert.Equal(saved.Stream().Step(1, 2), used.Stream().Step(1, 2));
            moment++;
        }, TestContext.Current.CancellationToken);
        File.Delete(path);
        Assert.Equal(steps.Count, moment);
        Assert.Equal(TestSamples.Weights(alone), TestSamples.Weights(used));
    }

    /// <summary>
    /// A file that is written while another thread trains has the weights of one step, not some of one and some of the next.
    /// </summary>
    [Fact]
    public async Task A_copy_taken_beside_training_has_the_weights_of_one_step()
    {
        Model alone = Made(1), beside = Made(1);
        TrainingOptions options = new() { Epochs = 40, BatchSize = 8, Seed = 4 };
        var possible = new HashSet<string> { Text(alone) };
        alone.Fit(Samples(40), options, _ => possible.Add(Text(alone)), TestContext.Current.CancellationToken);
        using var ended = new CancellationTokenSource();
        var seen = new HashSet<string>();
        Task copying = Task.Run(
            () =>
            {
                do
                    seen.Add(Text(beside));
                while (!ended.IsCancellationRequested);
            },
            TestContext.Current.CancellationToken);
        beside.Fit(Samples(40), options, _ => Thread.Yield(), TestContext.Current.CancellationToken);
        await ended.CancelAsync();
        await copying;
        Assert.Subset(possible, seen);
        Assert.Equal(TestSamples.Weights(alone), TestSamples.Weights(beside));

        static string Text(Model model) => Convert.ToHexString(ModelFile.ToBytes(model).AsSpan()[^32..]);
    }

    [Fact]
    public async Task Training_that_is_watched_with_predictions_and_streams_ends_as_it_would_alone()
    {
        Model calm = Made(2);
        TrainingOptions options = new() { Epochs = 8, BatchSize = 8, Seed = 7 };
        calm.Fit(Samples(100), options, null, TestContext.Current.CancellationToken);
        for (int run = 0; run < 10; run++)
        {
            Model model = Made(2);
            StreamingSession stream = model.Stream();
            await foreach (TrainingEvent moment in model.FitEventsAsync(Samples(100), options, TestContext.Current.CancellationToken))
            {
                model.Predict(Noise(20));
                stream.Step(1, 2);
            }

            Assert.Equal(TestSamples.Weights(calm), TestSamples.Weights(model));
        }
    }

    /// <summary>
    /// The samples ask the model itself, on whatever thread reads them, while another thread waits to change its weights.
    /// </summary>
    [Fact]
    public async Task Samples_that_run_the_same_model_do_not_wait_for_a_writer_that_waits_for_them()
    {
        Model model = Made(3), other = Made(2);
        float[] one = Noise(1, 5);
        using var ended = new CancellationTokenSource();
        Task writing = Task.Run(
            () =>
            {
                float[] bias = [0.5f];
                while (!ended.IsCancellationRequested)
                    model.SetWeights("dense_1/bias", bias);
            },
            TestContext.Current.CancellationToken);
        Task asking = Task.Run(
            () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    var asks = new Asking(Samples(64), () =>
                    {
                        model.Predict(one);
                        other.Predict(one);
                        model.Stream().Step(1, 2);
                        model.GetWeights("dense_1/bias");
                    });
                    model.Predict(asks);
                }
            },
            TestContext.Current.CancellationToken);
        await asking.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await ended.CancelAsync();
        await writing;
    }

    [Fact]
    public void What_waits_for_a_prediction_to_end_is_refused_inside_of_one()
    {
        Model model = Made(3);
        (string Message, Action Tried)[] all =
        [
            ("The model cannot be trained from inside of one of its own predictions.",
                () => model.Fit(Samples(8), new TrainingOptions { Epochs = 1 })),
            ("The model's weights cannot be replaced from inside of one of its own predictions.",
                () => model.SetWeights("dense_1/bias", [1])),
            ("The model's weights cannot be replaced from inside of one of its own predictions.", () => model.CopyWeights(Made(1))),
            ("The model is at work, so it cannot be built anew.", () => model.Build(new Shape(Steps, Features))),
            ("The model is at work, so it cannot have 2 threads instead of 3.", () => model.Threads = 2),
        ];
        foreach ((string message, Action tried) in all)
        {
            // 64 rows: read on all threads; one: on the calling one.
            foreach (int rows in new[] { 1, 64 })
            {
                var asking = new Asking(Samples(rows), () => Assert.StartsWith(message, Refused(tried), StringComparison.Ordinal));
                model.Predict(asking);
                Assert.Equal(rows, asking.Asked);
            }
        }

        model.Fit(Samples(8), new TrainingOptions { Epochs = 1 }, _ =>
        {
            Assert.StartsWith("The model is at work, so it cannot be built anew.", Refused(() => model.Build(new Shape(Steps, Features))),
                StringComparison.Ordinal);
            Assert.StartsWith("The model is at work, so it cannot have 1 threads", Refused(() => model.Threads = 1),
                StringComparison.Ordinal);
        }, TestContext.Current.CancellationToken);
        model.Build(new Shape(Steps, Features), 3).Predict(Noise(1));
    }

    [Fact]
    public void Threads_can_be_changed_also_of_a_loaded_model()
    {
        Model model = Loaded();
        float[] inputs = Noise(70), expected = model.Predict(inputs);
        StreamingSession stream = model.Stream();
        foreach (int threads in new[] { 1, 5, 2 })
        {
            model.Threads = threads;
            Assert.Equal(threads, model.Threads);
            Assert.Equal(threads, model.Network.Threads);
            Assert.Equal(expected, model.Predict(inputs));
            stream.Step(1, 2);
        }

        Model one = Made(1), changed = Made(5);
        changed.Threads = 3;
        one.Fit(Samples(40), new TrainingOptions { Epochs = 2 }, null, TestContext.Current.CancellationToken);
        changed.Fit(Samples(40), new TrainingOptions { Epochs = 2 }, null, TestContext.Current.CancellationToken);
        Assert.Equal(TestSamples.Weights(one), TestSamples.Weights(changed));

        const string Text = "Threads is from 1 to 1024, but 0 was given. Use 1 to have no other thread than the calling one. (Parameter "
            + "'value')";
        Assert.Equal(Text, Assert.Throws<ArgumentOutOfRangeException>(() => model.Threads = 0).Message);
        Assert.Equal(Text, Assert.Throws<ArgumentOutOfRangeException>(() => new Model(new Dense(1)) { Threads = 0 }).Message);

        static Model Loaded() => ModelFile.FromBytes(ModelFile.ToBytes(Made(1)), "m").Model;
    }

    [Fact]
    public void Threads_that_change_leave_carried_states_alone()
    {
        Model model = Made(3, new Lstm(4) { Stateful = true }, new Dense(1)), same = Made(3, new Lstm(4) { Stateful = true }, new Dense(1));
        model.Predict(Noise(9));
        same.Predict(Noise(9));
        model.Threads = 1;
        Assert.Equal(same.Predict(Noise(9, 2)), model.Predict(Noise(9, 2)));
    }

    public static TheoryData<string> Stateful => ["alone", "both ways", "stacked"];

    [Theory]
    [MemberData(nameof(Stateful))]
    public void A_stateful_model_refuses_other_numbers_of_rows_than_it_carries(string name)
    {
        (Layer layer, string who) = name switch
        {
            "alone" => ((Layer)new Lstm(3) { Stateful = true }, "lstm_1"),
            "both ways" => (new Bidirectional(new Gru(3) { Stateful = true }), "bidirectional_1/forward"),
            _ => (new StackedRecurrent(new Gru(3) { Stateful = true }, new Lstm(3)), "stacked_recurrent_1/gru_1"),
        };
        Model model = Made(2, layer, new Dense(1)), same = Made(2, layer, new Dense(1));
        model.Predict(Noise(4));
        same.Predict(Noise(4));
        foreach (int rows in new[] { 2, 5 })
        {
            string message = $"{who} is stateful and carries the states of 4 rows, but this batch has {rows}. Give batches of 4 rows, or "
                + "begin anew with ResetStates.";
            foreach (Action tried in new Action[] { () => model.Predict(Noise(rows)),
                () => model.Evaluate(Samples(rows), new MeanSquaredError()), () => model.Predict(Samples(rows)),
                () => model.Fit(Samples(rows), new TrainingOptions { Epochs = 1, Shuffle = false }) })
                Assert.Equal(message, Refused(tried));
        }

        // What was refused has changed nothing.
        Assert.Equal(same.Predict(Noise(4, 2)), model.Predict(Noise(4, 2)));
        float[] first = Made(2, layer, new Dense(1)).Predict(Noise(2));
        model.ResetStates();
        Assert.Equal(first, model.Predict(Noise(2)));
        model.Run(Noise(3));
        Assert.Equal(first, model.Predict(Noise(2)));
    }

    [Fact]
    public void A_stateful_model_takes_a_large_batch_whole()
    {
        const int Rows = 1500;
        Model model = Made(2, new Gru(3) { Stateful = true }, new Dense(1)), plain = Made(2, new Gru(3), new Dense(1));
        float[] inputs = Noise(Rows);
        Assert.Equal(plain.Predict(inputs), model.Predict(inputs));
        float[] again = model.Predict(inputs);
        model.ResetStates();
        model.Predict(inputs.AsSpan(0, 10 * Steps * Features).ToArray());
        Assert.Equal(again[..10], model.Predict(inputs.AsSpan(0, 10 * Steps * Features).ToArray()));
    }

    [Fact]
    public void Batches_that_cannot_be_equally_large_are_refused_before_training_a_stateful_model()
    {
        Model model = Made(1, new Gru(3) { Stateful = true }, new Dense(1));
        float[] before = TestSamples.Weights(model);
        TrainingOptions options = new() { Epochs = 1, BatchSize = 8, Shuffle = false };
        Assert.Equal(
            "A stateful layer needs batches of equally many rows, but 20 training samples in batches of 8 leave a last one of 4. Choose a "
                + "BatchSize that divides them, or leave samples out.",
            Assert.Throws<UnrollException>(() => model.Fit(Samples(20), options)).Message);
        Assert.StartsWith("A stateful layer needs batches of equally many rows, but 10 validation samples", Assert.Throws<UnrollException>(
            () => model.Fit(Samples(16), options with { Validation = Samples(10) })).Message, StringComparison.Ordinal);
        Assert.Equal(before, TestSamples.Weights(model));
        model.Fit(Samples(16), options with { Validation = Samples(5) }, null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void States_that_no_layer_takes_are_refused()
    {
        Model gru = Made(1, new Gru(3) { ReturnState = true }), none = Made(1, new Flatten(), new Dense(1));
        Is("No layer has a state gru/h; there are: gru_1/h. (Parameter 'initial')", gru, new ModelStates { ["gru/h"] = [1, 1, 1] });
        Is("No layer has a state gru_1/c; there are: gru_1/h. (Parameter 'initial')", gru,
            new ModelStates { ["gru_1/h"] = [1, 1, 1], ["gru_1/c"] = [1, 1, 1] });
        Is("No layer has a state gru_1/h; there are none in this model. (Parameter 'initial')", none,
            new ModelStates { ["gru_1/h"] = [1, 1, 1] });
        Is("The state gru_1/h needs 3 values, [B, H] for 1 row of 3 units, but has 6. (Parameter 'initial')", gru,
            new ModelStates { ["gru_1/h"] = new float[6] });
        Node x = Node.Input(new Shape(Steps, Features)), read = new Gru(3) { ReturnState = true, Name = "read" }.Apply(x);
        Model write = new Model([x], [new Gru(3) { Name = "write" }.Apply(x, read.States[0])]).Build(seed: 1);
        Is("The state write/h comes from another layer of the graph, so none can be given. Leave it out, or cut the layer out with Part. "
            + "(Parameter 'initial')", write, new ModelStates { ["write/h"] = new float[3] });

        static void Is(string message, Model model, ModelStates states) =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => model.Run(Noise(1), states)).Message);
    }

    /// <summary>Samples that do something for each row that is read.</summary>
    private sealed class Asking(ISamples samples, Action act) : ISamples
    {
        private int _asked;

        public int Asked => _asked;

        public int Count => samples.Count;

        public Shape InputShape => samples.InputShape;

        public Shape TargetShape => samples.TargetShape;

        public void CopyInput(int index, Span<float> destination)
        {
            act();
            Interlocked.Increment(ref _asked);
            samples.CopyInput(index, destination);
        }

        public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(index, destination);
    }
}
