using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

public sealed partial class InterruptionTests : IDisposable
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_ends_training_within_a_second_and_keeps_the_best_weights(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        using Process tool = Tool.Start(_folder, "forecast", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        while (tool.StandardOutput.ReadLine() is { } line && !line.StartsWith("GRU  epoch      1/100000", StringComparison.Ordinal))
        {
        }

        var clock = Stopwatch.StartNew();
        using (Process kill = Process.Start("kill", [$"-{signal}", tool.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        string output = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_second);

        Assert.Equal((code, ""), (tool.ExitCode, tool.StandardError.ReadToEnd()));
        string kept = Path.Combine("forecast-report", "gru.partial.unroll");
        Match said = Kept().Match(output);
        Assert.True(said.Success, output);
        Assert.Equal(kept, said.Groups[2].Value);
        Assert.InRange(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), 1, 99_999);
        Assert.Equal(["forecast-report", kept], _folder.Entries);
        ToolResult predicted = Tool.Run(_folder, "predict", kept, "--sample", "aapl");
        Assert.Equal((0, "The next High after 2018-05-11 in aapl.csv"), (predicted.Code, predicted.Lines[0]));
    }

    [Fact]
    public void A_report_that_is_there_already_is_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        Directory.CreateDirectory(_folder["forecast-report"]);
        File.WriteAllText(Path.Combine(_folder["forecast-report"], "report.html"), "the old one");
        using Process tool = Tool.Start(_folder, "forecast", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        while (tool.StandardOutput.ReadLine() is { } line && !line.StartsWith("GRU  epoch", StringComparison.Ordinal))
        {
        }

        using (Process kill = Process.Start("kill", ["-INT", tool.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        Assert.Equal(["forecast-report", "forecast-report/gru.partial.unroll", "forecast-report/report.html"], _folder.Entries);
        Assert.Equal("the old one", File.ReadAllText(Path.Combine(_folder["forecast-report"], "report.html")));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_backtest_that_is_interrupted_writes_nothing_and_says_so(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        using Process tool = Tool.Start(_folder, "backtest", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        while (tool.StandardOutput.ReadLine() is { } line && !line.StartsWith("baselines ", StringComparison.Ordinal))
        {
        }

        using (Process kill = Process.Start("kill", [$"-{signal}", tool.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        string output = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        Assert.Equal((code, ""), (tool.ExitCode, tool.StandardError.ReadToEnd()));
        Assert.Equal("\nInterrupted: a backtest that is not finished judges nothing, so nothing was written.\n", output);
        Assert.Empty(_folder.Entries);
    }

    [GeneratedRegex(@"\nInterrupted\. Kept the best weights so far: the GRU of epoch (\d+) of 100000 in (\S+)\.\n$")]
    private static partial Regex Kept();
}
