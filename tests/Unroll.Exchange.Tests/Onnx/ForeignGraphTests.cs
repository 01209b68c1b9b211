using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Xunit;
using Float = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>Graphs as others write them become models, whose outputs are those that ONNX Runtime has of the graph.</summary>
public class ForeignGraphTests
{
    public static TheoryData<string> Names => [.. ForeignGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_graph_of_others_becomes_a_model(string name)
    {
        (object[][] inputs, Action<GraphWriter, ForeignGraphs.Weights> write) = ForeignGraphs.All[name];
        byte[] bytes = ForeignGraphs.Bytes(inputs, write);
        using var stream = new MemoryStream(bytes);
        Model model = Onnx.Load(stream);
        using var session = new Session(bytes);
        foreach (int rows in (int[])[1, 3])
        {
            var random = new RandomSource(3, (ulong)rows);
            (float[] Values, int[] Shape)[] given = [.. inputs
                .Select(input => Random(ref random, [.. input.Select(extent => extent is int number ? number : rows)]))];

            // The model has the batch first, whatever the graph has.
            float[][] here = model.PredictEach(
                [.. given.Zip(inputs, (value, input) => BatchFirst(value.Values, value.Shape, Array.IndexOf(input, "B")))]);
            float[][] there = session.Run(given);
            for (int i = 0; i < there.Length; i++)
                Assert.Equal(there[i].Order(), here[i].Order(), (a, b) => Math.Abs(a - b) <= 1e-5f * Math.Max(1, Math.Abs(a)));
            if (there.All(output => output.Length % rows == 0) && inputs[0][0] is "B")
                Assert.Equal(there[0], here[0], (a, b) => Math.Abs(a - b) <= 1e-5f * Math.Max(1, Math.Abs(a)));
        }
    }

    [Fact]
    public void What_is_no_layer_is_named_all_at_once()
    {
        byte[] bytes = ForeignGraphs.Bytes([["B", 3, 2]], (g, w) =>
        {
            string a = g.Node("Sin", ["x"]), b = g.Node("Mod", ["x", g.Constant("two", [2f])], ("fmod", 1L));
            string[] y = [g.NewName("y")];
            g.Node("LSTM", [g.Node("Transpose", ["x"], ("perm", (long[])[1, 0, 2])), w.Of(1, 8, 2), w.Of(1, 8, 2)], y, ("hidden_size", 2L),
                ("clip", 3f));
            g.Output(g.Node("Add", [a, b]), Float.Float, null);
            g.Output(y[0], Float.Float, null);
        });
        using var stream = new MemoryStream(bytes);
        UnsupportedModelException failure = Assert.Throws<UnsupportedModelException>(() => Onnx.Load(stream));
        Assert.Contains("OnnxModel", failure.Message, StringComparison.Ordinal);
        Assert.Contains(failure.Reasons, reason => reason.Contains("Sin", StringComparison.Ordinal));
        Assert.Contains(failure.Reasons, reason => reason.Contains("Mod", StringComparison.Ordinal));
        Assert.Contains(failure.Reasons, reason => reason.Contains("LSTM", StringComparison.Ordinal)
            && reason.Contains("clips", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dtln", "model_1.onnx")]
    [InlineData("gtcrn", "gtcrn_simple.onnx")]
    public void Graphs_that_are_no_models_of_layers_are_refused_with_their_nodes(params string[] parts)
    {
        UnsupportedModelException failure = Assert.Throws<UnsupportedModelException>(() => Onnx.Load(Pretrained.PathOf(parts)));
        Assert.NotEmpty(failure.Reasons);
        Assert.All(failure.Reasons, reason => Assert.Matches("node|output|input", reason));
    }

    [Fact]
    public void Open_steps_are_asked_for()
    {
        byte[] bytes = ForeignGraphs.Bytes([["B", "T", 2]], (g, w) =>
        {
            string[] y = ["", g.NewName("y")];
            g.Node("GRU", [g.Node("Transpose", ["x"], ("perm", (long[])[1, 0, 2])), w.Of(1, 9, 2), w.Of(1, 9, 3)], y, ("hidden_size", 3L));
            g.Output(g.Node("Squeeze", [y[1], g.Constant("axis", [0])]), Float.Float, null);
        });
        Assert.Contains("OnnxLoadOptions.Steps", Assert.Throws<UnrollException>(() => Onnx.Load(new MemoryStream(bytes))).Message,
            StringComparison.Ordinal);
        Model model = Onnx.Load(new MemoryStream(bytes), new OnnxLoadOptions { Steps = 4 });
        Assert.Equal(new Shape(4, 2), model.InputShape);
        Assert.IsType<Gru>(Assert.Single(model.Layers));
    }

    [Fact]
    public void Bytes_that_are_no_graph_are_refused()
    {
        foreach (byte[] bytes in (byte[][])[[], [1, 2, 3], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [.. Enumerable.Repeat((byte)0x3A, 5000)]])
            Assert.Throws<UnrollException>(() => Onnx.Load(new MemoryStream(bytes)));
        Assert.Throws<UnrollException>(() => Onnx.Load("/nowhere/model.onnx"));
    }

    /// <summary>Whatever a file holds: a model, or an error that says so.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damaged_files_are_refused(bool isForeign)
    {
        byte[] bytes = isForeign
            ? ForeignGraphs.Bytes(ForeignGraphs.All.First().Value.Inputs, ForeignGraphs.All.First().Value.Write)
            : Session.Bytes(new Model(new Conv1D(3, 2), new Bidirectional(new Gru(3)), new Dense(2)).Build(new Shape(5, 2), seed: 1));
        var random = new RandomSource(23, 9);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] mutant = [.. bytes];
            for (int edits = 1 + (int)(3 * random.NextDouble()); edits > 0; edits--)
                mutant[(int)(mutant.Length * random.NextDouble())] = (byte)(256 * random.NextDouble());
            try
            {
                Onnx.Load(new MemoryStream(random.NextDouble() < 0.2 ? mutant[..(int)(mutant.Length * random.NextDouble())] : mutant));
            }
            catch (UnrollException)
            {
                refused++;
            }
        }

        Assert.True(refused > 100);
    }

    private static (float[] Values, int[] Shape) Random(ref RandomSource random, int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, extent) => product * extent)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)random.NextNormal();
        return (values, shape);
    }

    private static float[] BatchFirst(float[] values, int[] shape, int batch)
    {
        if (batch == 0)
            return values;
        (int steps, int rows, int rest) = (shape[0], shape[1], shape[2]);
        return [.. from row in Enumerable.Range(0, rows)
                   from step in Enumerable.Range(0, steps)
                   from i in Enumerable.Range(0, rest)
                   select values[((step * rows) + row) * rest + i]];
    }
}
