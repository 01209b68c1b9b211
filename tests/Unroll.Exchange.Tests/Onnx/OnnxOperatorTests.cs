using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.Tests.OnnxFiles;
using Xunit;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests;

/// <summary>Operators, options and versions that the format's own cases leave out, beside ONNX Runtime.</summary>
public class OnnxOperatorTests
{
    /// <summary>
    /// A node: operator, opset, shapes of floating point inputs, constants of whole numbers after them, attributes, outputs.
    /// </summary>
    private sealed record Case(string Operator, int Opset, int[][] Shapes, long[][] Constants, (string, object)[] Attributes,
        int Outputs = 1, bool HasConstantWeights = false);

    private static readonly Case[] s_cases =
    [
        new("Conv", 11, [[2, 4, 9], [6, 2, 3], [6]], [],
            [("group", 2L), ("dilations", new long[] { 2 }), ("pads", new long[] { 3, 1 }), ("strides", new long[] { 2 })]),
        new("Conv", 11, [[1, 8, 7, 6], [16, 8, 3, 2], [16]], [], [("pads", new long[] { 1, 0, 2, 1 }), ("strides", new long[] { 1, 2 })],
            HasConstantWeights: true),
        new("Conv", 11, [[2, 8, 7, 6], [16, 8, 3, 2], [16]], [], [("auto_pad", "SAME_LOWER"), ("strides", new long[] { 2, 2 })]),
        new("Conv", 11, [[1, 1, 640], [33, 1, 256]], [], [("strides", new long[] { 128 })], HasConstantWeights: true),
        new("Conv", 11, [[1, 1, 640], [17, 1, 64], [17]], [], [("strides", new long[] { 64 })], HasConstantWeights: true),
        new("Conv", 11, [[1, 6, 4, 9], [6, 1, 3, 3], [6]], [],
            [("group", 6L), ("pads", new long[] { 0, 2, 0, 2 }), ("dilations", new long[] { 1, 2 })], HasConstantWeights: true),
        new("Conv", 11, [[1, 2, 4, 5, 6], [9, 2, 2, 3, 2], [9]], [], [("pads", new long[] { 1, 1, 0, 0, 1, 1 })]),
        new("ConvTranspose", 11, [[2, 4, 9], [4, 3, 3], [6]], [],
            [("group", 2L), ("strides", new long[] { 2 }), ("pads", new long[] { 1, 2 }), ("output_padding", new long[] { 1 })]),
        new("ConvTranspose", 11, [[1, 8, 5, 4], [8, 6, 3, 2], [6]], [], [("strides", new long[] { 2, 3 }),
            ("dilations", new long[] { 2, 1 }), ("pads", new long[] { 1, 0, 0, 1 })], HasConstantWeights: true),
        new("ConvTranspose", 11, [[2, 8, 5, 4], [8, 6, 3, 3]], [], [("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 })]),
        new("ConvTranspose", 11, [[1, 16, 3, 33], [16, 1, 3, 3], [16]], [], [("group", 16L), ("pads", new long[] { 2, 1, 0, 1 })],
            HasConstantWeights: true),
        new("MaxPool", 12, [[1, 2, 9, 8]], [], [("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 3 }), ("ceil_mode", 1L),
            ("dilations", new long[] { 2, 1 })], 2),
        new("AveragePool", 19, [[1, 2, 9, 8]], [], [("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 0, 1, 1 }), ("count_include_pad", 1L)]),
        new("AveragePool", 19, [[1, 2, 8]], [], [("kernel_shape", new long[] { 3 }), ("strides", new long[] { 2 }),
            ("pads", new long[] { 1, 1 }), ("ceil_mode", 1L), ("count_include_pad", 1L)]),
        new("AveragePool", 19, [[1, 2, 8, 7]], [], [("kernel_shape", new long[] { 3, 4 }), ("strides", new long[] { 2, 3 }),
            ("pads", new long[] { 1, 0, 0, 1 }), ("ceil_mode", 1L), ("count_include_pad", 1L)]),
        new("AveragePool", 19, [[1, 2, 5, 6, 7]], [], [("kernel_shape", new long[] { 2, 3, 3 }), ("strides", new long[] { 2, 2, 2 }),
            ("pads", new long[] { 0, 1, 0, 1, 0, 1 }), ("ceil_mode", 1L), ("count_include_pad", 1L)]),
        new("AveragePool", 11, [[1, 3, 12]], [],
            [("kernel_shape", new long[] { 5 }), ("auto_pad", "SAME_LOWER"), ("strides", new long[] { 2 })]),
        new("LpPool", 18, [[1, 2, 9, 8]], [], [("kernel_shape", new long[] { 3, 2 }), ("p", 3L)]),
        new("GlobalLpPool", 11, [[2, 3, 5]], [], []),
        new("GlobalAveragePool", 11, [[2, 3, 5, 2]], [], []),
        new("MatMul", 13, [[3, 5, 7], [7, 19]], [], [], HasConstantWeights: true),
        new("MatMul", 13, [[2, 1, 5, 7], [3, 7, 4]], [], []),
        new("MatMul", 13, [[7], [2, 7, 33]], [], []),
        new("MatMul", 13, [[5, 7], [7]], [], []),
        new("Gemm", 13, [[3, 7], [18, 7], [18]], [], [("transB", 1L)], HasConstantWeights: true),
        new("Gemm", 13, [[7, 3], [7, 18], [3, 1]], [], [("transA", 1L), ("alpha", 0.5f), ("beta", 2f)]),
        new("Gemm", 13, [[1, 7], [18, 7]], [], [("transB", 1L)]),
        new("LayerNormalization", 17, [[3, 4, 5], [4, 5], [4, 5]], [], [("axis", 1L)]),
        new("GroupNormalization", 21, [[2, 6, 4], [6], [6]], [], [("num_groups", 3L)]),
        new("InstanceNormalization", 11, [[2, 3, 4, 2], [3], [3]], [], []),
        new("BatchNormalization", 15, [[2, 3, 4], [3], [3], [3], [3]], [], [("epsilon", 0.9f)]),
        new("LpNormalization", 11, [[3, 4, 5]], [], [("axis", 1L), ("p", 1L)]),
        new("LRN", 13, [[2, 7, 3, 2]], [], [("size", 3L), ("alpha", 0.3f), ("bias", 1.5f)]),
        new("RMSNormalization", 23, [[3, 4, 5], [5]], [], [("axis", -1L)]),
        new("Gelu", 20, [[40]], [], []),
        new("Gelu", 20, [[40]], [], [("approximate", "tanh")]),
        new("Mish", 18, [[40]], [], []),
        new("HardSwish", 14, [[40]], [], []),
        new("Celu", 12, [[40]], [], [("alpha", 0.7f)]),
        new("Erf", 13, [[400]], [], []),
        new("Softplus", 11, [[40]], [], []),
        new("Softmax", 11, [[2, 3, 4]], [], [("axis", 1L)]),
        new("Softmax", 13, [[2, 3, 4]], [], [("axis", 1L)]),
        new("LogSoftmax", 11, [[2, 3, 4]], [], []),
        new("ReduceMean", 18, [[2, 3, 4]], [[-1, 0]], [("keepdims", 0L)]),
        new("ReduceLogSumExp", 18, [[2, 3, 4]], [[1]], []),
        new("ReduceSum", 13, [[2, 3, 4]], [[]], [("noop_with_empty_axes", 1L)]),
        new("ReduceMax", 20, [[2, 3, 4]], [[2]], []),
        new("Pad", 18, [[2, 3, 4]], [[1, -1, 2, 1]], [("mode", "constant")]),
        new("Pad", 18, [[2, 3, 4]], [[2, 3]], [("mode", "reflect")]),
        new("Pad", 19, [[2, 3, 4]], [[0, 3, 5, 0, 1, 6]], [("mode", "wrap")]),
        new("Pad", 13, [[2, 3, 4]], [[0, 3, 1, 0, 1, 2]], [("mode", "edge")]),
        new("Slice", 13, [[5, 6, 7]], [[-1, 100], [-100, 1], [0, 2], [-2, -3]], []),
        new("Slice", 13, [[5, 6, 7]], [[3], [1], [1], [1]], []),
        new("Split", 18, [[7, 2]], [], [("num_outputs", 3L), ("axis", 0L)], 3),
        new("Split", 13, [[7, 2]], [[4, 1, 2]], [], 3),
        new("Tile", 13, [[2, 3]], [[2, 3]], []),
        new("Expand", 13, [[3, 1]], [[2, 1, 4]], []),
        new("Transpose", 13, [[2, 3, 4, 5]], [], [("perm", new long[] { 2, 0, 3, 1 })]),
        new("DepthToSpace", 13, [[1, 8, 2, 3]], [], [("blocksize", 2L), ("mode", "CRD")]),
        new("SpaceToDepth", 13, [[1, 2, 4, 6]], [], [("blocksize", 2L)]),
        new("CumSum", 14, [[3, 4]], [[1]], [("exclusive", 1L), ("reverse", 1L)]),
        new("TopK", 11, [[3, 9]], [[4]], [("axis", 1L), ("largest", 0L)], 2),
        new("ArgMax", 13, [[3, 9]], [], [("axis", 1L), ("keepdims", 0L)]),
        new("Gather", 13, [[5, 4, 3]], [[1, -1, 0]], [("axis", 1L)]),
        new("Trilu", 14, [[2, 5, 4]], [], [("upper", 0L)]),
        new("Einsum", 12, [[2, 3, 4], [2, 4, 5]], [], [("equation", "bij,bjk->bik")]),
        new("Einsum", 12, [[2, 3, 4], [5, 4]], [], [("equation", "...j,kj->k...")]),
        new("Resize", 13, [[1, 1, 5, 4]], [], [("mode", "linear")]),
        new("DFT", 20, [[2, 10, 1]], [], [("onesided", 1L)]),
        new("DFT", 17, [[2, 16, 1]], [], [("axis", 1L)]),
        new("Attention", 23, [[2, 4, 3, 8], [2, 2, 5, 8], [2, 2, 5, 6]], [], []),
        new("Attention", 23, [[2, 3, 32], [2, 3, 16], [2, 3, 16]], [],
            [("q_num_heads", 4L), ("kv_num_heads", 2L), ("is_causal", 1L), ("scale", 0.3f)]),
        new("Attention", 23, [[2, 4, 3, 8], [2, 4, 5, 8], [2, 4, 5, 6], [3, 5]], [], []),
        new("Shrink", 9, [[40]], [], [("lambd", 0.3f), ("bias", 0.1f)]),
        new("PRelu", 16, [[2, 3, 4], [3, 1]], [], []),
        new("Max", 13, [[2, 3, 4], [3, 1], [4]], [], []),
        new("Mean", 13, [[2, 3, 4], [3, 1], [4]], [], []),
        new("Mod", 13, [[2, 3, 4], [3, 1]], [], [("fmod", 1L)]),
        new("Unsqueeze", 13, [[2, 3]], [[0, -1]], []),
        new("Flatten", 13, [[2, 3, 4]], [], [("axis", -1L)]),
        new("MeanVarianceNormalization", 13, [[2, 3, 4, 2]], [], []),
    ];

    public static TheoryData<int, string> Numbers()
    {
        var numbers = new TheoryData<int, string>();
        for (int i = 0; i < s_cases.Length; i++)
            numbers.Add(i, $"{s_cases[i].Operator} {s_cases[i].Opset}");
        return numbers;
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void AnOperatorAgreesWithOnnxRuntime(int number, string name)
    {
        Case one = s_cases[number];
        var graph = new GraphWriter(name);
        var inputs = new Dictionary<string, (float[] Values, int[] Shape)>();
        var names = new List<string>();
        ulong seed = 11;
        for (int i = 0; i < one.Shapes.Length; i++)
        {
            var values = new float[one.Shapes[i].Aggregate(1, (a, b) => a * b)];
            for (int at = 0; at < values.Length; at++)
                values[at] = ((seed = seed * 6364136223846793005 + 1442695040888963407) >> 40) / (float)(1 << 23) - 1;
            if (one.Operator == "BatchNormalization" && i == 4)
                values = [.. values.Select(Math.Abs)];
            if (i > 0 && one.HasConstantWeights)
            {
                names.Add(graph.Constant($"w{i}", values, one.Shapes[i]));
                continue;
            }

            names.Add(graph.Input($"x{i}", DataType.Float, [.. one.Shapes[i].Select(extent => (object)extent)]));
            inputs[names[^1]] = (values, one.Shapes[i]);
        }

        if (one.Operator == "Resize")
            names.AddRange(["", graph.Constant("scales", [1f, 1f, 1.7f, 0.6f], 4)]);
        foreach (long[] values in one.Constants)
            names.Add(graph.Constant("c", values, isScalar: one.Operator == "CumSum"));
        if (one is { Operator: "Pad", Constants: [{ Length: < 6 }] })
            names.AddRange(["", graph.Constant("axes", one.Constants[0].Length == 4 ? [0, 2] : (long[])[-1])]);
        string[] outputs = [.. Enumerable.Range(0, one.Outputs).Select(i => $"y{i}")];
        graph.Node(one.Operator, names, outputs, one.Attributes);
        bool isIndex = one.Operator is "ArgMax";
        for (int i = 0; i < outputs.Length; i++)
            graph.Output(
                outputs[i], isIndex || (i == 1 && one.Operator is "TopK" or "MaxPool" && i == 1) ? DataType.Int64 : DataType.Float, null);
        Session.Agree(graph.ToModel(one.Opset).ToByteArray(), inputs, right => 1e-5 * Math.Max(1, Math.Abs(right)));
    }
}
