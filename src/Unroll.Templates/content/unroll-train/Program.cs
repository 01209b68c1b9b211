// Trains an LSTM to continue noisy waves, judges it beside "the value before", saves it, loads it, and streams with it. Run it with
// dotnet run -c Release. Replace Waves by windows of your own data.
using Unroll;

const int T = 30;
ISamples train = Waves(1500, seed: 1), validation = Waves(300, seed: 2), test = Waves(500, seed: 3);

Model model = new Model(new Lstm(24), new Dense(1)).Build(new Shape(T, 1), seed: 1);
Console.WriteLine(model.Summary());
History history = model.Fit(train, new TrainingOptions
{
    Epochs = 30,
    BatchSize = 32,
    Seed = 1,
    Optimizer = new Adam { LearningRate = 0.005 },
    Loss = new MeanSquaredError(),
    Validation = validation,
    EarlyStopping = new EarlyStopping(5),
});
Console.WriteLine($"{history.Epochs.Count} epochs in {history.Duration.TotalSeconds:F1} s; epoch {history.KeptEpoch} is kept.");

// On waves that it has not seen.
float[] predicted = model.Predict(test);
double squares = 0, naiveSquares = 0;
float[] window = new float[T], next = new float[1];
for (int i = 0; i < test.Count; i++)
{
    test.CopyInput(i, window);
    test.CopyTarget(i, next);
    squares += Math.Pow(predicted[i] - next[0], 2);
    naiveSquares += Math.Pow(window[^1] - next[0], 2);
}

Console.WriteLine($"RMSE {Math.Sqrt(squares / test.Count):F3}; of the value before {Math.Sqrt(naiveSquares / test.Count):F3}.");

model.Save("model.unroll");
Model loaded = Model.Load("model.unroll");
Console.WriteLine($"model.unroll predicts {loaded.Predict(window)[0]:F3}, the model in memory {predicted[^1]:F3}.");

// One observation after the other, each in the time of one step.
StreamingSession stream = loaded.Stream();
float streamed = 0;
foreach (float value in window)
    streamed = stream.Step([value])[0];
Console.WriteLine($"The same as a stream: {streamed:F3}.");

static ISamples Waves(int count, int seed)
{
    var random = new Random(seed);
    var waves = new (float[] Past, float Next)[count];
    for (int i = 0; i < count; i++)
    {
        double phase = random.NextDouble() * Math.Tau, speed = 0.2 + (0.3 * random.NextDouble());
        float[] values = new float[T + 1];
        for (int t = 0; t <= T; t++)
            values[t] = (float)(Math.Sin(phase + (speed * t)) + (0.1 * (random.NextDouble() - 0.5)));
        waves[i] = (values[..T], values[T]);
    }

    return Samples.From(waves, new Shape(T, 1), wave => wave.Past, wave => wave.Next);
}
