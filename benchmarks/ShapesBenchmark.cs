using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>Training of networks beyond the tutorial's in both libraries, from the same weights, on one thread and on two.</summary>
internal static class ShapesBenchmark
{
    private const int Batch = 64, PronounceSteps = 8, PronounceBatches = 16, CharacterUnits = 512, CharacterSteps = 128,
        CharacterBatches = 2;

    private sealed record Row(string Name, string Shape, int Threads, TextModel Model, SideBySide Timing);

    public static void Run(int runs, string command)
    {
        TorchInstructions.RequireEqual();
        NativeHeap.KeepFreed();
        var page = new Page(command, Opponent.Torch);
        var rows = new List<Row>();
        for (int threads = Math.Min(2, Machine.Cores); threads >= 1; threads--)
        {
            Console.Error.WriteLine($"Warming up, threads: {threads}");
            TorchPeer.UseThreads(threads);
            Add("pronounce", $"T={PronounceSteps}", new PronounceModel(PronounceSteps, PronounceBatches, Batch, threads));
            Add("characters", $"H={CharacterUnits}, T={CharacterSteps}",
                new CharacterModel(CharacterUnits, CharacterSteps, CharacterBatches, Batch, threads));

            void Add(string name, string shape, TextModel model)
            {
                model.RequireSame();
                rows.Add(new Row(name, shape, threads, model, new SideBySide(model.TrainOurs, model.TrainTheirs, 0.2)));
            }
        }

        new Effort(runs, runs, 300).Run(rows, row => row.Timing, beforeRow: row => TorchPeer.UseThreads(row.Threads));
        string table = Table(page, rows);
        rows.ForEach(row => row.Model.Dispose());
        Results.Write(Results.OfMachine("shapes"), table);
        Console.WriteLine(table);
    }

    private static string Table(Page page, List<Row> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Larger networks in training, beside libtorch: {Page.Where}

            pronounce: the network of samples/pronounce.cs: embeddings of 64, a bidirectional GRU of 128 units, a GRU of 256 with dot-product attention, 41 classes a step, {PronounceSteps} letters and {PronounceSteps} sounds a word.
            characters: that of samples/novelist.cs: an embedding of 64, a GRU of {CharacterUnits} units over {CharacterSteps} steps, 80 classes a step.
            Both in batches of {Batch} sequences of full length, cross-entropy, clipping by the norm, Adam, float32. An epoch is {PronounceBatches} batches of pronounce, {CharacterBatches} of characters. The ratio is libtorch's time over Unroll's: above 1 Unroll is faster.

            Medians of alternating runs in one process, the fastest and slowest in brackets, at equal thread counts, both warm and started from the same weights, from which they predict the same.
            Counted are quiet runs: those whose threads waited for a processor for less than 3 % of the time; where fewer than three were, all count, and the ratio is in brackets: it says little.

            {string.Join('\n', page.Origin())}

            | network | shape | weights | threads | Unroll, an epoch | libtorch, an epoch | ratio | steps a second, Unroll | quiet runs, Unroll | quiet runs, libtorch |
            |---|---|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (Row row in rows)
        {
            (Timings ours, Timings torch) = (row.Timing.Ours, row.Timing.Theirs);
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Name} | {row.Shape}, B={Batch} | {row.Model.Parameters:N0} | {row.Threads} | {Figures.Seconds(ours)} | "
                + $"{Figures.Seconds(torch)} | {Figures.Ratio(row.Timing)} | {row.Model.Tokens / ours.Median:N0} | {Figures.Quiet(ours)} | "
                + $"{Figures.Quiet(torch)} |");
        }

        return text.ToString();
    }
}
