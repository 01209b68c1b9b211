using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Every block of C# in the README and in docs/ is compiled: it stands in a sample or a test, or its page is put together into a program.</summary>
public sealed partial class DocumentTests
{
    /// <summary>Pages whose blocks are a program of their own, and what stands before it.</summary>
    private static readonly Dictionary<string, string> s_programs = new(StringComparer.Ordinal)
    {
        ["docs/forecasting.md"] = "using Unroll; using Unroll.Forecasting;",
        ["docs/files.md"] = """
            using Unroll.Forecasting;
            Stream stream = Stream.Null;
            System.Data.IDbCommand command = null!;
            var rows = new[] { new { Date = DateTime.Today, Sales = 1.0, Promo = 0.0 } };
            """,
        ["docs/exchange-forecast.md"] = "using Unroll.Exchange; using Unroll.Forecasting;",
        ["docs/gradients.md"] = """
            using Unroll; using Unroll.Reports;
            var options = new TrainingOptions();
            Model model = new Model(new Lstm(2), new Dense(1)).Build(new Shape(3, 1));
            ISamples samples = Samples.From(new float[][] { [1, 2, 3] }, new Shape(3, 1), values => values, values => values[0]);
            """,
    };

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Append(Path.Combine(Repository.Root, "README.md"))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(page => Blocks(page).Length > 0)
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_code_of_a_page_is_compiled(string page)
    {
        string[] left = [.. Blocks(page).Where(block => !s_sources.Value.Any(source => source.Contains(Unindented(block), StringComparison.Ordinal)))];
        if (!s_programs.TryGetValue(page, out string? before))
        {
            Assert.Empty(left);
            return;
        }

        // Types come after statements in a program of one file, wherever the page has them.
        Assert.NotEmpty(left);
        string[] types = [.. left.Where(block => TypeFirst().IsMatch(block))];
        string program = string.Join('\n', [before, .. left.Except(types), .. types]);
        Assert.Empty(new CompiledProgram("page", OnceEach(program)).Errors);
    }

    private static readonly Lazy<string[]> s_sources = new(() => [.. new[] { "samples", "tests", "src" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(file => Unindented(File.ReadAllText(file)))]);

    private static string[] Blocks(string page) =>
        [.. CSharpBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n")).Select(match => match.Groups[1].Value)];

    private static string Unindented(string code) => string.Join('\n', code.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())).Trim();

    /// <summary>A page may say which namespaces it needs in each of its blocks; a program says so once, at its beginning.</summary>
    private static string OnceEach(string program)
    {
        MatchCollection directives = UsingDirective().Matches(program);
        return string.Join('\n', [.. directives.Select(match => match.Value).Distinct(), UsingDirective().Replace(program, "")]);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\A(internal |public )?(sealed |static |abstract )*(class|record|interface) ")]
    private static partial Regex TypeFirst();

    [GeneratedRegex(@"using [A-Z][\w.]*;")]
    private static partial Regex UsingDirective();
}
