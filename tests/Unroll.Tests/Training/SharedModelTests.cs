using Unroll.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>One model, many threads: every answer has the bits that one thread gets.</summary>
public sealed class SharedModelTests
{
    private const int Steps = 6, Features = 3;

    private static Model Made(int threads, params Layer[] layers) =>
        new Model(layers) { Threads = threads }.Build(new Shape(Steps, Features), 7);

    private static float[] Inputs(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * Steps * Features).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    private static ArraySamples Samples(int rows, int seed)
    {
        float[] inputs = Inputs(rows, seed);
        return new ArraySamples(
            inputs, new Shape(Steps, Features), [.. Enumerable.Range(0, rows).Select(row => inputs[row * Steps * Features])], new Shape(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Predictions_from_many_threads_have_the_bits_of_one(int threads)
    {
        Model model = Made(threads, new Gru(16) { ReturnSequences = true }, new Lstm(24), new Dense(2));
        float[][] inputs = [.. Enumerable.Range(0, 40).Select(i => Inputs(1 + (i * 7 % 19), i))];
        float[][] expected = Array.ConvertAll(inputs, each => model.Predict(each));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(
            () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    int at = ((i * 31) + (worker * 17)) % inputs.Length;
                    Assert.Equal(expected[at], model.Predict(inputs[at]));
                }
            },
            TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Losses_and_runs_from_given_states_do_not_meet()
    {
        Model model = Made(2, new Lstm(8) { ReturnState = true, Name = "read" }, new Dense(1));
        ArraySamples samples = Samples(30, 1);
        double loss = model.Evaluate(samples, new MeanSquaredError());
        float[] one = Inputs(3, 2);
        var states = new ModelStates { ["read/h"] = [.. Enumerable.Repeat(0.25f, 24)], ["read/c"] = [.. Enumerable.Repeat(-0.5f, 24)] };
        ModelRun run = model.Run(one, states);
        float[] plain = model.Predict(one);
        Assert.NotEqual(plain, run.Output);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(
            () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    if (worker % 3 == 0)
                        Assert.Equal(loss, model.Evaluate(samples, new MeanSquaredError()));
                    else if (worker % 3 == 1)
                        Assert.Equal(plain, model.Predict(one));
                    else
                        Same(run, model.Run(one, states));
                }
            },
            TestContext.Current.CancellationToken)));
    }

    private static void Same(ModelRun expected, ModelRun actual)
    {
        Assert.Equal(expected.Output, actual.Output);
        Assert.Equal(expected.States["read/c"], actual.States["read/c"]);
    }

    /// <summary>Each prediction is that of the weights after some step; training ends as it would alone.</summary>
    [Fact]
    public async Task Predictions_beside_training_see_whole_steps_and_change_nothing()
    {
        ArraySamples samples = Samples(64, 3);
        float[] one = Inputs(2, 4);
        TrainingOptions options = new() { Epochs = 12, BatchSize = 16, Seed = 5 };
        Layer[] layers = [new Gru(12) { Dropout = 0.2 }, new Dense(1)];
        Model alone = Made(2, layers), beside = Made(2, layers);
        var possible = new HashSet<string> { string.Join(' ', alone.Predict(one)) };
        alone.Fit(samples, options, moment => possible.Add(string.Join(' ', alone.Predict(one))), TestContext.Current.CancellationToken);
        possible.Add(string.Join(' ', alone.Predict(one)));

        // Training waits for the first prediction: a busy machine may start the task that asks after all steps are done.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ended = new CancellationTokenSource();
        var seen = new HashSet<string>();
        Task asking = Task.Run(
            () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    seen.Add(string.Join(' ', beside.Predict(one)));
                    begun.TrySetResult();
                }
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAny(begun.Task, asking);
        History history = beside.Fit(samples, options, moment => Thread.Yield(), TestContext.Current.CancellationToken);
        await ended.CancelAsync();
        await asking;
        Assert.Equal(alone.GetWeights("gru_1/kernel"), beside.GetWeights("gru_1/kernel"));
        Assert.Equal(12, history.Epochs.Count);
        Assert.NotEmpty(seen);
        Assert.Subset(possible, seen);
    }

    [Fact]
    public void What_cannot_be_at_once_is_refused_at_once()
    {
        Model model = Made(1, new Gru(4), new Dense(1));
        ArraySamples samples = Samples(8, 1);
        TrainingOptions options = new() { Epochs = 1 };
        var said = new List<string>();
        model.Fit(samples, options, moment =>
        {
            if (moment.Kind != TrainingEventKind.StepEnded)
                return;
            foreach (Action tried in new Action[] { () => model.Fit(samples, options),
                () => model.SetWeights("gru_1/bias", model.GetWeights("gru_1/bias")), () => model.CopyWeights(model) })
                said.Add(Assert.Throws<InvalidOperationException>(tried).Message);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(3, said.Count);
        Assert.All(said, message => Assert.StartsWith("The model is being trained", message, StringComparison.Ordinal));
        model.Fit(samples, options, null, TestContext.Current.CancellationToken);

        Model stateful = Made(1, new Gru(4) { Stateful = true }, new Dense(1));
        var nested = new Nested(Samples(2, 1), () => Assert.Throws<InvalidOperationException>(() => stateful.Predict(Inputs(2, 1))));
        stateful.Predict(nested);
        Assert.True(nested.WasAsked);
    }

    /// <summary>Samples that do something while they are read.</summary>
    private sealed class Nested(ISamples samples, Action act) : ISamples
    {
        public bool WasAsked { get; private set; }

        public int Count => samples.Count;

        public Shape InputShape => samples.InputShape;

        public Shape TargetShape => samples.TargetShape;

        public void CopyInput(int index, Span<float> destination)
        {
            if (!WasAsked)
                act();
            WasAsked = true;
            samples.CopyInput(index, destination);
        }

        public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(index, destination);
    }
}
