using Unroll.Training;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>
/// Convolutions and pooling against libtorch, which keeps channels before time and pixels, and filters before everything.
/// </summary>
public class ConvolutionGoldenTests
{
    /// <summary>
    /// The figures of a dilated kernel without padding are also the last steps of a causal one, which has only padding before them.
    /// </summary>
    private static readonly Dictionary<string, Layer[]> s_layers = new()
    {
        ["conv1d"] = [new Conv1D(5, 3) { Stride = 2, Padding = Padding.Same }],
        ["conv1d_causal_dilated"] = [new Conv1D(4, 3) { Dilation = 2 }],
        ["conv1d_causal_dilated, causal"] = [new Conv1D(4, 3) { Dilation = 2, Padding = Padding.Causal }, new LastSteps(9)],
        ["conv2d"] = [new Conv2D(4, 3, 3) { Padding = Padding.Same }],
        ["maxpool2d"] = [new MaxPooling2D(2, 2)],
        ["conv1d_groups"] = [new Conv1D(4, 3) { Stride = 2, Groups = 2, Padding = Padding.Same }],
        ["conv2d_groups"] = [new Conv2D(6, 2, 3) { DilationHeight = 2, DilationWidth = 2, Groups = 2 }],
        ["conv1d_depthwise"] = [new DepthwiseConv1D(3) { DepthMultiplier = 2, Padding = Padding.Same }],
        ["conv1d_depthwise, in groups"] = [new Conv1D(10, 3) { Groups = 5, Padding = Padding.Same }],
        ["conv2d_depthwise"] = [new DepthwiseConv2D(2, 2) { StrideHeight = 2 }],
        ["conv1d_transpose"] = [new Conv1DTranspose(4, 3) { Stride = 2, OutputPadding = 1 }],
        ["conv1d_transpose_same"] = [new Conv1DTranspose(4, 4) { Stride = 2, Padding = Padding.Same }],
        ["conv2d_transpose"] = [new Conv2DTranspose(3, 3, 2) { StrideHeight = 3, DilationWidth = 2 }],
    };

    public static TheoryData<string> Names => [.. s_layers.Keys];

    public static MatrixTheoryData<string, string> NamesAndInstructionSets =>
        new(s_layers.Keys, Kernels<float>.Supported.Select(kernels => kernels.Name));

    [Theory]
    [MemberData(nameof(NamesAndInstructionSets))]
    public void Float_layers_agree_with_libtorch(string name, string instructionSet) =>
        Check(name, Kernels<float>.Supported.Single(kernels => kernels.Name == instructionSet), 1e-5, 1e-6);

    [Theory]
    [MemberData(nameof(Names))]
    public void Double_layers_agree_with_libtorch(string name) => Check(name, Kernels<double>.Best, 1e-12, 1e-14);

    private static void Check<T>(string name, Kernels<T> kernels, double relative, double absolute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read(name.Split(',')[0]);
        int[] shape = golden.Shape("x");
        var network = new Network<T>(s_layers[name], new Shape([.. shape[2..], shape[1]]), kernels, threads: 1, inputGradient: true);
        Assert.Equal<int[]>(golden.Shape("y"), [shape[0], network.Output.Features, .. network.Output.ToArray()[..^1]]);
        TestData.To<T>(Weights(golden, "parameters")).CopyTo(network.Parameters.Values);
        var y = new T[shape[0] * network.OutputSize];
        var batch = new CheckedBatch<T>(TestData.To<T>(ChannelsLast(golden, "x")), TestData.To<T>(ChannelsLast(golden, "upstream_y")),
            shape[0]);
        network.Gradients(batch, new UpstreamLoss(), y);
        Close.Check("y", ChannelsLast(golden, "y"), y, relative, absolute);
        Close.Check("grad_x", ChannelsLast(golden, "grad_x"), network.InputGradient, relative, absolute);
        Close.Check("gradients", Weights(golden, "grad_parameters"), network.Parameters.Gradients[..network.Parameters.Count], relative,
            absolute);
    }

    private static double[] ChannelsLast(GoldenFile golden, string name)
    {
        int[] shape = golden.Shape(name);
        int positions = shape[2..].Aggregate(1, (a, b) => a * b);
        return [.. golden.Array(name).Chunk(shape[1] * positions).SelectMany(row => Transposed(row, shape[1], positions))];
    }

    /// <summary>
    /// [filters, channels, places] becomes [places, channels, filters], and the bias follows. Channels are those of a group, 1 where the
    /// layer is depthwise; a transposed convolution has the channels of its input in the place of filters, and filters in that of channels.
    /// </summary>
    private static double[] Weights(GoldenFile golden, string group)
    {
        if (!golden.Has(group, "weight"))
            return [];
        int[] shape = golden.Shape(group, "weight");
        int filters = shape[0], channels = shape[1], places = shape[2..].Aggregate(1, (a, b) => a * b);
        double[] weight = golden.Array(group, "weight");
        return [.. Transposed([.. weight.Chunk(channels * places).SelectMany(filter => Transposed(filter, channels, places))], filters,
            channels * places), .. golden.Array(group, "bias")];
    }

    private static double[] Transposed(double[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[i % rows * columns + i / rows])];
}
