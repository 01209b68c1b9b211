using System.Globalization;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Halves the rate after an epoch without progress, and remembers the lowest loss.</summary>
public sealed class Halving : TrainingCallback
{
    private double _rate = 0.02, _lowest = double.PositiveInfinity;

    public override void OnEpochEnded(TrainingContext training)
    {
        if (training.Moment.Loss > 0.98 * _lowest)
            training.LearningRate = _rate /= 2;
        _lowest = Math.Min(_lowest, training.Moment.Loss);
    }

    public override string SaveState() => string.Create(CultureInfo.InvariantCulture, $"{_rate:R} {_lowest:R}");

    public override void RestoreState(string state)
    {
        double[] numbers = [.. state.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        (_rate, _lowest) = (numbers[0], numbers[1]);
    }
}

/// <summary>A callback of functions.</summary>
public sealed class Acting(
    Action<TrainingContext>? onStep = null, Action<TrainingContext>? onEpoch = null, Action<TrainingContext>? onStart = null,
        Action<TrainingContext>? onEnd = null) : TrainingCallback
{
    public override void OnStarted(TrainingContext training) => onStart?.Invoke(training);

    public override void OnStepEnded(TrainingContext training) => onStep?.Invoke(training);

    public override void OnEpochEnded(TrainingContext training) => onEpoch?.Invoke(training);

    public override void OnEnded(TrainingContext training) => onEnd?.Invoke(training);
}

/// <summary>Gives a state, and takes none.</summary>
public sealed class OneWay : TrainingCallback
{
    public override string SaveState() => "";
}

/// <summary>Callbacks: what they see, what they may do, and what is left when they fail or are interrupted.</summary>
public sealed class CallbackTests : IDisposable
{
    private static readonly TrainingOptions s_options = new() { Epochs = 12, BatchSize = 10, Optimizer = new Adam { LearningRate = 0.02 } };
    private readonly string _file = Path.GetTempFileName();

    public CallbackTests() => File.Delete(_file);

    private TrainingOptions Kept => s_options with { Checkpoint = new Checkpoint(_file) { Resume = true } };

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void It_is_told_of_every_moment_before_the_event()
    {
        List<string> told = [];
        var callback = new Acting(
            training => told.Add($"step {training.Moment.Epoch} {training.Moment.Step} {training.History.Epochs.Count}"),
            training => told.Add(
                $"epoch {training.Moment.Epoch} {training.History.Epochs.Count} {training.Moment.Loss == training.History.FinalLoss}"),
            training => told.Add($"start {training.Moment.StepsPerEpoch} {training.Options.Epochs}"),
            training => told.Add($"end {training.History.Reason} {training.Moment.Reason}"));
        Waves.Small().Fit(Waves.Samples(20), s_options with { Epochs = 1, Callbacks = [callback] }, moment => told.Add($"{moment.Kind}"));
        Assert.Equal(
            ["start 2 1", "Started", "step 1 1 0", "StepEnded", "step 1 2 0", "StepEnded", "epoch 1 1 True", "EpochEnded",
                "end Finished Finished", "Ended"], told);
    }

    [Fact]
    public void The_loss_of_a_step_is_that_of_its_batch()
    {
        List<(double Step, double Mean)> losses = [];
        var look = new Acting(training => losses.Add((training.StepLoss, training.Moment.Loss)));
        Waves.Small().Fit(Waves.Samples(40), s_options with { Epochs = 2, Callbacks = [look] });
        Assert.Equal(8, losses.Count);
        Assert.Equal(losses[4..].Average(loss => loss.Step), losses[7].Mean, 1e-9);
        Assert.NotEqual(losses[7].Step, losses[7].Mean);
    }

    [Fact]
    public void A_callback_that_only_looks_changes_no_bit()
    {
        Model calm = Waves.Small(), watched = Waves.Small();
        calm.Fit(Waves.Samples(40), s_options);
        var look = new Acting(training => training.Model.Predict(new float[Waves.Steps * Waves.Features]),
            training => training.Model.Evaluate(Waves.Samples(8), new Huber()));
        watched.Fit(Waves.Samples(40), s_options with { Callbacks = [look] });
        Assert.Equal(Waves.WeightsOf(calm), Waves.WeightsOf(watched));
    }

