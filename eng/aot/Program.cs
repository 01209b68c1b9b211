// What a program that is compiled ahead of time does with Unroll: train, save, load, forecast, serve, be watched. It prints what it finds
// and ends with 1 where something is wrong. eng/aot/run publishes and runs it.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Numerics.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Unroll;
using Unroll.Extensions;
using Unroll.Forecasting;

string folder = Directory.CreateTempSubdirectory("unroll-aot-").FullName;
string file = Path.Combine(folder, "model.unroll"), forecast = Path.Combine(folder, "forecast.unroll");
long measured = 0;
using var meters = new MeterListener { InstrumentPublished = (instrument, own) => own.EnableMeasurementEvents(instrument) };
meters.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref measured, value));
meters.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
meters.Start();

// Layers of all kinds of options, through the file.
Model model = new Model(
    new Bidirectional(new Lstm(8) { ReturnSequences = true, RecurrentDropout = 0.1 }), new LayerNorm(), new Gru(8), new Dropout(0.1),
    new Dense(1)).Build(new Shape(12, 2), seed: 1);
Console.WriteLine($"computes with {model.InstructionSet}");
float[] values = [.. Enumerable.Range(0, 200 * 24).Select(i => MathF.Sin(i * 0.37f))];
var map = new SampleMap<int>().Input(new Shape(12, 2), (i, x) => values.AsSpan(i * 24, 24).CopyTo(x)).Target(i => values[i * 24]);
FileSamples.Write(Path.Combine(folder, "samples"), map, Enumerable.Range(0, 200));
History history;
using (var samples = new FileSamples(Path.Combine(folder, "samples")))
{
    var options = new TrainingOptions
    {
        Epochs = 5,
        Optimizer = new AdamW { LearningRate = 0.01 },
        Schedule = new CosineSchedule(),
        Metrics = [new Mae()],
        ValidationSplit = 0.2,
        Checkpoint = new Checkpoint(Path.Combine(folder, "run.unroll")) { Resume = true },
    };
    history = await model.FitAsync(samples, options);
    Require(model.Fit(samples, options).EpochsResumed == 5, "a checkpoint is resumed");
}

Require(history.FinalLoss < history.Epochs[0].Loss, "training lowers the loss");
model.Save(file);
Require(Model.Load(file).Predict(values[..24]).SequenceEqual(model.Predict(values[..24])), "a loaded model predicts the same");
Require(Volatile.Read(ref measured) > 0, "metrics are heard");

// A blend of everything, through its file.
DateTime[] days = [.. Enumerable.Range(0, 200).Select(i => new DateTime(2025, 1, 1).AddDays(i))];
var table = new TimeSeries("shop", days, ("sales", [.. days.Select((_, i) => 50 + (10 * Math.Sin(i * Math.Tau / 7)) + (0.1 * i))]));
var network = new NetworkRecipe { Units = 4, Training = new TrainingOptions { Epochs = 3 } };
var recipe = new EnsembleRecipe { Steps = 7, Members = 1, Network = network };
var blend = new BlendForecaster(
    [new EnsembleForecaster(recipe), new RidgeForecaster(), new EtsForecaster(), new ThetaForecaster(), new NaiveForecaster()]);
await blend.FitAsync(new ForecastTask(table, new TaskOptions { Targets = ["sales"], TestRows = 14, Horizon = 7 }));
ForecastFile.Save(blend, forecast);
double[] ahead = Ahead(blend);
Require(Ahead(ForecastFile.Load(forecast)).SequenceEqual(ahead), "a loaded forecaster forecasts the same");
Require(ahead.All(value => value is > 40 and < 100), "forecasts are where sales are");
string text = Path.Combine(folder, "sales.csv");
File.WriteAllLines(text, ["date,sales", .. days.Select((day, i) => FormattableString.Invariant($"{day:yyyy-MM-dd},{i % 7}"))]);
Require(TimeSeries.Read(text).Rows == 200, "a table is read");

// A service.
var services = new ServiceCollection();
services.AddLogging();
services.AddUnrollModel(file, o => o.Threads = 1);
services.AddKeyedUnrollForecaster("sales", forecast);
services.AddHealthChecks().AddUnrollModel().AddUnrollForecaster("sales");
using ServiceProvider provider = services.BuildServiceProvider();
UnrollModel served = provider.GetRequiredService<UnrollModel>();
Tensor<float> output = served.Current.Predict(Tensor.Create(values[..48], [2, 12, 2]));
Require(output.Lengths is [2, 1], "tensors go in and out");
Require(Ahead(provider.GetRequiredKeyedService<UnrollForecaster>("sales").Current).SequenceEqual(ahead), "a forecaster is served");
HealthReport health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
Require(health.Status == HealthStatus.Healthy, "the service is healthy");

var clock = Stopwatch.StartNew();
Model large = new Model(new Lstm(128), new Dense(1)) { Threads = 1 }.Build(new Shape(60, 16), seed: 1);
float[] window = new float[60 * 16], result = new float[1];
for (int i = 0; i < 200; i++)
    large.Predict(window, result.AsSpan());
Console.WriteLine($"200 predictions of an LSTM of 128 units: {clock.Elapsed.TotalMilliseconds:F0} ms");
Directory.Delete(folder, recursive: true);
Console.WriteLine("all is well");

double[] Ahead(IForecaster forecaster) => [.. forecaster.Predict(table, 7).Parts[0].Rows().Select(row => row.Value)];

static void Require(bool holds, string what)
{
    Console.WriteLine($"{(holds ? "yes" : "NO ")} {what}");
    if (!holds)
        Environment.Exit(1);
}
