using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Messages;
using Xunit;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests;

public class OnnxModelTests
{
    [Fact]
    public void EverythingUnsupportedIsListedAtOnce()
    {
        GraphWriter graph = Identity(out string x), body = graph.Body("then");
        body.Output(body.Node("NoSuchThing", [x]), DataType.Float, null);
        GraphWriter other = graph.Body("else");
        other.Output(other.Node("Add", [x, x]), DataType.Float, null);
        string condition = graph.Input("condition", DataType.Bool, []);
        graph.Node("If", [condition], ["a"], ("then_branch", body.Graph), ("else_branch", other.Graph));
        graph.Node("TfIdfVectorizer", [x], ["b"]);
        graph.Node("Conv", [x, x], ["c"], ("no_such_option", 1L));
        var error = Assert.Throws<UnsupportedModelException>(() => Load(graph));
        Assert.Equal(["operator NoSuchThing of opset 17", "operator TfIdfVectorizer of opset 17",
            "attribute no_such_option of Conv Conv_node"], error.Reasons);
        Assert.Contains("attribute no_such_option",
            Assert.Throws<UnsupportedModelException>(() => Load(With("Relu", ("no_such_option", 1L)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BrokenGraphsAreRefused()
    {
        GraphWriter circle = Identity(out string x);
        circle.Node("Add", [x, "b"], ["a"]);
        circle.Node("Add", [x, "a"], ["b"]);
        Refused("circle", circle);
        GraphWriter missing = Identity(out x);
        missing.Node("Add", [x, "nothing"], ["a"]);
        Refused("nothing makes its input nothing", missing);
        GraphWriter twice = Identity(out x);
        twice.Node("Relu", [x], ["a"]);
        twice.Node("Relu", [x], ["a"]);
        Refused("made twice", twice);
        GraphWriter types = Identity(out x);
        types.Node("Add", [x, types.Constant("c", [1L])], ["a"]);
        Refused("one type", types);
        GraphWriter few = Identity(out x);
        few.Node("Add", [x], ["a"]);
        Refused("needs 2 inputs", few);
        Refused("opset 25", Identity(out _), opset: 25);
        Assert.Throws<UnrollException>(() => OnnxModel.Load(new MemoryStream([1, 2, 3, 4, 5])));
        Assert.Throws<UnrollException>(() => OnnxModel.Load("no such file.onnx"));
    }

    [Fact]
    public void TensorsThatLieAreRefused()
    {
        GraphWriter external = Identity(out string x);
        var tensor = new TensorProto { Name = "w", DataType = (int)DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.Add(4);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../etc/passwd" });
        external.Graph.Initializer.Add(tensor);
        external.Node("Add", [x, "w"], ["a"]);
        Refused("another file", external);
        GraphWriter large = Identity(out x);
        var lie = new TensorProto { Name = "w", DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(1, 2, 3, 4) };
        lie.Dims.AddRange([1L << 30, 1L << 30]);
        large.Graph.Initializer.Add(lie);
        large.Node("Add", [x, "w"], ["a"]);
        Refused("cannot be", large);
    }

    [Theory]
    [InlineData("ConstantOfShape")]
    [InlineData("Expand")]
    [InlineData("Tile")]
    [InlineData("Range")]
    [InlineData("Pad")]
    [InlineData("EyeLike")]
    [InlineData("OneHot")]
    [InlineData("Upsample")]
    public void ASmallFileCannotTakeMuchMemory(string kind)
    {
        const long Many = 60_000;
        GraphWriter graph = Identity(out string x);
        string one = graph.Constant("one", [1f], 1, 1);
        string made = kind switch
        {
            "ConstantOfShape" => graph.Node(kind, [graph.Constant("shape", [Many, Many])]),
            "Expand" => graph.Node(kind, [one, graph.Constant("shape", [Many, Many])]),
            "Tile" => graph.Node(kind, [one, graph.Constant("repeats", [Many, Many])]),
            "Range" => graph.Node(
                kind, [graph.Constant("a", [0L], true), graph.Constant("b", [Many * Many], true), graph.Constant("c", [1L], true)]),
            "Pad" => graph.Node(kind, [one, graph.Constant("pads", [Many, Many, Many, Many])]),
            "EyeLike" => graph.Node(kind, [graph.Node("Expand", [one, graph.Constant("shape", [Many, Many])])]),
            "OneHot" => graph.Node(kind, [graph.Node("Range", [graph.Constant("a", [0L], true), graph.Constant("b", [Many], true),
                graph.Constant("c", [1L], true)]), graph.Constant("d", [Many], true), graph.Constant("v", [0f, 1f], 2)]),
            _ => graph.Node("Resize", [one, "", graph.Constant("scales", [60_000f, 60_000f], 2)]),
        };
        string sum = graph.Node("ReduceSum", [kind == "Range" ? graph.Node("Cast", [made], ("to", 1L)) : made]);
        graph.Output(graph.Node("Add", [x, sum]), DataType.Float, null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        OnnxModel model = Load(graph);
        var input = new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of(new float[4], 4) };
        var error = Assert.Throws<UnrollException>(() => model.Run(input));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50_000_000);
        Assert.Contains("MemoryLimit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALoopWithoutEndCanBeEnded()
    {
        GraphWriter graph = Identity(out string x), body = graph.Body("body");
        body.Input("i", DataType.Int64, []);
        string goesOn = body.Input("goes_on", DataType.Bool, []), state = body.Input("s", DataType.Float, null);
        string next = body.Node("Add", [state, state]);
        body.Output(body.Node("Identity", [goesOn]), DataType.Bool, null);
        body.Output(next, DataType.Float, null);
        graph.Node("Loop", ["", "", x], ["y"], ("body", body.Graph));
        graph.Output("y", DataType.Float, null);
        OnnxModel model = Load(graph);
        using var cancellation = new CancellationTokenSource(100);
        Assert.Throws<OperationCanceledException>(
            () => model.Run(new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of(new float[4], 4) }, cancellation.Token));
    }

    [Fact]
    public void FunctionsAreWrittenOutAndCannotRunAway()
    {
        ModelProto model = Identity(out string x).ToModel(17);
        model.Functions.Add(Doubling("f", "Add", ""));
        model.Graph.Node.Add(new NodeProto { OpType = "f", Domain = "mine", Input = { x }, Output = { "y" } });
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = "y", Type = model.Graph.Input[0].Type });
        OnnxModel loaded = OnnxModel.Load(new MemoryStream(model.ToByteArray()));
        Assert.Equal([2f, 4f, 6f, 8f],
            loaded.Run(new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of([1f, 2, 3, 4], 4) })["y"].Values<float>().ToArray());

        // One that calls itself, and thirty that call the next one twice.
        model.Functions[0] = Doubling("f", "f", "mine");
        Assert.Throws<UnrollException>(() => OnnxModel.Load(new MemoryStream(model.ToByteArray())));
        model.Functions.Clear();
        for (int i = 0; i < 30; i++)
        {
            FunctionProto function = Doubling(i == 0 ? "f" : $"f{i}", $"f{i + 1}", "mine");
            function.Node.Add(new NodeProto { OpType = $"f{i + 1}", Domain = "mine", Input = { "a", "a" }, Output = { "c" } });
            model.Functions.Add(function);
        }

        model.Functions.Add(Doubling("f30", "Add", ""));
        Assert.Throws<UnrollException>(() => OnnxModel.Load(new MemoryStream(model.ToByteArray())));
    }

    [Fact]
    public void WrongInputsAreNamed()
    {
        GraphWriter graph = Identity(out string x);
        graph.Output(graph.Node("Relu", [x]), DataType.Float, null);
        OnnxModel model = Load(graph);
        Assert.Contains("needs the input x of Float32, [4]",
            Assert.Throws<ArgumentException>(() => model.Run(new Dictionary<string, OnnxTensor>())).Message, StringComparison.Ordinal);
        Assert.Contains("[3] was given", Throws(OnnxTensor.Of(new float[3], 3)), StringComparison.Ordinal);
        Assert.Contains("Float64", Throws(OnnxTensor.Of(new double[4], 4)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OnnxTensor.Of(new float[4], 3));
        Assert.Throws<ArgumentException>(() => OnnxTensor.Of('x'));

        string Throws(OnnxTensor tensor) => Assert.Throws<ArgumentException>(
            () => model.Run(new Dictionary<string, OnnxTensor> { ["x"] = tensor })).Message;
    }

    [Fact]
    public void AFileWithRandomBytesEndsInOneKindOfError()
    {
        byte[] good = Recurrent();
        ulong seed = 3;
        for (int round = 0; round < 4000; round++)
        {
            byte[] bytes = [.. good];
            for (int change = 0; change <= round % 3; change++)
            {
                seed = seed * 6364136223846793005 + 1442695040888963407;
                bytes[(int)((seed >> 33) % (ulong)bytes.Length)] = (byte)(seed >> 25);
            }

            using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                OnnxModel model = OnnxModel.Load(new MemoryStream(bytes), new OnnxModelOptions { MemoryLimit = 1 << 26 });
                var inputs = model.Inputs.ToDictionary(
                    input => input.Name, input => OnnxTensor.Zeros(
                        input.Type, [.. (input.Shape ?? [1]).Select(extent => extent is < 0 or > 64 ? 2 : extent)]));
                model.Run(inputs, cancellation.Token);
            }
            catch (Exception e) when (e is UnrollException or ArgumentException)
            {
            }
        }
    }

    /// <summary>A small model of recurrent, convolution and shape nodes with a body.</summary>
    internal static byte[] Recurrent()
    {
        var graph = new GraphWriter("small");
        string x = graph.Input("x", DataType.Float, ["t", 1, 3]);
        string state = graph.Input("state", DataType.Float, [1, 1, 4]);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i) / 2)];
        graph.Node("GRU", [x, graph.Constant("w", Some(36), 1, 12, 3), graph.Constant("r", Some(48), 1, 12, 4),
            graph.Constant("b", Some(24), 1, 24), "", state], ["y", "stateN"], ("hidden_size", 4L), ("linear_before_reset", 1L));
        string flat = graph.Node(
            "Reshape", [graph.Node("Squeeze", ["y", graph.Constant("one", [1L])]), graph.Constant("shape", [1L, 1, -1])]);
        string convolved = graph.Node("Conv", [flat, graph.Constant("k", Some(30), 10, 1, 3)], ("pads", new long[] { 1, 1 }));
        GraphWriter then = graph.Body("then"), otherwise = graph.Body("else");
        then.Output(then.Node("Slice", [convolved, then.Constant("from", [0L]), then.Constant("to", [2L]), then.Constant("axis", [1L])]),
            DataType.Float, null);
        otherwise.Output(otherwise.Node("Relu", [convolved]), DataType.Float, null);
        string many = graph.Node("Greater", [graph.Node("Size", [x]), graph.Constant("five", [5L], true)]);
        graph.Node("If", [many], ["z"], ("then_branch", then.Graph), ("else_branch", otherwise.Graph));
        graph.Output(graph.Node("MatMul", ["z", graph.Node("Transpose", ["z"], ("perm", new long[] { 0, 2, 1 }))]), DataType.Float, null);
        graph.Output("stateN", DataType.Float, null);
        return graph.ToModel(17).ToByteArray();
    }

    private static FunctionProto Doubling(string name, string operation, string domain)
    {
        var function = new FunctionProto { Name = name, Domain = "mine", Input = { "a" }, Output = { "b" } };
        function.Node.Add(new NodeProto { OpType = operation, Domain = domain, Input = { "a", "a" }, Output = { "b" } });
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return function;
    }

    private static GraphWriter Identity(out string x)
    {
        var graph = new GraphWriter("g");
        x = graph.Input("x", DataType.Float, [4]);
        return graph;
    }

    private static GraphWriter With(string operation, params (string, object)[] attributes)
    {
        GraphWriter graph = Identity(out string x);
        graph.Node(operation, [x], ["y"], attributes);
        graph.Output("y", DataType.Float, null);
        return graph;
    }

    private static OnnxModel Load(GraphWriter graph, int opset = 17) =>
        OnnxModel.Load(new MemoryStream(graph.ToModel(opset).ToByteArray()));

    private static void Refused(string message, GraphWriter graph, int opset = 17) =>
        Assert.Contains(message, Assert.ThrowsAny<UnrollException>(() => Load(graph, opset)).Message, StringComparison.Ordinal);
}
