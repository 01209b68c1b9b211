using System.Diagnostics;
using Unroll.Cli;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>The folder of a report, and output that cannot be written, with the tool as a whole.</summary>
public sealed class ReportFolderTests : IDisposable
{
    private static readonly string[] s_tiny =
        ["--recipe", "tutorial", "--sample", "aapl", "--epochs", "1", "--units", "4", "--window", "20", "--out", "o"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ToolResult Forecast(string model) => Tool.Run(_folder, ["forecast", .. s_tiny, "--model", model]);

    private string[] Report => [.. _folder.Entries.Where(entry => entry != "o").Select(entry => Path.GetRelativePath("o", entry))];

    [Fact]
    public void A_new_report_leaves_nothing_of_the_old_one_and_all_that_is_not_of_it()
    {
        Directory.CreateDirectory(_folder["o"]);
        File.WriteAllText(_folder["o/mine.unroll"], "mine");
        Assert.Equal(0, Forecast("gru").Code);
        Assert.Contains("gru.unroll", Report);
        Assert.Equal(0, Forecast("lstm").Code);
        Assert.DoesNotContain("gru.unroll", Report);
        Assert.Contains("lstm.unroll", Report);
        Assert.Equal("mine", File.ReadAllText(_folder["o/mine.unroll"]));
        Assert.DoesNotContain(Report, name => name.StartsWith('.'));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_page_is_an_error_before_any_work()
    {
        Directory.CreateDirectory(_folder["o/report.html"]);
        ToolResult result = Forecast("gru");
        Assert.Equal("unroll: o/report.html is a folder, so the report's file of that name cannot be written. Move it elsewhere, or choose "
            + "another folder with --out.\n", result.Error.Replace('\\', '/'));
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Equal(["report.html"], Report);
    }

    [Fact]
    public void What_dead_runs_left_is_removed_at_the_start()
    {
        Directory.CreateDirectory(_folder["o/.unroll-staging-17-0/new"]);
        File.WriteAllText(_folder["o/.unroll-staging-17-0/new/report.html"], "half");
        File.WriteAllText(_folder["o/.gru.partial.unroll.2147483000.tmp"], "half");
        _ = new ReportFolder(_folder["o"]);
        Assert.Empty(Report);
    }

    [Fact]
    public void A_report_that_a_kill_left_half_is_made_whole_before_a_prediction()
    {
        Assert.Equal(0, Forecast("gru").Code);
        byte[] old = File.ReadAllBytes(_folder["o/gru.unroll"]);
        string[] whole = Report;
        Directory.CreateDirectory(_folder["o/.unroll-staging-17-0/new"]);
        File.Move(_folder["o/gru.unroll"], _folder["o/.unroll-staging-17-0/new/gru.unroll"]);
        File.WriteAllText(_folder["o/.unroll-journal.json"],
            "{\"Staging\":\".unroll-staging-17-0\",\"Files\":[\"gru.unroll\"],\"Removed\":[]}");
        Assert.Equal(0, Tool.Run(_folder, "predict", "o/gru.unroll", "--sample", "aapl").Code);
        Assert.Equal(old, File.ReadAllBytes(_folder["o/gru.unroll"]));
        Assert.Equal(whole, Report);
    }

    [Fact]
    public void Work_that_is_kept_is_removed_when_the_report_is_written()
    {
        var folder = new ReportFolder(_folder["o"]);
        string kept = Path.Combine(folder.OpenWork("setup", Assert.Fail).Folder, "part");
        Directory.CreateDirectory(kept);
        folder.Abandon();
        new ReportFolder(_folder["o"]).OpenWork("setup", Assert.Fail);
        Assert.True(Directory.Exists(kept));
        folder.Write(new Dictionary<string, string> { ["report.html"] = "page" }, new Dictionary<string, Action<string>>());
        Assert.Equal(["report.html"], Report);
    }

    [Theory]
    [InlineData("describe")]
    [InlineData("forecast")]
    [InlineData("--help")]
    public void Output_that_cannot_be_written_is_one_line(string verb)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no such device here.");
        ToolResult result = Shell($"{verb} {(verb == "--help" ? "" : "--sample aapl")} >/dev/full");
        Assert.Equal((1, "unroll: Standard output cannot be written: No space left on device.\n"), (result.Code, result.Error));
        Assert.Empty(_folder.Entries);
        Assert.Equal(1, Shell($"{verb} >/dev/full 2>/dev/full").Code);
    }

    [Fact]
    public void A_reader_that_goes_is_no_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such shell here.");
        ToolResult result = Shell("describe --sample aapl | head -1");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Single(result.Lines);
    }

    [Fact]
    public void A_second_hangup_does_not_end_the_run_at_once_and_nohup_holds()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        const string Long = "forecast --recipe tutorial --sample aapl --units 4 --window 20 --epochs 100000 --model gru --out o";
        const string Until = "for i in $(seq 100); do grep -qs 'epoch  *1/' log && break; sleep 0.1; done";
        ToolResult result = Shell($"{Long} >log & {Until}; kill -HUP $!; kill -HUP $!; wait $!");
        Assert.Equal((129, ""), (result.Code, result.Error));
        Assert.Equal(["gru.partial.unroll"], Report.Where(name => name.StartsWith("gru", StringComparison.Ordinal)));
        File.Delete(_folder["log"]);
        result = Shell($"{Long} >log & {Until}; kill -HUP $!; sleep 0.5; kill -TERM $!; wait $!", "nohup ");
        Assert.Equal(143, result.Code);
    }

    /// <summary>
    /// Runs the tool as a shell does, with pipes and redirections; the tool's exit code counts, not that of what reads it.
    /// </summary>
    private ToolResult Shell(string line, string before = "")
    {
        using Process process = Tool.Start(_folder, "bash", ["-c", $"set -o pipefail; {before}dotnet '{Tool.Program}' {line}"]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        return new ToolResult(process.ExitCode, output.Result, error.Result);
    }
}
