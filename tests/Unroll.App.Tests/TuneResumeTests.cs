using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>A search that is ended from outside, and started again.</summary>
public sealed class TuneResumeTests : IDisposable
{
    private static readonly string[] s_search =
        ["tune", "--sample", "aapl", "--recipe", "tutorial", "--trials", "18", "--epochs", "18", "--parallel", "2"];
    private readonly TempFolder _folder = new(), _other = new();

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void After_kill_9_finished_trials_are_not_run_again_and_the_result_is_that_of_a_search_in_one_go()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        End("KILL", line => line.StartsWith("rung 1/3  trial  9/18", StringComparison.Ordinal));
        string[] first = Journal();
        Assert.InRange(first.Length, 1 + 9, 1 + 18);
        End("KILL", line => line.StartsWith("rung 2/3  trial 2/6", StringComparison.Ordinal));
        string[] second = Journal();
        Assert.Equal(first, second[..first.Length]);
        Assert.InRange(second.Length, 1 + 18 + 2, 1 + 18 + 6 + 1);

        ToolResult result = Tool.Run(_folder, s_search);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains($"Going on: {second.Length - 1} finished trainings are in {Path.Combine("tune-report", "journal.jsonl")}, not run "
            + "again.", result.Lines);
        string[] whole = Journal();
        Assert.Equal(second, whole[..second.Length]);
        Assert.Equal(1 + 18 + 6 + 2, whole.Length);
        Assert.Equal(18 + 6 + 2, whole.Skip(1).Select(Key).Distinct().Count());

        ToolResult inOneGo = Tool.Run(_other, s_search);
        Assert.Equal(Findings(inOneGo), Findings(result));
        Assert.StartsWith("Trial ", Findings(result)[0], StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(_other["tune-report/tune.json"]), File.ReadAllText(_folder["tune-report/tune.json"]));
        Assert.Equal(File.ReadAllText(_other["tune-report/tuning.svg"]), File.ReadAllText(_folder["tune-report/tuning.svg"]));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_keeps_the_journal_and_says_how_to_go_on(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals here.");
        ToolResult result = End(signal, line => line.StartsWith("rung 1/3  trial  4/18", StringComparison.Ordinal));
        int finished = Journal().Length - 1;
        Assert.Equal(code, result.Code);
        Assert.EndsWith($"\nInterrupted. {finished} finished trainings are kept in {Path.Combine("tune-report", "journal.jsonl")}: the "
            + "same command goes on from there.\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(["tune-report", Path.Combine("tune-report", "journal.jsonl")], _folder.Entries);
    }

    /// <summary>Runs the search until a line of its output, and ends it with a signal.</summary>
    private ToolResult End(string signal, Func<string, bool> isTime) => Tool.Signal(_folder, signal, isTime, s_search);

    /// <summary>The whole lines of the journal.</summary>
    private string[] Journal()
    {
        string text = File.ReadAllText(_folder["tune-report/journal.jsonl"]);
        return text[..(text.LastIndexOf('\n') + 1)].TrimEnd('\n').Split('\n');
    }

    private static (int Trial, int Rung) Key(string line)
    {
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("trial").GetInt32(), json.RootElement.GetProperty("rung").GetInt32());
    }

    /// <summary>From the table on.</summary>
    private static string[] Findings(ToolResult result) =>
        [.. result.Lines.SkipWhile(line => !line.StartsWith("Trial ", StringComparison.Ordinal))];
}
