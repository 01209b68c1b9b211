using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using Unroll.Kernels;

namespace Unroll.Benchmarks;

/// <summary>What a measurement must say about where it was made: the processor, never the host.</summary>
internal static partial class Machine
{
    private const string Wide = "Vector512", Half = "Vector256";
    private static readonly Dictionary<string, string> s_cpu = ReadCpu();

    public static int Cores => Environment.ProcessorCount;

    /// <summary>For example <c>AMD EPYC 9575F (Zen 5)</c>.</summary>
    public static string Cpu => Architecture.Length > 0 ? $"{ModelName} ({Architecture})" : ModelName;

    /// <summary>The folder of this processor's results, for example <c>amd-epyc-zen5-2c</c>.</summary>
    public static string Slug =>
        NotInSlug()
        .Replace($"{Noise().Replace(ModelName, " ")} {Architecture.Replace(" ", "", StringComparison.Ordinal)} {Cores}c".ToLowerInvariant(),
        "-").Trim('-');

    /// <summary>The widest vectors that Unroll's kernels use, for example <c>Vector512 (AVX-512)</c>.</summary>
    public static string InstructionSet => Kernels<float>.Best.Name switch
    {
        Wide => $"{Wide} (AVX-512)",
        Half => $"{Half} (AVX2)",
        var name => name,
    };

    /// <summary>
    /// What a results file is named after besides its verb, where Unroll works with narrower vectors than AVX-512: <c>-avx2</c>.
    /// </summary>
    public static string Suffix => Kernels<float>.Best.Name switch
    {
        Wide => "",
        Half => "-avx2",
        var name => "-" + name.ToLowerInvariant(),
    };

    public static bool UsesAvx512 => Kernels<float>.Best.Name == Wide;

    /// <summary>Whether the processor has it, used or not.</summary>
    public static bool HasAvx512 => s_cpu.GetValueOrDefault("flags", "").Split(' ').Contains("avx512f");

    /// <summary>The machine's load average over the last minute, or <c>unknown</c>.</summary>
    public static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>The most memory that this process has had resident, in MB, where the system tells.</summary>
    public static double? PeakMemory => File.Exists("/proc/self/status")
        ? File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Select(line => double.Parse(Digits().Match(line).Value, CultureInfo.InvariantCulture) / 1024).First()
        : null;

    public static string Today => DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Runtime =>
        $"{RuntimeInformation.FrameworkDescription}, {(OperatingSystem.IsLinux() ? "Linux" : RuntimeInformation.OSDescription)} "
        + $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    public static string Versions(Opponent opponent) => $"Unroll {Version(typeof(Model))}, {Version(opponent)}{Runtime}";

    private static string Version(Opponent opponent) => opponent switch
    {
        Opponent.Torch => $"TorchSharp {Version(typeof(TorchSharp.torch))}, libtorch "
            + $"{System.Version.Parse(TorchSharp.torch.__version__).ToString(3)}, ",
        Opponent.OnnxRuntime => $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}, ",
        _ => "",
    };

    private static string Version(Type type) => type.Assembly.GetName().Version!.ToString(3);

    private static string ModelName => s_cpu.GetValueOrDefault("model name", RuntimeInformation.ProcessArchitecture.ToString());

    /// <summary>AMD's names for the families of its processors; others say enough in their model names.</summary>
    private static string Architecture => s_cpu.GetValueOrDefault("vendor_id") != "AuthenticAMD"
        ? ""
        : (Number("cpu family"), Number("model")) switch
    {
        (23, < 0x30) => "Zen",
        (23, _) => "Zen 2",
        (25, < 0x10) => "Zen 3",
        (25, < 0x20) => "Zen 4",
        (25, < 0x60) => "Zen 3",
        (25, _) => "Zen 4",
        (26, _) => "Zen 5",
        _ => "",
    };

    private static int Number(string key) => int.TryParse(s_cpu.GetValueOrDefault(key), CultureInfo.InvariantCulture, out int number)
        ? number : 0;

    private static Dictionary<string, string> ReadCpu() => !File.Exists("/proc/cpuinfo")
        ? []
        : File.ReadLines("/proc/cpuinfo")
            .TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1]);

    [GeneratedRegex(@"\((R|TM)\)|\bCPU\b|\bProcessor\b|@.*|\d+-Core", RegexOptions.IgnoreCase)]
    private static partial Regex Noise();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInSlug();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
