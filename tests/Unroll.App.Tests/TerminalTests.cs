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
        string text = Forecast(width, "TERM=xterm");
        Assert.Contains('\u001B', text);
        string[] lines = [.. ControlCodes().Replace(text, "").Split('\n', '\r').Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => BarAtTheEnd().IsMatch(line));
        Assert.Contains(lines, line => line.StartsWith("count  1260.000", StringComparison.Ordinal));
        Assert.Contains(lines, line => NaiveLine().IsMatch(line));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void A_forecast_of_several_rows_fits_the_terminal_but_for_commands(int width)
    {
        string text = OnTerminal(
            width, "TERM=xterm", $"forecast --sample aapl --horizon 20 --model gru,ridge,naive {string.Join(' ', Tool.QuickDefault)}");
        string[] lines = [.. ControlCodes().Replace(text, "").Split('\n', '\r').Select(line => line.TrimEnd())];
        Assert.All(lines.Where(line => !line.StartsWith("unroll forecast ", StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => GruAtTheEnd().IsMatch(line));
        string[] table = [.. lines.Where(line => line.Length > 0).SkipWhile(line => line != "The next 20 business days of High")];
        Assert.Equal(["...", "...", "...", "..."], Report.Cells(table[15]));
        Assert.StartsWith("2018-06-", table[16], StringComparison.Ordinal);
        Assert.Equal("All rows are in future.csv.", table[17]);
        Assert.Contains(lines, line => line.StartsWith("blend ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void A_backtest_fits_the_terminal_and_its_bars_fill_up(int width)
    {
        string text = OnTerminal(
            width, "TERM=xterm", $"backtest --sample aapl --model simple-rnn --refit 126 {string.Join(' ', Tool.Quick)}");
        string[] lines = [.. ControlCodes().Replace(text, "").Split('\n', '\r').Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => FitsAtTheEnd("baselines").IsMatch(line));
        Assert.Contains(lines, line => FitsAtTheEnd("SimpleRNN").IsMatch(line));
        Assert.Contains(lines, line => NaiveLine().IsMatch(line));

        static Regex FitsAtTheEnd(string name) => new($"^{name} █+ [0-9]+ fits in [0-9.]+ s$");
    }

    [Fact]
    public void Without_colour_it_says_the_same()
    {
        string plain = Forecast(80, "TERM=xterm NO_COLOR=1");
        Assert.DoesNotMatch("\u001B\\[[0-9;]*(3[0-9]|4[0-9]|9[0-9])m", plain);
        Assert.Matches("\u001B\\[[0-9;]*(3[0-9]|9[0-9])[0-9;]*m", Forecast(80, "TERM=xterm"));
        Assert.Matches("SimpleRNN +█+ epoch 2/2", ControlCodes().Replace(plain, ""));
    }

    /// <summary>A terminal too narrow for the table at any number of decimals shows it in blocks of columns.</summary>
    [Fact]
    public void A_wide_table_comes_in_blocks_where_the_terminal_is_narrow()
    {
        string[] lines = [.. OnTerminal(50, "TERM=dumb", "describe --sample aapl").Split('\n').Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 50));
        Assert.Equal(
            ["mean    114.691429   115.655309   113.732762", "mean    114.717975   109.175220  4.990338e+07"],
            lines.Where(line => line.StartsWith("mean", StringComparison.Ordinal)));
    }

    /// <summary>A terminal of 50 lines shows all stations, one of 20 the first eight; a line for all ends the table in both.</summary>
    [Theory]
    [InlineData(80, 50, "California         1461")]
    [InlineData(140, 20, "13 more         ...")]
    [InlineData(80, 20, "14 more         ...")]
    public void As_many_series_are_described_as_are_seen_at_once(int width, int height, string lastLine)
    {
        string[] lines = [.. OnTerminal(width, "TERM=dumb", "describe --sample stations", height).Split('\n')
            .Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        int total = Array.FindIndex(lines, line => Regex.IsMatch(line, "^all 20 +29220 "));
        Assert.StartsWith(lastLine, lines[total - 1], StringComparison.Ordinal);
        Assert.InRange(lines.Length, 0, height);
        string marked = height < 50 ? "Rows that no forecast explains: " : "Rows that no forecast explains";
        Assert.Contains(lines, line => line.StartsWith(marked, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void Rows_that_no_forecast_explains_fit_the_terminal(int width)
    {
        string[] lines = [.. OnTerminal(width, "TERM=dumb", "describe --sample sp500").Split('\n').Select(line => line.TrimEnd())];
        int title = Array.IndexOf(lines, "Rows that no forecast explains");
        string[] table = lines[title..Array.IndexOf(lines, "", title)];
        Assert.All(table, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(table, line => line.StartsWith("2016-06-27  close and 3 more", StringComparison.Ordinal));
        Assert.Matches("^and [0-9]+ more$", table[^1]);
    }

    /// <summary>The command line at the end is one line, so that it can be copied.</summary>
    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void A_search_fits_the_terminal_but_for_the_command_line_at_its_end(int width)
    {
        string text = OnTerminal(width, "TERM=xterm", "tune --sample aapl --trials 9 --epochs 3");
        string[] lines = [.. ControlCodes().Replace(text, "").TrimEnd().Split('\n', '\r').Select(line => line.TrimEnd())];
        Assert.All(lines[..^1], line => Assert.InRange(line.Length, 0, width));
        Assert.StartsWith("unroll forecast --sample aapl --recipe default --target High ", lines[^1], StringComparison.Ordinal);
        Assert.EndsWith(" --seed 455", lines[^1], StringComparison.Ordinal);
        Assert.Contains(lines, line => SearchAtTheEnd().IsMatch(line));
        Assert.Equal(width > 100, lines.Any(line => Report.Cells(line) is ["Trial", .., "Naive RMSE", "Skill"]));
        Assert.Contains(lines, line => line.StartsWith("naive ", StringComparison.Ordinal)
            && line.EndsWith(" 0.000", StringComparison.Ordinal));
    }

    /// <summary>A terminal of 24 lines shows the first five stations, in the table of the rows to come and in that of errors.</summary>
    [Theory]
    [InlineData(80, 24, "15 more ")]
    [InlineData(140, 50, "California ")]
    public void As_many_series_are_forecast_as_are_seen_at_once(int width, int height, string lastLine)
    {
        string output = OnTerminal(
            width, "TERM=dumb", "forecast --sample stations --train 2014 --test 2015-01 --window 7 --model naive,drift", height);
        string[] lines = [.. output.Split('\n').Select(line => line.TrimEnd())];
        Assert.All(lines.Where(line => !line.StartsWith("unroll forecast ", StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 0, width));
        Assert.Equal(2, lines.Count(line => line.StartsWith(lastLine, StringComparison.Ordinal)));
    }

    private string Forecast(int width, string environment) =>
        OnTerminal(width, environment, $"forecast --sample aapl --model simple-rnn {string.Join(' ', Tool.Quick)}");

    private string OnTerminal(int width, string environment, string arguments, int height = 50)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no program to make a pseudo terminal.");
        string command = $"stty cols {width} rows {height}; {environment} dotnet '{Tool.Program}' {arguments}";
        using Process process = Tool.Start(_folder, "/usr/bin/script", ["-qec", command, "/dev/null"]);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    [GeneratedRegex("\u001B\\[[0-9;?]*[A-Za-z]")]
    private static partial Regex ControlCodes();

    /// <summary>Its skill is 0; against the best baseline that is 0 or less.</summary>
    [GeneratedRegex("^naive (\\*| )  .*  0\\.000  +-?[0-9.]+$")]
    private static partial Regex NaiveLine();

    [GeneratedRegex("^Search █+ rung 2/2  trial 3/3  best #[0-9]: [0-9.]+, naive 1\\.286  in 0:[0-9]+$")]
    private static partial Regex SearchAtTheEnd();

    [GeneratedRegex("^GRU +█+ epoch ([0-9]+)/\\1  loss .* ms/step  in [0-9.]+ s$")]
    private static partial Regex GruAtTheEnd();

    [GeneratedRegex("^SimpleRNN +█+ epoch 2/2  loss .* ms/step  in [0-9.]+ s$")]
    private static partial Regex BarAtTheEnd();
}
