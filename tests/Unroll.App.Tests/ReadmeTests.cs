using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", "howto/default-recipe")]
    [InlineData("docs/default-recipe.md", "howto/default-recipe")]
    [InlineData("docs/tutorial.md", "tutorial")]
    public void The_program_on_the_page_is_the_sample(string page, string name)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, page));
        string block = Assert.Single(CSharpBlock().Matches(text)).Groups[1].Value.Trim();
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "samples", $"{name}.cs"));
        string sample = string.Join('\n', lines.SkipWhile(line => line.StartsWith("#:", StringComparison.Ordinal))).Trim();

        Assert.Equal(sample, block);
    }

    [Fact(Explicit = true)]
    public async Task The_tutorial_compiles_and_forecasts_sensibly()
    {
        string output = (await SampleRun.Of("tutorial")).Succeeded();
        Assert.Contains("63,626", output, StringComparison.Ordinal);
        Assert.Contains("48,126", output, StringComparison.Ordinal);
        MatchCollection results = Result().Matches(output);
        Assert.Equal(2, results.Count);
        foreach (Match result in results)
        {
            double rmse = double.Parse(result.Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.Equal("22.45", result.Groups[2].Value);
            Assert.InRange(rmse, 20, 40);
        }

        foreach (string name in new[] { "lstm", "gru" })
            File.Delete(Path.Combine(Repository.Root, $"tutorial-{name}.svg"));
    }

    [Fact]
    public void The_code_on_the_page_about_training_is_the_sample()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "training.md"));
        string sample = Unindented(File.ReadAllText(Path.Combine(Repository.Root, "samples", "training.cs")));
        Assert.All(CSharpBlock().Matches(page),
            block => Assert.Contains(Unindented(block.Groups[1].Value), sample, StringComparison.Ordinal));

        static string Unindented(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()));
    }

    [Fact(Explicit = true)]
    public async Task The_sample_of_training_is_interrupted_and_goes_on()
    {
        string output = (await SampleRun.Of("training")).Succeeded();
        Assert.Contains(" epochs, 6 of them before the interruption\nkept: ", output, StringComparison.Ordinal);
        Assert.InRange(Number(@"area under the curve (\d\.\d+)", output), 0.9, 1);
        Assert.Matches("3 epochs more after \\d+\n", output);
        Assert.Contains("body (gru, frozen)", output, StringComparison.Ordinal);
        double head = Number(@"R² of the head alone: (-?\d\.\d+)", output), all = Number(@"R² of all layers: (-?\d\.\d+)", output);
        Assert.InRange(head, 0.1, 1);
        Assert.InRange(all, head - 0.02, 1);
    }

    private static double Number(string pattern, string output) =>
        double.Parse(Regex.Match(output, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"RMSE (\d+\.\d\d), naive (\d+\.\d\d)\.")]
    private static partial Regex Result();
}
