using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Xunit;
using Messages = Unroll.Exchange.OnnxFormat.Messages;
using Float = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>Graphs that look like layers and compute something else: they are refused, or read as they are.</summary>
public class LookalikeGraphTests
{
    private sealed record Row(int Opset, object[] Input, string? Refusal, Func<GraphWriter, ForeignGraphs.Weights, string> Write);

    private static readonly Dictionary<string, Row> s_rows = new()
    {
        ["softmax of old graphs goes over all extents behind the first"] =
            new(11, ["B", 3, 4], "several extents", (g, w) => g.Node("Softmax", ["x"])),
        ["softmax of old graphs over channels and positions"] = new(12, ["B", 3, 4], "several extents",
            (g, w) => g.Node("Softmax", [g.Node("Conv", ["x", w.Of(3, 3, 1)])], ("axis", 1L))),
        ["softmax of old graphs over the last extent"] = new(11, ["B", 3, 4], null, (g, w) => g.Node("Softmax", ["x"], ("axis", 2L))),
        ["softmax of old graphs over features"] = new(11, ["B", 4], null, (g, w) => g.Node("Softmax", ["x"])),
        ["mean of the last extent, whatever was learnt before"] =
            new(13, ["B", 4, 4], null, (g, w) => g.Node("GlobalAveragePool", [g.Node("MatMul", ["x", w.Of(4, 4)])])),
        ["maximum of the last two extents"] = new(13, ["B", 3, 3, 3], null, (g, w) => g.Node("GlobalMaxPool", ["x"])),
        ["one bias for each row"] = new(13, [3, 4], "one number for each feature", (g, w) => g.Node("Gemm", ["x", w.Of(4, 3), w.Of(3, 1)])),
        ["one bias for all"] = new(13, ["B", 4], null, (g, w) => g.Node("Gemm", ["x", w.Of(4, 3), w.Of(1, 1)], ("beta", 2f))),
        ["weights that are a column plus a row"] =
            new(13, ["B", 3], null, (g, w) => g.Node("MatMul", ["x", g.Node("Add", [w.Of(3, 1), w.Of(1, 3)])])),
        ["weights that are a column times a vector"] =
            new(13, ["B", 3], null, (g, w) => g.Node("MatMul", ["x", g.Node("Mul", [w.Of(3, 1), w.Of(3)])])),
        ["a bias that is a row plus a vector"] =
            new(13, ["B", 2], null, (g, w) => g.Node("Add", [g.Node("MatMul", ["x", w.Of(2, 3)]), g.Node("Add", [w.Of(1, 3), w.Of(3)])])),
        ["zeros around an extent of 1"] = new(13, ["B", 3, 4], "other extents than positions", (g, w) =>
            g.Node("Pad", [g.Node("Unsqueeze", ["x", g.Constant("axis", [1])]), g.Constant("pads", [0, 1, 1, 0, 0, 1, 0, 0])])),
        ["means beside what was normalised"] = new(17, ["B", 3, 4], "no layer has", (g, w) =>
        {
            string[] y = [g.NewName("y"), g.NewName("y")];
            g.Node("LayerNormalization", ["x", w.Of(4), w.Of(4)], y);
            return g.Node("Identity", [y[1]]);
        }),
        ["an activation whose usual number programs differ in"] = new(13, [4, "B", 2], "Affine", (g, w) =>
        {
            string[] y = ["", g.NewName("y")];
            g.Node("RNN", ["x", w.Of(1, 3, 2), w.Of(1, 3, 3)], y, ("hidden_size", 3L), ("activations", (string[])["Affine"]));
            return g.Node("Squeeze", [y[1], g.Constant("axis", [0])]);
        }),
        ["a bias of whole numbers"] =
            new(13, ["B", 3, 4], "whole numbers", (g, w) => g.Node("Conv", ["x", w.Of(2, 3, 1), g.Constant("bias", [1, 2])])),
        ["sums by the rules of before"] = new(6, ["B", 3, 4], "opset 6", (g, w) => g.Node("Relu", ["x"])),
        ["operators that are not known yet"] = new(99, ["B", 3, 4], "opset 99", (g, w) => g.Node("Relu", ["x"])),
    };

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_graph_is_read_as_it_is_or_refused(string name)
    {
        Row row = s_rows[name];
        var graph = new GraphWriter("lookalike");
        graph.Input(graph.NewName("x"), Float.Float, [.. row.Input.Select(extent => extent is int number ? (object)(long)number : extent)]);
        graph.Output(row.Write(graph, new ForeignGraphs.Weights(graph)), Float.Float, null);
        byte[] bytes = graph.ToModel(row.Opset).ToByteArray();
        if (row.Refusal is { } reason)
        {
            Assert.Contains(reason, Assert.Throws<UnsupportedModelException>(() => Onnx.Load(new MemoryStream(bytes))).Message,
                StringComparison.Ordinal);
            return;
        }

        var random = new RandomSource(3, 1);
        int[] shape = [.. row.Input.Select(extent => extent is int number ? number : 2)];
        var x = new float[shape.Aggregate(1, (product, extent) => product * extent)];
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)random.NextNormal();
        using var session = new Session(bytes);
        float[] expected = session.Run((x, shape))[0], actual = Onnx.Load(new MemoryStream(bytes)).PredictEach([x])[0];
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-5f * Math.Max(1, Math.Abs(a)));
    }

    /// <summary>As of a file that is cut off behind its graph.</summary>
    [Fact]
    public void A_graph_without_a_version_of_its_operators_is_refused()
    {
        var graph = new GraphWriter("lookalike");
        graph.Input(graph.NewName("x"), Float.Float, ["B", 3L, 4L]);
        graph.Output(graph.Node("Softmax", ["x"]), Float.Float, null);
        Messages.ModelProto model = graph.ToModel(11);
        model.OpsetImport.Clear();
        byte[] bytes = model.ToByteArray();
        Assert.Contains("opset", Assert.Throws<UnrollException>(() => Onnx.Load(new MemoryStream(bytes))).Message,
            StringComparison.Ordinal);
        Assert.Contains("opset", Assert.Throws<UnrollException>(() => OnnxModel.Load(new MemoryStream(bytes))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Affine")]
    [InlineData("ThresholdedRelu")]
    public void A_graph_is_not_run_with_a_number_that_it_does_not_say(string activation)
    {
        var graph = new GraphWriter("lookalike");
        graph.Input(graph.NewName("x"), Float.Float, [4L, "B", 2L]);
        var w = new ForeignGraphs.Weights(graph);
        string[] y = ["", graph.NewName("y")];
        graph.Node("RNN", ["x", w.Of(1, 3, 2), w.Of(1, 3, 3)], y, ("hidden_size", 3L), ("activations", (string[])[activation]));
        graph.Output(y[1], Float.Float, null);
        Assert.Contains("activation_alpha", Assert.ThrowsAny<UnrollException>(() =>
            OnnxModel.Load(new MemoryStream(graph.ToModel(13).ToByteArray()))).Message, StringComparison.Ordinal);
    }
}
