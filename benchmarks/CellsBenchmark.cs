using System.Globalization;
using System.Text;
using Unroll.Benchmarks.Cells;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>
/// Cells of one's own beside the built-in ones: what they learn, and what a step of training and a prediction cost beside the built-in LSTM
/// of the same shape.
/// </summary>
internal static class CellsBenchmark
{
    /// <summary>Short and many runs: on a machine with other work some are then undisturbed.</summary>
    private const double RunSeconds = 0.003;
    private const int AddingSteps = 50, AddingUnits = 64, AddingCount = 5000, AddingEpochs = 5;
    private const int Window = 28, SeriesUnits = 32, SeriesEpochs = 10, Judged = 365;
    private static readonly (int Units, int Batch, int Steps, int Features)[] s_shapes =
        [(64, 32, 60, 1), (125, 32, 60, 1), (256, 32, 60, 1)];

    /// <summary>Measures, writes the table to the results, and prints it.</summary>
    /// <param name="seeds">How many seeds the errors are medians of; 0: times alone.</param>
    /// <param name="runs">Runs of each time.</param>
    /// <param name="only">Cells whose names have this in them; null: all.</param>
    /// <param name="command">The verb and its options.</param>
    public static void Run(int seeds, int runs, string? only, string command)
    {
        var page = new Page(command);
        (string Name, Func<int, Recurrent> Create)[] cells =
            [.. OpenCells.All.Where(cell => only is null || cell.Name.Contains(only, StringComparison.Ordinal))];
        var times = new Dictionary<(string Cell, int Shape, bool Trains), SideBySide>();
        for (int shape = 0; shape < s_shapes.Length; shape++)
        {
            foreach ((string name, Func<int, Recurrent> create) in cells.Where(cell => cell.Name != "LSTM"))
            {
                Work own = new(create, s_shapes[shape]), builtIn = new(units => new Lstm(units), s_shapes[shape]);
                times[(name, shape, true)] = new SideBySide(own.Train, builtIn.Train, RunSeconds);
                times[(name, shape, false)] = new SideBySide(own.Predict, builtIn.Predict, RunSeconds);
            }
        }

        for (int run = 0; run < runs; run++)
        {
            foreach (SideBySide timing in times.Values)
                timing.RunPair();
            if (run % 10 == 9)
                Console.Error.WriteLine($"Run {run + 1} of {runs}");
        }

        (string Adding, string Series)[] errors = [.. cells.Select(cell => seeds == 0 ? ("", "") : Errors(cell.Create, seeds))];
        string table = Table(page, cells, times, errors, seeds);
        if (only is null && seeds > 0)
            Results.Write(Results.OfMachine("cells"), table);
        Console.WriteLine(table);
    }

