using System.Diagnostics;
using System.Globalization;
using Unroll.Cluster;

namespace Unroll.Benchmarks.Clusters;

/// <summary>What a cluster on one machine costs.</summary>
internal static class Scenarios
{
    /// <summary>Pieces of no work a second, by number of worker processes: what the scheduler itself can hand out.</summary>
    public static async Task Rate(int pieces, int[] workers, int slots, int rounds, string? chart)
    {
        Console.WriteLine(Header());
        Console.WriteLine($"{pieces} pieces of no work, handed in before the workers start, {slots} at a time each; pieces a second "
            + "from the first result to the last.\n");
        Console.WriteLine("| workers | pieces a second, each run | median |\n|--:|--:|--:|");
        var bars = new List<(string Name, double Value, double Least, double Most)>();
        await using var machine = await OneMachine.StartAsync();
        foreach (int count in workers)
        {
            var rates = new List<double>();
            for (int round = 0; round < rounds; round++)
            {
                Piece[] all = Pieces(pieces, 0);
                Study study = await machine.BeginAsync(all);
                double seconds;
                using (machine.Start(count, slots))
                    seconds = await SpanAsync(study, all);
                await machine.EndAsync(study);
                rates.Add((pieces - 1) / seconds);
            }

            string each = string.Join(", ", rates.Select(rate => rate.ToString("F0", CultureInfo.InvariantCulture)));
            Console.WriteLine(FormattableString.Invariant($"| {count} | {each} | {Median(rates):F0} |"));
            bars.Add(($"{count} {(count == 1 ? "worker" : "workers")}", Median(rates), rates.Min(), rates.Max()));
        }

        if (chart is not null)
            await File.WriteAllTextAsync(chart, BarChart.Of("Pieces of no work that a cluster hands out, a second", bars));
    }

    /// <summary>The same busy pieces with a cluster of one worker and without one, on all cores.</summary>
    public static async Task Overhead(double seconds, int pieces, int rounds)
    {
        int perPiece = (int)(TimedWork.RoundsPerSecond() * seconds), cores = Environment.ProcessorCount;
        Console.WriteLine(Header());
        string last = seconds.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine($"{pieces} pieces that keep a core busy for {last} s, {cores} at a time; wall time from handing in to the last "
            + "result. Equal content is checked.\n");
        Console.WriteLine("| run | without, s | cluster, s | more |\n|--:|--:|--:|--:|");
        await using var machine = await OneMachine.StartAsync();
        using IDisposable worker = machine.Start(1, cores);
        Piece[] first = Pieces(1, 0);
        Study warm = await machine.BeginAsync(first);
        await SpanAsync(warm, first);
        await machine.EndAsync(warm);
        var ratios = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            Piece[] all = Pieces(pieces, perPiece);
            long start = Stopwatch.GetTimestamp();
            byte[][] alone = new byte[pieces][];
            Parallel.ForEach(
                all,
                new ParallelOptions { MaxDegreeOfParallelism = cores },
                piece => alone[piece.Number] = TimedWork.Compute(piece.Key, CancellationToken.None));
            double without = Stopwatch.GetElapsedTime(start).TotalSeconds;

            start = Stopwatch.GetTimestamp();
            Study study = await machine.BeginAsync(all);
            await foreach (PieceResult result in study.ResultsAsync(all))
            {
                if (!result.Content.AsSpan().SequenceEqual(alone[result.Piece.Number]))
                    throw new UnrollException($"Piece {result.Piece.Number} has other bits in the cluster.");
            }

            double with = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await machine.EndAsync(study);
            ratios.Add(with / without);
            double more = 100 * ((with / without) - 1);
            Console.WriteLine(FormattableString.Invariant($"| {round + 1} | {without:F1} | {with:F1} | {more:F1} % |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nMedian: {100 * (Median(ratios) - 1):F1} % more."));
    }

    private static Piece[] Pieces(int count, int rounds) =>
        [.. Enumerable.Range(0, count).Select(number => new Piece(number, FormattableString.Invariant($"{rounds} {number}")))];

    /// <summary>Seconds from the first result to the last.</summary>
    private static async Task<double> SpanAsync(Study study, Piece[] pieces)
    {
        long? first = null;
        await foreach (PieceResult _ in study.ResultsAsync(pieces))
            first ??= Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(first!.Value).TotalSeconds;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Header()
    {
        string load = File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";
        IEnumerable<string> about = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : [];
        string? model = about.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        string date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return $"- Processor: {model?.Split(':')[1].Trim() ?? "unknown"}, {Environment.ProcessorCount} cores\n- Date: {date}\n"
            + $"- Load average before: {load}\n- Quartz {Version("Quartz")}, Npgsql {Version("Npgsql")}, .NET {Environment.Version}\n";
    }

    private static string Version(string assembly) => System.Reflection.Assembly.Load(assembly).GetName().Version!.ToString(3);
}
