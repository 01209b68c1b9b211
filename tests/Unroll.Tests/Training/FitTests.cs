using Xunit;

namespace Unroll.Tests.Training;

/// <summary>What training does on its way: order of samples, validation, events, what it learns.</summary>
public class FitTests
{
    [Fact]
    public void Each_epoch_takes_every_sample_once_in_an_order_that_the_seed_decides()
    {
        int[][] first = Orders(seed: 1), again = Orders(seed: 1), other = Orders(seed: 2);
        Assert.Equal(first, again);
        Assert.All(first, epoch => Assert.Equal(Enumerable.Range(0, 20), epoch.Order()));
        Assert.Equal(6, first.Concat(other).Select(epoch => string.Join(' ', epoch)).Distinct().Count());
        Assert.DoesNotContain(first, epoch => epoch.SequenceEqual(Enumerable.Range(0, 20)));
        Assert.All(Orders(seed: 1, shuffle: false), epoch => Assert.Equal(Enumerable.Range(0, 20), epoch));
    }

    private static int[][] Orders(int seed, bool shuffle = true)
    {
        var samples = new RecordedSamples(TestSamples.Curves(20));
        new Model(new SimpleRnn(2), new Dense(1)) { Threads = 1 }
            .Fit(samples, new TrainingOptions { Epochs = 3, BatchSize = 7, Seed = seed, Shuffle = shuffle });

        // Before training they are read once, to see whether one is at fault.
        Assert.Equal(Enumerable.Range(0, 20), samples.Read.Take(20));
        return [.. samples.Read.Skip(20).Chunk(20)];
    }

    [Fact]
    public void The_validation_split_is_the_last_part_and_is_not_trained_on()
    {
        var samples = new RecordedSamples(TestSamples.Curves(20));
        var model = new Model(new SimpleRnn(2), new Dense(1)) { Threads = 1 };
        var options = new TrainingOptions { Epochs = 2, BatchSize = 4, Loss = new MeanAbsoluteError(), ValidationSplit = 0.3 };
        var losses = new List<double>();
        History history = model.Fit(samples, options, moment =>
        {
            if (moment.Kind == TrainingEventKind.EpochEnded)
                losses.Add(Mean(model));
        });
        Assert.All(samples.Read.Chunk(20), epoch =>
        {
            Assert.Equal(Enumerable.Range(0, 14), epoch[..14].Order());
            Assert.Equal(Enumerable.Range(14, 6), epoch[14..]);
        });
        Assert.Equal(losses, history.Epochs.Select(epoch => epoch.ValidationLoss!.Value), (a, b) => Math.Abs(a - b) < 1e-7);

        // The same as training on the first part alone.
        var part = new Model(new SimpleRnn(2), new Dense(1)) { Threads = 1 };
        part.Fit(Take(TestSamples.Curves(20), 0, 14), options with { ValidationSplit = 0 });
        Assert.Equal(TestSamples.Weights(part), TestSamples.Weights(model));

        static double Mean(Model model)
        {
            ArraySamples last = Take(TestSamples.Curves(20), 14, 6);
            var target = new float[1];
            return model.Predict(last).Select((y, i) =>
            {
                last.CopyTarget(i, target);
                return Math.Abs(y - target[0]);
            }).Average();
        }
    }

    [Fact]
    public void Evaluate_is_the_mean_loss_over_rows_and_outputs()
    {
        ArraySamples samples = TestSamples.Curves(33, outputs: 2);
        Model model = new Model(new Lstm(3), new Dense(2)).Build(samples.InputShape, 1);
        float[] y = model.Predict(samples), target = new float[2];
        double square = 0, absolute = 0, huber = 0;
        for (int i = 0; i < y.Length; i++)
        {
            samples.CopyTarget(i / 2, target);
            double error = Math.Abs(y[i] - target[i % 2]);
            square += error * error / y.Length;
            absolute += error / y.Length;
            huber += (error <= 0.5 ? 0.5 * error * error : 0.5 * (error - 0.25)) / y.Length;
        }

        Assert.Equal(square, model.Evaluate(samples, new MeanSquaredError()), 1e-7);
        Assert.Equal(absolute, model.Evaluate(samples, new MeanAbsoluteError()), 1e-7);
        Assert.Equal(huber, model.Evaluate(samples, new Huber(0.5)), 1e-7);
    }

