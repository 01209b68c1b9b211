using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>
/// A table of cases: a small file that was answered wrongly once, a command, and what is right. Every command ends without an internal
/// error, and a refusal is one line.
/// </summary>
public abstract partial class Cases
{
    /// <summary>By the folder of the case: the commands, and what must hold of them.</summary>
    private protected abstract IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table { get; }

    private protected void Check(string name)
    {
        (string commands, Action<CaseRun> must) = Table[name];
        using var run = new CaseRun(name, commands);
        foreach (ToolResult result in run.Results)
        {
            Assert.DoesNotContain("Internal error", result.Output + result.Error, StringComparison.Ordinal);
            Assert.DoesNotMatch(StackTrace(), result.Output + result.Error);
            Assert.InRange(result.Code, 0, 1);
            if (result.Code == 1)
                Assert.Equal(1, result.Error.Count(c => c == '\n'));
        }

        must(run);
    }

    /// <summary>All commands end well.</summary>
    private protected static void Works(CaseRun run) => Assert.All(run.Results, result => Assert.True(result.Code == 0, result.Error));

    /// <summary>The last command is refused in words of this kind.</summary>
    private protected static void Refused(CaseRun run, string pattern)
    {
        Assert.Equal(1, run.Last.Code);
        Assert.Matches(new Regex(pattern), run.Last.Error);
    }

    private protected static void Says(CaseRun run, string pattern) => Assert.Matches(new Regex(pattern), run.Said);

    [GeneratedRegex(@"^\s+at Unroll\.", RegexOptions.Multiline)]
    private static partial Regex StackTrace();
}
