using Xunit;

namespace Unroll.App.Tests;

/// <summary>The tree keeps to what docs/contributing.md says of lines, files, names and words.</summary>
public sealed class StyleTests
{
    /// <summary>Files of more than 300 lines, and why they are not cut.</summary>
    private static readonly Dictionary<string, string> s_longer = new(StringComparer.Ordinal)
    {
        ["src/Unroll.Cli/Files/FolderSwap.cs"] = "one exchange of folders, with the way back after each step",
        ["src/Unroll.Exchange/Onnx/Reading/Lifter.Layouts.cs"] = "all operations that only move values",
        ["src/Unroll.Exchange/Onnx/Running/GraphCompiler.cs"] = "one pass over a graph",
        ["src/Unroll.Exchange/Torch/PickleReader.cs"] = "the whole machine of a pickle",
        ["src/Unroll.Forecasting/Data/RowRules.cs"] = "the rules by which dates come, one small class each",
        ["src/Unroll.Forecasting/Data/SeriesSet.cs"] = "a public type, of which a third is documentation",
        ["src/Unroll.Forecasting/Data/TimeSeries.cs"] = "a public type, of which a third is documentation",
        ["src/Unroll.Forecasting/Files/ForecasterContents.cs"] = "all kinds of forecasters, to a file and back",
        ["src/Unroll.Forecasting/Networks/BlendForecaster.cs"] = "one fit of all members and their shares",
        ["src/Unroll.Reports/Charts.cs"] = "all charts of a report",
        ["src/Unroll/Formats/ModelFile.cs"] = "the format of a file, writing beside reading",
        ["src/Unroll/Kernels/KernelSet.Spans.cs"] = "all kernels of spans",
        ["src/Unroll/Layers/MultiHeadAttentionOp.cs"] = "forward beside backward",
        ["src/Unroll/Layers/RecurrentOp.cs"] = "the only loop over time, forward beside backward",
        ["src/Unroll/Model.Predict.cs"] = "the public ways to predict, with their documentation",
        ["src/Unroll/Network.cs"] = "a batch forward, backward and its gradients",
        ["src/Unroll/Training/GradientChecker.cs"] = "all checks of a layer, one after the other",
        ["src/Unroll/Training/Loops/TrainingLoop.cs"] = "one loop over epochs and batches",
        ["src/Unroll/Training/Metrics/ClassMetric.cs"] = "the metrics of classes, one small record each",
        ["src/Unroll/Training/Trainer.cs"] = "one training from its beginning to its end",
    };

    private static readonly string[] s_roots = ["src", "samples", "tests", "benchmarks", "docs", "eng", ".ci"];

    private static readonly HashSet<string> s_endings =
        [".cs", ".js", ".css", ".html", ".md", ".sh", ".csproj", ".props", ".targets", ".slnx", ".proto", ".service"];

    private static readonly Lazy<StyleFile[]> s_files = new(() => [.. Paths().AsParallel().AsOrdered()
        .Select(path => new StyleFile(path, File.ReadAllText(Path.Combine(Repository.Root, path))))]);

    [Fact]
    public void Lines_end_at_140_characters() => Holds(StyleRules.LongLines);

    [Fact]
    public void Files_are_of_some_300_lines()
    {
        Holds(file => StyleRules.LongFiles(file, s_longer));
        Assert.DoesNotContain(s_longer.Keys, path => !File.Exists(Path.Combine(Repository.Root, path)));
    }

    [Fact]
    public void Names_say_what_something_is() => Holds(StyleRules.EmptyNames);

    [Fact]
    public void Documents_comments_and_messages_are_plain_English() => Holds(StyleRules.AvoidedWords);

    [Fact]
    public void Public_surfaces_are_sorted() => Holds(StyleRules.UnsortedSurface);

    [Fact]
    public void Methods_are_not_named_by_a_participle() => Holds(StyleRules.Participles);

