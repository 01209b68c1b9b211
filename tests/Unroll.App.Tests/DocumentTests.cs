using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>
/// Every block of C# in the README and in docs/ is compiled: it stands in a sample or a test, or its page is put together into a program.
/// </summary>
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

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Append(Path.Combine(Repository.Root, "README.md"))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(page => Blocks(page).Length > 0)
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_code_of_a_page_is_compiled(string page)
    {
        string[] left = [.. Blocks(page)
            .Where(block => !s_sources.Value.Any(source => source.Contains(Unindented(block), StringComparison.Ordinal)))];
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

    /// <summary>
    /// The two walks in docs/architecture.md: each stop is a file and a member in it, each file once, and the numbers below are right.
    /// </summary>
    [Theory]
    [InlineData("**From `Fit` to the multiply-add and back**", "src/Unroll")]
    [InlineData("**From a cell of a CSV file to a quantile on the page**", "src")]
    public void Every_stop_of_a_walk_exists(string beginning, string folder)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md")).ReplaceLineEndings("\n");
        string walk = page[page.IndexOf(beginning, StringComparison.Ordinal)..];
        string[] rows = [.. walk.Split('\n').SkipWhile(line => !line.StartsWith("| 1 |", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))];
        string[][] cells = [.. rows.Select(row => row.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
        foreach (string[] stop in cells)
        {
            string file = Path.Combine(Repository.Root, folder, stop[1].Trim('`'));
            Assert.True(File.Exists(file), $"There is no {file}.");
            Assert.Matches($@"\b{Regex.Escape(stop[2].Trim('`'))}\b", File.ReadAllText(file));
        }

        int words = cells.Sum(stop => stop[4].Split(',', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(rows.Length, cells.Select(stop => stop[1]).Distinct().Count());
        Assert.Contains($"\n{rows.Length} stops in {rows.Length} files, and {words} words;", walk, StringComparison.Ordinal);
    }

    /// <summary>Names in code letters in docs/architecture.md are names in the sources, so that a renamed one is seen.</summary>
    [Fact]
    public void Every_name_in_the_architecture_exists()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        var known = s_sources.Value.SelectMany(source => Word().Matches(source).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);
        known.UnionWith(Directory.EnumerateFileSystemEntries(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .SelectMany(path => Path.GetFileName(path).Split('.')));

        // The last sentence gives names that no method has.
        string now = page[..page.IndexOf("Methods are verbs", StringComparison.Ordinal)];
        string[] names = [.. CodeLetters().Matches(now).SelectMany(match => Word().Matches(match.Value)).Select(match => match.Value)
            .Where(word => char.IsAsciiLetterUpper(word[0])).Distinct()];
        Assert.True(names.Length > 100);
        Assert.DoesNotContain(names, name => !known.Contains(name));
    }

    /// <summary>Lists of pages have all of their pages: decisions, results, how-tos.</summary>
    [Theory]
    [InlineData("docs/decisions", "README.md", "README.md")]
    [InlineData("benchmarks/results", "README.md", "README.md")]
    [InlineData("docs/howto", "index.md", "index.md")]
    [InlineData("docs/howto", "toc.yml", "")]
    [InlineData("docs/decisions", "toc.yml", "README.md")]
    [InlineData("benchmarks/results", "toc.yml", "README.md")]
    public void A_list_has_all_pages_of_its_folder(string folder, string list, string itself)
    {
        string path = Path.Combine(Repository.Root, folder), text = File.ReadAllText(Path.Combine(path, list));
        Assert.All(
            Directory.EnumerateFiles(path, "*.md", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/')),
            page => Assert.True(page == itself || text.Contains(page, StringComparison.Ordinal), $"{folder}/{list} does not list {page}."));
    }

    private static readonly Lazy<string[]> s_sources = new(() => [.. new[] { "samples", "tests", "src" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(file => Unindented(File.ReadAllText(file)))]);

    private static string[] Blocks(string page) =>
        [.. CSharpBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n"))
            .Select(match => match.Groups[1].Value)];

    private static string Unindented(string code) =>
        string.Join('\n', code.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())).Trim();

    /// <summary>A page may say which namespaces it needs in each of its blocks; a program says so once, at its beginning.</summary>
    private static string OnceEach(string program)
    {
        MatchCollection directives = UsingDirective().Matches(program);
        return string.Join('\n', [.. directives.Select(match => match.Value).Distinct(), UsingDirective().Replace(program, "")]);
    }

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex CodeLetters();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\A(internal |public )?(sealed |static |abstract )*(class|record|interface) ")]
    private static partial Regex TypeFirst();

    [GeneratedRegex(@"using [A-Z][\w.]*;")]
    private static partial Regex UsingDirective();
}