    [Fact]
    public void Events_come_in_order_and_carry_the_mean_loss_so_far()
    {
        ArraySamples samples = TestSamples.Curves(10);
        Model model = new Model(new Dense(1), new Lstm(2), new Dense(1)).Build(samples.InputShape, 3);
        var moments = new List<TrainingEvent>();

        // So small a step changes no weight: the losses of the batches are those of the model as it is.
        double[] losses = [.. Enumerable.Range(0, 3)
            .Select(batch => model.Evaluate(Take(samples, 4 * batch, Math.Min(4, 10 - 4 * batch)), new MeanSquaredError()))];
        model.Fit(samples, new TrainingOptions { Epochs = 2, BatchSize = 4, Shuffle = false, Optimizer = new Sgd { LearningRate = 1e-30 } },
            moments.Add);
        Assert.Equal(
            ["Started 0/2 0/3", "StepEnded 1/2 1/3", "StepEnded 1/2 2/3", "StepEnded 1/2 3/3", "EpochEnded 1/2 3/3", "StepEnded 2/2 1/3",
                "StepEnded 2/2 2/3", "StepEnded 2/2 3/3", "EpochEnded 2/2 3/3", "Ended 2/2 0/0"],
            moments.Select(moment => $"{moment.Kind} {moment.Epoch}/{moment.Epochs} {moment.Step}/{moment.StepsPerEpoch}"));
        double[] means = [losses[0], (losses[0] + losses[1]) / 2, (4 * losses[0] + 4 * losses[1] + 2 * losses[2]) / 10];
        for (int step = 0; step < 3; step++)
            Assert.Equal(means[step], moments[1 + step].Loss, 1e-6);
        Assert.Equal(means[2], moments[4].Loss, 1e-6);
        Assert.Equal(StopReason.Finished, moments[^1].Reason);
        Assert.True(moments.Zip(moments.Skip(1)).All(pair => pair.First.Elapsed <= pair.Second.Elapsed));
    }

    [Fact]
    public async Task The_stream_of_events_is_that_of_the_callback()
    {
        ArraySamples samples = TestSamples.Curves(10);
        var options = new TrainingOptions { Epochs = 3, BatchSize = 4, ValidationSplit = 0.2 };
        List<TrainingEvent> called = [], streamed = [];
        new Model(new Lstm(2), new Dense(1)).Fit(samples, options, called.Add);
        await foreach (TrainingEvent moment in new Model(new Lstm(2), new Dense(1))
            .FitEventsAsync(samples, options, TestContext.Current.CancellationToken))
            streamed.Add(moment);
        Assert.Equal(called.Select(moment => moment with { Elapsed = default }),
            streamed.Select(moment => moment with { Elapsed = default }));
        Assert.Equal(1 + 3 * 3 + 1, streamed.Count);
    }

    [Fact]
    public async Task Leaving_the_stream_ends_training_and_errors_come_out_of_it()
    {
        ArraySamples samples = TestSamples.Curves(10);
        var model = new Model(new Lstm(2), new Dense(1));
        int seen = 0;
        await foreach (TrainingEvent moment in model.FitEventsAsync(
            samples, new TrainingOptions { Epochs = 1_000_000 }, TestContext.Current.CancellationToken))
        {
            if (++seen == 5)
                break;
        }

        Assert.True(model.IsBuilt);
        float[] weights = TestSamples.Weights(model);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(weights, TestSamples.Weights(model));
        await Assert.ThrowsAsync<TrainingDivergedException>(async () =>
        {
            await foreach (TrainingEvent moment in model.FitEventsAsync(
                samples, new TrainingOptions { Optimizer = new Sgd { LearningRate = 1e10 }, Epochs = 100 }))
                seen++;
        });
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("rnn")]
    public void It_learns(string cell)
    {
        ArraySamples samples = TestSamples.Curves(200);
        Layer layer = cell switch { "lstm" => new Lstm(12), "gru" => new Gru(12), _ => new SimpleRnn(12) };
        var model = new Model(layer, new Dense(1));
        History history = model.Fit(samples, new TrainingOptions { Epochs = 30, Optimizer = new Adam { LearningRate = 0.01 }, Seed = 1 });
        Assert.InRange(history.FinalLoss, 0, 0.02);
        Assert.InRange(model.Evaluate(TestSamples.Curves(100, seed: 9), new MeanSquaredError()), 0, 0.03);
    }

    private static ArraySamples Take(ArraySamples samples, int start, int count)
    {
        int size = samples.InputShape.Size, targets = samples.TargetShape.Size;
        float[] x = new float[count * size], y = new float[count * targets];
        for (int i = 0; i < count; i++)
        {
            samples.CopyInput(start + i, x.AsSpan(i * size, size));
            samples.CopyTarget(start + i, y.AsSpan(i * targets, targets));
        }

        return new ArraySamples(x, samples.InputShape, y, samples.TargetShape);
    }
}
