using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Unroll.Benchmarks;

/// <summary>
/// Starts a published <c>unroll</c> on the sample data again and again, and reads from its output when the first epoch begins: the
/// line about that epoch comes at its end and says how long it took.
/// </summary>
internal static partial class StartupBenchmark
{
    private sealed record Row(CellKind Cell, Timings Heading, Timings Begin, Timings Epoch);

    public static void Run(string program, CellKind[] cells, int runs, string command)
    {
        var page = new Page(command);
        string folder = Directory.CreateTempSubdirectory("unroll-startup-").FullName;
        try
        {
            List<Row> rows = [.. cells.Select(cell => new Row(cell, new Timings(), new Timings(), new Timings()))];
            for (int run = 0; run <= runs; run++)
            {
                foreach (Row row in rows)
                {
                    (double heading, double end, double epoch) = Start(program, row.Cell, folder);
                    // The first start fetches the files from the disk.
                    if (run == 0)
                        continue;
                    row.Heading.Add(heading, quiet: true);
                    row.Begin.Add(end - epoch, quiet: true);
                    row.Epoch.Add(epoch, quiet: true);
                }
            }

            string table = Table(page, program, rows, runs);
            Results.Write(Results.OfMachine("startup"), table);
            Console.WriteLine(table);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Seconds from before the process is made to its heading and to the end of the first epoch, and the seconds of that epoch.
    /// </summary>
    private static (double Heading, double End, double Epoch) Start(string program, CellKind cell, string folder)
    {
        bool isAssembly = program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : program) { RedirectStandardOutput = true };
        if (isAssembly)
            start.ArgumentList.Add(program);
        foreach (string argument in (string[])["forecast", "--sample", "sp500", "--model", cell.Label(), "--epochs", "1", "--out", folder])
            start.ArgumentList.Add(argument);
        long started = Stopwatch.GetTimestamp();
        using Process process = Begin(start);
        double heading = 0, end = 0, epoch = 0;
        int steps = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            double now = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (Heading().Match(line) is { Success: true } head)
                (heading, steps) = (now, int.Parse(head.Groups[1].Value, CultureInfo.InvariantCulture));
            else if (end == 0 && EpochLine().Match(line) is { Success: true } first)
                (end, epoch) = (now, 1e-3 * steps * double.Parse(first.Groups[1].Value, CultureInfo.InvariantCulture));
        }

        process.WaitForExit();
        return process.ExitCode == 0 && end > 0
            ? (heading, end, epoch)
            : throw new UnrollException($"{Path.GetFileName(program)} ended with exit code {process.ExitCode} and told of no epoch. Name a "
                + "published unroll: the native program, or Unroll.Cli.dll.");
    }

    private static Process Begin(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new UnrollException($"{Path.GetFileName(start.FileName)} cannot be started: {failure.Message}.", failure);
        }
    }

    private static string Table(Page page, string program, List<Row> rows, int runs)
    {
        FileInfo[] published = new FileInfo(program).Directory!.GetFiles("*", SearchOption.AllDirectories);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # From the start of the process to the first epoch: {Page.Where}

            `unroll forecast --sample sp500 --model … --epochs 1` on {Machine.Cores} threads, its output read by the program that starts it. The clock starts before the process is made.
            Heading: the line that comes before training. First epoch: its begin, which is the moment of the line about it less the time that it took (rounded to a twentieth of a millisecond a step).

            Medians of {runs} starts after one that is not counted, the fastest and slowest in brackets.

            {string.Join('\n', page.Origin(FormattableString.Invariant($"Program: {Path.GetFileName(program)}, in a published folder of {published.Length} files and {published.Sum(file => file.Length) >> 20} MB")))}

            | cell | heading | first epoch begins | the first epoch takes |
            |---|--:|--:|--:|
            """);
        foreach (Row row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Cell.Label()} | {Figures.Seconds(row.Heading)} | "
                + $"**{Figures.Seconds(row.Begin)}** | {Figures.Seconds(row.Epoch)} |");
        return text.ToString();
    }

    [GeneratedRegex("^Training: .* of ([0-9]+) steps")]
    private static partial Regex Heading();

    [GeneratedRegex("epoch +1/.* ([0-9.]+) ms/step")]
    private static partial Regex EpochLine();
}
