using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>
/// 40 steps of training with each optimiser, against libtorch's. PyTorch's two biases of an LSTM or RNN both take a step, so
/// their sum moves twice as far as one bias would: here one of them is the weight of an additional input that is always 1.
/// </summary>
public class TrainingGoldenTests
{
    public static TheoryData<string> Files => [.. GoldenFile.Names("train_*")];

    public static MatrixTheoryData<string, string> FilesAndInstructionSets =>
        new(GoldenFile.Names("train_*"), Kernels<float>.Supported.Select(kernels => kernels.Name));

    [Fact]
    public void All_files_are_there() => Assert.Equal(15, Files.Count);

    [Theory]
    [MemberData(nameof(FilesAndInstructionSets))]
    public void Float_training_follows_libtorch(string file, string instructionSet) =>
        Check(GoldenFile.Read(file), Kernels<float>.Supported.Single(kernels => kernels.Name == instructionSet), 1e-4);

    [Theory]
    [MemberData(nameof(Files))]
    public void Double_training_follows_libtorch(string file) => Check(GoldenFile.Read(file), Kernels<double>.Best, 1e-9);

    private static void Check<T>(GoldenFile golden, Kernels<T> kernels, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Units = 8;
        string kind = golden.Text("kind");
        int[] shape = golden.Shape("x");
        Optimizer optimizer = OptimizerOf(golden);
        bool twoBiases = kind != "gru";
        double[] x = golden.Array("x");
        if (twoBiases)
            x = [.. x.Chunk(shape[2]).SelectMany(features => features.Append(1))];
        var network = new Network<T>([TorchWeights.Layer(kind, Units), new Dense(1)], new Shape(shape[1], shape[2] + (twoBiases ? 1 : 0)),
            kernels, threads: 1);
        var sums = new OptimizerState<T>(optimizer.Slots, network.Parameters.PaddedLength);
        var step = new TrainingStep<T>(network, new TrainingOptions { Optimizer = optimizer }, sums);
        var batch = new CheckedBatch<T>(TestData.To<T>(x), TestData.To<T>(golden.Array("y")), shape[0]);

        TestData.To<T>(Weights(golden, "initial", kind, Units)).CopyTo(network.Parameters.Values);
        double[] expected = golden.Numbers("losses"), losses = new double[expected.Length];
        for (int k = 0; k < losses.Length; k++)
            losses[k] = step.Run(batch, optimizer.LearningRate);
        Close.Check("losses", expected, losses, tolerance, tolerance);
        double[] final = Weights(golden, "final", kind, Units);
        Close.Check("final weights", final, network.Parameters.Values[..network.Parameters.Count], tolerance, tolerance);
    }

    /// <summary>All weights in the order of the store.</summary>
    private static double[] Weights(GoldenFile golden, string group, string kind, int units)
    {
        double[] Of(string name) => golden.Array(group, name);
        double[] input = Of("recurrent.bias_ih_l0"), recurrent = Of("recurrent.bias_hh_l0");
        return
        [
            .. TorchWeights.Kernel(kind, Of("recurrent.weight_ih_l0"), units),
            .. kind == "gru" ? [] : input,
            .. TorchWeights.Kernel(kind, Of("recurrent.weight_hh_l0"), units),
            .. kind == "gru" ? TorchWeights.Bias(kind, input, recurrent, units) : recurrent,
            .. Of("dense.weight"),
            .. Of("dense.bias"),
        ];
    }

    private static Optimizer OptimizerOf(GoldenFile golden)
    {
        (Optimizer optimizer, string hyper) = golden.Text("optimizer") switch
        {
            "sgd" => ((Optimizer)new Sgd { LearningRate = 0.05 }, "lr 0.05"),
            "sgd_momentum" => (new Sgd { LearningRate = 0.05, Momentum = 0.9 }, "lr 0.05, momentum 0.9"),
            "rmsprop" => (new RmsProp { LearningRate = 0.001, Rho = 0.9, Epsilon = 1e-7 }, "lr 0.001, rho 0.9, epsilon 1e-7"),
            "adam" => (new Adam { LearningRate = 0.001, Epsilon = 1e-8 }, "lr 0.001, 0.9, 0.999, epsilon 1e-8"),
            "adamw" => (new AdamW { LearningRate = 0.001, Epsilon = 1e-8, WeightDecay = 0.01 },
                "lr 0.001, 0.9, 0.999, epsilon 1e-8, weight decay 0.01"),
            string other => throw new ArgumentException(other),
        };
        Assert.Equal(hyper, golden.Text("hyper"));
        return optimizer;
    }
}
