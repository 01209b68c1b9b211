namespace Unroll.Benchmarks;

/// <summary>
/// The instruction set that libtorch's own kernels are limited to. MKL and oneDNN, which it calls, choose for themselves.
/// </summary>
internal static class TorchInstructions
{
    private const string Variable = "ATEN_CPU_CAPABILITY", Avx2 = "avx2";

    /// <summary>What oneDNN and MKL, whose matrix products libtorch uses, are told by the environment.</summary>
    private static readonly string[] s_products = ["ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS"];

    public static string Name => Limit is null ? "the processor's best" : string.Join(
        ", ", [$"{Variable}={Limit}", .. Told(), .. HoldsProducts ? [] : (string[])["its matrix products the processor's best"]]);

    /// <summary>True where libtorch's matrix products are held to AVX2 too, as on a machine without AVX-512.</summary>
    private static bool HoldsProducts => Told().Count() == s_products.Length;

    /// <summary>Marks pages of libraries that are not held to the same vectors in all they do.</summary>
    public static string Suffix => Limit is null || HoldsProducts ? "" : "-aten-only";

    private static IEnumerable<string> Told() =>
        s_products.Where(name => Environment.GetEnvironmentVariable(name) is not null)
            .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}");

    private static string? Limit => Environment.GetEnvironmentVariable(Variable);

    /// <exception cref="UnrollException">One library is held to AVX2 and the other is not.</exception>
    public static void RequireEqual()
    {
        if (!Machine.HasAvx512)
            return;
        bool ours = !Machine.UsesAvx512, theirs = Limit == Avx2;
        if (ours && !theirs)
            throw new UnrollException(
                $"Unroll computes with {Machine.InstructionSet} here, but libtorch would use AVX-512: set {Variable}={Avx2} too.");
        if (theirs && !ours)
            throw new UnrollException(
                $"{Variable}={Avx2} holds libtorch to AVX2, but Unroll would use AVX-512: set DOTNET_EnableAVX512=0 too.");
    }
}
