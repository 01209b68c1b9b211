#:project ../src/Unroll/Unroll.csproj

// What a tutorial on training leaves out: class weights, metrics, schedules, resuming after an interruption, continuing a training, a new
// head on frozen layers. The data are made here: waves, one in ten of which is disturbed for some steps. It takes a few seconds.
using Unroll;

const int T = 30;
ArraySamples train = Waves(600, seed: 1), validation = Waves(300, seed: 2);
int[] labels = [.. train.Labels()];
string file = Path.Combine(Path.GetTempPath(), $"unroll-training-{Environment.ProcessId}.unroll");

// What describes a training: the loss, the steps, the metrics.
Model model = new Model(new Gru(16) { ReturnSequences = true, Name = "body" }, new GlobalMaxPooling(), new Dense(1) { Name = "head" })
    .Build(new Shape(T, 1), seed: 1);
var options = new TrainingOptions
{
    Epochs = 20,
    BatchSize = 32,
    Seed = 1,
    Optimizer = new AdamW { LearningRate = 0.01, WeightDecay = 0.001 },
    Schedule = new WarmupSchedule(20, new CosineSchedule { ByStep = true }),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new BinaryCrossEntropy { PositiveWeight = ClassWeights.BalancedPositive(labels) },
    Metrics = [new F1(), new Auc()],
    Validation = validation,
    EarlyStopping = new EarlyStopping(8),
    Checkpoint = new Checkpoint(file) { Resume = true },
};

// Interrupted after six epochs, as by a crash. The same line again resumes, and ends with the weights of an uninterrupted training.
using (var stop = new CancellationTokenSource())
{
    try
    {
        model.Fit(train, options, moment => StopAfter(6, moment, stop), stop.Token);
    }
    catch (TrainingCanceledException stopped)
    {
        Console.WriteLine(stopped.Message);
    }
}

History history = model.Fit(train, options);
Console.WriteLine($"{history.Epochs.Count} epochs, {history.EpochsResumed} of them before the interruption");
Console.WriteLine($"kept: epoch {history.KeptEpoch}");
EpochRecord best = history.Epochs[history.KeptEpoch - 1];
Console.WriteLine($"validation: F1 {best.ValidationMetrics["f1"]:F3}, area under the curve {best.ValidationMetrics["auc"]:F3}");
float[] probabilities = model.PredictProbabilities(validation, options.Loss);
Console.WriteLine($"the first sample is disturbed with probability {probabilities[0]:P1}");

// What the gates and states were at every step of one window: the numbers that the output is made of.
float[] window = new float[T];
validation.CopyInput(0, window);
RecurrentTrace body = model.Trace(window).Recurrent[0];
foreach (StepValues values in body.Gates.Concat(body.States))
    Console.WriteLine($"{body.Layer}, {values.Name}: unit 0 has {values[0, 0]:F2} at the first step, {values[T - 1, 0]:F2} at the last");

// Three more epochs at a lower rate; the running sums of the optimiser are kept.
TrainingOptions more = options with
{
    Epochs = 3,
    Continue = true,
    Checkpoint = null,
    Schedule = new ExponentialSchedule(0.5),
    Optimizer = new AdamW { LearningRate = 1e-4 },
};
Console.WriteLine($"3 epochs more after {model.Fit(train, more).EpochsBefore}");

// Another task: how strong is the disturbance? The body is kept and frozen, the head is new.
Model tuned = model.WithHead(model.NodeOf("global_max_pooling_1"), new Dense(1) { Name = "strength" });
tuned.Freeze("body");
Console.WriteLine(tuned.Summary());
var strength = new TrainingOptions
{
    Epochs = 20,
    Optimizer = new Adam { LearningRate = 0.01 },
    Metrics = [new RSquared()],
    WeightAverage = new WeightAverage(0.95),
};
Console.WriteLine($"R² of the head alone: {tuned.Fit(Waves(600, seed: 1, ofStrength: true), strength).Epochs[^1].Metrics["r2"]:F2}");

// Then all layers learn, the body slowly.
tuned.Unfreeze("body");
strength = strength with { LayerRates = new Dictionary<string, double> { ["body"] = 0.1 }, AccumulateBatches = 2 };
Console.WriteLine($"R² of all layers: {tuned.Fit(Waves(600, seed: 1, ofStrength: true), strength).Epochs[^1].Metrics["r2"]:F2}");
File.Delete(file);

static void StopAfter(int epochs, TrainingEvent moment, CancellationTokenSource stop)
{
    if (moment.Kind == TrainingEventKind.EpochEnded && moment.Epoch == epochs)
        stop.Cancel();
}

// Noisy waves; one of ten has a disturbance of some strength, which is the target, or whether there is one.
static ArraySamples Waves(int count, int seed, bool ofStrength = false)
{
    var random = new Random(seed);
    float[] inputs = new float[count * T], targets = new float[count];
    for (int i = 0; i < count; i++)
    {
        double phase = random.NextDouble() * 6, strength = i % 10 == 0 ? 0.6 + random.NextDouble() : 0;
        int from = random.Next(T - 6);
        for (int t = 0; t < T; t++)
        {
            double disturbance = t >= from && t < from + 5 ? strength : 0;
            inputs[i * T + t] = (float)(Math.Sin(phase + 0.5 * t) + 0.2 * (random.NextDouble() - 0.5) + disturbance);
        }

        targets[i] = ofStrength ? (float)strength : strength > 0 ? 1 : 0;
    }

    return new ArraySamples(inputs, new Shape(T, 1), targets, new Shape(1));
}

internal static class Targets
{
    public static IEnumerable<int> Labels(this ArraySamples samples)
    {
        float[] target = new float[1];
        for (int i = 0; i < samples.Count; i++)
        {
            samples.CopyTarget(i, target);
            yield return (int)target[0];
        }
    }
}
