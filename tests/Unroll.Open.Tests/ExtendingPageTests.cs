using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>The code of docs/extending.md stands in samples and tests, so that it is compiled.</summary>
public class ExtendingPageTests
{
    [Fact]
    public void All_code_of_the_page_is_compiled()
    {
        string root = Root(), page = Read(Path.Combine(root, "docs", "extending.md"));
        string all = string.Join('\n', new[] { "samples", Path.Combine("tests", "Unroll.Open.Tests") }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs")).Select(Read));
        string[] blocks = [.. Regex.Matches(page, "```csharp\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value)];
        Assert.True(blocks.Length > 5);
        Assert.All(blocks, block => Assert.Contains(block, all, StringComparison.Ordinal));
    }

    private static string Read(string path) => File.ReadAllText(path).ReplaceLineEndings("\n");

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run in a folder outside the repository.");
    }
}
