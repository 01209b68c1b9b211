#:project ../src/Unroll/Unroll.csproj
using System.Globalization;
using Unroll;

// A learning-rate range test (Smith 2017) as a callback: the rate grows with every step until the loss blows up, and a rate where the
// loss falls fastest is suggested. Then models are trained with it, with a tenth of it and with ten times as much.
// The task is made by this program: the next value of a noisy sum of waves.
// dotnet run -c Release samples/rate-finder.cs takes some seconds.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Steps = 30, Epochs = 10;
ArraySamples train = Windows(2000, from: 0), test = Windows(1000, from: 2500);
var options = new TrainingOptions { Epochs = Epochs, BatchSize = 32, Seed = 1, Loss = new MeanSquaredError(), Validation = test };

var finder = new RateFinder(lowest: 1e-5, highest: 10, steps: 150);
NewModel().Fit(train, options with { Epochs = 1000, Validation = null, Callbacks = [finder] });
Console.WriteLine("rate       smoothed loss");
double most = finder.Found.Max(each => Math.Min(each.Loss, 2 * finder.Found[0].Loss));
foreach ((double rate, double loss) in finder.Found.Where((_, i) => i % 6 == 0))
    Console.WriteLine($"{rate:E1}    {loss,8:F4}  {new string('#', (int)(50 * Math.Min(1, loss / most)))}{(loss > most ? "…" : "")}");
double suggested = finder.Suggestion;
Console.WriteLine($"the loss falls fastest at about {suggested:E1}");
Console.WriteLine();

Console.WriteLine($"{"rate",-12}{"training loss",14}{"test loss",12}");
foreach (double rate in new[] { suggested / 10, suggested, suggested * 10 })
{
    string end;
    try
    {
        History history = NewModel().Fit(train, options with { Optimizer = new Adam { LearningRate = rate } });
        end = $"{history.FinalLoss,14:F4}{history.Epochs[^1].ValidationLoss,12:F4}";
    }
    catch (TrainingDivergedException)
    {
        end = $"{"diverged",14}";
    }

    Console.WriteLine($"{rate,-12:E1}{end}{(rate == suggested ? "   <- suggested" : "")}");
}

Model NewModel() => new Model(new Gru(24), new Dense(1)).Build(new Shape(Steps, 1), seed: 1);

static ArraySamples Windows(int count, int from)
{
    var random = new Random(from + 1);
    float[] series = [.. Enumerable.Range(from, count + Steps).Select(t =>
        (float)(Math.Sin(t * 0.31) + 0.5 * Math.Sin(t * 0.083) + 0.1 * (2 * random.NextDouble() - 1)))];
    float[] inputs = [.. Enumerable.Range(0, count).SelectMany(i => series[i..(i + Steps)])];
    return new ArraySamples(inputs, new Shape(Steps, 1), series[Steps..], new Shape(1));
}

/// <summary>
/// Multiplies the rate after every step, notes the loss, smoothed over some ten steps, and stops when it has grown to twice the lowest.
/// </summary>
internal sealed class RateFinder(double lowest, double highest, int steps) : TrainingCallback
{
    private const double Kept = 0.9;
    private readonly double _growth = Math.Pow(highest / lowest, 1.0 / (steps - 1));
    private double _average;

    public List<(double Rate, double Loss)> Found { get; } = [];

    /// <summary>The rate of the steepest fall of the smoothed loss over its logarithm, before the loss is at its lowest.</summary>
    public double Suggestion
    {
        get
        {
            int lowestAt = Enumerable.Range(0, Found.Count).MinBy(i => Found[i].Loss);
            int steepest = Enumerable.Range(5, Math.Max(1, lowestAt - 5))
                .MinBy(i => Found[Math.Min(i + 5, Found.Count - 1)].Loss - Found[i - 5].Loss);
            return Found[steepest].Rate;
        }
    }

    public override void OnStarted(TrainingContext training) => training.LearningRate = lowest;

    public override void OnStepEnded(TrainingContext training)
    {
        // An average that begins with nothing is divided by what it has of the whole.
        _average = Kept * _average + (1 - Kept) * training.StepLoss;
        double smoothed = _average / (1 - Math.Pow(Kept, Found.Count + 1));
        Found.Add((training.Moment.LearningRate, smoothed));
        if (Found.Count == steps || smoothed > 2 * Found.Min(each => each.Loss) && Found.Count > 20)
            training.Stop();
        training.LearningRate = training.Moment.LearningRate * _growth;
    }
}
