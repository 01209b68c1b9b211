using Xunit;

namespace Unroll.Tests.Training;

/// <summary>
/// The rates of every schedule: written out by hand, and those of PyTorch's schedulers by their published formulas; and what a schedule is
/// told in training.
/// </summary>
public sealed class ScheduleTests
{
    [Fact]
    public void Exponential()
    {
        Near([1, 0.5, 0.25, 0.125], Rates(new ExponentialSchedule(0.5), 4, 1));
        Near([1, Math.Sqrt(0.5), 0.5, Math.Sqrt(0.125)], Rates(new ExponentialSchedule(0.5) { ByStep = true }, 2, 2));
        Near([1, 1, 0.5, 0.5], Rates(new ExponentialSchedule(0.5), 2, 2));
    }

    [Fact]
    public void Linear()
    {
        Near([1, 0.75, 0.5, 0.25], Rates(new LinearSchedule(), 4, 1));
        Near([1, 0.8, 0.6, 0.4, 0.2, 0.2], Rates(new LinearSchedule(0.2, 4), 6, 1));
        Near([1, 0.875, 0.75, 0.625, 0.5, 0.5], Rates(new LinearSchedule(0.5, 2) { ByStep = true }, 3, 2));
    }

    [Fact]
    public void Cosine_by_step() =>
        Near(Enumerable.Range(0, 8).Select(s => 0.1 + 0.9 * 0.5 * (1 + Math.Cos(Math.PI * s / 8))),
            Rates(new CosineSchedule(0.1) { ByStep = true }, 4, 2));

    /// <summary>The first cosine has 2 epochs, the second 4, the third 8.</summary>
    [Fact]
    public void Cosine_with_restarts()
    {
        double At(double passed, double length) => 0.5 * (1 + Math.Cos(Math.PI * passed / length));
        Near([1, At(1, 2), 1, At(1, 4), At(2, 4), At(3, 4), 1, At(1, 8)], Rates(new CosineRestartsSchedule(2, 2), 8, 1));
        Near([1, At(0.5, 1), 1, At(0.5, 1)], Rates(new CosineRestartsSchedule(1) { ByStep = true }, 2, 2));
    }

    /// <summary>
    /// torch.optim.lr_scheduler.OneCycleLR(max_lr = 1, total_steps = 10): its first phase ends at 0.3·10 − 1 = 2, its second at 9.
    /// </summary>
    [Fact]
    public void One_cycle()
    {
        double first = 1.0 / 25, last = first / 1e4;
        double Between(double a, double b, double share) => b + (a - b) / 2 * (1 + Math.Cos(Math.PI * share));
        double[] exact = [first, Between(first, 1, 0.5), 1, .. Enumerable.Range(3, 7).Select(s => Between(1, last, (s - 2) / 7.0))];
        Near(exact, Rates(new OneCycleSchedule(), 5, 2));
        Assert.Equal(last, Rates(new OneCycleSchedule(), 5, 2)[^1], 1e-15);
        Assert.All(Rates(new OneCycleSchedule(), 1, 1), rate => Assert.InRange(rate, 0, 1));
    }

    [Fact]
    public void Warm_up()
    {
        Near([0.25, 0.5, 0.75, 1, 1, 1], Rates(new WarmupSchedule(3), 3, 2));
        Near([0.625, 1, 1, 1], Rates(new WarmupSchedule(1, StartShare: 0.25), 4, 1));

        // Two steps up, then a straight line over the six that are left.
        Near([1 / 3.0, 2 / 3.0, 1, 5 / 6.0, 4 / 6.0, 3 / 6.0, 2 / 6.0, 1 / 6.0],
            Rates(new WarmupSchedule(2, new LinearSchedule { ByStep = true }), 4, 2));

        // One epoch up; the step schedule sees its own first epoch after it.
        Near([1 / 3.0, 2 / 3.0, 1, 1, 0.1, 0.1], Rates(new WarmupSchedule(2, new StepSchedule(1)), 3, 2));
    }

