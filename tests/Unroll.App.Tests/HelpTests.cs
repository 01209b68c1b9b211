using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

public sealed class HelpTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Every verb's last lines are commands; pasted one after the other into an empty folder they work. Here with fewer and smaller
    /// networks wherever there are any, and with the newest rows of the stations alone, to save two minutes.
    /// </summary>
    [Theory]
    [InlineData("forecast", 3)]
    [InlineData("backtest", 2)]
    [InlineData("describe", 2)]
    [InlineData("predict", 2)]
    [InlineData("tune", 2)]
    [InlineData("judge", 3)]
    [InlineData("convert", 3)]
    [InlineData("inspect", 2)]
    public void The_help_of_a_verb_ends_with_an_example_that_works(string verb, int commands)
    {
        ToolResult help = Tool.Run(_folder, verb, "--help");
        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.Equal(commands == 1 ? "Example:" : "Examples:", help.Lines[^(commands + 1)]);
        foreach (string line in help.Lines[^commands..])
        {
            Assert.StartsWith("  unroll ", line, StringComparison.Ordinal);
            string few = Regex.Replace(line, "--(epochs|ensemble|trials) [0-9]+", "--$1 1");
            if (line.Contains("--epochs", StringComparison.Ordinal) && !Regex.IsMatch(line, "--ensemble|--recipe tutorial"))
                few += " --ensemble 1";
            if (line.Contains("--sample stations", StringComparison.Ordinal))
                few = few.Replace("--test last:28", "--rows 150", StringComparison.Ordinal)
                    .Replace("--test last:60", "--rows 150", StringComparison.Ordinal);
            ToolResult result = Tool.Run(_folder, few.Trim().Split(' ')[1..]);
            Assert.Equal((0, ""), (result.Code, result.Error));
        }

        Assert.StartsWith($"  unroll {verb}", help.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_options_of_the_contract_are_there()
    {
        string help = Tool.Run(_folder, "forecast", "--help").Output;
        string[] options = ["--target", "--train", "--test", "--window", "--model", "--layers", "--units", "--bidirectional", "--dropout",
            "--epochs", "--batch", "--optimizer", "--learning-rate", "--clip-norm", "--scaler", "--missing", "--seed", "--threads", "--out",
            "--json", "--sample", "--horizon", "--series", "--static", "--min", "--max", "--no-refit", "--budget", "--quiet",
            "--recipe", "--features", "--known", "--holidays", "--transform", "--strategy", "--ensemble", "--validation", "--head"];
        Assert.All(options, option => Assert.Contains($"\n  {option} ", help, StringComparison.Ordinal));
    }

    /// <summary>Where the output is no terminal: as wide as most are.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("forecast")]
    [InlineData("backtest")]
    [InlineData("describe")]
    [InlineData("predict")]
    [InlineData("tune")]
    [InlineData("judge")]
    [InlineData("convert")]
    [InlineData("inspect")]
    [InlineData("serve")]
    [InlineData("studio")]
    [InlineData("mcp")]
    [InlineData("worker")]
    [InlineData("cluster")]
    public void The_help_of_a_verb_has_80_columns(string verb)
    {
        ToolResult help = Tool.Run(_folder, verb.Length > 0 ? [verb, "--help"] : ["--help"]);
        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.All(help.Output.Split('\n'), line =>
        {
            Assert.InRange(line.Length, 0, 80);
            Assert.Equal(line.TrimEnd(), line);
        });
    }

    [Fact]
    public void A_backtest_has_the_options_of_a_forecast_but_the_training_range_and_its_own()
    {
        string help = Tool.Run(_folder, "backtest", "--help").Output;
        string[] options = ["--horizon", "--refit", "--sliding", "--target", "--test", "--window", "--model", "--units", "--epochs",
            "--missing", "--seed", "--threads", "--out", "--json", "--sample"];
        Assert.All(options, option => Assert.Contains($"\n  {option} ", help, StringComparison.Ordinal));
        Assert.DoesNotContain("--train", help, StringComparison.Ordinal);
        Assert.Contains("[default: backtest-report]", help.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("Print backtest.json", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_verb_there_is_help()
    {
        ToolResult result = Tool.Run(_folder);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(Tool.Run(_folder, "--help").Output, result.Output);
        Assert.EndsWith("Example:\n  unroll forecast\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_that_of_the_library()
    {
        string version = typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Assert.Equal((0, version + "\n"), (Tool.Run(_folder, "--version").Code, Tool.Run(_folder, "--version").Output));
    }
}
