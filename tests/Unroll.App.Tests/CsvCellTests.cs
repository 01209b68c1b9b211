using Unroll.Cli;
using Unroll.Reports;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>What goes into CSV files and to the terminal, whatever a file held.</summary>
public sealed class CsvCellTests
{
    [Theory]
    [InlineData("East", "East")]
    [InlineData("", "")]
    [InlineData("a-b", "a-b")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"a\"", "\"say \"\"a\"\"\"")]
    [InlineData("=SUM(A1:A9)", "'=SUM(A1:A9)")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData(" =1+1", "' =1+1")]
    [InlineData("\u00A0=1", "'\u00A0=1")]
    [InlineData("\u200B=1", "'\u200B=1")]
    [InlineData("\uFEFF=1", "'\uFEFF=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("＋1", "'＋1")]
    [InlineData("－1", "'－1")]
    [InlineData("＠x", "'＠x")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\t=x", "\"'\t'=x\"")]
    [InlineData("a;=1", "\"a;'=1\"")]
    [InlineData("a\n=1", "\"a\n'=1\"")]
    [InlineData("\"=1", "\"'\"\"=1\"")]
    public void A_text_is_never_a_formula(string text, string cell) => Assert.Equal(cell, CsvCell.Text(text));

    /// <summary>A quote, what may stand between cells, and both halves of a line's end: some programs take one alone.</summary>
    [Theory]
    [InlineData('"')]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('\n')]
    [InlineData('\r')]
    public void What_could_end_a_cell_is_quoted(char end)
    {
        string cell = CsvCell.Text($"a{end}b");
        Assert.Equal(('"', '"'), (cell[0], cell[^1]));
        Assert.Equal($"a{end}b", cell[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_is_one_bounded_line()
    {
        string message = CommandLine.OneLine(
            $"a.csv, column {new string('x', 50_000_000)}: \"{new string('y', 500)}\" is bad.\nCorrect it.");
        Assert.True(message.Length <= 600, message);
        Assert.EndsWith("is bad. Correct it.", message, StringComparison.Ordinal);
        Assert.Equal("\uFFFD[31m\uFFFD\uFFFD", CommandLine.OneLine("\u001b[31m\u202E\u061C"));
        Assert.Equal("a\nb\uFFFD", Terminal.Harmless("a\nb\u2066"));
        Assert.Equal("Größe 温度 😀", Terminal.Harmless("Größe 温度 😀"));
    }
}
