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
