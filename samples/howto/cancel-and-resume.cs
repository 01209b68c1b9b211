#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// A training that is watched, cancelled after four epochs, and resumed by the same call. Whoever never cancels gets the same weights.
string file = Path.Combine(Path.GetTempPath(), $"unroll-resume-{Environment.ProcessId}.unroll");
var random = new Random(1);
float[][] series = [.. Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, 15).Select(_ => random.NextSingle()).ToArray())];
ISamples samples = Samples.From(series, new Shape(15, 1), values => values, values => values.Max());
var options = new TrainingOptions { Epochs = 10, Seed = 1, Optimizer = new Adam { LearningRate = 0.01 } };

Model model = NewModel();
using (var stop = new CancellationTokenSource())
{
    try
    {
        model.Fit(samples, options with { Checkpoint = new Checkpoint(file) }, moment => Watch(moment, stop), stop.Token);
    }
    catch (TrainingCanceledException stopped)
    {
        Console.WriteLine($"cancelled after {stopped.History.Epochs.Count} epochs; the model can be used");
    }
}

// After a crash it is the same: a new process, the same call with Resume.
Model resumed = NewModel();
History history = resumed.Fit(samples, options with { Checkpoint = new Checkpoint(file) { Resume = true } });
Console.WriteLine($"{history.Epochs.Count} epochs, {history.EpochsResumed} of them from the file");

Model uninterrupted = NewModel();
uninterrupted.Fit(samples, options);
bool same = resumed.Parameters.All(each => resumed.GetWeights(each.Name).AsSpan().SequenceEqual(uninterrupted.GetWeights(each.Name)));
Console.WriteLine($"the same weights as without the interruption: {same}");
File.Delete(file);

static void Watch(TrainingEvent moment, CancellationTokenSource stop)
{
    if (moment.Kind != TrainingEventKind.EpochEnded)
        return;
    Console.WriteLine($"epoch {moment.Epoch} of {moment.Epochs}, loss {moment.Loss:F4}");
    if (moment.Epoch == 4)
        stop.Cancel();
}

static Model NewModel() => new Model(new Gru(8), new Dense(1)).Build(new Shape(15, 1), seed: 1);
