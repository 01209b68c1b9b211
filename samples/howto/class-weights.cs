#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// One window in twenty is of class 1, and the classes overlap: who always says 0 is right in 95 of 100 cases and finds nothing.
const int Steps = 12;
(float[][] windows, int[] labels) = Make(2000, seed: 1);
(float[][] others, int[] truth) = Make(2000, seed: 2);
ISamples judged = Of(others, truth);

// Without weights, with weights of classes, and with weights of samples that say the same.
double weight = ClassWeights.BalancedPositive(labels);
Console.WriteLine($"a 1 counts {weight:F1} times as much as a 0");
Print("no weights", Of(windows, labels), new BinaryCrossEntropy());
Print("weights of classes", Of(windows, labels), new BinaryCrossEntropy { PositiveWeight = weight });
Print("weights of samples", Of(windows, labels, [.. labels.Select(label => label == 1 ? (float)weight : 1)]), new BinaryCrossEntropy());

// The newest windows count most: any weights will do, and weight 0 leaves a sample out.
float[] newer = [.. labels.Select((label, i) => (label == 1 ? (float)weight : 1) * i / labels.Length)];
Print("newer count more", Of(windows, labels, newer), new BinaryCrossEntropy());

void Print(string name, ISamples samples, BinaryCrossEntropy loss)
{
    Model model = new Model(new Gru(8), new Dense(1)).Build(new Shape(Steps, 1), seed: 1);
    model.Fit(samples, new TrainingOptions { Epochs = 8, Seed = 1, Loss = loss, Optimizer = new Adam { LearningRate = 0.01 } });
    NamedValues found = model.Evaluate(judged, new BinaryCrossEntropy(), [new Recall(), new Precision()]).Metrics;
    Console.WriteLine($"{name,-20} finds {found["recall"],4:P0} of the 1s; {found["precision"],4:P0} of what it finds are 1s");
}

static ISamples Of(float[][] windows, int[] labels, float[]? weights = null)
{
    float[] inputs = [.. windows.SelectMany(window => window)], targets = [.. labels.Select(label => (float)label)];
    return new ArraySamples(inputs, new Shape(Steps, 1), targets, new Shape(1)) { Weights = weights };
}

static (float[][] Windows, int[] Labels) Make(int count, int seed)
{
    var random = new RandomSource((ulong)seed);
    var windows = new float[count][];
    var labels = new int[count];
    for (int i = 0; i < count; i++)
    {
        labels[i] = random.NextInt32(20) == 0 ? 1 : 0;
        windows[i] = [.. Enumerable.Range(0, Steps).Select(_ => (float)random.NextNormal() + (0.5f * labels[i]))];
    }

    return (windows, labels);
}