    [Fact]
    public void The_rate_that_it_sets_is_that_of_the_steps_to_come_until_it_gives_it_back()
    {
        var rates = new Acting(
            onEpoch: training => training.LearningRate = training.Moment.Epoch switch { 1 => 0.5, 3 => null, _ => training.LearningRate });
        History history = Waves.Small()
            .Fit(Waves.Samples(20), s_options with { Epochs = 5, Schedule = new ExponentialSchedule(0.5), Callbacks = [rates] });
        Assert.Equal([0.02, 0.5, 0.5, 0.0025, 0.00125], history.Epochs.Select(epoch => epoch.LearningRate));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Waves.Small().Fit(
                Waves.Samples(20), s_options with { Callbacks = [new Acting(training => training.LearningRate = double.NaN)] }));
    }

    [Fact]
    public void Interrupted_anywhere_and_resumed_it_is_the_training_that_was_not()
    {
        Model whole = Waves.Small();
        History history = whole.Fit(Waves.Samples(40), s_options with { Callbacks = [new Halving()] });
        Assert.InRange(history.Epochs.Select(epoch => epoch.LearningRate).Distinct().Count(), 3, 12);
        var random = new Random(1);
        int interruptions = 0;
        for (bool isDone = false; !isDone;)
        {
            int left = random.Next(1, 15);
            Model model = Waves.Small();
            try
            {
                History resumed = model.Fit(Waves.Samples(40), Kept with { Callbacks = [new Halving()] }, _ =>
                {
                    if (--left == 0)
                        throw new TimeoutException();
                });
                Assert.Equal(history.Epochs.Select(epoch => (epoch.Loss, epoch.LearningRate)),
                    resumed.Epochs.Select(epoch => (epoch.Loss, epoch.LearningRate)));
                Assert.Equal(Waves.WeightsOf(whole), Waves.WeightsOf(model));
                isDone = true;
            }
            catch (TimeoutException)
            {
                interruptions++;
            }
        }

        Assert.InRange(interruptions, 2, 1000);
    }

    [Fact]
    public void Continued_it_keeps_the_rate_as_long_as_there_are_callbacks()
    {
        Model whole = Waves.Small(), parts = Waves.Small();
        whole.Fit(Waves.Samples(40), s_options with { Callbacks = [new Halving()] });
        var same = new Halving();
        for (int i = 0; i < 4; i++)
            parts.Fit(Waves.Samples(40), s_options with { Epochs = 3, Continue = true, Callbacks = [same] });
        Assert.Equal(Waves.WeightsOf(whole), Waves.WeightsOf(parts));
        Assert.Equal(0.02, parts.Fit(Waves.Samples(40), s_options with { Epochs = 1, Continue = true }).Epochs[0].LearningRate);
    }

    [Fact]
    public void What_one_remembers_is_not_lost_in_silence()
    {
        Waves.Small().Fit(Waves.Samples(20), Kept with { Epochs = 1, Callbacks = [new Acting(), new Halving()] });
        Assert.Equal(
            $"{_file} cannot be resumed: it has what a callback Unroll.Open.Tests.Halving remembers, but Callbacks have none of this type "
                + "that could take it. "
            + "Give the callbacks it was trained with, or another path; without Resume the file is replaced.",
            Assert.Throws<UnrollException>(() => Waves.Small().Fit(Waves.Samples(20), Kept with { Callbacks = [new Acting()] })).Message);
        Assert.Equal(1, Waves.Small().Fit(Waves.Samples(20), Kept with { Epochs = 2, Callbacks = [new Halving()] }).EpochsResumed);
        File.Delete(_file);
        Waves.Small().Fit(Waves.Samples(20), Kept with { Epochs = 1, Callbacks = [new OneWay()] });
        Assert.StartsWith(
            "Unroll.Open.Tests.OneWay gave a state to a checkpoint but takes none.",
            Assert.Throws<InvalidOperationException>(
                () => Waves.Small().Fit(Waves.Samples(20), Kept with { Callbacks = [new OneWay()] })).Message);
    }

