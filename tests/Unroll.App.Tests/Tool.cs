using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Unroll.App.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record ToolResult(int Code, string Output, string Error)
{
    /// <summary>From a signal to the end.</summary>
    public TimeSpan Ending { get; init; }

    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Output.TrimEnd('\n').Split('\n');
}

/// <summary>The built tool.</summary>
internal static class Tool
{
    /// <summary>Options for a run of about a second with the tutorial's recipe.</summary>
    public static readonly string[] Quick = ["--recipe", "tutorial", "--epochs", "2", "--units", "8", "--window", "20"];

    /// <summary>Options for a run of about a second with the default recipe: two small networks.</summary>
    public static readonly string[] QuickDefault = ["--ensemble", "2", "--epochs", "2", "--units", "8"];

    /// <summary>The program, as it was built beside the tests.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll");

    /// <summary>No command of a test takes so long.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static TimeoutException TooLong(string[] arguments) =>
        new($"unroll {string.Join(' ', arguments)} ran for more than two minutes.");

    public static string SamplePath(string name) => Path.Combine(AppContext.BaseDirectory, "samples", name);

    /// <summary>Runs a command, in a process that has run others before it.</summary>
    public static ToolResult Run(TempFolder folder, params string[] arguments) => ToolHost.Run(folder.Path, arguments);

    /// <summary>Runs a command as a process of its own, which nothing that came before can have a part in.</summary>
    public static ToolResult RunAlone(TempFolder folder, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Longest))
        {
            process.Kill();
            throw TooLong(arguments);
        }

        return new ToolResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>
    /// Runs the tool until a line of its output, and ends it with a signal, as Ctrl+C does with INT; the output is what comes after that
    /// line.
    /// </summary>
    public static ToolResult Signal(TempFolder folder, string signal, Func<string, bool> isTime, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        while (process.StandardOutput.ReadLine() is { } line && !isTime(line))
        {
        }

        var clock = Stopwatch.StartNew();
        using (Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolResult(process.ExitCode, output, process.StandardError.ReadToEnd()) { Ending = clock.Elapsed };
    }

    public static Process Start(TempFolder folder, params string[] arguments) => Start(folder, "dotnet", [Program, .. arguments]);

    public static Process Start(TempFolder folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        return Process.Start(start)!;
    }
}

/// <summary>An empty folder that is the tool's working directory and is gone after the test.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("unroll-tests-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>All that is in the folder but the hidden lists of the files of a report.</summary>
    public string[] Entries =>
    [
        .. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)
            .Where(entry => System.IO.Path.GetFileName(entry) != ".unroll-files.json")
            .Select(entry => System.IO.Path.GetRelativePath(Path, entry))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Writes lines into a file here and returns its name.</summary>
    public string Write(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(this[name], lines);
        return name;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>The Apple sample as lines of text, to be spoilt.</summary>
internal static class Apple
{
    private static readonly string[] s_lines = File.ReadAllLines(Tool.SamplePath("aapl.csv"));

    public static string[] Lines => [.. s_lines];

    /// <summary>The value of High (the third cell) on a date.</summary>
    public static double High(string date) =>
        double.Parse(s_lines.Single(line => line.StartsWith(date, StringComparison.Ordinal)).Split(',')[2],
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The lines with one cell of one line replaced; lines count from 1, the header, and cells from 0, the date.</summary>
    public static string[] With(int line, int cell, string text)
    {
        string[] lines = Lines, cells = lines[line - 1].Split(',');
        cells[cell] = text;
        lines[line - 1] = string.Join(',', cells);
        return lines;
    }
}
