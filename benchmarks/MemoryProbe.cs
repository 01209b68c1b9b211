using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>The most memory that one library alone has resident while it trains and predicts; each needs a process of its own.</summary>
internal static class MemoryProbe
{
    private const int Epochs = 5;

    public static void Run(CellKind cell, bool torch)
    {
        ISamples samples = Samples.RandomWalk(PeersBenchmark.Windows, PeersBenchmark.Steps);
        var stack = new Stack(cell, PeersBenchmark.Hidden);
        double? before = Machine.PeakMemory;
        using IPeer peer = torch
            ? new TorchPeer(stack, samples, PeersBenchmark.Batch)
            : new OursPeer(stack, samples, PeersBenchmark.Batch, Machine.Cores);
        if (torch)
            TorchPeer.UseThreads(Machine.Cores);
        for (int epoch = 0; epoch < Epochs; epoch++)
            peer.TrainEpoch();
        double? trained = Machine.PeakMemory;
        peer.PredictAll();
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
            $"{(torch ? "libtorch" : "Unroll")} {cell.Label()}, {Machine.Cores} threads: at most {trained:F0} MB resident in training, "
            + $"{Machine.PeakMemory:F0} MB with prediction; {before:F0} MB before the model was made"));
    }
}
