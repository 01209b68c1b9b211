using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Unroll.Benchmarks;

/// <summary>One row of the comparison, as it appears in JSON.</summary>
internal sealed record PeersRow
{
    /// <summary>train (an epoch), predict-all or predict-one.</summary>
    [JsonPropertyName("task")]
    public string Task { get; init; } = "";

    [JsonPropertyName("cell")]
    public string Cell { get; init; } = "";

    [JsonPropertyName("threads")]
    public int Threads { get; init; }

    /// <summary>H.</summary>
    [JsonPropertyName("hidden")]
    public int Hidden { get; init; }

    /// <summary>B; for predictions the rows of one call.</summary>
    [JsonPropertyName("batch")]
    public int Batch { get; init; }

    /// <summary>T.</summary>
    [JsonPropertyName("steps")]
    public int Steps { get; init; }

    /// <summary>F.</summary>
    [JsonPropertyName("features")]
    public int Features { get; init; }

    /// <summary>Median seconds of an epoch or a call.</summary>
    [JsonPropertyName("ours_seconds")]
    public double OursSeconds => Timing.Ours.Median;

    [JsonPropertyName("torch_seconds")]
    public double TorchSeconds => Timing.Torch.Median;

    /// <summary>libtorch's time over Unroll's: above 1 Unroll is faster.</summary>
    [JsonPropertyName("ratio")]
    public double Ratio => TorchSeconds / OursSeconds;

    /// <summary>Rows of one call to libtorch: for predict-all what it is fastest with.</summary>
    [JsonIgnore]
    public int TorchBatch { get; init; }

    [JsonIgnore]
    public SideBySide Timing { get; init; } = null!;
}

/// <summary>The comparison as a Markdown page. Made before measuring, as it says how busy the machine was then.</summary>
internal sealed class PeersReport(string command, bool keepsHeap)
{
    private readonly string _load = Machine.Load;

    public string Table(IReadOnlyList<PeersRow> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Unroll beside libtorch: {Machine.Cpu}, {Machine.Cores} cores

            {PeersBenchmark.Windows} windows, T={PeersBenchmark.Steps}, F={PeersBenchmark.Features}, H={PeersBenchmark.Hidden}, Dense(1) on the last state, MSE, RMSprop, float32.
            train: seconds an epoch, B={PeersBenchmark.Batch}. predict-all: all windows, libtorch in batches of its fastest size. predict-one: one window in one call.
            The ratio is libtorch's time over Unroll's: above 1 Unroll is faster.

            Medians of alternating runs in one process, the fastest and slowest in brackets, at equal thread counts, both warm and started from the same weights.
            Counted are quiet runs: those whose threads waited for a processor for less than 3 % of the time; where fewer than three were, all count, and the ratio is in brackets: it says little.

            - Processor: {Machine.Cpu}, {Machine.Cores} cores, {Machine.InstructionSet}
            - Date: {Machine.Today}; load average before the run: {_load}
            - Command: `{command}`
            - Native heap: {(keepsHeap ? "keeps what libtorch frees" : "the C library's default")}
            - Versions: {Machine.Versions(torch: true)}

            | task | cell | threads | Unroll | libtorch | ratio | libtorch's batch | quiet runs, Unroll | quiet runs, libtorch |
            |---|---|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (PeersRow row in rows)
        {
            (Timings ours, Timings torch) = (row.Timing.Ours, row.Timing.Torch);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Task} | {row.Cell} | {row.Threads} | {Seconds(ours)} | {Seconds(torch)} | {Ratio(row)} | {row.TorchBatch} | {ours.QuietRuns} of {ours.AllRuns} | {torch.QuietRuns} of {torch.AllRuns} |");
        }

        return text.ToString();
    }

    private static string Ratio(PeersRow row)
    {
        string ratio = row.Ratio.ToString("F2", CultureInfo.InvariantCulture);
        return row.Timing.QuietPairs >= Timings.FewestQuiet ? $"**{ratio}**" : $"({ratio})";
    }

    private static string Seconds(Timings timings)
    {
        (double factor, string unit) = timings.Median < 0.001 ? (1e6, "µs") : timings.Median < 1 ? (1e3, "ms") : (1, "s");
        return string.Create(CultureInfo.InvariantCulture, $"{Digits(timings.Median)} {unit} ({Digits(timings.Min)}–{Digits(timings.Max)})");

        string Digits(double seconds) => (seconds * factor) switch
        {
            < 10 and var value => value.ToString("F2", CultureInfo.InvariantCulture),
            var value => value.ToString("F0", CultureInfo.InvariantCulture),
        };
    }
}
