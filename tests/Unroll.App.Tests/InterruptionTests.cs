using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

public sealed partial class InterruptionTests : IDisposable
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void A_signal_ends_training_at_once_and_keeps_the_best_weights(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        ToolResult result = Tool.Signal(_folder, signal, line => line.StartsWith("GRU  epoch      1/100000", StringComparison.Ordinal),
            "forecast", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000",
            "--model", "gru");
        // Far more than it takes on a machine that is busy; the epochs would take an hour.
        Assert.InRange(result.Ending, TimeSpan.Zero, s_atOnce);
        Assert.Equal((code, ""), (result.Code, result.Error));
        string kept = Path.Combine("forecast-report", "gru.partial.unroll");
        Match said = Kept().Match(result.Output);
        Assert.True(said.Success, result.Output);
        Assert.Equal(kept, said.Groups[2].Value);
        Assert.InRange(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), 1, 99_999);
        Assert.Equal(["forecast-report", kept], _folder.Entries);
        ToolResult predicted = Tool.Run(_folder, "predict", kept, "--sample", "aapl");
        Assert.Equal((0, "The next business day of High after 2018-05-11 in aapl.csv"), (predicted.Code, predicted.Lines[0]));
    }

    [Fact]
    public void A_report_that_is_there_already_is_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        Directory.CreateDirectory(_folder["forecast-report"]);
        File.WriteAllText(Path.Combine(_folder["forecast-report"], "report.html"), "the old one");
        Tool.Signal(_folder, "INT", line => line.StartsWith("GRU  epoch", StringComparison.Ordinal), "forecast", "--recipe", "tutorial",
            "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        Assert.Equal(["forecast-report", "forecast-report/gru.partial.unroll", "forecast-report/report.html"], _folder.Entries);
        Assert.Equal("the old one", File.ReadAllText(Path.Combine(_folder["forecast-report"], "report.html")));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void A_backtest_that_is_interrupted_writes_no_report_and_says_what_is_kept(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        ToolResult result = Tool.Signal(_folder, signal, line => line.StartsWith("baselines ", StringComparison.Ordinal), "backtest",
            "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        Assert.Equal((code, ""), (result.Code, result.Error));
        string work = Path.Combine("backtest-report", ".unroll-work");
        Assert.Equal($"\nInterrupted. What is finished is kept in {work}: the same command goes on from there.\n", result.Output);
        Assert.All(_folder.Entries,
            entry => Assert.True(entry == "backtest-report" || entry.StartsWith(work, StringComparison.Ordinal), entry));
    }

    /// <summary>
    /// The LSTM is finished when the GRU begins; the run that goes on ends with the files of one that was never interrupted.
    /// </summary>
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public void What_is_finished_is_kept_and_the_same_command_goes_on_to_the_same_files(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        string[] forecast = ["forecast", "--sample", "aapl", "--horizon", "2", "--model", "lstm,gru", .. Tool.QuickDefault];
        ToolResult result = Tool.Signal(_folder, signal, line => line.StartsWith("GRU   epoch", StringComparison.Ordinal), forecast);
        Assert.Equal(code, result.Code);
        string work = Path.Combine("forecast-report", ".unroll-work");
        if (signal == "INT")
            Assert.Matches($"\nInterrupted\\. [0-9]+ finished networks are kept in {work}: the same command goes on from there\\.\n$",
                result.Output);
        Assert.All(_folder.Entries,
            entry => Assert.True(entry == "forecast-report" || entry.StartsWith(work, StringComparison.Ordinal), entry));

        ToolResult again = Tool.Run(_folder, forecast), whole = Tool.Run(_folder, [.. forecast, "--out", "whole"]);
        Assert.Equal((0, 0), (again.Code, whole.Code));
        Assert.Contains(again.Lines,
            line => line.StartsWith("Going on where the same command was interrupted: ", StringComparison.Ordinal));
        Assert.DoesNotContain(whole.Lines, line => line.StartsWith("Going on ", StringComparison.Ordinal));
        foreach (string name in new[] { "predictions.csv", "future.csv", "forecast.unroll", "lstm.unroll", "gru.unroll" })
            Assert.Equal(File.ReadAllBytes(_folder[$"whole/{name}"]), File.ReadAllBytes(_folder[$"forecast-report/{name}"]));
        Assert.False(Directory.Exists(_folder[work]));
    }

    [GeneratedRegex(@"\nInterrupted\. Kept the best weights so far: the GRU of epoch (\d+) of 100000 in (\S+)\.\n$")]
    private static partial Regex Kept();
}
