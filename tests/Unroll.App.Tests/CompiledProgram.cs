using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>A program of one file, compiled in memory against the libraries that the tests use: seconds sooner than a build.</summary>
internal sealed class CompiledProgram
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions s_options =
        new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "true")]);

    private readonly string _name;
    private readonly Compilation _compilation;

    /// <summary>Compiles it; <see cref="Errors"/> says whether that went well.</summary>
    public CompiledProgram(string name, string text, string moreUsings = "")
    {
        _name = name;
        CancellationToken stop = TestContext.Current.CancellationToken;
        string[] references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _compilation = CSharpCompilation.Create(
            name,
            [.. new[] { text, ImplicitUsings, moreUsings }
                .Select(each => CSharpSyntaxTree.ParseText(each, s_options, name, cancellationToken: stop))],
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(
                Microsoft.CodeAnalysis.OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable,
                    allowUnsafe: true));
        CSharpGeneratorDriver.Create([JsonGenerator()], parseOptions: s_options)
            .RunGeneratorsAndUpdateCompilation(_compilation, out _compilation, out _, stop);
        Errors = [.. _compilation.GetDiagnostics(stop).Where(each => each.Severity >= DiagnosticSeverity.Error).Select(each => $"{each}")];
    }

    /// <summary>What the compiler refuses.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>Runs it to its end from the root of the repository, as a process of its own, and gives what it printed.</summary>
    public async Task<string> RunAsync()
    {
        Assert.Empty(Errors);
        CancellationToken stop = TestContext.Current.CancellationToken;
        string tests = Path.Combine(AppContext.BaseDirectory, typeof(CompiledProgram).Assembly.GetName().Name!);

        // Beside the libraries, where the runtime finds what the file of dependencies names.
        string file = Path.Combine(AppContext.BaseDirectory, $"program-{_name}-{Environment.ProcessId}.dll");
        try
        {
            EmitResult emitted = _compilation.Emit(file, cancellationToken: stop);
            Assert.True(emitted.Success);
            var start = new ProcessStartInfo(
                "dotnet", ["exec", "--depsfile", $"{tests}.deps.json", "--runtimeconfig", $"{tests}.runtimeconfig.json", file])
            {
                WorkingDirectory = Repository.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(stop);
            string output = await process.StandardOutput.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            Assert.True(process.ExitCode == 0, output + await errors);
            return output;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What makes the contexts of System.Text.Json; it lies beside the SDK's reference assemblies.</summary>
    private static ISourceGenerator JsonGenerator()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string packs = Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        string file = Directory.EnumerateFiles(packs, "System.Text.Json.SourceGeneration.dll", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Last();
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
