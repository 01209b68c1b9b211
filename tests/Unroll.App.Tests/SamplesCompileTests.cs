using Xunit;

namespace Unroll.App.Tests;

/// <summary>
/// Every program in samples/ compiles against the libraries as they are. The tests that run the larger ones take minutes and are explicit:
/// <c>.ci/samples</c> runs these.
/// </summary>
public sealed class SamplesCompileTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "samples");

    public static TheoryData<string> Programs => [.. Directory.EnumerateFiles(s_folder, "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(s_folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_program_compiles(string name)
    {
        string text = File.ReadAllText(Path.Combine(s_folder, name));
        Assert.Empty(new CompiledProgram(Path.GetFileNameWithoutExtension(name), text).Errors);
    }
}
