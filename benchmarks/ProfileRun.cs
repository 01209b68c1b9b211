using System.Diagnostics;
using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>Unroll alone at the tutorial's shape for a while, for a profiler to watch.</summary>
internal static class ProfileRun
{
    private const int Seconds = 8;

    public static void Run(CellKind cell, int threads)
    {
        using var peer = new OursPeer(new Stack(cell, PeersBenchmark.Hidden),
            Samples.RandomWalk(PeersBenchmark.Windows, PeersBenchmark.Steps), PeersBenchmark.Batch, threads);
        var epochs = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < Seconds)
        {
            long start = Stopwatch.GetTimestamp();
            peer.TrainEpoch();
            epochs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        epochs.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{cell.Label()}, {threads} threads: {epochs[epochs.Count / 2]:F1} ms an epoch, median of {epochs.Count}"));
    }
}
