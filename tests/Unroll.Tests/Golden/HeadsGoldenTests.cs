using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>
/// Attention of several heads against libtorch, whose scores are the mean of the heads, and whose three kernels are transposed and perhaps
/// one.
/// </summary>
public class HeadsGoldenTests
{
    public static TheoryData<string> Names => ["heads_self", "heads_cross", "heads_causal", "heads_masked"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Heads_agree_with_libtorch(string name)
    {
        Check(name, Kernels<double>.Best, 1e-12, 1e-14);
        foreach (Kernels<float> kernels in Kernels<float>.Supported)
            Check(name, kernels, 1e-5, 1e-6);
    }

    private static void Check<T>(string name, Kernels<T> kernels, double relative, double absolute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GoldenFile golden = GoldenFile.Read(name);
        int[] query = golden.Shape("query"), key = golden.Shape("key");
        int rows = query[0], heads = golden.Number("heads"), features = query[2];
        bool self = !golden.Holds("grad_key");
        var layer = new MultiHeadAttention(heads, features / heads) { ReturnScores = true, Causal = name == "heads_causal" };

        // Keys that are hidden become zeros, which Masking masks: what they were is of no matter.
        double[] hidden = golden.Array("hidden"),
            keys = [.. golden.Array("key").Select((value, i) => self || hidden[i / key[2]] == 0 ? value : 0)];
        Node x = Node.Input(new Shape(query[1..])), v = Node.Input(new Shape(key[1..])), k = Node.Input(new Shape(key[1..]));
        Node y = self ? layer.Apply(x) : layer.Apply(x, v, new Masking().Apply(k));
        var network = new Network<T>(new Graph(self ? [x] : [x, v, k], [y, y.Scores]), kernels, threads: 1, inputGradient: true);
        TestData.To<T>(Weights(golden, "parameters", features)).CopyTo(network.Parameters.Values);

        double[] inputs = Joined(rows, self ? [golden.Array("query")] : [golden.Array("query"), golden.Array("value"), keys]);
        double[] upstream = Joined(rows, golden.Array("upstream_y"), OfEachHead(golden.Array("upstream_scores"), rows, heads));
        var outputs = new T[rows * network.OutputSize];
        network.Gradients(new CheckedBatch<T>(TestData.To<T>(inputs), TestData.To<T>(upstream), rows), new UpstreamLoss(), outputs);

        int size = y.Shape.Size, each = query[1] * key[1];
        double[] values = [.. outputs.Select(double.CreateChecked)], scores = new double[rows * each];
        for (int i = 0; i < scores.Length; i++)
        {
            for (int head = 0; head < heads; head++)
                scores[i] += values[i / each * network.OutputSize + size + head * each + i % each] / heads;
        }

        Close.Check("y", golden.Array("y"), [.. values.Chunk(network.OutputSize).SelectMany(row => row[..size])], relative, absolute);
        Close.Check("scores", golden.Array("scores"), scores, relative, absolute);
        Close.Check("input gradients", Joined(rows, self ? [golden.Array("grad_query")] : [golden.Array("grad_query"),
            golden.Array("grad_value"), golden.Array("grad_key")]), network.InputGradient, relative, absolute);
        Close.Check("gradients", Weights(golden, "grad_parameters", features), network.Parameters.Gradients[..network.Parameters.Count],
            relative, absolute);
    }

    /// <summary>Query, key, value, output: kernel and bias of each.</summary>
    private static double[] Weights(GoldenFile golden, string group, int features)
    {
        double[] bias = golden.Array(group, "in_proj_bias");
        double[][] kernels = golden.Has(group, "in_proj_weight")
            ? [.. golden.Array(group, "in_proj_weight").Chunk(features * features)]
            : [golden.Array(group, "q_proj_weight"), golden.Array(group, "k_proj_weight"), golden.Array(group, "v_proj_weight")];
        return
        [
            .. Enumerable.Range(0, 3)
                .SelectMany(i => (double[])[.. Transposed(kernels[i], features), .. bias[(i * features)..((i + 1) * features)]]),
            .. Transposed(golden.Array(group, "out_proj.weight"), features), .. golden.Array(group, "out_proj.bias"),
        ];
    }

    /// <summary>[units, features] becomes [features, units].</summary>
    private static double[] Transposed(double[] kernel, int units) =>
        [.. Enumerable.Range(0, kernel.Length).Select(i => kernel[i % units * (kernel.Length / units) + i / units])];

    /// <summary>The gradient of a mean over heads is a share for each.</summary>
    private static double[] OfEachHead(double[] gradient, int rows, int heads) =>
        [.. gradient.Chunk(gradient.Length / rows)
            .SelectMany(row => Enumerable.Repeat(row, heads).SelectMany(each => each.Select(value => value / heads)))];

    private static double[] Joined(int rows, params double[][] arrays) =>
        [.. Enumerable.Range(0, rows)
            .SelectMany(row => arrays.SelectMany(array => array[(row * array.Length / rows)..((row + 1) * array.Length / rows)]))];
}
