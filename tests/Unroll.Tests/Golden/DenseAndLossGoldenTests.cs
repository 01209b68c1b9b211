using Unroll.Training;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Golden;

public class DenseAndLossGoldenTests
{
    public static TheoryData<string> InstructionSets => [.. Kernels<float>.Supported.Select(kernels => kernels.Name)];

    [Theory]
    [MemberData(nameof(InstructionSets))]
    public void Dense_agrees_with_libtorch_in_float(string instructionSet) =>
        CheckDense(Kernels<float>.Supported.Single(kernels => kernels.Name == instructionSet), 1e-5, 1e-6);

    [Fact]
    public void Dense_agrees_with_libtorch_in_double() => CheckDense(Kernels<double>.Best, 1e-12, 1e-14);

    [Fact]
    public void Huber_agrees_with_libtorch()
    {
        CheckHuber<double>(1e-14);
        CheckHuber<float>(1e-6);
    }

    private static void CheckDense<T>(Kernels<T> kernels, double relative, double absolute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read("linear");
        int rows = golden.Shape("x")[0], units = golden.Shape("y")[1];
        var network = new Network<T>([new Dense(units)], new Shape(golden.Shape("x")[1]), kernels, threads: 1, inputGradient: true);
        double[] Flat(string group) =>
            [.. TorchWeights.Kernel("dense", golden.Array(group, "weight"), units), .. golden.Array(group, "bias")];
        TestData.To<T>(Flat("parameters")).CopyTo(network.Parameters.Values);
        var y = new T[rows * units];
        network.Gradients(new CheckedBatch<T>(TestData.To<T>(golden.Array("x")), TestData.To<T>(golden.Array("upstream_y")), rows),
            new UpstreamLoss(), y);
        Close.Check("y", golden.Array("y"), y, relative, absolute);
        Close.Check("grad_x", golden.Array("grad_x"), network.InputGradient, relative, absolute);
        Close.Check("gradients", Flat("grad_parameters"), network.Parameters.Gradients[..network.Parameters.Count], relative, absolute);
    }

    private static void CheckHuber<T>(double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read("loss_huber");
        T[] values = TestData.To<T>(golden.Array("input"));
        double sum = new Huber(1).Evaluate(values, TestData.To<T>(golden.Array("target")), T.CreateChecked(1.0 / values.Length));
        Assert.Equal(golden.Value("loss"), sum / values.Length, tolerance);
        Close.Check("gradient", golden.Array("grad"), values, tolerance, tolerance);
    }
}
