#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// A machine's vibration in windows of 32 readings. The network learns to write down windows that are in order: an encoder makes 8 numbers
// of a window, a decoder makes the window of them. What it has never seen it cannot write down, so a large error is an anomaly.
const int Steps = 32;
float[][] healthy = Windows(600, seed: 1, faulty: false);
Model model = new Model(
    new Gru(8),
    new RepeatVector(Steps),
    new Gru(16) { ReturnSequences = true },
    new Dense(1)).Build(new Shape(Steps, 1), seed: 1);
ISamples samples = Samples.From(healthy, new Shape(Steps, 1), window => window, new Shape(Steps, 1), window => window);
var options = new TrainingOptions { Epochs = 40, BatchSize = 32, Seed = 1, Optimizer = new Adam { LearningRate = 0.01 } };
History history = model.Fit(samples, options);
Console.WriteLine($"error on what was learnt {history.FinalLoss:F4}");

// The limit comes from other windows that are in order: one in a hundred of them may be called an anomaly.
double[] errors = [.. Windows(500, seed: 2, faulty: false).Select(Error).Order()];
double limit = errors[(int)(0.99 * errors.Length)];
double found = Windows(200, seed: 3, faulty: true).Count(window => Error(window) > limit) / 200.0;
double falseAlarms = Windows(200, seed: 4, faulty: false).Count(window => Error(window) > limit) / 200.0;
Console.WriteLine($"limit {limit:F4}: {found:P0} of the faults found, {falseAlarms:P1} false alarms");

double Error(float[] window) => model.Predict(window).Zip(window, (made, real) => (double)(made - real) * (made - real)).Average();

// A wave of any phase; a faulty one has a knock somewhere.
static float[][] Windows(int count, int seed, bool faulty)
{
    var random = new Random(seed);
    return [.. Enumerable.Range(0, count).Select(_ =>
    {
        double phase = random.NextDouble() * Math.Tau;
        int knock = random.Next(Steps - 4);
        return Enumerable.Range(0, Steps).Select(t => (float)(Math.Sin(phase + (0.4 * t)) + (0.1 * random.NextDouble())
            + (faulty && t >= knock && t < knock + 3 ? 1 : 0))).ToArray();
    })];
}
