using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Float = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>Small graphs as exporters of other libraries write them, with random weights.</summary>
internal static class ForeignGraphs
{
    /// <summary>For each its inputs, where B is the batch, and its nodes.</summary>
    public static IReadOnlyDictionary<string, (object[][] Inputs, Action<GraphWriter, Weights> Write)> All { get; } =
        new Dictionary<string, (object[][], Action<GraphWriter, Weights>)>
        {
            ["PyTorch, two LSTMs, batch first, zeros by shape, gates by slices"] = ([["B", 6, 3]], (g, w) =>
            {
                string x = g.Node("Transpose", ["x"], ("perm", (long[])[1, 0, 2]));
                string rows = g.Node("Gather", [g.Node("Shape", [x]), g.Constant("one", [1], isScalar: true)], ("axis", 0L));
                string zeros = g.Node("ConstantOfShape",
                    [g.Node("Concat", [g.Constant("a", [1]), g.Node("Unsqueeze", [rows, g.Constant("b", [0])]), g.Constant("c", [4])],
                ("axis", 0L))]);
                for (int layer = 0; layer < 2; layer++)
                {
                    int features = layer == 0 ? 3 : 4;
                    string[] y = Nodes(g, "LSTM", 3,
                        [x, Reordered(g, w.Of(16, features)), Reordered(g, w.Of(16, 4)), w.Of(1, 32), "", zeros, zeros],
                            ("hidden_size", 4L));
                    x = g.Node("Squeeze", [y[0], g.Constant("axis", [1])]);
                }

                string last = g.Node("Gather", [g.Node("Transpose", [x], ("perm", (long[])[1, 0, 2])),
                g.Constant("last", [-1], isScalar: true)], ("axis", 1L));
                Output(g, g.Node("Gemm", [last, w.Of(2, 4), w.Of(2)], ("transB", 1L)));
            }
            ),
            ["tf2onnx, GRU on all steps, dense layers"] = ([["B", 5, 2]], (g, w) =>
            {
                string x = g.Node("Transpose", ["x"], ("perm", (long[])[1, 0, 2]));
                string[] y = Nodes(g, "GRU", 1, [x, w.Of(1, 12, 2), w.Of(1, 12, 4), w.Of(1, 24)], ("hidden_size", 4L),
                    ("linear_before_reset", 1L), ("activations", (string[])["Sigmoid", "Tanh"]));
                string sequence = g.Node("Transpose", [g.Node("Squeeze", [y[0], g.Constant("axis", [1])])], ("perm", (long[])[1, 0, 2]));
                string dense = g.Node("Relu", [g.Node("Add", [g.Node("MatMul", [sequence, w.Of(4, 3)]), w.Of(3)])]);
                Output(g, g.Node("Add", [w.Of(1), g.Node("MatMul", [dense, w.Of(3, 1)])]));
            }
            ),
            ["PyTorch, GRU of both directions, mean over steps"] = ([["B", 5, 2]], (g, w) =>
            {
                string x = g.Node("Transpose", ["x"], ("perm", (long[])[1, 0, 2]));
                string[] y = Nodes(g, "GRU", 2, [x, w.Of(2, 12, 2), w.Of(2, 12, 4), w.Of(2, 24)], ("hidden_size", 4L),
                    ("linear_before_reset", 1L), ("direction", "bidirectional"));
                string joined = g.Node("Reshape",
                    [g.Node("Transpose", [y[0]], ("perm", (long[])[0, 2, 1, 3])), g.Constant("shape", [0, 0, -1])]);
                string mean = g.Node("ReduceMean", [g.Node("Transpose", [joined], ("perm", (long[])[1, 0, 2]))], ("axes", (long[])[1]),
                    ("keepdims", 0L));
                Output(g, g.Node("Gemm", [mean, w.Of(3, 8), w.Of(3)], ("transB", 1L)));
            }
            ),
            ["PyTorch, final states of both directions, one after the other"] = ([[5, "B", 2]], (g, w) =>
            {
                string[] y = Nodes(g, "LSTM", 3, ["x", w.Of(2, 12, 2), w.Of(2, 12, 3), w.Of(2, 24)], ("hidden_size", 3L),
                    ("direction", "bidirectional"));
                string Half(int which) => g.Node("Gather", [y[1], g.Constant("half", [which], isScalar: true)], ("axis", 0L));
                Output(g, g.Node("Gemm", [g.Node("Concat", [Half(0), Half(1)], ("axis", 1L)), w.Of(6, 2), w.Of(2)]));
            }
            ),
            ["time first, RNN with ReLU, last state"] = ([[7, "B", 2]], (g, w) =>
            {
                string[] y = Nodes(g, "RNN", 2, ["x", w.Of(1, 4, 2), w.Of(1, 4, 4), w.Of(1, 8)], ("hidden_size", 4L),
                    ("activations", (string[])["Relu"]));
                Output(g, g.Node("Sigmoid", [g.Node("Gemm", [g.Node("Squeeze", [y[1], g.Constant("axis", [0])]), w.Of(4, 1), w.Of(1)])]));
            }
            ),
            ["GRU, reset before the product, hard sigmoid of Keras 2, without biases"] = ([[4, "B", 2]], (g, w) =>
            {
                string[] y = Nodes(g, "GRU", 2, ["x", w.Of(1, 9, 2), w.Of(1, 9, 3)], ("hidden_size", 3L),
                    ("activations", (string[])["HardSigmoid", "Tanh"]),
                    ("activation_alpha", (float[])[0.2f]), ("activation_beta", (float[])[0.5f]));
                Output(g, g.Node("Squeeze", [y[1], g.Constant("axis", [0])]));
            }
            ),
            ["LSTM from states, to states"] = ([[5, "B", 2], [1, "B", 3], [1, "B", 3]], (g, w) =>
            {
                string[] y = Nodes(g, "LSTM", 3, ["x", w.Of(1, 12, 2), w.Of(1, 12, 3), w.Of(1, 24), "", "x1", "x2", w.Of(1, 9)],
                    ("hidden_size", 3L));
                Array.ForEach(y, value => Output(g, g.Node("Identity", [value])));
            }
            ),
            ["LSTM in reverse, its last state"] = ([[5, "B", 2]], (g, w) =>
            {
                string[] y = Nodes(g, "LSTM", 2, ["x", w.Of(1, 12, 2), w.Of(1, 12, 3), w.Of(1, 24)], ("hidden_size", 3L),
                    ("direction", "reverse"));
                Output(g, g.Node("Squeeze", [y[1], g.Constant("axis", [0])]));
            }
            ),
            ["PyTorch, images: convolution, pooling, flattened channels first"] = ([["B", 2, 6, 8]], (g, w) =>
            {
                string y = g.Node("Relu", [g.Node("Conv", ["x", w.Of(4, 2, 3, 3), w.Of(4)], ("pads", (long[])[1, 1, 1, 1]),
                ("kernel_shape", (long[])[3, 3]))]);
                y = g.Node("MaxPool", [y], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]));
                y = g.Node("Conv", [y, w.Of(3, 4, 2, 2), w.Of(3)], ("pads", (long[])[1, 0, 0, 1]), ("kernel_shape", (long[])[2, 2]));
                Output(g, g.Node("Gemm", [g.Node("Flatten", [y]), w.Of(2, 36), w.Of(2)], ("transB", 1L)));
            }
            ),
            ["PyTorch, series: convolution in groups, batch norm, GELU, mean"] = ([["B", 4, 9]], (g, w) =>
            {
                string y = g.Node("Conv", ["x", w.Of(6, 2, 3)], ("group", 2L), ("dilations", (long[])[2]));
                y = g.Node("BatchNormalization", [y, w.Of(6), w.Of(6), w.Of(6), w.Positive(6)], ("epsilon", 1e-5f));
                string erf = g.Node("Add",
                    [g.Node("Erf", [g.Node("Div", [y, g.Constant("root", [1.4142135f])])]), g.Constant("one", [1f])]);
                y = g.Node("Mul", [g.Node("Mul", [y, erf]), g.Constant("half", [0.5f])]);
                Output(g, g.Node("ReduceMean", [y], ("axes", (long[])[2]), ("keepdims", 0L)));
            }
            ),
            ["layer norm written out, residual, swish"] = ([["B", 5]], (g, w) =>
            {
                string centred = g.Node("Sub", ["x", g.Node("ReduceMean", ["x"], ("axes", (long[])[-1]))]);
                string variance = g.Node("ReduceMean", [g.Node("Pow", [centred, g.Constant("two", [2f])])], ("axes", (long[])[-1]));
                string normal = g.Node("Div", [centred, g.Node("Sqrt", [g.Node("Add", [variance, g.Constant("epsilon", [1e-5f])])])]);
                string y = g.Node("Add", [g.Node("Mul", [normal, w.Of(5)]), w.Of(5)]);
                y = g.Node("Add", ["x", g.Node("Gemm", [y, w.Of(5, 5), w.Of(5)])]);
                Output(g, g.Node("Mul", [y, g.Node("Sigmoid", [y])]));
            }
            ),
            ["series: one channel, transposed convolution, joined"] = ([["B", 1, 6]], (g, w) =>
            {
                string a = g.Node("ConvTranspose", ["x", w.Of(1, 3, 4), w.Of(3)], ("strides", (long[])[2]), ("pads", (long[])[1, 1]));
                string b = g.Node("ConvTranspose", ["x", w.Of(1, 2, 2), w.Of(2)], ("strides", (long[])[2]));
                Output(g, g.Node("Softmax", [g.Node("Concat", [a, b], ("axis", 1L))], ("axis", 1L)));
            }
            ),
        };

    /// <summary>The file of a graph, opset 13.</summary>
    public static byte[] Bytes(object[][] inputs, Action<GraphWriter, Weights> write)
    {
        var graph = new GraphWriter("foreign");
        for (int i = 0; i < inputs.Length; i++)
            graph.Input(graph.NewName(i == 0 ? "x" : $"x{i}"), Float.Float,
                [.. inputs[i].Select(extent => extent is int number ? (object)(long)number : extent)]);
        write(graph, new Weights(graph));
        return graph.ToModel(13).ToByteArray();
    }

    private static string[] Nodes(GraphWriter g, string operation, int outputs, string[] inputs, params (string, object)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => g.NewName("y"))];
        g.Node(operation, inputs, names, attributes);
        return names;
    }

    private static void Output(GraphWriter g, string value) => g.Output(value, Float.Float, null);

    /// <summary>PyTorch's gates i f g o as i o f g, as its exporter does it where the weights are no constants yet.</summary>
    private static string Reordered(GraphWriter g, string weights)
    {
        string Gate(int gate) => g.Node("Slice",
            [weights, g.Constant("from", [4 * gate]), g.Constant("to", [4 * (gate + 1)]), g.Constant("axis", [0])]);
        string joined = g.Node("Concat", [Gate(0), Gate(3), Gate(1), Gate(2)], ("axis", 0L));
        return g.Node("Unsqueeze", [joined, g.Constant("axis", [0])]);
    }

    internal sealed class Weights(GraphWriter graph)
    {
        private RandomSource _random = new(17, 1);

        public string Of(params int[] shape) => graph.Constant("w", Values(shape), shape);

        public string Positive(params int[] shape) =>
            graph.Constant("w", [.. Values(shape).Select(value => Math.Abs(value) + 0.2f)], shape);

        private float[] Values(int[] shape)
        {
            var values = new float[shape.Aggregate(1, (product, extent) => product * extent)];
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(0.5 * _random.NextNormal());
            return values;
        }
    }
}
