using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The instruction sets that the tests of the kernels run on: all that this machine has.</summary>
internal static class InstructionSets
{
    public static TheoryData<string> Names => [.. Kernels<float>.Supported.Select(kernels => kernels.Name)];

    public static Kernels<float> Get(string name) => Kernels<float>.Supported.Single(kernels => kernels.Name == name);
}

public class InstructionSetTests
{
    /// <summary>
    /// UNROLL_EXPECT_ISA names the widest instruction set that the run must have: avx512, avx2, vector128 or scalar. The CI
    /// sets it beside DOTNET_EnableAVX512=0 and its like, so that a setting without effect cannot go unnoticed.
    /// </summary>
    [Fact]
    public void The_instruction_set_is_the_one_that_the_run_asked_for()
    {
        string? expected = Environment.GetEnvironmentVariable("UNROLL_EXPECT_ISA");
        if (string.IsNullOrEmpty(expected))
            return;
        string name = expected switch
        {
            "avx512" => "Vector512",
            "avx2" => "Vector256",
            "vector128" => "Vector128",
            "scalar" => "scalar",
            _ => throw new ArgumentException($"UNROLL_EXPECT_ISA is {expected}; it must be avx512, avx2, vector128 or scalar."),
        };
        Assert.Equal(name, Kernels<float>.Best.Name);
    }

    [Fact]
    public void The_table_goes_from_wide_to_scalar_and_skips_nothing_that_the_machine_has()
    {
        string[] all = ["Vector512", "Vector256", "Vector128", "scalar"];
        string[] supported = [.. Kernels<float>.Supported.Select(kernels => kernels.Name)];
        Assert.Equal(all[^supported.Length..], supported);
        Assert.Equal(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, supported.Contains("Vector512"));
        Assert.Equal(System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated, supported.Contains("Vector256"));
        Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, supported.Contains("Vector128"));
        Assert.Equal(["double"], Kernels<double>.Supported.Select(kernels => kernels.Name));
    }
}
