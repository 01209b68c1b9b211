using System.Diagnostics;
using Unroll.Resumed;
using Unroll.Tests.Forecasting;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>
/// Training that is interrupted at any moment and started again by the same line ends as if nothing had happened, to the bit.
/// </summary>
public sealed class ResumeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-resume").FullName;

    public static TheoryData<string> Names => [.. Trainings.All.Keys];

    private string Path => System.IO.Path.Combine(_folder, "run.unroll");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every other time it goes on in another culture.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Interrupted_anywhere_and_resumed_it_is_the_training_that_was_not(string name)
    {
        string whole = Trainings.Train(name, path: null);
        var random = new Random(name.Length);
        int moments = 0, interruptions = 0;
        string? result = null;
        while (result is null)
        {
            int end = random.Next(1, 60);
            moments = 0;
            try
            {
                // Weights of another seed: all that counts is in the file, once there is one.
                string Train() => Trainings.Train(name, Path, _ => Interrupt(++moments, end), File.Exists(Path) ? 77 : 3);
                result = interruptions % 2 == 0 ? Train() : OtherCulture.In(Train);
            }
            catch (TimeoutException)
            {
                interruptions++;
            }
        }

        Assert.InRange(interruptions, 2, 1000);
        Assert.Equal(whole, result);
        Assert.Equal(whole, Trainings.Train(name, Path, seed: 78));
    }

    /// <summary>Processes killed at random moments, also while they write the file: three times each training.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Killed_at_random_moments_it_ends_with_the_same_bits(string name)
    {
        string result = System.IO.Path.Combine(_folder, "result"),
            program = System.IO.Path.ChangeExtension(typeof(Trainings).Assembly.Location, ".dll");
        var random = new Random(name.Length + 100);
        for (int kills = 0; kills < 3 && !File.Exists(result);)
        {
            using Process process = Start(program, name, Path, result);
            int lines = random.Next(1, 9);
            while (lines-- > 0 && await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is not null)
            {
            }

            await Task.Delay(random.Next(0, 12), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            kills++;
        }

        if (!File.Exists(result))
        {
            using Process last = Start(program, name, Path, result);
            string error = await last.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await last.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(last.ExitCode == 0, error);
        }

        Assert.Equal(Trainings.Train(name, path: null), await File.ReadAllTextAsync(result, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_checkpoint_is_a_model_with_the_best_weights_or_the_last()
    {
        var weights = new List<float[]>();
        Model model = Trainings.NewModel();
        TrainingOptions options = Trainings.All["adam"] with { Epochs = 12, Checkpoint = new Checkpoint(Path) };
        History history = model.Fit(Trainings.Samples(60, 0), options, moment => Keep(moment));
        Assert.NotEqual(history.BestEpoch, history.Epochs.Count);
        Assert.Equal(weights[history.BestEpoch - 1], TestSamples.Weights(Model.Load(Path)));

        Trainings.NewModel().Fit(Trainings.Samples(60, 0), options with { Checkpoint = new Checkpoint(Path) { BestOnly = false } });
        Assert.Equal(weights[^1], TestSamples.Weights(Model.Load(Path)));

        void Keep(TrainingEvent moment)
        {
            if (moment.Kind == TrainingEventKind.EpochEnded)
                weights.Add(TestSamples.Weights(model));
        }
    }

    [Fact]
    public void More_epochs_and_more_patience_go_on_from_a_training_that_had_ended()
    {
        TrainingOptions options = Trainings.All["sgd"] with { Checkpoint = new Checkpoint(Path) { Resume = true } };
        Model two = Trainings.NewModel(), four = Trainings.NewModel(), whole = Trainings.NewModel();
        ArraySamples samples = Trainings.Samples(60, 0);
        two.Fit(samples, options with { Epochs = 2 });
        History history = four.Fit(samples, options with { Epochs = 4 });
        whole.Fit(samples, options with { Epochs = 4, Checkpoint = null });
        Assert.Equal((4, 2, 0), (history.Epochs.Count, history.EpochsResumed, history.EpochsBefore));
        Assert.Equal(TestSamples.Weights(whole), TestSamples.Weights(four));
    }

    /// <summary>The rate falls with every epoch but the first of all; which that is, a schedule finds in the training before.</summary>
    [Fact]
    public void A_training_that_goes_on_from_another_is_resumed_with_what_came_before()
    {
        TrainingOptions options = Trainings.All["sgd"] with { Schedule = new PlateauSchedule(0.7, 1, MinDelta: 1e30) };
        TrainingOptions next = options with { Epochs = 5, Continue = true };
        ArraySamples samples = Trainings.Samples(60, 0);
        Model whole = Trainings.NewModel(), cut = Trainings.NewModel(), resumed = Trainings.NewModel(9);
        whole.Fit(samples, options with { Epochs = 3 });
        cut.Fit(samples, options with { Epochs = 3 });
        History all = whole.Fit(samples, next);
        cut.Fit(samples, next with { Epochs = 2, Checkpoint = new Checkpoint(Path) });
        History rest = resumed.Fit(samples, next with { Continue = false, Checkpoint = new Checkpoint(Path) { Resume = true } });
        Assert.Equal((3, 2), (rest.EpochsBefore, rest.EpochsResumed));
        Assert.Equal(0.05 * Math.Pow(0.7, 6), all.Epochs[^1].LearningRate, 1e-12);
        Assert.Equal(
            all.Epochs.Select(epoch => (epoch.Loss, epoch.LearningRate)), rest.Epochs.Select(epoch => (epoch.Loss, epoch.LearningRate)));
        Assert.Equal(TestSamples.Weights(whole), TestSamples.Weights(resumed));
    }

    [Fact]
    public void Cancelled_training_is_resumed_at_the_last_epoch_that_ended()
    {
        using var stop = new CancellationTokenSource();
        TrainingOptions options = Trainings.All["rmsprop"] with { Epochs = 6, Checkpoint = new Checkpoint(Path) { Resume = true } };
        ArraySamples samples = Trainings.Samples(60, 0);
        Model model = Trainings.NewModel(), whole = Trainings.NewModel();
        Assert.Throws<TrainingCanceledException>(() => model.Fit(samples, options, Interrupt, stop.Token));
        Assert.Equal(3, model.Fit(samples, options).EpochsResumed);
        whole.Fit(samples, options with { Checkpoint = null });
        Assert.Equal(TestSamples.Weights(whole), TestSamples.Weights(model));

        void Interrupt(TrainingEvent moment)
        {
            if (moment is { Kind: TrainingEventKind.StepEnded, Epoch: 4, Step: 2 })
                stop.Cancel();
        }
    }

    [Fact]
    public void Stateful_layers_go_on_in_the_states_that_they_carried()
    {
        Model New(int seed) => new Model(new Lstm(3) { Stateful = true }, new Dense(1)).Build(new Shape(7, 2), seed);
        ArraySamples samples = Trainings.Samples(16, 0);
        var options = new TrainingOptions
        {
            Epochs = 6,
            BatchSize = 8,
            Shuffle = false,
            Checkpoint = new Checkpoint(Path) { Resume = true }
        };
        Model whole = New(1), resumed = New(2);
        whole.Fit(samples, options with { Checkpoint = null });
        New(1).Fit(samples, options with { Epochs = 3 });
        resumed.Fit(samples, options);
        Assert.Equal(TestSamples.Weights(whole), TestSamples.Weights(resumed));
    }

    public static TheoryData<string, TrainingOptions> Others => new()
    {
        { "the batch size", Trainings.All["adam"] with { BatchSize = 9 } },
        { "the seed", Trainings.All["adam"] with { Seed = 6 } },
        { "the optimizer", Trainings.All["adam"] with { Optimizer = new Adam { LearningRate = 0.02 } } },
        { "the loss", Trainings.All["adam"] with { Loss = new MeanAbsoluteError() } },
        { "the schedule", Trainings.All["adam"] with { Schedule = null } },
        { "the clipping", Trainings.All["adam"] with { Clipping = null } },
        { "shuffling", Trainings.All["adam"] with { Shuffle = false } },
        { "accumulated batches", Trainings.All["adam"] with { AccumulateBatches = 2 } },
        { "the average of weights", Trainings.All["adam"] with { WeightAverage = new WeightAverage() } },
        { "the layer rates", Trainings.All["adam"] with { LayerRates = new Dictionary<string, double> { ["gru_1"] = 2 } } },
        { "the validation samples", Trainings.All["adam"] with { Validation = Trainings.Samples(24, 61) } },
        { "the number of epochs", Trainings.All["adam"] with { Epochs = 31 } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Another_training_is_not_taken_for_the_same(string what, TrainingOptions other)
    {
        var checkpoint = new Checkpoint(Path) { Resume = true };
        Interrupted("adam");
        byte[] before = File.ReadAllBytes(Path);
        Model model = Trainings.NewModel(9);
        float[] weights = TestSamples.Weights(model);
        string message = Assert.Throws<UnrollException>(
            () => model.Fit(Trainings.Samples(60, 0), other with { Checkpoint = checkpoint })).Message;
        Assert.StartsWith($"{Path} cannot be resumed: it is of a training with {what}", message);
        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Equal(weights, TestSamples.Weights(model));
    }

    [Fact]
    public void Other_samples_layers_and_frozen_weights_are_refused_and_a_model_without_training_too()
    {
        Interrupted("adam");
        TrainingOptions options = Trainings.All["adam"] with { Checkpoint = new Checkpoint(Path) { Resume = true } };
        Assert.Contains("the samples 60 of", Refused(Trainings.NewModel(), Trainings.Samples(60, 1)));
        Assert.Contains("the samples 60 of", Refused(Trainings.NewModel(), Trainings.Samples(61, 0)));
        Assert.Contains("the layers", Refused(new Model(new Lstm(5), new Dense(1)).Build(new Shape(7, 2)), Trainings.Samples(60, 0)));
        Model frozen = Trainings.NewModel();
        frozen.Freeze("gru_1");
        Assert.Contains("the frozen weights", Refused(frozen, Trainings.Samples(60, 0)));
        Trainings.NewModel().Save(Path);
        Assert.Contains("without the state of its training", Refused(Trainings.NewModel(), Trainings.Samples(60, 0)));

        string Refused(Model model, ArraySamples samples) => Assert.Throws<UnrollException>(() => model.Fit(samples, options)).Message;
    }

    /// <summary>What differs is in the message, also late in a long text; a function within a schedule does not hide the rest.</summary>
    [Fact]
    public void The_message_has_the_place_that_differs()
    {
        var checkpoint = new Checkpoint(Path) { Resume = true };
        TrainingOptions options = Trainings.All["sgd"] with
        {
            Epochs = 1,
            Checkpoint = checkpoint,
            Optimizer = new RmsProp { LearningRate = 0.01 },
        };
        options = options with { Schedule = new WarmupSchedule(3, Schedule.Of(moment => moment.InitialRate)) };
        Trainings.NewModel().Fit(Trainings.Samples(60, 0), options);
        string Refused(TrainingOptions other) =>
            Assert.Throws<UnrollException>(() => Trainings.NewModel().Fit(Trainings.Samples(60, 0), other)).Message;
        string message = Refused(options with { Optimizer = new RmsProp { LearningRate = 0.02 } });
        Assert.Contains("0.01", message);
        Assert.Contains("0.02", message);
        Assert.Contains("warm-up of 300 steps",
            Refused(options with { Schedule = new WarmupSchedule(300, Schedule.Of(moment => moment.InitialRate)) }));
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void One_target_among_many_is_enough_to_tell_samples_apart_unless_they_are_not_compared()
    {
        float[] inputs = new float[1000], targets = new float[1000];
        var options = new TrainingOptions { Epochs = 1, Checkpoint = new Checkpoint(Path) { Resume = true } };
        Model New() => new Model(new Dense(1)).Build(new Shape(1), seed: 1);
        New().Fit(new ArraySamples(inputs, new Shape(1), targets, new Shape(1)), options);
        targets[517] = 1;
        var other = new ArraySamples(inputs, new Shape(1), targets, new Shape(1));
        Assert.Contains("the samples 1000 of", Assert.Throws<UnrollException>(() => New().Fit(other, options)).Message);
        File.Delete(Path);
        options = options with { Checkpoint = options.Checkpoint! with { ComparesSamples = false } };
        New().Fit(other, options);
        targets[518] = 1;
        Assert.Equal(1, New().Fit(other, options with { Epochs = 2 }).EpochsResumed);
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_refused_before_the_first_step()
    {
        string file = System.IO.Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        foreach (string path in new[] { "", " ", _folder, System.IO.Path.Combine(file, "run.unroll") })
        {
            int events = 0;
            TrainingOptions options = Trainings.All["sgd"] with { Checkpoint = new Checkpoint(path) };
            Assert.Throws<UnrollException>(() => Trainings.NewModel().Fit(Trainings.Samples(60, 0), options, _ => events++));
            Assert.Equal(0, events);
        }
    }

    private void Interrupted(string name)
    {
        int moments = 0;
        Assert.Throws<TimeoutException>(() => Trainings.Train(name, Path, _ => Interrupt(++moments, 30)));
    }

    private static void Interrupt(int moment, int end)
    {
        if (moment == end)
            throw new TimeoutException();
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
