using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>
/// Both libraries over many shapes, training and prediction, on two threads: is there a corner in which libtorch is faster?
/// Three short runs a row, so a single ratio is rough; their geometric mean is not.
/// </summary>
internal static class SweepBenchmark
{
    private const double RunSeconds = 0.03;
    private const int Pairs = 3;
    private static readonly int[] s_batches = [1, 32, 256];
    private static readonly int[] s_steps = [20, 60, 250];
    private static readonly int[] s_features = [1, 8];

    private sealed record Row(string Task, CellKind Cell, int Hidden, int Batch, int Steps, int Features, double Ours, double Torch)
    {
        public double Ratio => Torch / Ours;
    }

    public static void Run(int[] sizes, CellKind[] cells, string command)
    {
        NativeHeap.KeepFreed();
        int threads = Math.Min(2, Machine.Cores);
        TorchPeer.UseThreads(threads);
        string load = Machine.Load;
        var clock = Stopwatch.StartNew();
        var rows = new List<Row>();
        foreach (int hidden in sizes)
        {
            foreach (CellKind cell in cells)
            {
                foreach (int batch in s_batches)
                {
                    foreach (int steps in s_steps)
                    {
                        foreach (int features in s_features)
                            rows.AddRange(Measure(cell, hidden, batch, steps, features, threads));
                    }
                }

                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F0} s: {cell.Label()} H={hidden}, {Summary([.. rows.Where(row => row.Cell == cell && row.Hidden == hidden)])}"));
            }
        }

        Results.Write($"{Machine.Slug}/sweep.md", Table(rows, threads, load, command));
    }

    /// <summary>Samples for four batches, of one batch where it is large, of eight where it is a single row.</summary>
    private static Row[] Measure(CellKind cell, int hidden, int batch, int steps, int features, int threads)
    {
        int count = batch * (batch == 1 ? 8 : batch <= 32 ? 4 : 1);
        ISamples samples = Noise(count, steps, features);
        var ours = new OursPeer(cell, samples, hidden, batch, threads, seed: 1);
        using var torch = new TorchPeer(cell, samples, hidden, batch);
        TorchWeights.Copy(ours.Model, cell, torch);
        return [Time("train", peer => peer.TrainEpoch()), Time("predict", peer => peer.PredictAll())];

        Row Time(string task, Action<IPeer> call)
        {
            var timing = new SideBySide(() => call(ours), () => call(torch), RunSeconds);
            for (int pair = 0; pair < Pairs; pair++)
                timing.RunPair();
            return new Row(task, cell, hidden, batch, steps, features, timing.Ours.Median, timing.Torch.Median);
        }
    }

    private static ArraySamples Noise(int count, int steps, int features)
    {
        var random = new RandomSource(1);
        var inputs = new float[count * steps * features];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = (float)random.NextNormal();
        return new ArraySamples(inputs, new Shape(steps, features), new float[count], new Shape(1));
    }

    private static string Table(List<Row> rows, int threads, string load, string command)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Unroll beside libtorch over many shapes: {Machine.Cpu}, {Machine.Cores} cores

            Dense(1) on the last state, MSE, RMSprop, float32, {threads} threads on both sides, {Pairs} short alternating runs a row.
            train: a pass over 8 rows (B=1), 4 batches (B=32) or one (B=256). predict: all those rows; B=1 there means 8 rows in one call.
            The ratio is libtorch's time over Unroll's: above 1 Unroll is faster.

            - Processor: {Machine.Cpu}, {Machine.Cores} cores, {Machine.InstructionSet}
            - Date: {Machine.Today}; load average before the run: {load}
            - Command: `Unroll.Benchmarks.dll {command}`
            - Versions: {Machine.Versions(torch: true)}

            **{Summary(rows)}**

            | cell | H | rows | geometric mean | lowest | rows below 1 |
            |---|--:|--:|--:|--:|--:|
            """);
        foreach (IGrouping<(CellKind Cell, int Hidden), Row> group in rows.GroupBy(row => (row.Cell, row.Hidden)))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key.Cell.Label()} | {group.Key.Hidden} | {group.Count()} | {Mean(group):F2} | {group.Min(row => row.Ratio):F2} | {group.Count(row => row.Ratio < 1)} |");
        text.AppendLine().AppendLine("| task | cell | H | B | T | F | Unroll, ms | libtorch, ms | ratio |").AppendLine("|---|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (Row row in rows.OrderBy(row => row.Ratio))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Task} | {row.Cell.Label()} | {row.Hidden} | {row.Batch} | {row.Steps} | {row.Features} | {1e3 * row.Ours:F3} | {1e3 * row.Torch:F3} | {row.Ratio:F2} |");
        return text.ToString();
    }

    private static string Summary(IReadOnlyCollection<Row> rows) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rows.Count} rows: geometric mean {Mean(rows):F2}, lowest {rows.Min(row => row.Ratio):F2}, {rows.Count(row => row.Ratio < 1)} below 1");

    private static double Mean(IEnumerable<Row> rows) => Math.Exp(rows.Average(row => Math.Log(row.Ratio)));
}
