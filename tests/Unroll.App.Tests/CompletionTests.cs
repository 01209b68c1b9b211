using System.Diagnostics;
using Xunit;

namespace Unroll.App.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What is proposed for the last word; before it stand the words that are written already.</summary>
    [Theory]
    [InlineData("fo", "forecast")]
    [InlineData("co", "convert completion")]
    [InlineData("cluster re", "resume remove")]
    [InlineData("forecast --hor", "--horizon")]
    [InlineData("backtest --sli", "--sliding")]
    [InlineData("describe --he", "--help")]
    [InlineData("forecast --sample ", "aapl births ridership sp500 stations")]
    [InlineData("forecast prices.csv --head q", "quantile")]
    [InlineData("forecast --quiet --sample bi", "births")]
    [InlineData("forecast --model lstm,gr", "lstm,gru")]
    [InlineData("completion p", "pwsh")]
    [InlineData("forecast --sample forecast --sample b", "births")]
    [InlineData("forecast ", "")]
    [InlineData("forecast --horizon ", "")]
    [InlineData("convert model.ker", "")]
    [InlineData("nothing x", "")]
    public void A_shell_is_told_what_fits(string written, string expected)
    {
        string[] words = written.Split(' ');
        ToolResult result = Tool.Run(_folder, ["complete", "=" + words[^1], .. words[..^1]]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        string[] proposed = [.. result.Lines.Select(line => line.Split('\t')[0])];
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal), proposed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Verbs_and_options_have_a_short_description()
    {
        string[] lines = Tool.Run(_folder, "complete", "=").Lines;
        Assert.Contains("describe\tShows how a file is read and what it holds", lines);
        Assert.All(lines, line => Assert.InRange(line.Split('\t')[1].Length, 10, 62));
    }

    [Fact]
    public void An_unknown_shell_is_refused_in_one_line()
    {
        ToolResult result = Tool.Run(_folder, "completion", "tcsh");
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Equal("unroll: There is no completion for tcsh. Choose bash, zsh, fish or pwsh.\n", result.Error);
    }

    /// <summary>The script is run by a bash in which unroll is the tool under test.</summary>
    [Fact]
    public void Bash_completes_with_what_the_tool_prints()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "There is no bash.");
        string script = Tool.Run(_folder, "completion", "bash").Output;
        Assert.StartsWith("# eval \"$(unroll completion bash)\" in ~/.bashrc\n", script, StringComparison.Ordinal);
        using Process bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $$"""
            unroll() { dotnet "{{Tool.Program}}" "$@"; }
            {{script}}
            try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _unroll; echo "${#COMPREPLY[@]}: ${COMPREPLY[*]}"; }
            try unroll pre
            try unroll forecast --sample s
            try unroll forecast ""
            """])
        { RedirectStandardOutput = true })!;
        Assert.Equal("1: predict\n2: sp500 stations\n0: \n", bash.StandardOutput.ReadToEnd());
        bash.WaitForExit();
    }
}
