using Unroll.Training;

namespace Unroll.Halves;

/// <summary>Trainings that two processes share: all cells, batches that divide unevenly, what is random and what is summed.</summary>
public static class HalvedTrainings
{
    private const int Steps = 6, Features = 3;

    /// <summary>A training.</summary>
    /// <param name="Rows">How many samples; with the batch size they say how many groups there are: one for 8 rows, at most 8.</param>
    /// <param name="Options">How.</param>
    /// <param name="Layers">What is trained.</param>
    private sealed record Case(int Rows, TrainingOptions Options, Func<Layer[]> Layers)
    {
        /// <summary>Values of a row's target.</summary>
        public int Targets { get; init; } = 1;
    }

    private static readonly Dictionary<string, Case> s_cases = new()
    {
        // Batches of 5, 5 and 4 groups; the last shard of each is not full.
        ["lstm"] = new(
            100,
            Options(37) with { Clipping = new Clipping(ClipMode.GlobalNorm, 0.5), Validation = Samples(20, 100, 1), Metrics = [new Mae()] },
            () =>
            [
                new Lstm(96) { ReturnSequences = true, Dropout = 0.2, RecurrentDropout = 0.1 }, new BatchNorm(), new Dropout(0.1),
                new Lstm(64),
                new Dense(1),
            ]),

        // 13 shards in 8 groups, then one group, which both halves compute.
        ["gru"] = new(109, Options(104) with { Optimizer = new AdamW { LearningRate = 0.01 }, WeightAverage = new WeightAverage(0.9) },
            () => [new Gru(80) { Dropout = 0.2, KernelRegularizer = new L1L2(0.001, 0.001) }, new Dense(1)]),

        // Batches of 3 and 2 groups; masked steps, so that rows count differently, and metrics that need their weights.
        ["simple-rnn"] = new(64, Options(24) with { Optimizer = new RmsProp(), Metrics = [new Mae()] },
            () => [new Masking { AtEnd = true }, new SimpleRnn(64) { ReturnSequences = true, Dropout = 0.2 }, new Dense(1)])
        { Targets = Steps },

        // 7 groups, whose rows' states are carried to the next batch.
        ["stateful"] = new(106, Options(53) with { Shuffle = false },
            () => [new Lstm(64) { Stateful = true, RecurrentDropout = 0.1 }, new Dense(1)]),

        // Shards of 16 rows, as wide layers have them: 6 groups.
        ["wide"] = new(90, Options(90) with { Epochs = 2 }, () => [new Gru(384) { Dropout = 0.1 }, new Dense(1)]),
    };

    /// <summary>What they are called.</summary>
    public static IReadOnlyCollection<string> Names => s_cases.Keys;

    /// <summary>Trains.</summary>
    /// <param name="name">Which training.</param>
    /// <param name="other">Where the other half is; null: there is none.</param>
    /// <param name="isSecond">Which half this is.</param>
    /// <param name="seed">Of the initial weights.</param>
    /// <returns>All weights, losses and metrics, and outputs afterwards, which tell of the states that were carried; to the bit.</returns>
    public static string Train(string name, Stream? other = null, bool isSecond = false, int seed = 3)
    {
        Case training = s_cases[name];
        var model = new Model(training.Layers()) { Threads = isSecond ? 3 : 2 };
        model.Build(new Shape(Steps, Features), seed);
        model.Network.Other = other is null ? null : new OtherHalf(other, isSecond);
        ArraySamples samples = Samples(training.Rows, 0, training.Targets);
        History history = model.Fit(samples, training.Options);
        IEnumerable<string> epochs = history.Epochs.Select(epoch =>
            $"{epoch.Loss:R} {epoch.ValidationLoss:R} {string.Join(' ', epoch.Metrics)} {string.Join(' ', epoch.ValidationMetrics)}");
        IEnumerable<float> weights = model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name));
        float[] outputs = model.Predict(Samples(training.Options.BatchSize, 0, training.Targets));
        return $"{history.Reason}\n{string.Join('\n', epochs)}\n{Bits(weights)}\n{Bits(outputs)}\n";
    }

    private static TrainingOptions Options(int batch) =>
        new() { Epochs = 3, BatchSize = batch, Optimizer = new Adam { LearningRate = 0.01 }, Seed = 5 };

    private static string Bits(IEnumerable<float> values) => string.Join(' ', values.Select(BitConverter.SingleToInt32Bits));

    /// <summary>Windows of waves of unequal lengths, zeros behind them; the targets are values to come.</summary>
    private static ArraySamples Samples(int count, int from, int targets)
    {
        float Wave(int i) => MathF.Sin((i + from) * 0.37f) + 0.3f * MathF.Sin(i * i * 0.11f);
        float[] inputs = [.. Enumerable.Range(0, count * Steps * Features).Select(Wave)];
        float[] values = [.. Enumerable.Range(0, count * targets).Select(i => MathF.Sin((i + from) * 0.9f))];
        for (int row = 0; row < count; row++)
            inputs.AsSpan((row * Steps + Steps - row % 4) * Features, row % 4 * Features).Clear();
        return new ArraySamples(inputs, new Shape(Steps, Features), values, targets == 1 ? new Shape(1) : new Shape(targets, 1));
    }
}
