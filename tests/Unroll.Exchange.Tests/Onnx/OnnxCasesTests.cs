using System.Runtime.CompilerServices;
using Xunit;

namespace Unroll.Exchange.Tests;

public class OnnxCasesTests
{
    /// <summary>
    /// The file beside this one lists every case: + where all outputs agree, − with the reason where not. A case that fails newly, and one
    /// that passes newly, must be written down there.
    /// </summary>
    [Fact]
    public void TheFormatsOwnCasesAgreeAsTheListSays()
    {
        var lines = new List<string>();
        int agree = 0;
        IReadOnlyList<string> names = OnnxCases.Names();
        foreach (string name in names)
        {
            string? problem = OnnxCases.Run(name);
            agree += problem is null ? 1 : 0;
            lines.Add(problem is null ? $"+ {name}" : $"- {name}: {problem.ReplaceLineEndings(" ")}");
        }

        lines.Insert(0, $"{agree} of {names.Count} agree");
        string made = Path.Combine(Path.GetTempPath(), "onnx-cases.txt");
        File.WriteAllLines(made, lines);
        string[] expected = File.ReadAllLines(ListPath());
        string[] news = [.. lines.Except(expected).Concat(expected.Except(lines).Select(line => $"was: {line}")).Take(20)];
        Assert.True(news.Length == 0, $"The list that was made, {made}, differs:\n{string.Join('\n', news)}");
    }

    private static string ListPath([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "onnx-cases.txt");
}