    public static TheoryData<Schedule> OfTheLibrary =>
    [
        new StepSchedule(2, 0.5), new ExponentialSchedule(0.5), new ExponentialSchedule(0.5) { ByStep = true },
        new LinearSchedule(), new LinearSchedule(0.1, 3) { ByStep = true }, new CosineSchedule(), new CosineSchedule(0.1) { ByStep = true },
        new CosineRestartsSchedule(2, 2), new CosineRestartsSchedule(1) { ByStep = true }, new OneCycleSchedule(),
        new PlateauSchedule(0.5, 1, 0), new PlateauSchedule(0.5, 2, 0.5) { Cooldown = 2 },
    ];

    /// <summary>Steps, epochs and losses of the warm-up are over for it; the losses there are lower than all that follow.</summary>
    [Theory]
    [MemberData(nameof(OfTheLibrary))]
    public void Behind_a_warm_up_of_whole_epochs_a_schedule_goes_as_if_training_began_there(Schedule then)
    {
        double[] losses = [2, 1, 9, 8, 8, 7, 7, 7, 6, 6];
        double[] alone = Rates(then, 8, 2, losses[2..]), behind = Rates(new WarmupSchedule(4, then), 10, 2, losses);
        Near([0.2, 0.4, 0.6, 0.8], behind[..4]);
        Near(alone, behind[4..]);
        Assert.True(alone.Distinct().Count() > 1);
    }

    [Fact]
    public void A_plateau_never_raises_the_rate_and_counts_nothing_while_it_cools_down()
    {
        double[] flat = [.. Enumerable.Repeat(1.0, 12)];
        Near([0.001, 0.001, 0.001, 0.001, 0.001, 0.001], Rates(new PlateauSchedule(0.5, 2, 1e30, Floor: 0.01), 6, 1, flat, initial: 0.001));
        Near([1, 1, 0.5, 0.25, 0.125], Rates(new PlateauSchedule(0.5, 1, 0), 5, 1, flat));
        Near([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25], Rates(new PlateauSchedule(0.5, 1, 0) { Cooldown = 3 }, 7, 1, flat));
    }

    [Fact]
    public void Any_function_is_told_where_training_stands()
    {
        var moments = new List<ScheduleMoment>();
        Schedule own = Schedule.Of(moment =>
        {
            moments.Add(moment with { Losses = [.. moment.Losses] });
            return moment.InitialRate / (1 + moment.Step);
        });
        Model model = new Model(new Dense(1)).Build(new Shape(1), seed: 1);
        var rates = new List<double>();
        var options = new TrainingOptions { Epochs = 3, BatchSize = 2, Optimizer = new Sgd { LearningRate = 0.1 }, Schedule = own };
        History history = model.Fit(TestSamples.Line(1, 1, 2, 3), options, moment =>
        {
            if (moment.Kind == TrainingEventKind.StepEnded)
                rates.Add(moment.LearningRate);
        });
        Near([0.1, 0.1 / 2, 0.1 / 3, 0.1 / 4, 0.1 / 5, 0.1 / 6], rates);
        Assert.Equal([0, 1, 2, 3, 4, 5], moments.Select(moment => moment.Step));
        Assert.Equal([1, 1, 2, 2, 3, 3], moments.Select(moment => moment.Epoch));
        Assert.All(moments, moment => Assert.Equal((6, 2, 3), (moment.Steps, moment.StepsPerEpoch, moment.Epochs)));
        Assert.Equal(history.Epochs.Take(2).Select(epoch => epoch.Loss), moments[^1].Losses);
        Near([0.1 / 2, 0.1 / 4, 0.1 / 6], history.Epochs.Select(epoch => epoch.LearningRate));
    }

