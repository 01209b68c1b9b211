#:project ../src/Unroll.Reports/Unroll.Reports.csproj
using System.Diagnostics;
using System.Globalization;
using Unroll;
using Unroll.Reports;

// Long memory: the adding problem (Hochreiter and Schmidhuber 1997). A sequence has two numbers a step: one at random between 0 and 1, and
// a mark that is 1 at two of the steps, one in each half, and 0 at the others. What is asked for at the end is the sum of the two marked
// numbers. Who always says 1 has a mean squared error of 1/6 = 0.167; to do better, a number must be kept over most of the sequence.
// dotnet run -c Release samples/remember.cs takes some minutes; with -- --short some seconds, for one short length.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool isShort = args.Contains("--short");
int[] lengths = isShort ? [50] : [100, 200, 400];
const int BatchSize = 50, Units = 64, Seed = 1;

// All data are made by this program: sequence i of a set is always the same. What is below was chosen on the validation set; the
// held-out set is used once, after training.
int epochs = isShort ? 3 : 6, perEpoch = isShort ? 10_000 : 20_000;
var held = new List<(int Steps, string Cell, double Error)>();
foreach (int steps in lengths)
{
    AddingProblem train = new(steps, perEpoch, set: 1), validation = new(steps, 1000, set: 2), heldOut = new(steps, 2000, set: 3);
    var runs = new List<(string, IReadOnlyList<GradientRecord>)>();
    foreach ((string name, Layer cell) in new (string, Layer)[] { ("SimpleRNN", new SimpleRnn(Units)), ("LSTM", new Lstm(Units)),
        ("GRU", new Gru(Units)) })
    {
        Model model = new Model(cell, new Dense(1)).Build(new Shape(steps, 2), Seed);
        SetGates(model, cell, steps);
        if (steps == lengths[0])
            Console.WriteLine(model.Summary());
        Console.WriteLine($"{name}, {steps} steps");
        var recorder = new GradientRecorder { Every = perEpoch / BatchSize / 2 };
        History history = model.Fit(train, new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            Optimizer = new Adam { LearningRate = cell is SimpleRnn ? 0.001 : 0.005 },
            Schedule = new CosineSchedule(),
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
            Validation = validation,
            Gradients = recorder,
            Seed = Seed,
        }, moment =>
        {
            if (moment.Kind == TrainingEventKind.EpochEnded)
                Console.WriteLine($"  epoch {moment.Epoch}  loss {moment.Loss:F5}  validation {moment.ValidationLoss:F5}  "
                    + $"{moment.Elapsed.TotalSeconds:F0} s");
        });
        held.Add((steps, name, model.Evaluate(heldOut, new MeanSquaredError())));
        runs.Add((name, recorder.Records));
    }

    GradientChart.Draw("How far back the gradient reaches", $"Adding problem, {steps} steps, {Units} units", runs)
        .Write($"remember-{steps}.svg");
    Console.WriteLine($"remember-{steps}.svg shows the gradients");
}

// An exploding gradient: a simple network whose units are not bounded (relu), with a recurrent matrix of somewhat more than the identity,
// so that what flows back grows at each step, to about 50 times over the sequence. The same start and the same data, without and with
// clipping, by plain gradient descent. The picture is of the one with clipping, which has the norms of every moment.
Console.WriteLine();
int far = isShort ? 50 : 100;
(string Name, IReadOnlyList<GradientRecord> Records, string End)[] exploding =
    [Explode("without clipping", null), Explode("clipped to 1", new Clipping(ClipMode.GlobalNorm, 1))];
foreach ((string name, IReadOnlyList<GradientRecord> records, string end) in exploding)
    Console.WriteLine($"{name}: largest norm of the gradient "
        + $"{records.Where(record => double.IsFinite(record.TotalNorm)).Max(record => record.TotalNorm):E1}; {end}");
GradientChart.Draw("An exploding gradient, tamed by clipping", $"Adding problem, {far} steps, relu units, gradient descent with clipping",
    [("SimpleRNN, relu", exploding[1].Records)]).Write("remember-clipping.svg");
Console.WriteLine("remember-clipping.svg shows the one with clipping");

