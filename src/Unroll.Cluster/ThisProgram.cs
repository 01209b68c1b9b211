using System.Reflection;
using Unroll.Kernels;

namespace Unroll.Cluster;

/// <summary>What the bits of a result depend on besides the piece: the version of Unroll, and the instruction set of the machine.</summary>
internal static class ThisProgram
{
    public static string Version { get; } =
        typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public static string InstructionSet => Kernels<float>.Best.Name;

    /// <summary>The workers that compute the same bits: an execution group of the engine.</summary>
    public static string Group(string version, string instructionSet) => $"{version}/{instructionSet}";
}
