using System.Diagnostics;

namespace Unroll.Benchmarks;

/// <summary>
/// Time per training epoch of both libraries against time steps, batch size, units and threads, one at a time from the
/// tutorial's shape, beside the growth of the arithmetic alone.
/// </summary>
internal static class GrowthBenchmark
{
    private const int DefaultRuns = 5;
    private const float SamePrediction = 1e-4f;

    /// <summary>
    /// Slow shapes have fewer runs, and disturbed ones no more after this, so that a whole measurement stays within six minutes.
    /// </summary>
    private const double SecondsPerShape = 5;

    public static void Run(CellKind[] cells, string[] axes, int? runs, string command)
    {
        TorchInstructions.RequireEqual();
        NativeHeap.KeepFreed();
        var page = new Page(command, Opponent.Torch);
        GrowthAxis[] chosen = [.. GrowthAxis.All.Where(axis => axes.Contains(axis.Key))];
        if (chosen.Length != axes.Length)
            throw new UnrollException($"Choose --axes from {string.Join(',', GrowthAxis.All.Select(axis => axis.Key))}.");
        var timings = new Dictionary<GrowthShape, SideBySide>();
        foreach (GrowthShape shape in cells.SelectMany(cell => chosen.SelectMany(axis => axis.Shapes(cell)).Append(GrowthShape.Base(cell)))
            .Distinct())
        {
            timings[shape] = Measure(shape, runs ?? DefaultRuns);
            Console.Error.WriteLine($"{shape.Cell.Label()} T={shape.Steps} B={shape.Batch} H={shape.Hidden} threads={shape.Threads}: "
                + $"{Figures.Seconds(timings[shape].Ours.Median)}, libtorch {Figures.Seconds(timings[shape].Theirs.Median)}");
        }

        var report = new GrowthReport(page, cells, chosen, timings);
        foreach ((string name, string svg) in report.Charts())
            Results.Write(Results.OfMachine(name, ".svg"), svg);
        Results.Write(Results.OfMachine("growth"), report.ToString());
    }

    private static SideBySide Measure(GrowthShape shape, int runs)
    {
        ISamples samples = Samples.Noise(GrowthShape.Windows, shape.Steps, GrowthShape.Features);
        using var pair = new TorchPair(new Stack(shape.Cell, shape.Hidden), samples, shape.Batch, shape.Threads, SamePrediction);
        SideBySide timing = pair.Time(peer => peer.TrainEpoch());
        bool Lacks(int run) => run < runs || (runs >= Timings.FewestQuiet && timing.QuietPairs < Timings.FewestQuiet);
        long start = Stopwatch.GetTimestamp();
        for (int run = 0; run == 0 || (Lacks(run) && Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsPerShape); run++)
            timing.RunPair();
        return timing;
    }
}