    /// <summary>With SGD on one weight the rates can be read from the weight: w += rate·2·(1000 − w).</summary>
    [Fact]
    public void The_rate_of_a_step_is_the_one_that_it_is_taken_with()
    {
        Model model = new Model(new Dense(1) { KernelInitializer = Initializer.Zeros, UseBias = false }).Build(new Shape(1));
        var options = new TrainingOptions
        {
            Epochs = 1,
            BatchSize = 1,
            Optimizer = new Sgd { LearningRate = 1e-3 },
            Schedule = new ExponentialSchedule(0.25) { ByStep = true },
        };
        var weights = new List<double>();
        model.Fit(TestSamples.Line(1000, 1, 1), options, moment =>
        {
            if (moment.Kind == TrainingEventKind.StepEnded)
                weights.Add(model.GetWeights("dense_1/kernel")[0]);
        });
        Near([2, 2 + 1e-3 * 0.5 * 2 * 998], weights, 1e-4);
    }

    public static TheoryData<Schedule, string> OutOfRange => new()
    {
        { new ExponentialSchedule(0), "An exponential schedule has factor 0; it must be above 0 and at most 1." },
        { new ExponentialSchedule(1.5), "An exponential schedule has factor 1.5; it must be above 0 and at most 1." },
        { new ExponentialSchedule(double.NaN), "An exponential schedule has factor NaN; it must be above 0 and at most 1." },
        { new LinearSchedule(-1), "A linear schedule has a floor of -1 of the first rate and all epochs; the floor must be at least 0 and "
            + "at most 1, the epochs at least 1." },
        { new LinearSchedule(0, 0), "A linear schedule has a floor of 0 of the first rate and 0 epochs; the floor must be at least 0 and "
            + "at most 1, the epochs at least 1." },
        { new CosineRestartsSchedule(0), "A cosine schedule with restarts has 0 epochs, growth 1 and a floor of 0 of the first rate; the "
            + "epochs must be at least 1, the growth at least 1 (and at most a million), the floor at least 0 and at most 1." },
        { new OneCycleSchedule(1), "A one-cycle schedule has a rising share of 1 and divisors 25 and 10000; the share must be above 0 and "
            + "below 1, the divisors at least 1." },
        { new WarmupSchedule(0),
            "A warm-up has 0 steps and begins at 0 of the rate; it needs at least 1 step and a share of at least 0 and at most 1." },
        { new WarmupSchedule(1, new StepSchedule(0)),
            "A step schedule has 0 epochs and factor 0.1; it needs at least 1 epoch and a factor above 0 and at most 1." },
        { new WarmupSchedule(1, new WarmupSchedule(1)), "A warm-up is followed by another warm-up. Give one with the steps of both." },
        { new PlateauSchedule { Cooldown = -1 }, "A plateau schedule has a cooldown of -1 epochs; it must be at least 0." },
        { Schedule.Of(_ => double.NaN),
            "The schedule gives the learning rate NaN for step 1 of epoch 1; it must be at least 0 and finite." },
        { Schedule.Of(moment => 1 - moment.Step),
            "The schedule gives the learning rate -1 for step 3 of epoch 1; it must be at least 0 and finite." },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Numbers_outside_their_range_are_named(Schedule schedule, string message)
    {
        var options = new TrainingOptions { Epochs = 1, BatchSize = 1, Schedule = schedule };
        var model = new Model(new Dense(1));
        Assert.Equal(message, Assert.Throws<UnrollException>(() => model.Fit(TestSamples.Line(1, 1, 2, 3), options)).Message);
    }

    private static double[] Rates(Schedule schedule, int epochs, int stepsPerEpoch, double[]? losses = null, double initial = 1)
    {
        schedule.Validate();
        return [.. Enumerable.Range(0, epochs * stepsPerEpoch).Select(step => schedule.RateAt(new ScheduleMoment
        {
            InitialRate = initial,
            Step = step,
            Steps = epochs * stepsPerEpoch,
            StepsPerEpoch = stepsPerEpoch,
            Epoch = step / stepsPerEpoch + 1,
            Epochs = epochs,
            Losses = losses?[..(step / stepsPerEpoch)] ?? [],
        }))];
    }

    private static void Near(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance = 1e-12) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance);
}
