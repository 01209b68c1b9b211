using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_program_in_the_readme_is_the_sample()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        string block = Assert.Single(CSharpBlock().Matches(readme)).Groups[1].Value.Trim();
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "samples", "tutorial.cs"));
        string sample = string.Join('\n', lines.SkipWhile(line => line.StartsWith("#:", StringComparison.Ordinal))).Trim();

        Assert.Equal(sample, block);
    }

    [Fact]
    public async Task The_program_in_the_readme_compiles_and_forecasts_sensibly()
    {
        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", "samples/tutorial.cs"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await errors);
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

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"RMSE (\d+\.\d\d), naive (\d+\.\d\d)\.")]
    private static partial Regex Result();
}
