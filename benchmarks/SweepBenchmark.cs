using System.Diagnostics;
using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>What to sweep over.</summary>
internal sealed record SweepOptions
{
    public required CellKind[] Cells { get; init; }

    public required int[] Sizes { get; init; }

    public required int[] Batches { get; init; }

    public required int[] Steps { get; init; }

    public required int[] Features { get; init; }

    public int Layers { get; init; } = 1;

    public bool Bidirectional { get; init; }

    /// <summary>Only the rows of the page that have a lower ratio than this; null: all shapes anew.</summary>
    public double? RepeatBelow { get; init; }

    public required int Runs { get; init; }

    /// <summary>The verb and its options.</summary>
    public required string Command { get; init; }

    /// <summary>The network's page has this name.</summary>
    public string PageName => $"sweep{(Layers > 1 ? "-stacked" : "")}{(Bidirectional ? "-bidirectional" : "")}";

    /// <summary>What sets it apart, for a heading.</summary>
    public string Network =>
        $"{(Layers > 1 ? FormattableString.Invariant($", {Layers} layers") : "")}{(Bidirectional ? ", bidirectional" : "")}";
}

/// <summary>
/// Both libraries over many shapes, training and prediction, on two threads: is there a corner in which libtorch is faster?
/// A sweep has few short runs a row, so a single ratio is rough; their geometric mean is not. Rows that look slow are
/// repeated with more and longer runs.
/// </summary>
internal static class SweepBenchmark
{
    private const double RunSeconds = 0.03, RepeatedRunSeconds = 0.1;

    /// <summary>Sequences of 250 steps let roundings grow.</summary>
    private const float SamePrediction = 1e-4f;

    public static int Threads => Math.Min(2, Machine.Cores);

    public static void Run(SweepOptions options)
    {
        TorchInstructions.RequireEqual();
        NativeHeap.KeepFreed();
        var page = new Page(options.Command, Opponent.Torch);
        (options.RepeatBelow is { } limit ? Repeat(options, page, limit) : Sweep(options, page)).Write();
    }

    private static SweepPage Sweep(SweepOptions options, Page page)
    {
        var clock = Stopwatch.StartNew();
        var rows = new List<SweepRow>();
        foreach (int hidden in options.Sizes)
        {
            foreach (CellKind cell in options.Cells)
            {
                var stack = new Stack(cell, hidden, options.Layers, options.Bidirectional);
                List<SweepRow> group =
                [
                    .. from batch in options.Batches
                       from steps in options.Steps
                       from features in options.Features
                       from row in Measure(stack, batch, steps, features, ["train", "predict"], options.Runs, RunSeconds)
                       select row,
                ];
                rows.AddRange(group);
                Console.Error.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F0} s: {stack}, {SweepPage.Summary(group)}"));
            }
        }

        return new SweepPage(options, page.Origin(), rows);
    }

    private static SweepPage Repeat(SweepOptions options, Page page, double limit)
    {
        SweepPage before = SweepPage.Read(options);
        SweepRow[] slow = [.. before.Rows.Where(row => row.Ratio < limit)];
        Console.Error.WriteLine($"{slow.Length} rows to repeat");
        var repeated = new Dictionary<SweepRow, SweepRow>();
        foreach (SweepRow row in slow)
        {
            var stack = new Stack(row.Cell, row.Hidden, options.Layers, options.Bidirectional);
            repeated[row] = Measure(stack, row.Batch, row.Steps, row.Features, [row.Task], options.Runs, RepeatedRunSeconds)[0];
            Console.Error.WriteLine(repeated[row]);
        }

        string what = string.Create(CultureInfo.InvariantCulture,
            $"{slow.Length} rows with a ratio below {limit}, of which {repeated.Values.Count(row => row.Ratio < limit)} stayed there");
        return new SweepPage(
            options, [.. before.Origin, page.Repetition(what)], [.. before.Rows.Select(row => repeated.GetValueOrDefault(row, row))]);
    }

    /// <summary>Samples for four batches, of one batch where it is large, of eight where it is a single row.</summary>
    private static List<SweepRow> Measure(Stack stack, int batch, int steps, int features, string[] tasks, int runs, double runSeconds)
    {
        int count = batch * (batch == 1 ? 8 : batch <= 32 ? 4 : 1);
        using var pair = new TorchPair(stack, Samples.Noise(count, steps, features), batch, Threads, SamePrediction);
        var rows = new List<SweepRow>();
        foreach (string task in tasks)
        {
            SideBySide timing = pair.Time(task == "train" ? peer => peer.TrainEpoch() : peer => peer.PredictAll(), runSeconds);
            for (int run = 0; run < runs; run++)
                timing.RunPair();
            rows.Add(new SweepRow(task, stack.Cell, stack.Units, batch, steps, features, timing.Ours.Median, timing.Theirs.Median, runs,
                timing.QuietPairs));
        }

        return rows;
    }
}