Console.WriteLine();
Console.WriteLine("Mean squared error on held-out sequences; always saying 1 has 0.167");
Console.WriteLine("steps" + string.Concat(held.Select(one => one.Cell).Distinct().Select(cell => $"{cell,12}")));
foreach (int steps in lengths)
    Console.WriteLine($"{steps,5}" + string.Concat(held.Where(one => one.Steps == steps).Select(one => $"{one.Error,12:F5}")));
Console.WriteLine($"figure remember {held.Where(one => one.Cell != "SimpleRNN").Max(one => one.Error):F5}");

// Gates that start half open forget a number within a few steps, and the gradient with it. Here they start so that the units' memories
// last from 1 step to the whole sequence (Tallec and Ollivier 2018): the forget gate's bias of an LSTM, the update gate's of a GRU, is ln
// of a number between 1 and T − 1, and an LSTM's input gate gets the opposite. A simple network has no gate that could be set.
static void SetGates(Model model, Layer cell, int steps)
{
    if (cell is SimpleRnn)
        return;
    Parameter bias = model.Parameters.Single(parameter => parameter.Name.EndsWith("_1/bias", StringComparison.Ordinal)
        && !parameter.Name.StartsWith("dense", StringComparison.Ordinal));
    float[] values = model.GetWeights(bias.Name);
    for (int unit = 0; unit < Units; unit++)
    {
        float open = MathF.Log(1 + (steps - 2) * (unit + 0.5f) / Units);
        if (cell is Lstm)
            (values[unit], values[Units + unit]) = (-open, open);
        else
            values[unit] = open;
    }

    model.SetWeights(bias.Name, values);
}

(string, IReadOnlyList<GradientRecord>, string) Explode(string name, Clipping? clipping)
{
    Model model = new Model(new SimpleRnn(Units) { Activation = Activation.Relu }, new Dense(1)).Build(new Shape(far, 2), Seed);
    model.SetWeights("simple_rnn_1/recurrent_kernel",
        [.. Enumerable.Range(0, Units * Units).Select(i => i % (Units + 1) == 0 ? 1 + 4f / far : 0)]);
    model.SetWeights("simple_rnn_1/kernel", [.. model.GetWeights("simple_rnn_1/kernel").Select(weight => weight / 20)]);
    var recorder = new GradientRecorder();
    try
    {
        History history = model.Fit(new AddingProblem(far, 5000, set: 4), new TrainingOptions { Epochs = 2, BatchSize = BatchSize,
            Optimizer = new Sgd { LearningRate = 0.0003 }, Clipping = clipping, Gradients = recorder, Seed = Seed });
        return (name, recorder.Records, $"after {history.Epochs.Count} epochs the loss is {history.FinalLoss:G4}");
    }
    catch (TrainingDivergedException failure)
    {
        return (name, recorder.Records, $"the loss became infinite at step {failure.Step}");
    }
}

/// <summary>Sequences of the adding problem, made when they are read.</summary>
internal sealed class AddingProblem(int steps, int count, int set) : ISamples
{
    public int Count => count;

    public Shape InputShape => new(steps, 2);

    public Shape TargetShape => new(1);

    public void CopyInput(int index, Span<float> destination)
    {
        for (int t = 0; t < steps; t++)
            (destination[2 * t], destination[2 * t + 1]) = (Number(index, t), 0);
        (int first, int second) = Marked(index);
        destination[2 * first + 1] = destination[2 * second + 1] = 1;
    }

    public void CopyTarget(int index, Span<float> destination)
    {
        (int first, int second) = Marked(index);
        destination[0] = Number(index, first) + Number(index, second);
    }

    private (int, int) Marked(int index) =>
        ((int)(Number(index, steps) * (steps / 2)), steps / 2 + (int)(Number(index, steps + 1) * (steps / 2)));

    /// <summary>A number at least 0 and below 1 that looks random: the place in set and sequence, well mixed (SplitMix64).</summary>
    private float Number(int index, int place)
    {
        ulong z = (((ulong)set << 32 | (uint)index) * 1000 + (uint)place) * 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return (z >> 40) / (float)(1 << 24);
    }
}
