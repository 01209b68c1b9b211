#:project ../src/Unroll/Unroll.csproj
using System.Globalization;
using Unroll;

// A loss of your own: the focal loss (Lin et al. 2017), in the lines that its equation has, at the end of this file. Rare faults are to be
// found in the vibration of a machine: one sequence in fifty has a beat in it, short and hardly louder than the noise. What the model is
// sure of counts little in the focal loss, so that the many easy sequences do not drown the few hard ones. Weighing faults by 3, as its α
// does, helps the cross-entropy about as much here.
// dotnet run -c Release samples/focal.cs takes some seconds.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Steps = 32, Seeds = 3;
const double Share = 0.02;

// All data are made here: training and held-out sequences follow from two seeds.
ArraySamples train = Sequences(4000, seed: 1), heldOut = Sequences(8000, seed: 2);
Console.WriteLine($"{train.Count} sequences of {Steps} steps to learn from, one in {1 / Share:F0} with a fault; {heldOut.Count} held out.");
Console.WriteLine($"Means of {Seeds} networks:");
Console.WriteLine("                        accuracy  precision  recall    F1    AUC");

// The baselines: who says that nothing is ever wrong is right in 98 of 100, and a threshold on the loudness of a sequence.
Print("always no fault", [1 - Share, 0, 0, 0, 0.5]);
Model loudness = new Model(new Dense(1)).Build(new Shape(1), seed: 1);
loudness.Fit(Loudness(train), Options(new BinaryCrossEntropy(), seed: 1) with { Optimizer = new Adam { LearningRate = 0.05 } });
Print("loudness, logistic", Judged(loudness, Loudness(heldOut)));
(string, Loss)[] losses =
[
    ("BinaryCrossEntropy", new BinaryCrossEntropy()),
    ("PositiveWeight = 3", new BinaryCrossEntropy { PositiveWeight = 3 }),
    ("Focal, of this file", new Focal(Gamma: 2, Alpha: 0.75)),
];
double f1 = 0;
foreach ((string name, Loss loss) in losses)
{
    var sums = new double[5];
    for (int seed = 1; seed <= Seeds; seed++)
    {
        Model model = new Model(new Conv1D(8, 5) { Activation = Activation.Relu }, new Gru(12), new Dense(1))
            .Build(new Shape(Steps, 1), seed);
        model.Fit(train, Options(loss, seed));
        double[] found = Judged(model, heldOut);
        for (int i = 0; i < sums.Length; i++)
            sums[i] += found[i] / Seeds;
    }

    Print(name, sums);
    f1 = sums[3];
}

Console.WriteLine($"figure focal {f1:F4}");

static TrainingOptions Options(Loss loss, int seed) => new()
{
    Epochs = 12,
    BatchSize = 32,
    Loss = loss,
    Optimizer = new Adam { LearningRate = 0.005 },
    Schedule = new CosineSchedule(),
    Seed = seed,
};

static double[] Judged(Model model, ArraySamples samples)
{
    NamedValues found = model.Evaluate(
        samples, new BinaryCrossEntropy(), [new Accuracy(), new Precision(), new Recall(), new F1(), new Auc()]).Metrics;
    return [.. found.Names.Select(name => found[name])];
}

static void Print(string name, double[] values) =>
    Console.WriteLine($"  {name,-20}  {values[0],8:F3}  {values[1],9:F3}  {values[2],6:F3}  {values[3],5:F3}  {values[4],5:F3}");

// Noise, and in a faulty sequence a beat of eight steps somewhere.
static ArraySamples Sequences(int count, ulong seed)
{
    var random = new RandomSource(seed);
    float[] inputs = new float[count * Steps], targets = new float[count];
    for (int i = 0; i < count; i++)
    {
        for (int t = 0; t < Steps; t++)
            inputs[i * Steps + t] = (float)random.NextNormal();
        if (random.NextDouble() >= Share)
            continue;
        targets[i] = 1;
        for (int t = 0, from = random.NextInt32(Steps - 8); t < 8; t++)
            inputs[i * Steps + from + t] += t % 2 == 0 ? 1.6f : -1.6f;
    }

    return new ArraySamples(inputs, new Shape(Steps, 1), targets, new Shape(1));
}

static ArraySamples Loudness(ArraySamples sequences)
{
    float[] inputs = new float[sequences.Count], targets = new float[sequences.Count], sequence = new float[Steps];
    for (int i = 0; i < inputs.Length; i++)
    {
        sequences.CopyInput(i, sequence);
        sequences.CopyTarget(i, targets.AsSpan(i, 1));
        inputs[i] = sequence.Sum(value => value * value) / Steps - 1;
    }

    return new ArraySamples(inputs, new Shape(1), targets, new Shape(1));
}

/// <summary>
/// −α·(1 − q)^γ·ln q, where q is the probability that the model gives to what is true; 1 − α in the place of α for zeros.
/// </summary>
internal sealed record Focal(double Gamma, double Alpha) : ElementwiseLoss
{
    // Outputs are logits, so metrics and PredictProbabilities apply the sigmoid.
    public override OutputKind Takes => OutputKind.BinaryLogits;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        double side = target > T.Zero ? 1 : -1, alpha = side > 0 ? Alpha : 1 - Alpha, x = side * double.CreateTruncating(prediction);
        double miss = 1 / (1 + Math.Exp(x)), q = 1 - miss, log = Math.Min(x, 0) - Math.Log(1 + Math.Exp(-Math.Abs(x)));
        double focus = alpha * Math.Pow(miss, Gamma);
        gradient = T.CreateTruncating(side * focus * (Gamma * q * log - miss));
        return -focus * log;
    }
}
