using System.Globalization;

namespace Unroll.Resumed;

/// <summary>Trainings that are interrupted and resumed: every optimiser, and what else has a state, spread over them.</summary>
public static class Trainings
{
    private const int Count = 60, Steps = 7, Features = 2;

    /// <summary>By name, how to train.</summary>
    public static IReadOnlyDictionary<string, TrainingOptions> All { get; } = new Dictionary<string, TrainingOptions>
    {
        ["sgd"] = Options with { Optimizer = new Sgd { LearningRate = 0.05 }, AccumulateBatches = 3, Schedule = new StepSchedule(5, 0.7) },
        ["momentum"] = Options with
        {
            Optimizer = new Sgd { LearningRate = 0.02, Momentum = 0.9, Nesterov = true },
            Schedule = new CosineSchedule { ByStep = true }
        },
        ["rmsprop"] = Options with
        {
            Optimizer = new RmsProp { LearningRate = 0.01 },
            Schedule = new PlateauSchedule(0.5, 2),
            EarlyStopping = new EarlyStopping(9)
        },
        ["centered"] = Options with
        {
            Optimizer = new RmsProp { LearningRate = 0.005, Centered = true, Momentum = 0.5 },
            AccumulateBatches = 2,
        },
        ["adam"] = Options with
        {
            Optimizer = new Adam { LearningRate = 0.01 },
            Schedule = new WarmupSchedule(20, new LinearSchedule(0.1)),
            Clipping = new Clipping(ClipMode.GlobalNorm, 0.5)
        },
        ["adamw"] = Options with
        {
            Optimizer = new AdamW { LearningRate = 0.01 },
            WeightAverage = new WeightAverage(0.9),
            LayerRates = new Dictionary<string, double> { ["dense_1"] = 0.3 },
            EarlyStopping = new EarlyStopping(12),
        },
        ["amsgrad"] = Options with
        {
            Optimizer =
            new AdamW { LearningRate = 0.01, AmsGrad = true, WeightDecay = 0.1, ExcludeFromDecay = ["bias", "gamma", "beta"] }
        },
        ["nadam"] = Options with { Optimizer = new Nadam { LearningRate = 0.005 } },
        ["adagrad"] = Options with { Optimizer = new Adagrad { LearningRate = 0.05 } },
        ["lion"] = Options with { Optimizer = new Lion { LearningRate = 0.001, WeightDecay = 0.1, ExcludeFromDecay = ["bias"] } },
    };

    private static TrainingOptions Options => new() { Epochs = 30, BatchSize = 8, Seed = 5, Validation = Samples(24, 60) };

    /// <summary>An untrained model; the seed is not that of the training, because a checkpoint brings the weights.</summary>
    public static Model NewModel(int seed = 3) =>
        new Model(new Lstm(5) { ReturnSequences = true, Dropout = 0.2, RecurrentDropout = 0.1 }, new BatchNorm(), new Dropout(0.1),
            new Gru(4), new Dense(1))
        {
            Threads = 2,
        }.Build(new Shape(Steps, Features), seed);

    /// <summary>Trains, with a checkpoint to resume from where a path is given.</summary>
    /// <returns>All weights and the losses of all epochs, to the bit.</returns>
    public static string Train(string name, string? path, Action<TrainingEvent>? onEvent = null, int seed = 3)
    {
        Model model = NewModel(seed);
        TrainingOptions options = All[name] with { Checkpoint = path is null ? null : new Checkpoint(path) { Resume = true } };
        History history = model.Fit(Samples(Count, 0), options, onEvent);
        IEnumerable<string> weights = model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))
            .Select(weight => BitConverter.SingleToInt32Bits(weight).ToString(CultureInfo.InvariantCulture));
        IEnumerable<string> epochs =
            history.Epochs.Select(epoch => string.Create(CultureInfo.InvariantCulture,
                $"{epoch.Epoch} {epoch.Loss:R} {epoch.ValidationLoss:R} {epoch.LearningRate:R}"));
        return $"{history.Reason} {history.BestEpoch} {history.KeptEpoch}\n{string.Join('\n', epochs)}\n{string.Join(' ', weights)}";
    }

    /// <summary>Windows of waves; the target is the next value.</summary>
    public static ArraySamples Samples(int count, int from)
    {
        float[] inputs = [.. Enumerable.Range(0, count * Steps * Features)
            .Select(i => MathF.Sin((i + from) * 0.37f) + 0.3f * MathF.Sin(i * i * 0.11f))];
        return new ArraySamples(
            inputs, new Shape(Steps, Features), [.. Enumerable.Range(0, count).Select(i => MathF.Sin((i + from) * 0.9f))], new Shape(1));
    }
}
