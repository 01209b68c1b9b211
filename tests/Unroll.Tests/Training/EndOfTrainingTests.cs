using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Early stopping, cancellation, divergence, checkpoints: with which weights training ends.</summary>
public class EndOfTrainingTests
{
    /// <summary>
    /// Training pulls the weight from 0 towards 1, the validation wants −1: it is best after the first epoch and worse after each other.
    /// </summary>
    private static readonly ArraySamples s_training = TestSamples.Line(1, 1, 2, -1, 0.5f), s_contrary = TestSamples.Line(-1, 1, 2);

    private static TrainingOptions Contrary =>
        new() { Epochs = 20, BatchSize = 2, Optimizer = new Sgd { LearningRate = 0.01 }, Validation = s_contrary };

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(4, 5)]
    [InlineData(50, 20)]
    public void Early_stopping_waits_as_long_as_its_patience_and_restores_the_best_weights(int patience, int epochs)
    {
        (Model model, List<float[]> weights, History history) = Train(Contrary with { EarlyStopping = new EarlyStopping(patience) });
        Assert.Equal(epochs, history.Epochs.Count);
        Assert.Equal(patience < 50 ? StopReason.StoppedEarly : StopReason.Finished, history.Reason);
        Assert.Equal((1, 1), (history.BestEpoch, history.KeptEpoch));
        Assert.Equal(weights[0], TestSamples.Weights(model));
        Assert.NotEqual(weights[^1], TestSamples.Weights(model));
    }

    /// <summary>Two steps an epoch: so many without progress, in at least two epochs, are enough whatever the patience.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 3)]
    [InlineData(5, 4)]
    [InlineData(8, 5)]
    [InlineData(100, 6)]
    public void Early_stopping_ends_after_as_many_steps_as_are_asked_for(int steps, int epochs) =>
        Assert.Equal(epochs, Train(Contrary with { EarlyStopping = new EarlyStopping(5) { Steps = steps } }).History.Epochs.Count);

    [Fact]
    public void Without_restoring_the_last_weights_stay()
    {
        (Model model, List<float[]> weights, History history) =
            Train(Contrary with { EarlyStopping = new EarlyStopping(3) { RestoreBestWeights = false } });
        Assert.Equal((1, 4), (history.BestEpoch, history.KeptEpoch));
        Assert.Equal(weights[^1], TestSamples.Weights(model));
    }

    [Fact]
    public void Without_early_stopping_the_last_weights_stay()
    {
        (Model model, List<float[]> weights, History history) = Train(Contrary with { Epochs = 3 });
        Assert.Equal((StopReason.Finished, 1, 3), (history.Reason, history.BestEpoch, history.KeptEpoch));
        Assert.Equal(weights[^1], TestSamples.Weights(model));
        Assert.Equal(history.Epochs[^1].Loss, history.FinalLoss);
    }

    [Fact]
    public void Early_stopping_watches_the_training_loss_where_there_is_no_validation_and_asks_for_a_least_fall()
    {
        TrainingOptions options = Contrary with { Validation = null, EarlyStopping = new EarlyStopping(2) };
        Assert.Equal(20, Train(options).History.Epochs.Count);

        // The last two epochs together bring less than 0.05, the two before them brought more.
        History history = Train(options with { EarlyStopping = new EarlyStopping(2, MinDelta: 0.05) }).History;
        double[] losses = [.. history.Epochs.Select(epoch => epoch.Loss)];
        Assert.InRange(losses.Length, 4, 19);
        Assert.InRange(losses[^3] - losses[^1], 0, 0.05);
        Assert.InRange(losses[^5] - losses[^3], 0.05, 10);
        Assert.Equal(losses.Length, history.BestEpoch);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    public void A_loss_that_stays_as_it_is_is_no_progress(double least)
    {
        TrainingOptions still = Contrary with { Optimizer = new Sgd { LearningRate = 1e-30 }, EarlyStopping = new EarlyStopping(3, least) };
        History history = Train(still).History;
        Assert.Single(history.Epochs.Select(epoch => epoch.ValidationLoss).Distinct());
        Assert.Equal((StopReason.StoppedEarly, 1, 4), (history.Reason, history.BestEpoch, history.Epochs.Count));
    }

    [Fact]
    public void Cancelling_ends_after_the_step_with_the_best_weights_so_far()
    {
        using var stop = new CancellationTokenSource();
        TrainingEvent last = default;
        (Model model, List<float[]> weights, History history) = Train(
            Contrary,
            moment =>
            {
                if (moment is { Kind: TrainingEventKind.StepEnded, Epoch: 4, Step: 1 })
                    stop.Cancel();
                last = moment;
            },
            stop.Token);
        Assert.Equal((StopReason.Cancelled, 3, 1), (history.Reason, history.Epochs.Count, history.KeptEpoch));
        Assert.Equal(weights[0], TestSamples.Weights(model));
        Assert.Equal((TrainingEventKind.Ended, StopReason.Cancelled, 3), (last.Kind, last.Reason, last.Epoch));
    }

    [Fact]
    public void Cancelling_in_the_first_epoch_keeps_what_there_is()
    {
        using var stop = new CancellationTokenSource();
        float[] atStop = [];
        Model model = new Model(new Dense(1)).Build(new Shape(1), seed: 1);
        History history = Assert.Throws<TrainingCanceledException>(() => model.Fit(
            s_training,
            Contrary,
            moment =>
            {
                if (moment is { Kind: TrainingEventKind.StepEnded, Step: 1 })
                    (atStop, _) = (TestSamples.Weights(model), stop.CancelAsync());
            },
            stop.Token)).History;
        Assert.Equal((StopReason.Cancelled, 0, 0), (history.Reason, history.Epochs.Count, history.KeptEpoch));
        Assert.True(double.IsNaN(history.FinalLoss));
        Assert.Equal(atStop, TestSamples.Weights(model));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void Divergence_names_epoch_and_step_and_restores_finite_weights(int steps)
    {
        var model = new Model(new Lstm(4), new Dense(1));
        ArraySamples samples = TestSamples.Curves(32);
        TrainingEvent last = default;
        var finite = new List<float[]>();
        TrainingDivergedException failure = Assert.Throws<TrainingDivergedException>(() => model.Fit(
            samples,
            new TrainingOptions { Epochs = 200, BatchSize = 32 / steps, Optimizer = new Sgd { LearningRate = 1e10 }, Seed = 455 },
            moment =>
            {
                last = moment;
                if (moment.Kind == TrainingEventKind.EpochEnded)
                    finite.Add(TestSamples.Weights(model));
            }));
        Assert.Equal(
            $"The loss became infinite at epoch {failure.Epoch}, step {failure.Step}; the weights of the last good epoch are kept. Try a "
                + "learning rate below 10000000000, say 1000000000, or clip the gradients (a global norm of 1 is a usual limit).",
            failure.Message);
        Assert.Equal((TrainingEventKind.Ended, StopReason.Diverged), (last.Kind, last.Reason));
        Assert.Equal(failure.Epoch - 1, failure.History.Epochs.Count);
        Assert.Equal(failure.Epoch - 1, failure.History.KeptEpoch);
        Assert.InRange(failure.Epoch, 1, 199);
        Assert.InRange(failure.Step, 1, steps);
        float[] kept = TestSamples.Weights(model);
        Assert.DoesNotContain(kept, value => !float.IsFinite(value));
        Assert.Equal(finite.Count > 0 ? finite[^1] : TestSamples.Weights(new Model(model.Layers.ToArray()).Build(samples.InputShape, 455)),
            kept);
    }

    [Fact]
    public void Samples_that_get_a_nan_after_they_were_looked_at_are_noticed_at_the_first_step()
    {
        float[] x = [1, 3, 2];
        ArraySamples samples = TestSamples.Line(1, x);
        Model model = new Model(new Dense(3) { Activation = Activation.Tanh }, new Dense(1)).Build(new Shape(1), seed: 1);
        float[] before = TestSamples.Weights(model);
        UnrollException failure = Assert.Throws<UnrollException>(
            () => model.Fit(samples, new TrainingOptions(), moment => x[1] = moment.Kind == TrainingEventKind.Started ? float.NaN : x[1]));
        Assert.Equal("Sample 1, counted from 0, has NaN in its input, feature 0. Put a number there, or leave the sample out.",
            failure.Message);
        Assert.Equal(before, TestSamples.Weights(model));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_checkpoint_loads_to_the_same_predictions(bool bestOnly)
    {
        string folder = Directory.CreateTempSubdirectory("unroll").FullName;
        try
        {
            string path = Path.Combine(folder, "deep", "best.unroll");
            (_, List<float[]> weights, _) = Train(Contrary with { Epochs = 4, Checkpoint = new Checkpoint(path) { BestOnly = bestOnly } });
            Model loaded = Model.Load(path), expected = new Model(new Dense(1)).Build(new Shape(1));
            float[] kept = bestOnly ? weights[0] : weights[^1];
            Assert.Equal(kept, TestSamples.Weights(loaded));
            expected.SetWeights("dense_1/kernel", kept.AsSpan(0, 1));
            expected.SetWeights("dense_1/bias", kept.AsSpan(1));
            Assert.Equal(expected.Predict(3.5f, -2), loaded.Predict(3.5f, -2));
            Assert.Equal([path], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (Model Model, List<float[]> WeightsByEpoch, History History) Train(
        TrainingOptions options, Action<TrainingEvent>? onEvent = null, CancellationToken cancellation = default)
    {
        Model model = new Model(new Dense(1) { KernelInitializer = Initializer.Zeros }).Build(new Shape(1));
        var weights = new List<float[]>();
        try
        {
            History history = model.Fit(
                s_training,
                options,
                moment =>
                {
                    if (moment.Kind == TrainingEventKind.EpochEnded)
                        weights.Add(TestSamples.Weights(model));
                    onEvent?.Invoke(moment);
                },
                cancellation);
            return (model, weights, history);
        }
        catch (TrainingCanceledException stopped)
        {
            Assert.Equal(cancellation, stopped.CancellationToken);
            return (model, weights, stopped.History);
        }
    }
}
