using System.Text.Json;

namespace Unroll.Benchmarks;

/// <summary>How <c>peers</c> measures and prints.</summary>
/// <param name="Quick">Fewer runs: within a minute.</param>
/// <param name="Json">The rows as JSON instead of the page.</param>
/// <param name="PlainHeap">Leave the C library's heap as it is.</param>
/// <param name="Cells">Which layers.</param>
/// <param name="Runs">Exactly so many runs a row; null: by time.</param>
/// <param name="Command">The verb and its options.</param>
internal sealed record PeersOptions(bool Quick, bool Json, bool PlainHeap, CellKind[] Cells, int? Runs, string Command);

/// <summary>
/// Unroll and TorchSharp side by side in one process at the shape of the tutorial: 1199 windows, T = 60, F = 1, H = 125,
/// B = 32. Both start from the same weights and must predict the same before anything is timed. The matrix product's peak is
/// measured in the same passes.
/// </summary>
internal static class PeersBenchmark
{
    public const int Windows = 1199, Steps = 60, Features = 1, Hidden = 125, Batch = 32;
    private const float SamePrediction = 1e-5f;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Measures, writes the table to the results, and prints it or the rows as JSON.</summary>
    public static void Run(PeersOptions options)
    {
        TorchInstructions.RequireEqual();
        bool keepsHeap = !options.PlainHeap && NativeHeap.KeepFreed();
        var report = new PeersReport(options.Command, keepsHeap);
        Effort effort = options.Runs is { } runs ? new Effort(runs, 0, double.PositiveInfinity)
            : options.Quick ? new Effort(3, 5, 40)
            : new Effort(9, 15, 420);
        (List<PeersRow> rows, MatrixPeak[] peaks) = Measure(options.Cells, effort);
        string table = report.Table(rows, peaks);
        Results.Write(Results.OfMachine("peers", options.PlainHeap ? "-plain-heap.md" : ".md"), table);
        Console.WriteLine(options.Json ? JsonSerializer.Serialize(rows, s_json) : table);
    }

    private static (List<PeersRow> Rows, MatrixPeak[] Peaks) Measure(CellKind[] cells, Effort effort)
    {
        ISamples samples = Samples.RandomWalk(Windows, Steps);
        var rows = new List<PeersRow>();
        var peaks = new List<MatrixPeak>();
        var pairs = new List<TorchPair>();
        for (int threads = Math.Min(2, Machine.Cores); threads >= 1; threads--)
        {
            peaks.Add(new MatrixPeak(threads));
            foreach (CellKind cell in cells)
            {
                Console.Error.WriteLine($"Warming up {cell.Label()}, threads: {threads}");
                var pair = new TorchPair(new Stack(cell, Hidden), samples, Batch, threads, SamePrediction);
                pairs.Add(pair);
                rows.AddRange(Prepare(cell, threads, samples, pair));
            }
        }

        effort.Run(rows, row => row.Timing, () => peaks.ForEach(peak => peak.Run()), row => TorchPeer.UseThreads(row.Threads));
        pairs.ForEach(pair => pair.Dispose());
        return ([.. rows.OrderBy(row => row.Task switch { "train" => 0, "predict-all" => 1, _ => 2 })], [.. peaks]);
    }

    private static PeersRow[] Prepare(CellKind cell, int threads, ISamples samples, TorchPair pair)
    {
        pair.Torch.TuneBatch();
        var window = new float[Steps * Features];
        samples.CopyInput(0, window);
        return
        [
            Row("train", Batch, Arithmetic.Epoch(cell, Windows, Steps, Hidden, Features), peer => peer.TrainEpoch()),
            Row("predict-all", Windows, Arithmetic.Prediction(cell, Windows, Steps, Hidden, Features), peer => peer.PredictAll()),
            Row("predict-one", 1, Arithmetic.Prediction(cell, 1, Steps, Hidden, Features), peer => peer.PredictOne(window)),
        ];

        PeersRow Row(string task, int batch, double operations, Action<IPeer> call) => new()
        {
            Task = task,
            Cell = cell.Label(),
            Threads = threads,
            Hidden = Hidden,
            Batch = batch,
            Steps = Steps,
            Features = Features,
            Timing = pair.Time(call),
            TorchBatch = task == "predict-all" ? pair.Torch.PredictionRows : batch,
            Operations = operations,
        };
    }
}
