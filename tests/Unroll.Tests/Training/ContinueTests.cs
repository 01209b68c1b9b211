using Xunit;

namespace Unroll.Tests.Training;

/// <summary>A training that goes on from the one before, gradients of several batches in one step, and averages of weights.</summary>
public sealed class ContinueTests
{
    public static TheoryData<Optimizer> Optimizers =>
    [
        new Sgd { LearningRate = 0.05 },
        new Sgd { LearningRate = 0.02, Momentum = 0.9 },
        new RmsProp { LearningRate = 0.01 },
        new RmsProp { LearningRate = 0.01, Momentum = 0.5, Centered = true },
        new Adam { LearningRate = 0.02 },
        new AdamW { LearningRate = 0.02 },
    ];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Epoch_by_epoch_is_all_at_once(Optimizer optimizer)
    {
        var options = new TrainingOptions
        {
            Epochs = 6,
            BatchSize = 8,
            Optimizer = optimizer,
            Seed = 4,
            Schedule = new PlateauSchedule(0.5, 1, 0.1)
        };
        ArraySamples samples = TestSamples.Curves(30);
        Model whole = NewModel(), parts = NewModel();
        History all = whole.Fit(samples, options);
        var epochs = new List<EpochRecord>();
        for (int before = 0; before < 6; before++)
        {
            History history = parts.Fit(samples, options with { Epochs = 1, Continue = true });
            Assert.Equal((before, 0), (history.EpochsBefore, history.EpochsResumed));
            epochs.AddRange(history.Epochs);
        }

        Assert.Equal(TestSamples.Weights(whole), TestSamples.Weights(parts));
        Assert.Equal(all.Epochs.Select(epoch => (epoch.Loss, epoch.LearningRate)),
            epochs.Select(epoch => (epoch.Loss, epoch.LearningRate)));
    }

