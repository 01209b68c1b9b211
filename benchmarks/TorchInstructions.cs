namespace Unroll.Benchmarks;

/// <summary>The instruction set that libtorch's own kernels are limited to. MKL and oneDNN, which it calls, choose for themselves.</summary>
internal static class TorchInstructions
{
    private const string Variable = "ATEN_CPU_CAPABILITY", Avx2 = "avx2";

    public static string Name => Limit is null ? "the processor's best" : $"{Variable}={Limit}";

    private static string? Limit => Environment.GetEnvironmentVariable(Variable);

    /// <exception cref="UnrollException">One library is held to AVX2 and the other is not.</exception>
    public static void RequireEqual()
    {
        if (!Machine.HasAvx512)
            return;
        bool ours = !Machine.UsesAvx512, theirs = Limit == Avx2;
        if (ours && !theirs)
            throw new UnrollException($"Unroll computes with {Machine.InstructionSet} here, but libtorch would use AVX-512: set {Variable}={Avx2} too.");
        if (theirs && !ours)
            throw new UnrollException($"{Variable}={Avx2} holds libtorch to AVX2, but Unroll would use AVX-512: set DOTNET_EnableAVX512=0 too.");
    }
}