    /// <summary>What the rules look at is there: sources, documents, scripts without an ending, lists of surfaces.</summary>
    [Theory]
    [InlineData("src/Unroll/Model.cs")]
    [InlineData("src/Unroll/PublicAPI.Unshipped.txt")]
    [InlineData("src/Unroll.Reports/Assets/report.js")]
    [InlineData("docs/howto/index.md")]
    [InlineData("README.md")]
    [InlineData(".ci/run")]
    [InlineData("tests/Unroll.App.Tests/StyleTests.cs")]
    public void Every_kind_of_file_is_read(string path) => Assert.Contains(s_files.Value, file => file.Path == path);

    [Theory]
    [InlineData("src/A/B.cs", 141, "src/A/B.cs:2: 141 characters, more than 140")]
    [InlineData(".ci/run", 200, ".ci/run:2: 200 characters, more than 140")]
    [InlineData("docs/a.md", 150, "docs/a.md:2: 150 characters, more than 140")]
    [InlineData("docs/a.md", 140, null)]
    public void A_long_line_is_found(string path, int length, string? problem)
    {
        string text = string.Concat(Enumerable.Repeat("word ", length / 5)).TrimEnd().PadRight(length, 'x');
        Assert.Equal(problem, StyleRules.LongLines(new StyleFile(path, "first\n" + text + "\n")).SingleOrDefault());
    }

    /// <summary>Raw strings, tables and long words are as wide as they must be; what follows them is not.</summary>
    [Fact]
    public void Only_what_cannot_be_broken_may_be_longer()
    {
        string words = string.Concat(Enumerable.Repeat("word ", 40)), url = "https://example.org/" + new string('x', 130);
        const string Quotes = "\"\"\"";
        string raw = $"var a = {Quotes}\n{words}\n{Quotes};\nvar b = {Quotes}{words}{Quotes};\n// {words}\n";
        Assert.Equal(["src/A.cs:5"], Places(StyleRules.LongLines(new StyleFile("src/A.cs", raw))));
        Assert.Equal(["a.md:3"], Places(StyleRules.LongLines(new StyleFile("a.md", $"| {words} |\n{url}\n{words}{url[..50]}\n"))));
    }

    [Theory]
    [InlineData(300, false, null)]
    [InlineData(301, false, "src/A.cs:301: 301 lines, more than 300, and the list gives no reason")]
    [InlineData(301, true, null)]
    [InlineData(400, true, null)]
    [InlineData(401, true, "src/A.cs:401: 401 lines, more than 400")]
    [InlineData(300, true, "src/A.cs:300: 300 lines: take it off the list")]
    public void A_long_file_is_found(int lines, bool isListed, string? problem)
    {
        var reasons = new Dictionary<string, string>(isListed ? [new("src/A.cs", "a reason")] : []);
        var file = new StyleFile("src/A.cs", string.Concat(Enumerable.Repeat("x\n", lines)));
        Assert.Equal(problem, StyleRules.LongFiles(file, reasons).SingleOrDefault());
    }

    [Theory]
    [InlineData("src/A/B.cs", "internal sealed class LaneManager", true)]
    [InlineData("src/A/B.cs", "public static class StringUtils", true)]
    [InlineData("src/A/B.cs", "    private readonly record struct DateHelper(int Day);", true)]
    [InlineData("src/A/MathUtilities.cs", "x", true)]
    [InlineData("src/A/B.cs", "internal sealed class MiscTypes", true)]
    [InlineData("src/A/B.cs", "internal sealed class Utilization", false)]
    [InlineData("tests/A/B.cs", "internal sealed class LaneManager", false)]
    public void An_empty_name_is_found(string path, string line, bool isFound) =>
        Assert.Equal(isFound, StyleRules.EmptyNames(new StyleFile(path, line)).Any());

