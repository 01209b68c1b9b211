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
    public double TorchSeconds => Timing.Theirs.Median;

    /// <summary>libtorch's time over Unroll's: above 1 Unroll is faster.</summary>
    [JsonPropertyName("ratio")]
    public double Ratio => Timing.Ratio;

    /// <summary>Rows of one call to libtorch: for predict-all what it is fastest with.</summary>
    [JsonIgnore]
    public int TorchBatch { get; init; }

    /// <summary>Floating-point operations of the layer's matrix products.</summary>
    [JsonIgnore]
    public double Operations { get; init; }

    /// <summary>10⁹ of them a second, by Unroll.</summary>
    [JsonIgnore]
    public double Gigaflops => 1e-9 * Operations / OursSeconds;

    [JsonIgnore]
    public SideBySide Timing { get; init; } = null!;
}

/// <summary>The comparison as a Markdown page. Made before measuring, as it says how busy the machine was then.</summary>
internal sealed class PeersReport(string command, bool keepsHeap)
{
    /// <summary>Narrower layers spend much of their time outside matrix products, so their share of the peak would say little.</summary>
    private const int FewestUnitsForShare = 125;

    private readonly Page _page = new(command, Opponent.Torch);

    public string Table(IReadOnlyList<PeersRow> rows, IReadOnlyList<MatrixPeak> peaks)
    {
        var text = new StringBuilder();
        IReadOnlyList<string> origin = _page.Origin(
            string.Create(CultureInfo.InvariantCulture,
                $"Matrix-product peak: {string.Join(", ", peaks.OrderBy(peak => peak.Threads).Select(Peak))} (Unroll's kernel on "
                + $"{MatrixPeak.Rows} × {MatrixPeak.Depth} by {MatrixPeak.Depth} × {MatrixPeak.Columns} in the first-level cache, measured "
                + $"between the rows)"),
            $"Native heap: {(keepsHeap ? "keeps what libtorch frees" : "the C library's default")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Unroll beside libtorch: {Page.Where}

            {PeersBenchmark.Windows} windows, T={PeersBenchmark.Steps}, F={PeersBenchmark.Features}, H={PeersBenchmark.Hidden}, Dense(1) on the last state, MSE, RMSprop, float32.
            train: seconds an epoch, B={PeersBenchmark.Batch}. predict-all: all windows, libtorch in batches of its fastest size. predict-one: one window in one call.
            The ratio is libtorch's time over Unroll's: above 1 Unroll is faster.
            GFLOP/s: the operations of the layer's matrix products over Unroll's time; beside it the share of the matrix-product peak on as many threads.

            Medians of alternating runs in one process, the fastest and slowest in brackets, at equal thread counts, both warm and started from the same weights.
            Counted are quiet runs: those whose threads waited for a processor for less than 3 % of the time; where fewer than three were, all count, and the ratio is in brackets: it says little.

            {string.Join('\n', origin)}

            | task | cell | threads | Unroll | libtorch | ratio | Unroll, GFLOP/s | of the peak | libtorch's batch | quiet runs, Unroll | quiet runs, libtorch |
            |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (PeersRow row in rows)
        {
            (Timings ours, Timings torch) = (row.Timing.Ours, row.Timing.Theirs);
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Task} | {row.Cell} | {row.Threads} | {Figures.Seconds(ours)} | {Figures.Seconds(torch)} | "
                + $"{Figures.Ratio(row.Timing)} | {row.Gigaflops:F0} | {Share(row, peaks)} | {row.TorchBatch} | {Figures.Quiet(ours)} | "
                + $"{Figures.Quiet(torch)} |");
        }

        return text.ToString();
    }

    private static string Peak(MatrixPeak peak) => string.Create(
        CultureInfo.InvariantCulture, $"{peak.Gigaflops:F0} GFLOP/s on {peak.Threads} thread{(peak.Threads == 1 ? "" : "s at once")}");

    private static string Share(PeersRow row, IReadOnlyList<MatrixPeak> peaks) => row.Hidden < FewestUnitsForShare ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{100 * row.Gigaflops / peaks.First(peak => peak.Threads == row.Threads).Gigaflops:F0} %");
}
