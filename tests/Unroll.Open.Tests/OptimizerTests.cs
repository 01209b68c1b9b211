using System.Numerics;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Lion once more, as a user writes it.</summary>
public sealed record OwnLion : Optimizer
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.99;

    public double Decay { get; init; }

    public override int Slots => 1;

    public override void Step<T>(in OptimizerStep<T> step)
    {
        Span<T> w = step.Weights, m = step.Slot(0);
        ReadOnlySpan<T> g = step.Gradients;
        T rate = T.CreateChecked(step.Rate), beta1 = T.CreateChecked(Beta1), beta2 = T.CreateChecked(Beta2);
        T kept = T.CreateChecked(step.Decays ? 1 - step.Rate * Decay : 1);
        for (int i = 0; i < w.Length; i++)
        {
            T c = beta1 * m[i] + (T.One - beta1) * g[i];
            w[i] = kept * w[i] - (c > T.Zero ? rate : c < T.Zero ? -rate : T.Zero);
            m[i] = beta2 * m[i] + (T.One - beta2) * g[i];
        }
    }
}

/// <summary>LARS without momentum (You, Gitman and Ginsburg 2017): each parameter steps by a share of its own norm.</summary>
public sealed record OwnLars : Optimizer
{
    public double Trust { get; init; } = 0.1;

    public override int Slots => 0;

    public override bool StepsByParameter => true;

    public override void Step<T>(in OptimizerStep<T> step)
    {
        Span<T> w = step.Weights;
        ReadOnlySpan<T> g = step.Gradients;
        T norms = T.Zero, gradients = T.Zero;
        for (int i = 0; i < w.Length; i++)
            (norms, gradients) = (norms + w[i] * w[i], gradients + g[i] * g[i]);
        T ratio = norms > T.Zero && gradients > T.Zero ? T.CreateChecked(Trust) * T.Sqrt(norms / gradients) : T.One;
        T rate = T.CreateChecked(step.Rate) * ratio;
        for (int i = 0; i < w.Length; i++)
            w[i] -= rate * g[i];
    }
}

/// <summary>Lookahead (Zhang et al. 2019) around another rule, whose running sums come first.</summary>
public sealed record OwnLookahead(Optimizer Inner) : Optimizer
{
    public int Every { get; init; } = 3;

    public override int Slots => Inner.Slots + 1;

    public override void Validate()
    {
        base.Validate();
        Inner.Validate();
        if (Every < 1)
            throw new UnrollException($"Lookahead looks every {Every} steps; it must be at least 1.");
    }

    public override void Step<T>(in OptimizerStep<T> step)
    {
        Span<T> w = step.Weights, slow = step.Slot(Inner.Slots);
        if (step.Number == 1)
            w.CopyTo(slow);
        Inner.Step(step);
        if (step.Number % Every != 0)
            return;
        for (int i = 0; i < w.Length; i++)
            w[i] = slow[i] += (w[i] - slow[i]) / (T.One + T.One);
    }
}

/// <summary>Stochastic gradient descent that notes what it is given.</summary>
public sealed record Noting(List<(string? Name, int Count, double Rate, bool Decays)> Notes, bool Whole) : Optimizer
{
    public override int Slots => 0;

    public override bool StepsByParameter => Whole;

    public override void Step<T>(in OptimizerStep<T> step)
    {
        lock (Notes)
            Notes.Add((step.Parameter?.Name, step.Weights.Length, step.Rate, step.Decays));
        T rate = T.CreateChecked(step.Rate);
        for (int i = 0; i < step.Weights.Length; i++)
            step.Weights[i] -= rate * step.Gradients[i];
    }
}

public sealed record Failing(int At) : Optimizer
{
    public override int Slots => 1;

    public override void Step<T>(in OptimizerStep<T> step)
    {
        step.Weights.Fill(T.NaN);
        if (step.Number == At)
            throw new InvalidDataException("enough");
        step.Weights.Fill(T.CreateChecked(step.Number));
    }
}

public sealed record Greedy : Optimizer
{
    public override int Slots => 1;

    public override void Step<T>(in OptimizerStep<T> step) => step.Slot(1).Clear();
}

/// <summary>Optimisers that are written outside the library.</summary>
public sealed class OptimizerTests : IDisposable
{
    private static readonly Dictionary<string, Optimizer> s_own = new()
    {
        ["lion"] = new OwnLion { LearningRate = 0.002, Decay = 0.1, ExcludeFromDecay = ["bias"] },
        ["lars"] = new OwnLars { LearningRate = 0.05 },
        ["lookahead"] = new OwnLookahead(new Adam { LearningRate = 0.01 }) { LearningRate = 0.01 },
    };

