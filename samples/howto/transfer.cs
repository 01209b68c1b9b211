#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// Many windows with labels of one kind, few of another: the body learns the first task and helps with the second.
const int Steps = 24;
var options = new TrainingOptions { Epochs = 15, Seed = 1, Optimizer = new Adam { LearningRate = 0.005 } };
Model body = new Model(new Gru(16) { Name = "body" }, new Dense(1) { Name = "speed" }).Build(new Shape(Steps, 1), seed: 1);
body.Fit(Waves(2000, seed: 1, wave => wave.Speed), options);

// The other task: is the wave a fast one? A new head on the old body. Frozen layers keep their weights.
ISamples few = Waves(40, seed: 2, IsFast), judged = Waves(1000, seed: 3, IsFast);
TrainingOptions classes = options with { Loss = new BinaryCrossEntropy(), Epochs = 100, Optimizer = new Adam { LearningRate = 0.02 } };
Model tuned = body.WithHead(body.NodeOf("body"), new Dense(1) { Name = "is fast" });
tuned.Freeze("body");
tuned.Fit(few, classes);
Console.WriteLine($"new head on the frozen body: {Right(tuned):P1}");

// Then all layers learn, the old ones at a tenth of the rate.
tuned.Unfreeze("body");
tuned.Fit(few, classes with { Epochs = 10, LayerRates = new Dictionary<string, double> { ["body"] = 0.1 } });
Console.WriteLine($"all layers tuned: {Right(tuned):P1}");

Model fresh = new Model(new Gru(16), new Dense(1)).Build(new Shape(Steps, 1), seed: 1);
fresh.Fit(few, classes);
Console.WriteLine($"a network that learns from the {few.Count} windows alone: {Right(fresh):P1}");

double Right(Model model) => model.Evaluate(judged, new BinaryCrossEntropy(), [new Accuracy()]).Metrics["accuracy"];

static float IsFast(Wave wave) => wave.Speed > 0.5f ? 1 : 0;

static ISamples Waves(int count, int seed, Func<Wave, float> target)
{
    var random = new Random(seed);
    Wave[] waves = [.. Enumerable.Range(0, count).Select(_ =>
    {
        (float speed, double phase) = (0.2f + (0.6f * random.NextSingle()), random.NextDouble() * Math.Tau);
        float Noise() => 2 * (random.NextSingle() - 0.5f);
        return new Wave(speed, [.. Enumerable.Range(0, Steps).Select(t => (float)Math.Sin(phase + (speed * t)) + Noise())]);
    })];
    return Samples.From(waves, new Shape(Steps, 1), wave => wave.Values, target);
}

internal sealed record Wave(float Speed, float[] Values);
