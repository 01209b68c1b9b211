using System.Diagnostics;
using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>Runs <c>unroll describe</c> of large files that are made for it, as whole processes.</summary>
internal static class FilesBenchmark
{
    private const int Runs = 5;

    private static readonly (string Name, int Rows, int Columns)[] s_files =
        [("1,000,000 rows by 10 columns", 1_000_000, 10), ("300 rows by 5,000 columns", 300, 5000)];

    /// <param name="program">The tool's dll.</param>
    /// <param name="command">The command line, for the page.</param>
    public static void Run(string program, string command)
    {
        var page = new Page(command);
        string folder = Directory.CreateTempSubdirectory("unroll-files-").FullName;
        try
        {
            List<string> lines =
            [
                $"# Large files, described ({Page.Where})", "",
                .. page.Origin("Each figure is of a whole process, `unroll describe FILE`"), "",
                "| file | size | seconds (median of 5) | most memory |", "|---|---|---|---|",
            ];
            foreach ((string name, int rows, int columns) in s_files)
            {
                string path = Path.Combine(folder, $"{rows}.csv");
                Write(path, rows, columns);
                (double Seconds, long Bytes)[] runs =
                    [.. Enumerable.Range(0, Runs).Select(_ => Describe(program, path)).OrderBy(run => run.Seconds)];
                lines.Add(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {new FileInfo(path).Length >> 20} MiB | {runs[Runs / 2].Seconds:F2} | {runs.Max(run => run.Bytes) >> 20} "
                        + $"MiB |"));
            }

            string text = string.Join('\n', lines) + "\n";
            Results.Write(Results.OfMachine("files"), text);
            Console.WriteLine(text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string path, int rows, int columns)
    {
        using var writer = new StreamWriter(path);
        writer.WriteLine("date," + string.Join(',', Enumerable.Range(0, columns).Select(column => $"c{column}")));
        var start = new DateTime(2000, 1, 1);
        uint state = 1;
        double level = 100;
        for (int row = 0; row < rows; row++)
        {
            level += Next(0.1);
            writer.Write(start.AddMinutes(row).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
            for (int column = 0; column < columns; column++)
                writer.Write(string.Create(CultureInfo.InvariantCulture, $",{level + Next(2):F2}"));
            writer.WriteLine();
        }

        double Next(double size)
        {
            state = (1664525 * state) + 1013904223;
            return size * ((state / (double)uint.MaxValue) - 0.5);
        }
    }

    private static (double Seconds, long Bytes) Describe(string program, string path)
    {
        var clock = Stopwatch.StartNew();
        using Process process =
            Process.Start(new ProcessStartInfo("dotnet", [program, "describe", path]) { RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        long most = 0;
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(20)))
        {
            process.Refresh();
            most = Math.Max(most, process.HasExited ? 0 : process.PeakWorkingSet64);
        }

        return output.Result.Contains("Calendar", StringComparison.Ordinal) && process.ExitCode == 0
            ? (clock.Elapsed.TotalSeconds, most)
            : throw new InvalidOperationException($"describe ended with {process.ExitCode}.");
    }
}