    [Fact]
    public void It_ends_a_training_at_the_end_of_an_epoch_for_good()
    {
        var stop = new Acting(onEpoch: training =>
        {
            if (training.Moment.Epoch == 3)
                training.Stop();
        });
        Model model = Waves.Small(), again = Waves.Small(), free = Waves.Small(), whole = Waves.Small();
        History history = model.Fit(Waves.Samples(40), Kept with { Callbacks = [stop] });
        Assert.Equal((StopReason.StoppedByCallback, 3, 3), (history.Reason, history.Epochs.Count, history.KeptEpoch));
        History resumed = again.Fit(Waves.Samples(40), Kept with { Callbacks = [stop] });
        Assert.Equal((StopReason.StoppedByCallback, 3, 3), (resumed.Reason, resumed.Epochs.Count, resumed.EpochsResumed));
        Assert.Equal(Waves.WeightsOf(model), Waves.WeightsOf(again));

        // Without callbacks nobody wants it to end.
        Assert.Equal((StopReason.Finished, 12), (free.Fit(Waves.Samples(40), Kept).Reason, 12));
        whole.Fit(Waves.Samples(40), s_options);
        Assert.Equal(Waves.WeightsOf(whole), Waves.WeightsOf(free));
    }

    [Fact]
    public void It_ends_a_training_within_an_epoch()
    {
        float[] weights = [];
        var stop = new Acting(training =>
        {
            if (training.Moment is not { Epoch: 2, Step: 3 })
                return;
            weights = Waves.WeightsOf(training.Model);
            training.Stop();
            Assert.True(training.IsStopping);
        });
        Model model = Waves.Small(), best = Waves.Small();
        History history = model.Fit(Waves.Samples(40), s_options with { Callbacks = [stop] });
        Assert.Equal((StopReason.StoppedByCallback, 1), (history.Reason, history.Epochs.Count));
        Assert.Equal(weights, Waves.WeightsOf(model));
        best.Fit(Waves.Samples(40), s_options with { Callbacks = [stop], EarlyStopping = new EarlyStopping(5) });
        Model one = Waves.Small();
        one.Fit(Waves.Samples(40), s_options with { Epochs = 1 });
        Assert.Equal(Waves.WeightsOf(one), Waves.WeightsOf(best));

        Model none = Waves.Small();
        float[] before = Waves.WeightsOf(none);
        Assert.Empty(none.Fit(Waves.Samples(40), s_options with { Callbacks = [new Acting(onStart: training => training.Stop())] }).Epochs);
        Assert.Equal(before, Waves.WeightsOf(none));
    }

    [Fact]
    public void One_that_fails_leaves_the_weights_of_the_last_epoch()
    {
        static Acting Fails(int epoch) => new(training =>
        {
            if (training.Moment.Epoch == epoch && training.Moment.Step == 2)
                throw new InvalidDataException();
        });
        Model model = Waves.Small(), one = Waves.Small(), averaged = Waves.Small();
        float[] before = Waves.WeightsOf(model);
        Assert.Throws<InvalidDataException>(() => model.Fit(Waves.Samples(40), s_options with { Callbacks = [Fails(1)] }));
        Assert.Equal(before, Waves.WeightsOf(model));
        Assert.Throws<InvalidDataException>(() => model.Fit(Waves.Samples(40), s_options with { Callbacks = [Fails(2)] }));
        one.Fit(Waves.Samples(40), s_options with { Epochs = 1 });
        Assert.Equal(Waves.WeightsOf(one), Waves.WeightsOf(model));
        Assert.Equal(one.Predict(new float[Waves.Steps * Waves.Features]), model.Predict(new float[Waves.Steps * Waves.Features]));

        float[] judged = [];
        var late = new Acting(onEpoch: training =>
        {
            judged = Waves.WeightsOf(training.Model);
            throw new InvalidDataException();
        });
        Assert.Throws<InvalidDataException>(
            () => averaged.Fit(Waves.Samples(40), s_options with { WeightAverage = new WeightAverage(0.5), Callbacks = [late] }));
        Assert.Equal(judged, Waves.WeightsOf(averaged));
        model.Fit(Waves.Samples(40), s_options);

        // At the end there is nothing to take back.
        Model ended = Waves.Small(), calm = Waves.Small();
        Assert.Throws<InvalidDataException>(
            () => ended.Fit(Waves.Samples(40), s_options with { Callbacks = [new Acting(onEnd: _ => throw new InvalidDataException())] }));
        calm.Fit(Waves.Samples(40), s_options);
        Assert.Equal(Waves.WeightsOf(calm), Waves.WeightsOf(ended));
    }

    [Fact]
    public void None_may_be_null()
    {
        Assert.Equal(
            "Callbacks of the training options have one that is null. Leave it out.",
            Assert.Throws<UnrollException>(() => Waves.Small().Fit(Waves.Samples(8), s_options with { Callbacks = [null!] })).Message);
        Assert.Throws<UnrollException>(() => Waves.Small().Fit(Waves.Samples(8), s_options with { Callbacks = null! }));
    }
}