    private readonly string _file = Path.GetTempFileName();

    public static TheoryData<string> Names => [.. s_own.Keys];

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_rule_written_again_takes_the_steps_of_the_librarys_own()
    {
        var own = new OwnLion { LearningRate = 0.002, Decay = 0.5, ExcludeFromDecay = ["bias", "gamma"] };
        var theirs = new Lion { LearningRate = 0.002, WeightDecay = 0.5, ExcludeFromDecay = ["bias", "gamma"] };
        Model a = Waves.Small(), b = Waves.Small(), c = Waves.Small();
        var options = new TrainingOptions { Epochs = 3, BatchSize = 8, LayerRates = new Dictionary<string, double> { ["lstm_1"] = 0.5 } };
        a.Fit(Waves.Samples(40), options with { Optimizer = own });
        b.Fit(Waves.Samples(40), options with { Optimizer = theirs });
        c.Fit(Waves.Samples(40), options with { Optimizer = theirs with { ExcludeFromDecay = null } });
        Assert.InRange(Waves.Apart(Waves.WeightsOf(a), Waves.WeightsOf(b)), 0, 1e-6);
        Assert.InRange(Waves.Apart(Waves.WeightsOf(b), Waves.WeightsOf(c)), 1e-3, 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_learns_with_the_same_bits_on_any_number_of_threads(string name)
    {
        var options = new TrainingOptions { Epochs = 60, BatchSize = 10, Optimizer = s_own[name] };
        Model one = Waves.Wide(), two = Waves.Wide(threads: 2), three = Waves.Wide(threads: 3);
        History history = one.Fit(Waves.Samples(40), options);
        two.Fit(Waves.Samples(40), options);
        three.Fit(Waves.Samples(40), options);
        Assert.True(history.FinalLoss < 0.9 * history.Epochs[0].Loss, $"{history.Epochs[0].Loss} {history.FinalLoss}");
        Assert.Equal(Waves.WeightsOf(one), Waves.WeightsOf(two));
        Assert.Equal(Waves.WeightsOf(one), Waves.WeightsOf(three));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Resumed_or_continued_it_is_the_training_that_was_not_interrupted(string name)
    {
        File.Delete(_file);
        var options = new TrainingOptions { Epochs = 6, BatchSize = 10, Optimizer = s_own[name] };
        Model whole = Waves.Small(), resumed = Waves.Small(), continued = Waves.Small();
        whole.Fit(Waves.Samples(40), options);
        TrainingOptions kept = options with { Checkpoint = new Checkpoint(_file) { Resume = true } };
        Waves.Small().Fit(Waves.Samples(40), kept with { Epochs = 2 });
        Assert.Equal(2, resumed.Fit(Waves.Samples(40), kept).EpochsResumed);
        Assert.Equal(Waves.WeightsOf(whole), Waves.WeightsOf(resumed));
        for (int i = 0; i < 3; i++)
            continued.Fit(Waves.Samples(40), options with { Epochs = 2, Continue = true });
        Assert.Equal(Waves.WeightsOf(whole), Waves.WeightsOf(continued));

        foreach (Optimizer other in new Optimizer[] { s_own[name] with { LearningRate = 0.5 }, new OwnLion { LearningRate = 0.002 },
            new Lion() })
            Assert.Contains("the optimizer",
                Assert.Throws<UnrollException>(() => Waves.Small().Fit(Waves.Samples(40), kept with { Optimizer = other })).Message);
    }

    [Fact]
    public void Continue_refuses_running_sums_of_another_rule()
    {
        Model model = Waves.Small();
        var options = new TrainingOptions { Epochs = 1, Optimizer = new OwnLion(), Continue = true };
        model.Fit(Waves.Samples(40), options);
        Assert.StartsWith(
            "Continue goes on with the running sums of OwnLion with 1 running sum a weight, but the options have Lion with 1 running sum a "
                + "weight.",
            Assert.Throws<UnrollException>(() => model.Fit(Waves.Samples(40), options with { Optimizer = new Lion() })).Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_allocates_nothing(string name)
    {
        var bytes = new long[200];
        int moments = 0;
        Waves.Small().Fit(
            Waves.Samples(48), new TrainingOptions { Epochs = 10, BatchSize = 4, Optimizer = s_own[name] },
            moment => bytes[moments++] = GC.GetAllocatedBytesForCurrentThread());
        long[] steps = [.. bytes[2..(moments - 2)].Zip(bytes[3..(moments - 1)], (before, after) => after - before)];

        // A collection, which another test may cause, takes the rest of a buffer away and counts it as allocated.
        Assert.InRange(steps.Count(each => each == 0), steps.Length * 2 / 3, steps.Length);
    }

    [Fact]
    public void All_weights_are_given_once_and_padding_never()
    {
        foreach (int threads in new[] { 1, 3 })
        {
            List<(string? Name, int Count, double Rate, bool Decays)> notes = [];
            Model model = Waves.Wide(threads);
            model.Fit(Waves.Samples(8), new TrainingOptions
            {
                Epochs = 1,
                BatchSize = 8,
                Optimizer = new Noting(notes, Whole: false) { ExcludeFromDecay = ["lstm_1/bias"] }
            });
            Assert.Equal(model.ParameterCount, notes.Sum(note => note.Count));
            Assert.Equal(256, notes.Where(note => !note.Decays).Sum(note => note.Count));
            Assert.All(notes, note => Assert.Null(note.Name));
        }
    }

    [Fact]
    public void By_parameter_it_has_the_whole_of_each_that_learns()
    {
        List<(string? Name, int Count, double Rate, bool Decays)> notes = [];
        Model model = Waves.Wide(threads: 2);
        model.Freeze("lstm_1/kernel");
        var options = new TrainingOptions
        {
            Epochs = 1,
            BatchSize = 8,
            Optimizer = new Noting(notes, Whole: true) { LearningRate = 0.5, ExcludeFromDecay = ["bias"] },
            LayerRates = new Dictionary<string, double> { ["dense_1"] = 0.25 },
        };
        model.Fit(Waves.Samples(8), options);
        Assert.Equal(
            [("dense_1/bias", 1, 0.125, false), ("dense_1/kernel", 64, 0.125, true), ("lstm_1/bias", 256, 0.5, false),
                ("lstm_1/recurrent_kernel", 64 * 256, 0.5, true)],
            notes.OrderBy(note => note.Name, StringComparer.Ordinal).Select(note => (note.Name!, note.Count, note.Rate, note.Decays)));

        Model apart = Waves.Wide();
        apart.Freeze("lstm_1/kernel");
        apart.Fit(Waves.Samples(8), options with { Optimizer = new Noting([], Whole: false) { LearningRate = 0.5 } });
        Assert.Equal(Waves.WeightsOf(apart), Waves.WeightsOf(model));
    }

    [Fact]
    public void A_rule_that_fails_leaves_the_weights_of_the_last_epoch()
    {
        Model model = Waves.Wide(threads: 2);
        float[] first = Waves.WeightsOf(model);
        var options = new TrainingOptions { Epochs = 3, BatchSize = 10 };
        Assert.Throws<InvalidDataException>(() => model.Fit(Waves.Samples(40), options with { Optimizer = new Failing(2) }));
        Assert.Equal(first, Waves.WeightsOf(model));
        float[] before = model.Predict(new float[Waves.Steps * Waves.Features]);
        Assert.Throws<InvalidDataException>(() => model.Fit(Waves.Samples(40), options with { Optimizer = new Failing(6) }));
        Assert.All(Waves.WeightsOf(model), weight => Assert.Equal(4f, weight));
        Assert.NotEqual(before, model.Predict(new float[Waves.Steps * Waves.Features]));
        model.Fit(Waves.Samples(40), options);
    }

    [Fact]
    public void Wrong_slots_and_numbers_are_told()
    {
        var options = new TrainingOptions { Epochs = 1, Optimizer = new Greedy() };
        Assert.StartsWith(
            "The optimiser keeps 1 running sums a weight, so there is no slot 1. Let Slots say how many it needs.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Waves.Small().Fit(Waves.Samples(8), options)).Message);
        Assert.Throws<UnrollException>(
            () => Waves.Small().Fit(Waves.Samples(8), options with { Optimizer = new OwnLookahead(new Adam()) { Every = 0 } }));
        Assert.Throws<UnrollException>(
            () => Waves.Small().Fit(Waves.Samples(8), options with { Optimizer = new OwnLion { LearningRate = -1 } }));
    }
}