    private static (string Adding, string Series) Errors(Func<int, Recurrent> create, int seeds)
    {
        double[] values = ReadSeries();
        var adding = new List<double>();
        var series = new List<double>();
        for (int seed = 1; seed <= seeds; seed++)
        {
            adding.Add(AddingError(create, seed));
            series.Add(SeriesError(create, seed, values));
        }

        Console.Error.WriteLine(create(1).GetType().Name);
        return (
            Statistics.Median(adding).ToString("F4", CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(series):F0} ({series.Min():F0}–{series.Max():F0})"));
    }

    private static string Table(
        Page page, (string Name, Func<int, Recurrent> Create)[] cells, Dictionary<(string Cell, int Shape, bool Trains), SideBySide> times,
        (string Adding, string Series)[] errors, int seeds)
    {
        double[] values = ReadSeries();
        int first = values.Length - Judged;
        double Naive(int lag) => Math.Sqrt(Enumerable.Range(first, Judged).Average(i => Math.Pow(values[i] - values[i - lag], 2)));
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Cells of one's own: {Page.Where}

            Adding problem: mean squared error on 1,000 held-out sequences of {AddingSteps} steps, {AddingUnits} units, {AddingEpochs} epochs of {AddingCount:N0} sequences, Adam with 0.005; who always says 1 has 0.167.
            Births: root mean squared error one day ahead over the last {Judged} days of samples/data/births.csv, {SeriesUnits} units over {Window} days, {SeriesEpochs} epochs; the day before as forecast has {Naive(1):F0}, the same day of the week before {Naive(7):F0}. Medians of {seeds} seeds, all with the same recipe, chosen for none of them.
            Times are those of the built-in LSTM of the same shape over again: 1.20 takes a fifth longer. Medians of alternating runs in one process, one thread, T = 60, F = 1, B = 32.

            {string.Join('\n', page.Origin())}

            | cell | adding problem | births | {string.Join(" | ", s_shapes.Select(shape => $"training, H={shape.Units}"))} | {string.Join(" | ", s_shapes.Select(shape => $"prediction, H={shape.Units}"))} |
            |---|--:|--:|{string.Concat(Enumerable.Repeat("--:|", 2 * s_shapes.Length))}
            """);
        for (int i = 0; i < cells.Length; i++)
        {
            string name = cells[i].Name;
            string Ratio(int shape, bool trains) => name == "LSTM" ? "1" : Figures.Share(times[(name, shape, trains)]);
            IEnumerable<int> shapes = Enumerable.Range(0, s_shapes.Length);
            string ratios = string.Join(
                " | ", shapes.Select(shape => Ratio(shape, true)).Concat(shapes.Select(shape => Ratio(shape, false))));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {errors[i].Adding} | {errors[i].Series} | {ratios} |");
        }

        return text.ToString();
    }

    private static double AddingError(Func<int, Recurrent> create, int seed)
    {
        Model model = new Model(create(AddingUnits), new Dense(1)).Build(new Shape(AddingSteps, 2), seed);
        model.Fit(Adding(AddingCount, 1), new TrainingOptions
        {
            Epochs = AddingEpochs,
            BatchSize = 50,
            Optimizer = new Adam { LearningRate = 0.005 },
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
            Seed = seed,
        });
        return model.Evaluate(Adding(1000, 2), new MeanSquaredError());
    }

    private static ArraySamples Adding(int count, int seed)
    {
        var random = new Random(seed);
        float[] x = new float[count * AddingSteps * 2], y = new float[count];
        for (int row = 0; row < count; row++)
        {
            for (int t = 0; t < AddingSteps; t++)
                x[(row * AddingSteps + t) * 2] = random.NextSingle();
            foreach (int half in (int[])[0, AddingSteps / 2])
            {
                int at = (row * AddingSteps + half + random.Next(AddingSteps / 2)) * 2;
                x[at + 1] = 1;
                y[row] += x[at];
            }
        }

        return new ArraySamples(x, new Shape(AddingSteps, 2), y, new Shape(1));
    }

    private static double SeriesError(Func<int, Recurrent> create, int seed, double[] values)
    {
        int learnt = values.Length - Judged;
        var scaler = new MinMaxScaler();
        scaler.FitTransform(values.AsSpan(0, learnt));
        Model model = new Model(create(SeriesUnits), new Dense(1)).Build(new Shape(Window, 1), seed);
        model.Fit(new SplitWindows(scaler.Transform(values.AsSpan(0, learnt)), Window), new TrainingOptions { Epochs = SeriesEpochs,
            Optimizer = new Adam { LearningRate = 0.003 }, Clipping = new Clipping(ClipMode.GlobalNorm, 1), Seed = seed });
        float[] forecasts = model.Predict(new SplitWindows(scaler.Transform(values.AsSpan(learnt - Window)), Window));
        double[] back = scaler.InverseTransform([.. forecasts.Select(value => (double)value)]);
        return Math.Sqrt(back.Select((value, i) => Math.Pow(value - values[learnt + i], 2)).Average());
    }

    private static double[] ReadSeries() =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "samples", "births.csv")).Skip(1)
            .Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)),
    ];

    /// <summary>A model of a shape, a batch to train it with, and rows to predict.</summary>
    private sealed class Work
    {
        private readonly Model _model;
        private readonly ArraySamples _samples;
        private readonly TrainingOptions _options;
        private readonly float[] _inputs, _outputs;

        public Work(Func<int, Recurrent> create, (int Units, int Batch, int Steps, int Features) shape)
        {
            _samples = Samples.Noise(shape.Batch, shape.Steps, shape.Features);
            _model = new Model(create(shape.Units), new Dense(1)) { Threads = 1 }.Build(_samples.InputShape, seed: 1);
            _options = new TrainingOptions { Epochs = 1, BatchSize = shape.Batch };
            (_inputs, _outputs) = (new float[shape.Batch * _samples.InputShape.Size], new float[shape.Batch]);
            for (int row = 0; row < shape.Batch; row++)
                _samples.CopyInput(row, _inputs.AsSpan(row * _samples.InputShape.Size, _samples.InputShape.Size));
        }

        public void Train() => _model.Fit(_samples, _options);

        public void Predict() => _model.Predict(_inputs, _outputs);
    }
}
