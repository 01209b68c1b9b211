using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>
/// Unroll and TorchSharp side by side in one process at the shape of the tutorial: 1199 windows, T = 60, F = 1, H = 125,
/// B = 32. Both start from the same weights and must predict the same before anything is timed.
/// </summary>
internal static class PeersBenchmark
{
    public const int Windows = 1199, Steps = 60, Features = 1, Hidden = 125, Batch = 32;
    private const float SamePrediction = 1e-5f;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>How much to measure: every row <paramref name="Fewest"/> pairs of runs, then more of those that lack <paramref name="Quiet"/> quiet ones, until <paramref name="Seconds"/> are over. On a busy machine time may end it after one pair each.</summary>
    private sealed record Effort(int Fewest, int Quiet, double Seconds);

    /// <summary>Measures, writes the table to the results, and prints it or the rows as JSON.</summary>
    public static void Run(bool quick, bool json, bool plainHeap)
    {
        bool keepsHeap = !plainHeap && NativeHeap.KeepFreed();
        var report = new PeersReport($"Unroll.Benchmarks.dll peers{(quick ? " --quick" : "")}{(json ? " --json" : "")}{(plainHeap ? " --plain-heap" : "")}", keepsHeap);
        List<PeersRow> rows = Measure(quick ? new Effort(3, 5, 40) : new Effort(9, 15, 420));
        string table = report.Table(rows);
        Results.Write($"{Machine.Slug}/peers{(plainHeap ? "-plain-heap" : "")}.md", table);
        Console.WriteLine(json ? JsonSerializer.Serialize(rows, s_json) : table);
    }

    /// <summary>Windows on a random walk between 0 and 1: the work does not depend on the values, but they should look like prices.</summary>
    public static ISamples RandomWalk()
    {
        var random = new RandomSource(455);
        var values = new double[Windows + Steps];
        for (int i = 1; i < values.Length; i++)
            values[i] = values[i - 1] + random.NextNormal();
        return new Windows(new MinMaxScaler().FitTransform(values), Steps);
    }

    private static List<PeersRow> Measure(Effort effort)
    {
        var clock = Stopwatch.StartNew();
        ISamples samples = RandomWalk();
        var rows = new List<PeersRow>();
        var peers = new List<IPeer>();
        for (int threads = Math.Min(2, Machine.Cores); threads >= 1; threads--)
        {
            TorchPeer.UseThreads(threads);
            foreach (CellKind cell in CellKinds.All)
            {
                Console.Error.WriteLine($"Warming up {cell.Label()}, threads: {threads}");
                rows.AddRange(Prepare(cell, threads, samples, peers));
            }
        }

        for (int pass = 1; pass == 1 || (clock.Elapsed.TotalSeconds < effort.Seconds && (pass <= effort.Fewest || rows.Exists(Lacks))); pass++)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Pass {pass}, {clock.Elapsed.TotalSeconds:F0} s"));
            foreach (PeersRow row in rows.Where(row => pass <= effort.Fewest || Lacks(row)))
            {
                TorchPeer.UseThreads(row.Threads);
                row.Timing.RunPair();
            }
        }

        peers.ForEach(peer => peer.Dispose());
        return [.. rows.OrderBy(row => row.Task switch { "train" => 0, "predict-all" => 1, _ => 2 })];

        bool Lacks(PeersRow row) => row.Timing.QuietPairs < effort.Quiet;
    }

    private static PeersRow[] Prepare(CellKind cell, int threads, ISamples samples, List<IPeer> peers)
    {
        var ours = new OursPeer(cell, samples, Hidden, Batch, threads, seed: 1);
        var torch = new TorchPeer(cell, samples, Hidden, Batch);
        peers.AddRange([ours, torch]);
        TorchWeights.Copy(ours.Model, cell, torch);
        RequireSamePredictions(cell, ours.PredictAll(), torch.PredictAll());
        torch.TuneBatch();
        var window = new float[Steps * Features];
        samples.CopyInput(0, window);
        return
        [
            Row("train", Batch, peer => peer.TrainEpoch()),
            Row("predict-all", Windows, peer => peer.PredictAll()),
            Row("predict-one", 1, peer => peer.PredictOne(window)),
        ];

        PeersRow Row(string task, int batch, Action<IPeer> call) => new()
        {
            Task = task,
            Cell = cell.Label(),
            Threads = threads,
            Hidden = Hidden,
            Batch = batch,
            Steps = Steps,
            Features = Features,
            Timing = new SideBySide(() => call(ours), () => call(torch)),
            TorchBatch = task == "predict-all" ? torch.PredictionRows : batch,
        };
    }

    private static void RequireSamePredictions(CellKind cell, float[] ours, float[] torch)
    {
        float difference = ours.Zip(torch, (a, b) => Math.Abs(a - b)).Max();
        if (ours.Length != torch.Length || !(difference < SamePrediction))
            throw new UnrollException($"{cell.Label()}: from the same weights the predictions of the two libraries differ by {difference}; timing them would compare different work.");
    }
}
