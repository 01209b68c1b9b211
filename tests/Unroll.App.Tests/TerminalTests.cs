using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>The tool on a terminal, a pseudo one that the program <c>script</c> makes.</summary>
public sealed partial class TerminalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void No_line_is_wider_than_the_terminal_and_the_bars_fill_up(int width)
    {
        string text = OnTerminal(width, "TERM=xterm");
        Assert.Contains('\u001B', text);
        string[] lines = [.. ControlCodes().Replace(text, "").Split('\n', '\r').Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => BarAtTheEnd().IsMatch(line));
        Assert.Contains(lines, line => line.StartsWith("count  1260.000", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("naive ", StringComparison.Ordinal) && line.EndsWith(" 0.000", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_colour_it_says_the_same()
    {
        string plain = OnTerminal(80, "TERM=xterm NO_COLOR=1");
        Assert.DoesNotMatch("\u001B\\[[0-9;]*(3[0-9]|4[0-9]|9[0-9])m", plain);
        Assert.Matches("\u001B\\[[0-9;]*(3[0-9]|9[0-9])[0-9;]*m", OnTerminal(80, "TERM=xterm"));
        Assert.Matches("SimpleRNN █+ epoch 2/2", ControlCodes().Replace(plain, ""));
    }

    private string OnTerminal(int width, string environment)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no program to make a pseudo terminal.");
        string command = $"stty cols {width} rows 50; {environment} dotnet '{Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll")}' forecast --sample aapl --model simple-rnn {string.Join(' ', Tool.Quick)}";
        using Process process = Tool.Start(_folder, "/usr/bin/script", ["-qec", command, "/dev/null"]);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    [GeneratedRegex("\u001B\\[[0-9;?]*[A-Za-z]")]
    private static partial Regex ControlCodes();

    [GeneratedRegex("^SimpleRNN █+ epoch 2/2  loss .* ms/step  in [0-9.]+ s$")]
    private static partial Regex BarAtTheEnd();
}
