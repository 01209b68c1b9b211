using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>
/// The code in the README of each package, and the programs of the templates, compile against the libraries as they are. <c>eng/pack</c>
/// builds and runs the templates against the packages.
/// </summary>
public sealed partial class PackageCodeTests
{
    private const string WebUsings =
        "global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Http; global using "
            + "Microsoft.Extensions.DependencyInjection;";

    /// <summary>What a README takes for granted.</summary>
    private static readonly Dictionary<string, (string Before, string After)> s_around = new()
    {
        ["Unroll.Cluster"] = ("IPieceWork work = null!; var stop = new CancellationTokenSource();", ""),
        ["Unroll.Extensions"] = (
            "using Unroll.Extensions; using Unroll.Forecasting; WebApplicationBuilder builder = WebApplication.CreateBuilder();",
            "record Day(DateTime Date, double Sales);"),
        ["Unroll.Reports"] = (
            "TimeSeries sales = null!; ForecastTask task = null!; Comparison comparison = null!; BlendForecaster blend = null!;", ""),
    };

    public static TheoryData<string> Readmes =>
        ["Unroll", "Unroll.Cluster", "Unroll.Exchange", "Unroll.Extensions", "Unroll.Forecasting", "Unroll.Reports", "Unroll.Server"];

    [Theory]
    [MemberData(nameof(Readmes))]
    public void The_code_of_a_README_compiles(string package)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md")).ReplaceLineEndings("\n");
        string code = Assert.Single(CSharpBlock().Matches(page)).Groups[1].Value;
        (string before, string after) = s_around.GetValueOrDefault(package, ("", ""));

        // Namespaces come first.
        string[] usings = [.. code.Split('\n').Where(line => line.StartsWith("using Unroll", StringComparison.Ordinal))];
        string rest = string.Join('\n', code.Split('\n').Except(usings));
        Assert.Empty(Errors($"{string.Join('\n', usings)}\n{before}\n{rest}\n{after}"));
    }

    [Theory]
    [InlineData("unroll-forecast")]
    [InlineData("unroll-service")]
    [InlineData("unroll-train")]
    public void The_program_of_a_template_compiles(string template) =>
        Assert.Empty(Errors(File.ReadAllText(Path.Combine(Repository.Root, "src", "Unroll.Templates", "content", template, "Program.cs"))));

    private static IReadOnlyList<string> Errors(string text) => new CompiledProgram("Program", text, WebUsings).Errors;

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
