using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>One row of the comparison, as it appears in JSON.</summary>
internal sealed record PeersRow(
    string Task,
    string Cell,
    int Threads,
    int Hidden,
    int Batch,
    int Steps,
    int Features,
    [property: JsonPropertyName("ours_seconds")] double OursSeconds,
    [property: JsonPropertyName("torch_seconds")] double TorchSeconds,
    double Ratio)
{
    [JsonIgnore]
    public Timings Ours { get; init; } = new();

    [JsonIgnore]
    public Timings Torch { get; init; } = new();
}

/// <summary>
/// Unroll and TorchSharp side by side in one process at the shape of the tutorial: 1199 windows, T = 60, F = 1, H = 125,
/// B = 32. Both start from the same weights and must predict the same before anything is timed.
/// </summary>
internal static class PeersBenchmark
{
    public const int Hidden = 125, Batch = 32;
    private const int Windows = 1199, Steps = 60, Features = 1;
    private static readonly string[] s_tasks = ["train", "predict-all", "predict-one"];
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static void Run(bool quick, bool json)
    {
        string load = Machine.Load;
        ISamples samples = RandomWalk();
        var rows = new List<PeersRow>();
        foreach (int threads in Enumerable.Range(1, Math.Min(2, Machine.Cores)))
        {
            TorchPeer.UseThreads(threads);
            foreach (CellKind cell in CellKinds.All)
                Measure(cell, threads, samples, quick, rows);
        }

        rows = [.. rows.OrderBy(row => Array.IndexOf(s_tasks, row.Task)).ThenByDescending(row => row.Threads)];
        string command = $"Unroll.Benchmarks.dll peers{(quick ? " --quick" : "")}{(json ? " --json" : "")}";
        Results.Write($"{Machine.Slug}/peers.md", Table(rows, command, load));
        Console.WriteLine(json ? JsonSerializer.Serialize(rows, s_json) : Table(rows, command, load));
    }

    private static void Measure(CellKind cell, int threads, ISamples samples, bool quick, List<PeersRow> rows)
    {
        using var ours = new OursPeer(cell, samples, Hidden, Batch, threads, seed: 1);
        using var torch = new TorchPeer(cell, samples, Hidden, Batch);
        TorchWeights.Copy(ours.Model, cell, torch);
        RequireSamePredictions(cell, ours.PredictAll(), torch.PredictAll());
        var window = new float[Steps * Features];
        samples.CopyInput(0, window);
        Effort effort = quick ? new Effort(3, 5, 2) : new Effort(7, 11, 15);
        Add("train", Batch, peer => peer.TrainEpoch());
        Add("predict-all", Windows, peer => peer.PredictAll());
        Add("predict-one", 1, peer => peer.PredictOne(window));

        void Add(string task, int batch, Action<IPeer> call)
        {
            (Timings a, Timings b) = Timing.Alternate(() => call(ours), () => call(torch), effort);
            var row = new PeersRow(task, cell.Label(), threads, Hidden, batch, Steps, Features, a.Median, b.Median, b.Median / a.Median) { Ours = a, Torch = b };
            rows.Add(row);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task,-12} {row.Cell,-10} threads {threads}: {row.Ratio:F2}"));
        }
    }

    /// <summary>Windows on a random walk between 0 and 1: the work does not depend on the values, but they should look like prices.</summary>
    public static Windows RandomWalk()
    {
        var random = new RandomSource(455);
        var values = new double[Windows + Steps];
        for (int i = 1; i < values.Length; i++)
            values[i] = values[i - 1] + random.NextNormal();
        return new Windows(new MinMaxScaler().FitTransform(values), Steps);
    }

    private static void RequireSamePredictions(CellKind cell, float[] ours, float[] torch)
    {
        float difference = ours.Zip(torch, (a, b) => Math.Abs(a - b)).Max();
        if (ours.Length != torch.Length || !(difference < 1e-5f))
            throw new UnrollException($"{cell.Label()}: from the same weights the predictions of the two libraries differ by {difference}; timing them would compare different work.");
    }

    private static string Table(List<PeersRow> rows, string command, string load)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Unroll beside libtorch: {Machine.Cpu}, {Machine.Cores} cores

            {Windows} windows, T={Steps}, F={Features}, H={Hidden}, Dense(1) on the last state, MSE, RMSprop, float32. The ratio is libtorch's time over Unroll's.
            Training: seconds an epoch, B={Batch}. All: all windows in one call. One: one window in one call.
            Medians of alternating runs in one process, the fastest and slowest in brackets, equal thread counts, both warm and started from the same weights.
            Counted are quiet runs: those whose threads had to wait for a processor for less than 3 % of the time (all, where fewer than three were quiet).

            - Processor: {Machine.Cpu}, {Machine.Cores} cores, {Machine.InstructionSet}
            - Date: {Machine.Today}; load average before the run: {load}
            - Command: `{command}`
            - Versions: {Machine.Versions(torch: true)}

            | task | cell | threads | Unroll | libtorch | ratio | quiet runs | libtorch |
            |---|---|--:|--:|--:|--:|--:|--:|
            """);
        foreach (PeersRow row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Task} | {row.Cell} | {row.Threads} | {Seconds(row.Ours)} | {Seconds(row.Torch)} | **{row.Ratio:F2}** | {Runs(row.Ours)} | {Runs(row.Torch)} |");
        return text.ToString();
    }

    private static string Seconds(Timings timings)
    {
        (double factor, string unit) = timings.Median < 0.01 ? (1000, "ms") : (1, "s");
        return string.Create(CultureInfo.InvariantCulture, $"{timings.Median * factor:F3} {unit} ({timings.Min * factor:F3}–{timings.Max * factor:F3})");
    }

    private static string Runs(Timings timings) => string.Create(CultureInfo.InvariantCulture, $"{timings.QuietRuns} of {timings.AllRuns}");
}
