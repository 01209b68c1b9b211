using Xunit;

namespace Unroll.Tests.Training;

/// <summary>
/// What was refused or ended in an exception leaves the model usable, and what another thread's code waits for does not hang.
/// </summary>
public sealed class AfterFailureTests
{
    [Fact]
    public void A_recorder_of_a_training_that_ended_in_an_exception_watches_no_more()
    {
        Model model = new Model(new Lstm(3), new Dense(1)).Build(new Shape(6, 2), seed: 1);
        var failing = new Failing(TestSamples.Curves(40), reads: 40 * 3);
        var options = new TrainingOptions { Epochs = 2, BatchSize = 4, Gradients = new GradientRecorder() };
        Assert.Throws<InvalidDataException>(() => model.Fit(failing, options));
        model.Fit(TestSamples.Curves(40), new TrainingOptions { Epochs = 1, BatchSize = 40 });
    }

    [Fact]
    public void A_training_that_was_refused_leaves_what_the_next_goes_on_from()
    {
        ArraySamples samples = TestSamples.Curves(40);
        var options = new TrainingOptions { Epochs = 2, Optimizer = new Adam(), Continue = true };
        Model model = new Model(new Lstm(3), new Dense(1)).Build(new Shape(6, 2), seed: 1),
            calm = new Model(new Lstm(3), new Dense(1)).Build(new Shape(6, 2), seed: 1);
        model.Fit(samples, options);
        calm.Fit(samples, options);
        TrainingOptions[] refused =
        [
            options with { Optimizer = new RmsProp() },
            options with { LayerRates = new Dictionary<string, double> { ["nobody"] = 1 } },
            options with { Checkpoint = new Checkpoint("/proc/nowhere/run.unroll") },
            options with { Metrics = [new Perplexity()] },
            options with { Metrics = [new Mae { Name = "m" }, new Mae { Name = "m" }] },
        ];
        foreach (TrainingOptions each in refused)
            Assert.Throws<UnrollException>(() => model.Fit(samples, each));
        Assert.Equal(2, model.Fit(samples, options).EpochsBefore);
        calm.Fit(samples, options);
        Assert.Equal(TestSamples.Weights(calm), TestSamples.Weights(model));
    }

    /// <summary>Samples whose code waits for another thread that predicts with the same model, while training waits to write.</summary>
    [Fact]
    public async Task Samples_that_wait_for_another_prediction_do_not_hang_beside_training()
    {
        Model model = new Model(new Lstm(8), new Dense(1)).Build(new Shape(6, 2), seed: 1);
        ArraySamples samples = TestSamples.Curves(64);
        float[] window = new float[12];
        var waiting = new Waiting(samples, () => Task.Run(() => model.Predict(window)).Wait());
        using var stop = new CancellationTokenSource();
        Task training = Task.Run(
            () => model.Fit(samples, new TrainingOptions { Epochs = 100_000, BatchSize = 8 }, cancellationToken: stop.Token));
        Task predicting = Task.Run(() =>
        {
            for (int i = 0; i < 5; i++)
                model.Predict(waiting);
        });
        await predicting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<TrainingCanceledException>(
            () => training.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_stack_whose_lower_layer_reads_backwards_does_not_mix_rows_of_unequal_length()
    {
        const int steps = 9;
        Model stacked = new Model(
            new Masking { AtEnd = true }, new StackedRecurrent(new Gru(4) { GoBackwards = true }, new Lstm(3)), new Dense(1))
                .Build(new Shape(steps, 2), 1);
        Model apart = new Model(
            new Masking { AtEnd = true }, new Gru(4) { GoBackwards = true, ReturnSequences = true }, new Lstm(3), new Dense(1))
                .Build(new Shape(steps, 2), 1);
        foreach ((Parameter own, Parameter other) in stacked.Parameters.Zip(apart.Parameters))
            stacked.SetWeights(own.Name, apart.GetWeights(other.Name));
        var random = new Random(1);
        float[] rows = new float[20 * steps * 2];
        for (int row = 0; row < 20; row++)
        {
            int length = random.Next(1, steps + 1);
            for (int i = 0; i < length * 2; i++)
                rows[row * steps * 2 + i] = (float)random.NextDouble() + 0.1f;
        }

        float[] together = stacked.Predict(rows);
        Assert.Equal(apart.Predict(rows), together);
        for (int row = 0; row < 20; row++)
            Assert.Equal(together[row], stacked.Predict(rows[(row * steps * 2)..((row + 1) * steps * 2)])[0]);
    }

    private sealed class Failing(ISamples samples, int reads) : ISamples
    {
        private int _reads;

        public int Count => samples.Count;

        public Shape InputShape => samples.InputShape;

        public Shape TargetShape => samples.TargetShape;

        public void CopyInput(int index, Span<float> destination)
        {
            if (Interlocked.Increment(ref _reads) > reads - 20)
                throw new InvalidDataException();
            samples.CopyInput(index, destination);
        }

        public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(index, destination);
    }

    private sealed class Waiting(ISamples samples, Action wait) : ISamples
    {
        public int Count => samples.Count;

        public Shape InputShape => samples.InputShape;

        public Shape TargetShape => samples.TargetShape;

        public void CopyInput(int index, Span<float> destination)
        {
            if (index % 16 == 3)
                wait();
            samples.CopyInput(index, destination);
        }

        public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(index, destination);
    }
}
