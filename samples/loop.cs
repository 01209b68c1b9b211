#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using Unroll;

// A training loop of your own: adversarial training (Goodfellow, Shlens and Szegedy 2015). The fast gradient sign method adds to every
// number of an input ε with the sign of dL/dx, a change as small as noise that harms the model most. One model is trained as usual, one on
// the samples and on their attacked twins, which are made anew in every step from its own gradients. Then both are tested on samples as
// they are, with noise of the same size, and attacked.
// The task is made by this program: which of two noisy waves of nearby frequencies does a window of 30 steps show?
// dotnet run -c Release samples/loop.cs takes some seconds.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Steps = 30, BatchSize = 32, Epochs = 25, Count = 1024;
const float Epsilon = 0.3f;
var options = new TrainingOptions
{
    Optimizer = new Adam { LearningRate = 0.005 },
    Loss = new BinaryCrossEntropy(),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Seed = 2,
};
(float[] inputs, float[] classes) = Windows(Count, seed: 1);
(float[] testInputs, float[] testClasses) = Windows(Count, seed: 2);

Console.WriteLine($"{"trained on",-26}{"as they are",12}{"noise ±0.3",13}{"attacked ±0.3",16}{"seconds",9}");
foreach (bool isAdversarial in new[] { false, true })
{
    Model model = new Model(new Gru(16), new Dense(1)).Build(new Shape(Steps, 1), seed: 2);
    var clock = Stopwatch.StartNew();
    Train(model, isAdversarial);
    TimeSpan time = clock.Elapsed;
    var random = new Random(3);
    float[] noisy = [.. testInputs.Select(x => x + (random.Next(2) == 0 ? Epsilon : -Epsilon))];
    double plain = Right(model, testInputs), withNoise = Right(model, noisy), attacked = Right(model, Attacked(model));
    Console.WriteLine(
        $"{(isAdversarial ? "samples and attacked ones" : "samples"),-26}{plain,12:P1}{withNoise,13:P1}{attacked,16:P1}"
        + $"{time.TotalSeconds,9:F1}");
}

void Train(Model model, bool isAdversarial)
{
    using var loop = new TrainingLoop(model, options, inputGradients: true);
    int[] order = [.. Enumerable.Range(0, Count)];
    float[] x = new float[BatchSize * Steps], y = new float[BatchSize];
    var random = new Random(1);
    for (int epoch = 0; epoch < Epochs; epoch++)
    {
        random.Shuffle(order);
        for (int first = 0; first < Count; first += BatchSize)
        {
            for (int row = 0; row < BatchSize; row++)
            {
                inputs.AsSpan(order[first + row] * Steps, Steps).CopyTo(x.AsSpan(row * Steps));
                y[row] = classes[order[first + row]];
            }

            loop.ComputeGradients(x, y);
            if (isAdversarial)
            {
                Attack(x, loop.InputGradients);
                loop.ComputeGradients(x, y, add: true);
            }

            loop.Step();
        }
    }
}

float[] Attacked(Model model)
{
    using var loop = new TrainingLoop(model, options, inputGradients: true);
    loop.ComputeGradients(testInputs, testClasses, training: false);
    float[] attacked = [.. testInputs];
    Attack(attacked, loop.InputGradients);
    return attacked;
}

double Right(Model model, float[] x) => model.Predict(x).Zip(testClasses).Count(pair => pair.First > 0 == pair.Second > 0) / (double)Count;

static void Attack(Span<float> x, ReadOnlySpan<float> gradients)
{
    for (int i = 0; i < x.Length; i++)
        x[i] += gradients[i] > 0 ? Epsilon : gradients[i] < 0 ? -Epsilon : 0;
}

// Class 0 has a period of 9 steps, class 1 of 11; the phase is by chance.
static (float[] Inputs, float[] Classes) Windows(int count, int seed)
{
    var random = new Random(seed);
    float[] inputs = new float[count * Steps], classes = new float[count];
    for (int i = 0; i < count; i++)
    {
        classes[i] = random.Next(2);
        double phase = random.NextDouble() * Math.Tau, turn = Math.Tau / (classes[i] == 0 ? 9 : 11);
        for (int t = 0; t < Steps; t++)
            inputs[i * Steps + t] = (float)(Math.Sin(phase + turn * t) + 0.5 * (2 * random.NextDouble() - 1));
    }

    return (inputs, classes);
}
