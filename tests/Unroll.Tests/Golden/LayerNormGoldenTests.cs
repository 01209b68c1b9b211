using Unroll.Training;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Golden;

public class LayerNormGoldenTests
{
    [Fact]
    public void Layer_norm_agrees_with_libtorch()
    {
        Check(Kernels<double>.Best, 1e-12, 1e-14);
        foreach (Kernels<float> kernels in Kernels<float>.Supported)
            Check(kernels, 1e-5, 1e-6);
    }

    [Fact]
    public void Rms_norm_agrees_with_libtorch()
    {
        Check(Kernels<double>.Best, 1e-12, 1e-14, "rmsnorm", new RmsNorm { Epsilon = 1e-5 });
        foreach (Kernels<float> kernels in Kernels<float>.Supported)
            Check(kernels, 1e-5, 1e-6, "rmsnorm", new RmsNorm { Epsilon = 1e-5 });
    }

    private static void Check<T>(Kernels<T> kernels, double relative, double absolute, string name = "layernorm", Layer? layer = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read(name);
        int[] shape = golden.Shape("x");
        var network = new Network<T>([layer ?? new LayerNorm { Epsilon = 1e-5 }], new Shape(shape[1]), kernels, threads: 1,
            inputGradient: true);
        double[] Flat(string group) => [.. golden.Array(group, "weight"), .. golden.Has(group, "bias") ? golden.Array(group, "bias") : []];
        TestData.To<T>(Flat("parameters")).CopyTo(network.Parameters.Values);
        var y = new T[shape[0] * shape[1]];
        network.Gradients(new CheckedBatch<T>(TestData.To<T>(golden.Array("x")), TestData.To<T>(golden.Array("upstream_y")), shape[0]),
            new UpstreamLoss(), y);
        Close.Check("y", golden.Array("y"), y, relative, absolute);
        Close.Check("grad_x", golden.Array("grad_x"), network.InputGradient, relative, absolute);
        Close.Check("gradients", Flat("grad_parameters"), network.Parameters.Gradients[..network.Parameters.Count], relative, absolute);
    }
}
