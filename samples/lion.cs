#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Unroll;

// An optimiser of your own: Lion (Chen et al. 2023), written here as its two equations, beside the library's Lion and Adam.
// The task is made by this program: which of two noisy waves of nearby frequencies does a window of 40 steps show?
// dotnet run -c Release samples/lion.cs takes some seconds.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Steps = 40, Units = 24, Epochs = 12, BatchSize = 32;
ArraySamples train = Windows(1024, seed: 1), test = Windows(1024, seed: 2);

// Lion steps every weight by its rate, so the rate is lower than Adam's and the decay higher. Nothing here was searched for.
(string Name, Optimizer Optimizer)[] all =
[
    ("Adam", new Adam { LearningRate = 0.01 }),
    ("Lion of the library", new Lion { LearningRate = 0.001, WeightDecay = 0.01, ExcludeFromDecay = ["bias"] }),
    ("Lion of this program", new OwnLion { LearningRate = 0.001, WeightDecay = 0.01, ExcludeFromDecay = ["bias"] }),
];
Console.WriteLine($"LSTM of {Units} units, {Epochs} epochs, {train.Count} windows to learn from and {test.Count} others to test on");
Console.WriteLine($"{"optimiser",-22}{"rate",8}{"training loss",16}{"test loss",12}{"right",9}{"seconds",10}");
var weights = new List<float[]>();
foreach ((string name, Optimizer optimizer) in all)
{
    Model model = new Model(new Lstm(Units), new Dense(1)).Build(new Shape(Steps, 1), seed: 3);
    var clock = Stopwatch.StartNew();
    History history = model.Fit(train, new TrainingOptions
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Seed = 3,
        Loss = new BinaryCrossEntropy(),
        Optimizer = optimizer,
        Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    });
    Evaluation judged = model.Evaluate(test, new BinaryCrossEntropy(), [new Accuracy()]);
    Console.WriteLine(
        $"{name,-22}{optimizer.LearningRate,8}{history.FinalLoss,16:F4}{judged.Loss,12:F4}"
        + $"{judged.Metrics["accuracy"],9:P1}{clock.Elapsed.TotalSeconds,10:F1}");
    weights.Add([.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))]);
}

// The running sums of the two Lions differ by roundings, since the library multiplies and adds in one instruction. In the weights that
// shows only where a sum of nearly nothing falls to the other side of 0, which on other machines it may.
float[] one = AfterOneStep(all[1].Optimizer), other = AfterOneStep(all[2].Optimizer);
double apart = one.Zip(other, (a, b) => Math.Abs(a - b)).Max();
double moved = one.Zip(AfterOneStep(all[0].Optimizer), (a, b) => Math.Abs(a - b)).Max();
Console.WriteLine();
Console.WriteLine($"after one step the two Lions are at most {apart:E1} apart, Lion and Adam {moved:E1};");
Console.WriteLine($"after all steps the two Lions are at most {weights[1].Zip(weights[2], (a, b) => Math.Abs(a - b)).Max():E1} apart");
if (apart > 1e-6)
    throw new UnrollException("The Lion of this program is not the library's.");

float[] AfterOneStep(Optimizer optimizer)
{
    Model model = new Model(new Lstm(Units), new Dense(1)).Build(new Shape(Steps, 1), seed: 3);
    using var loop = new TrainingLoop(model, new TrainingOptions { Optimizer = optimizer, Loss = new BinaryCrossEntropy() });
    loop.ComputeGradients(train, [.. Enumerable.Range(0, BatchSize)]);
    loop.Step();
    return [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];
}

// Class 0 has a period of 9 steps, class 1 of 10; the phase is by chance, and there is noise of half the wave's size.
static ArraySamples Windows(int count, int seed)
{
    var random = new Random(seed);
    float[] inputs = new float[count * Steps], classes = new float[count];
    for (int i = 0; i < count; i++)
    {
        classes[i] = random.Next(2);
        double phase = random.NextDouble() * Math.Tau, turn = Math.Tau / (classes[i] == 0 ? 9 : 10);
        for (int t = 0; t < Steps; t++)
            inputs[i * Steps + t] = (float)(Math.Sin(phase + turn * t) + 0.5 * (2 * random.NextDouble() - 1));
    }

    return new ArraySamples(inputs, new Shape(Steps, 1), classes, new Shape(1));
}

/// <summary>w −= lr·(sign(β₁m + (1−β₁)g) + decay·w); m = β₂m + (1−β₂)g.</summary>
internal sealed record OwnLion : Optimizer
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.99;

    public double WeightDecay { get; init; }

    public override int Slots => 1;

    public override void Step<T>(in OptimizerStep<T> step)
    {
        Span<T> w = step.Weights, m = step.Slot(0);
        ReadOnlySpan<T> g = step.Gradients;
        T rate = T.CreateChecked(step.Rate), beta1 = T.CreateChecked(Beta1), beta2 = T.CreateChecked(Beta2);
        T kept = T.CreateChecked(step.Decays ? 1 - step.Rate * WeightDecay : 1);
        for (int i = 0; i < w.Length; i++)
        {
            T c = beta1 * m[i] + (T.One - beta1) * g[i];
            w[i] = kept * w[i] - (c > T.Zero ? rate : c < T.Zero ? -rate : T.Zero);
            m[i] = beta2 * m[i] + (T.One - beta2) * g[i];
        }
    }
}
