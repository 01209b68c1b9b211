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
        ToolResult result = Tool.Signal(_folder, signal, line => line.StartsWith("GRU  epoch      1/100000", StringComparison.Ordinal), "forecast", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        Assert.InRange(result.Ending, TimeSpan.Zero, s_second);

        Assert.Equal((code, ""), (result.Code, result.Error));
        string kept = Path.Combine("forecast-report", "gru.partial.unroll");
        Match said = Kept().Match(result.Output);
        Assert.True(said.Success, result.Output);
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
        Tool.Signal(_folder, "INT", line => line.StartsWith("GRU  epoch", StringComparison.Ordinal), "forecast", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        Assert.Equal(["forecast-report", "forecast-report/gru.partial.unroll", "forecast-report/report.html"], _folder.Entries);
        Assert.Equal("the old one", File.ReadAllText(Path.Combine(_folder["forecast-report"], "report.html")));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_backtest_that_is_interrupted_writes_nothing_and_says_so(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        ToolResult result = Tool.Signal(_folder, signal, line => line.StartsWith("baselines ", StringComparison.Ordinal), "backtest", "--recipe", "tutorial", "--sample", "aapl", "--units", "8", "--window", "20", "--epochs", "100000", "--model", "gru");
        Assert.Equal((code, ""), (result.Code, result.Error));
        Assert.Equal("\nInterrupted: a backtest that is not finished judges nothing, so nothing was written.\n", result.Output);
        Assert.Empty(_folder.Entries);
    }

    [GeneratedRegex(@"\nInterrupted\. Kept the best weights so far: the GRU of epoch (\d+) of 100000 in (\S+)\.\n$")]
    private static partial Regex Kept();
}