    [Theory]
    [InlineData("docs/a.md", "It utilizes", false)]
    [InlineData("docs/a.md", "Rows are Simply appended.", true)]
    [InlineData("docs/a.md", "It doesn't matter.", true)]
    [InlineData("docs/a.md", "Files in /etc/unroll and `via` in code letters", false)]
    [InlineData("src/Unroll/A.cs", "// TODO", true)]
    [InlineData("src/Unroll.Cli/A.cs", "throw new UnrollException(\"Please give --horizon.\");", true)]
    [InlineData("src/Unroll.Cli/A.cs", "throw new UnrollException(\"Give --horizon.\");", false)]
    [InlineData("src/Unroll.Forecasting/A.cs", "throw new UnrollException(\"Give --horizon.\");", true)]
    [InlineData("src/Unroll.Reports/A.cs", "\"background: var(--quiet)\"", false)]
    [InlineData("src/Unroll.Cluster/A.cs", "[\"-D\", part, \"--auth=scram\"]", false)]
    public void An_avoided_word_is_found(string path, string line, bool isFound) =>
        Assert.Equal(isFound, StyleRules.AvoidedWords(new StyleFile(path, line)).Any());

    [Theory]
    [InlineData("#nullable enable\nA.B\nA.a\n", null)]
    [InlineData("#nullable enable\nA.a\nA.B\n", "src/A/PublicAPI.Unshipped.txt:3")]
    [InlineData("#nullable enable\nA.B\nA.B\n", "src/A/PublicAPI.Unshipped.txt:3")]
    public void An_unsorted_surface_is_found(string text, string? place) =>
        Assert.Equal(place, Places(StyleRules.UnsortedSurface(new StyleFile("src/A/PublicAPI.Unshipped.txt", text))).SingleOrDefault());

    [Theory]
    [InlineData("    public static Model Fitted(Model model) =>", true)]
    [InlineData("        string Told(string values) =>", true)]
    [InlineData("    private (int A, int B) Chosen<T>(T value)", true)]
    [InlineData("    internal override IReadOnlyList<(int, string)>? Ordered()", true)]
    [InlineData("    internal static UnrollException Damaged(string why) =>", false)]
    [InlineData("    private static partial void Failed(ILogger logger, string why);", false)]
    [InlineData("        return Fitted(model);", false)]
    [InlineData("        int rows = Known(table);", false)]
    [InlineData("    public void Embed(int token)", false)]
    [InlineData("    public int Feed(int token)", false)]
    [InlineData("internal sealed record Shifted(int By);", false)]
    public void A_participle_is_found(string line, bool isFound) =>
        Assert.Equal(isFound, StyleRules.Participles(new StyleFile("src/A/B.cs", line)).Any());

    private static void Holds(Func<StyleFile, IEnumerable<string>> rule)
    {
        string[] problems = [.. s_files.Value.AsParallel().AsOrdered().SelectMany(rule)];
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    /// <summary>File and line of problems.</summary>
    private static IEnumerable<string> Places(IEnumerable<string> problems) =>
        problems.Select(problem => problem[..problem.IndexOf(": ", StringComparison.Ordinal)]);

    /// <summary>Texts that people write, from the root; not what is built, and not what others made smaller (uPlot).</summary>
    private static IEnumerable<string> Paths() => s_roots.SelectMany(root => Below(new DirectoryInfo(Path.Combine(Repository.Root, root))))
        .Concat(new DirectoryInfo(Repository.Root).EnumerateFiles())
        .Where(file => s_endings.Contains(file.Extension) || file.Name.StartsWith("PublicAPI.", StringComparison.Ordinal)
            || file.Extension.Length == 0)
        .Select(file => Path.GetRelativePath(Repository.Root, file.FullName).Replace('\\', '/'))
        .Where(path => !path.Contains("/uplot/", StringComparison.Ordinal) && path != "LICENSE")
        .Order(StringComparer.Ordinal);

    private static IEnumerable<FileInfo> Below(DirectoryInfo folder) => folder.EnumerateFiles()
        .Concat(folder.EnumerateDirectories().Where(inner => inner.Name is not ("bin" or "obj")).SelectMany(Below));
}