    /// <summary>The figures of November 2026: 6.93 in one, 1.83 where every Fit begins with an empty optimiser.</summary>
    [Fact]
    public void Without_it_every_training_begins_with_an_empty_optimiser()
    {
        Assert.Equal(6.929f, Momentum(isContinued: false, 10), 1e-3f);
        Assert.Equal(1.829f, Momentum(isContinued: false, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 1e-3f);
        Assert.Equal(Momentum(isContinued: false, 10), Momentum(isContinued: true, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
        Assert.Equal(Momentum(isContinued: false, 10), Momentum(isContinued: true, 3, 7));
    }

    [Fact]
    public void It_goes_on_with_the_weights_that_the_model_has()
    {
        Model model = NewModel();
        ArraySamples samples = TestSamples.Curves(30);
        var options = new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 1e-20 }, Continue = true };
        model.Fit(samples, options);
        model.SetWeights("dense_1/bias", [5]);
        model.Fit(samples, options);
        Assert.Equal(5, model.GetWeights("dense_1/bias")[0]);
    }

    [Fact]
    public void A_model_that_is_built_anew_has_nothing_to_go_on_from()
    {
        Model model = NewModel();
        var options = new TrainingOptions { Epochs = 2, Continue = true };
        model.Fit(TestSamples.Curves(30), options);
        model.Build(new Shape(6, 2), seed: 2);
        Assert.Equal(0, model.Fit(TestSamples.Curves(30), options).EpochsBefore);
    }

    [Fact]
    public void Another_optimiser_is_refused_and_other_samples_are_not()
    {
        Model model = NewModel();
        var options = new TrainingOptions { Epochs = 2, Optimizer = new Adam(), Continue = true };
        model.Fit(TestSamples.Curves(30), options);
        Assert.Equal(2, model.Fit(TestSamples.Curves(44), options).EpochsBefore);
        Assert.Equal(
            "Continue goes on with the running sums of Adam with 2 running sums a weight, but the options have Sgd with 0 running sums a "
                + "weight. "
            + "Give an optimizer of the same kind, or train without Continue.",
            Assert.Throws<UnrollException>(() => model.Fit(TestSamples.Curves(30), options with { Optimizer = new Sgd() })).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Several_batches_make_the_step_of_one_large_batch(int threads)
    {
        ArraySamples samples = TestSamples.Curves(70);
        var options = new TrainingOptions { Epochs = 3, Optimizer = new Adam { LearningRate = 0.01 } };
        Model large = NewModel(), several = NewModel(threads);
        int steps = 0;
        large.Fit(samples, options with { BatchSize = 32 });
        several.Fit(samples, options with { BatchSize = 8, AccumulateBatches = 4 },
            moment => steps += moment.Kind == TrainingEventKind.StepEnded ? 1 : 0);
        Assert.Equal(9, steps);
        Assert.Equal(TestSamples.Weights(large), TestSamples.Weights(several));
    }

    /// <summary>One sample of value 1 with target 0 and rate ¼: w is halved in each step, which the average follows.</summary>
    [Fact]
    public void The_average_of_the_weights_is_what_is_judged_and_kept()
    {
        Model model = new Model(new Dense(1) { UseBias = false, KernelInitializer = Initializer.Ones }).Build(new Shape(1));
        ArraySamples samples = TestSamples.Line(0, 1);
        double w = 1, average = 0;
        var losses = new List<double>();
        for (int step = 0; step < 5; step++)
        {
            w /= 2;
            average = step == 0 ? w : 0.9 * average + 0.1 * w;
            losses.Add(average * average);
        }

        var seen = new List<float>();
        var options = new TrainingOptions
        {
            Epochs = 5,
            Optimizer = new Sgd { LearningRate = 0.25 },
            WeightAverage = new WeightAverage(0.9),
            Validation = samples
        };
        History history = model.Fit(samples, options, moment =>
        {
            if (moment.Kind == TrainingEventKind.EpochEnded)
                seen.Add(model.GetWeights("dense_1/kernel")[0]);
        });
        Assert.Equal(average, model.GetWeights("dense_1/kernel")[0], 1e-6);
        Assert.Equal(average, seen[^1], 1e-6);
        Assert.Equal(losses, history.Epochs.Select(epoch => epoch.ValidationLoss!.Value), (a, b) => Math.Abs(a - b) < 1e-6);

        // Going on trains the weights themselves, not their average.
        model.Fit(samples, options with { Epochs = 1, Continue = true });
        Assert.Equal(0.9 * average + 0.1 * w / 2, model.GetWeights("dense_1/kernel")[0], 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Epoch_by_epoch_is_all_at_once_with_an_average_and_early_stopping_too(bool restores)
    {
        ArraySamples samples = TestSamples.Curves(30);
        var options = new TrainingOptions
        {
            Epochs = 5,
            BatchSize = 8,
            Optimizer = new Adam(),
            WeightAverage = new WeightAverage(0.9),
            EarlyStopping = new EarlyStopping(100) { RestoreBestWeights = restores },
        };
        Model whole = NewModel(), parts = NewModel();
        History history = whole.Fit(samples, options);
        Assert.Equal(5, history.BestEpoch);
        for (int i = 0; i < 5; i++)
            parts.Fit(samples, options with { Epochs = 1, Continue = true });
        Assert.Equal(TestSamples.Weights(whole), TestSamples.Weights(parts));
    }

    [Fact]
    public void Averages_of_a_batch_norm_are_not_averaged_again()
    {
        Model plain = New(), averaged = New();
        ArraySamples samples = TestSamples.Curves(32, steps: 1, features: 3);
        var options = new TrainingOptions { Epochs = 4, BatchSize = 8, Optimizer = new Sgd { LearningRate = 1e-30 } };
        plain.Fit(samples, options);
        averaged.Fit(samples, options with { WeightAverage = new WeightAverage(0.99) });
        Assert.Equal(plain.GetWeights("batch_norm_1/moving_mean"), averaged.GetWeights("batch_norm_1/moving_mean"));
        Assert.NotEqual(0, averaged.GetWeights("batch_norm_1/moving_mean")[0]);

        static Model New() => new Model(new LastSteps(1), new Flatten(), new BatchNorm(), new Dense(1)).Build(new Shape(1, 3), seed: 1);
    }

    /// <summary>The largest batch that can be said is one of all samples, whatever it is multiplied with.</summary>
    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1, int.MaxValue)]
    [InlineData(1 << 30, 4)]
    public void A_batch_beyond_the_samples_is_all_of_them(int batch, int accumulate)
    {
        ArraySamples samples = TestSamples.Curves(30);
        Model all = NewModel(), beyond = NewModel();
        var options = new TrainingOptions { Epochs = 3, BatchSize = 30 };
        all.Fit(samples, options);
        int steps = 0;
        beyond.Fit(
            samples,
            options with { BatchSize = batch, AccumulateBatches = accumulate, BucketByLength = true },
            moment => steps += moment.Kind == TrainingEventKind.StepEnded ? 1 : 0);
        Assert.Equal(3, steps);
        Assert.NotEqual(TestSamples.Weights(NewModel()), TestSamples.Weights(beyond));
        if (batch > 1)
            Assert.Equal(TestSamples.Weights(all).Length, TestSamples.Weights(beyond).Length);
    }

    private static Model NewModel(int threads = 2) =>
        new Model(new Lstm(4) { Dropout = 0.2 }, new Dense(1)) { Threads = threads }.Build(new Shape(6, 2), seed: 1);

    private static float Momentum(bool isContinued, params int[] parts)
    {
        Model model = new Model(new Dense(1) { UseBias = false, KernelInitializer = Initializer.Zeros }).Build(new Shape(1));
        foreach (int epochs in parts)
        {
            model.Fit(
                TestSamples.Line(10, 1),
                new TrainingOptions
                {
                    Epochs = epochs,
                    Optimizer = new Sgd { LearningRate = 0.01, Momentum = 0.9 },
                    Continue = isContinued
                });
        }

        return model.GetWeights("dense_1/kernel")[0];
    }
}
