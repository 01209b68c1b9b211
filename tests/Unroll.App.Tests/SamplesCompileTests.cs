using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>
/// Every program in samples/ compiles against the libraries as they are. The tests that run them take minutes and are explicit:
/// <c>.ci/samples</c> runs these.
/// </summary>
public sealed class SamplesCompileTests
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions s_options =
        new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "true")]);

    public static TheoryData<string> Programs =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.cs").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_program_compiles(string name)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "samples", name));
        CancellationToken stop = TestContext.Current.CancellationToken;
        string[] references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        Compilation compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(name),
            [.. new[] { text, ImplicitUsings }.Select(each => CSharpSyntaxTree.ParseText(each, s_options, name, cancellationToken: stop))],
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        CSharpGeneratorDriver.Create([JsonGenerator()], parseOptions: s_options).RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _, stop);
        Assert.Empty(compilation.GetDiagnostics(stop).Where(each => each.Severity >= DiagnosticSeverity.Error));
    }

    /// <summary>What makes the contexts of System.Text.Json; it lies beside the SDK's reference assemblies.</summary>
    private static ISourceGenerator JsonGenerator()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string packs = Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        string file = Directory.EnumerateFiles(packs, "System.Text.Json.SourceGeneration.dll", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        var reference = new AnalyzerFileReference(Path.GetFullPath(file), new Loader());
        return Assert.Single(reference.GetGenerators(LanguageNames.CSharp));
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public System.Reflection.Assembly LoadFromPath(string fullPath) => System.Reflection.Assembly.LoadFrom(fullPath);
    }
}
