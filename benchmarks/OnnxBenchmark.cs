using System.Globalization;
using System.Text;
using Unroll.Exchange;

namespace Unroll.Benchmarks;

/// <summary>Unroll and ONNX Runtime with the same weights, in turn in one process: one window, and a batch in one call.</summary>
internal static class OnnxBenchmark
{
    private const int Steps = 60, Features = 1, Batch = 256;
    private const float SamePrediction = 1e-5f;

    private sealed record Row(Stack Stack, int Rows, int Threads, SideBySide Timing);

    public static void Run(CellKind[] cells, int[] sizes, int? runs, string command)
    {
        var page = new Page(command, Opponent.OnnxRuntime);
        Effort effort = runs is { } fewest ? new Effort(fewest, 0, double.PositiveInfinity) : new Effort(9, 15, 240);
        ISamples samples = Samples.RandomWalk(Batch, Steps);
        var peers = new List<OnnxPeer>();
        List<Row> rows =
        [
            .. from cell in cells
               from hidden in sizes
               from threads in Enumerable.Range(1, Math.Min(2, Machine.Cores))
               from row in Prepare(new Stack(cell, hidden), samples, threads, peers)
               select row,
        ];
        effort.Run(rows, row => row.Timing);
        peers.ForEach(peer => peer.Dispose());
        string table = Table(page, rows);
        Results.Write(Results.OfMachine("onnx"), table);
        Console.WriteLine(table);
    }

    private static Row[] Prepare(Stack stack, ISamples samples, int threads, List<OnnxPeer> peers)
    {
        var ours = new OursPeer(stack, samples, batch: 32, threads);
        // So that no bias is zero.
        ours.TrainEpoch();
        using var model = new MemoryStream();
        Onnx.Save(ours.Model, model);
        var theirs = new OnnxPeer(model.ToArray(), samples, threads);
        peers.Add(theirs);
        var window = new float[samples.InputShape.Size];
        samples.CopyInput(0, window);
        SamePredictions.Require(stack, ours.PredictAll(), theirs.PredictAll(), SamePrediction);
        SamePredictions.Require(stack, [ours.PredictOne(window)], [theirs.PredictOne(window)], SamePrediction);
        return
        [
            new Row(stack, 1, threads, new SideBySide(() => ours.PredictOne(window), () => theirs.PredictOne(window))),
            new Row(stack, Batch, threads, new SideBySide(() => ours.PredictAll(), () => theirs.PredictAll())),
        ];
    }

    private static string Table(Page page, List<Row> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Unroll beside ONNX Runtime: {Page.Where}

            One recurrent layer and Dense(1) on the last state with the same weights in both, T={Steps}, F={Features}, float32: one window in one call, and {Batch} in one call.
            The ratio is ONNX Runtime's time over Unroll's: above 1 Unroll is faster.

            Medians of alternating runs in one process, the fastest and slowest in brackets, at equal thread counts, both warm; predictions agree within 1e-5.
            Counted are quiet runs, as in peers.md.

            {string.Join('\n', page.Origin())}

            | cell | H | rows | threads | Unroll | ONNX Runtime | ratio | quiet runs, Unroll | quiet runs, ONNX Runtime |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (Row row in rows.OrderBy(row => row.Stack.Cell).ThenBy(row => row.Rows).ThenBy(row => row.Threads)
            .ThenBy(row => row.Stack.Units))
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Stack.Cell.Label()} | {row.Stack.Units} | {row.Rows} | {row.Threads} | {Figures.Seconds(row.Timing.Ours)} | "
                + $"{Figures.Seconds(row.Timing.Theirs)} | {Figures.Ratio(row.Timing)} | {Figures.Quiet(row.Timing.Ours)} | "
                + $"{Figures.Quiet(row.Timing.Theirs)} |");
        return text.ToString();
    }
}
