using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Golden;

public class ClassLossGoldenTests
{
    public static TheoryData<string> InstructionSets => [.. Kernels<float>.Supported.Select(kernels => kernels.Name)];

    [Fact]
    public void Cross_entropies_agree_with_libtorch_in_double() => CheckCrossEntropies(Kernels<double>.Best, 1e-13);

    [Theory]
    [MemberData(nameof(InstructionSets))]
    public void Cross_entropies_agree_with_libtorch_in_float(string name) =>
        CheckCrossEntropies(Kernels<float>.Supported.Single(kernels => kernels.Name == name), 1e-5);

    [Fact]
    public void Ctc_agrees_with_libtorch()
    {
        CheckCtc<double>(1e-12);
        CheckCtc<float>(1e-5);
    }

    private static void CheckCrossEntropies<T>(Kernels<T> kernels, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read("loss_cross_entropy");
        int[] shape = golden.Shape("logits");
        double[] labels = golden.Numbers("target"), oneHot = new double[shape[0] * shape[1]];
        for (int i = 0; i < labels.Length; i++)
            oneHot[i * shape[1] + (int)labels[i]] = 1;
        foreach ((Loss loss, double[] targets) in ((Loss, double[])[])[(new SparseCategoricalCrossEntropy(), labels),
            (new CategoricalCrossEntropy(), oneHot)])
        {
            T[] values = TestData.To<T>(golden.Array("logits"));
            double sum = loss.Evaluate(new LossRow<T>
            {
                Outputs = values,
                Targets = TestData.To<T>(targets),
                Features = shape[1],
                Positions = shape[0],
                Kernels = kernels,
                Scale = T.CreateChecked(1.0 / shape[0])
            });
            Assert.Equal(golden.Value("loss"), sum / shape[0], tolerance);
            Close.Check("gradient", golden.Array("grad"), values, tolerance, tolerance);
        }
    }

    /// <summary>libtorch has time first and the batch second; each row has lengths of its own.</summary>
    private static void CheckCtc<T>(double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read("loss_ctc");
        int[] shape = golden.Shape("logits");
        double[] logits = golden.Array("logits"), expected = golden.Array("grad"), targets = golden.Array("targets");
        double[] inputLengths = golden.Numbers("input_lengths"), targetLengths = golden.Numbers("target_lengths");
        int most = golden.Shape("targets")[1], rows = shape[1], classes = shape[2];
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            double[] own = [.. Enumerable.Range(0, shape[0] * classes)
                .Select(i => logits[(i / classes * rows + row) * classes + i % classes])];
            double[] ownGradient = [.. Enumerable.Range(0, (int)inputLengths[row] * classes)
                .Select(i => expected[(i / classes * rows + row) * classes + i % classes])];
            double[] labels = [.. Enumerable.Range(0, most).Select(i => i < targetLengths[row] ? targets[row * most + i] : -1)];
            T[] values = TestData.To<T>(own);
            sum += new Ctc().Evaluate(new LossRow<T>
            {
                Outputs = values,
                Targets = TestData.To<T>(labels),
                Features = classes,
                Positions = shape[0],
                Weights = TestData.To<T>([.. Enumerable.Range(0, shape[0]).Select(t => t < inputLengths[row] ? 1.0 : 0)]),
                Scale = T.One,
                Scratch = new double[new Ctc().ScratchSize(new Shape(shape[0], classes), most)],
            });
            Close.Check("gradient", ownGradient, values.AsSpan(0, ownGradient.Length), tolerance, tolerance);
        }

        Assert.Equal(golden.Value("loss"), sum, tolerance * golden.Value("loss"));
    }
}
