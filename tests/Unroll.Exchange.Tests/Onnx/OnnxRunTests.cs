using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Xunit;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests;

/// <summary>Runs in turn, at once, and as a stream.</summary>
public class OnnxRunTests
{
    [Fact]
    public void ThreadsGetWhatOneGets()
    {
        OnnxModel model = OnnxModel.Load(new MemoryStream(OnnxModelTests.Recurrent()));
        float[][] alone = [.. Enumerable.Range(1, 8).Select(steps => Result(model, steps))];
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Assert.Equal(alone[i % 8], Result(model, i % 8 + 1)));
    }

    [Fact]
    public void AStreamIsTheWholeSequence()
    {
        OnnxModel model = OnnxModel.Load(new MemoryStream(OnnxModelTests.Recurrent()));
        OnnxStreamingSession stream = model.Stream();
        Assert.Equal([("state", "stateN")], stream.StatePairs);
        float[] all = Frames(6);
        for (int step = 0; step < 6; step++)
            stream.Run(new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of(all[(3 * step)..(3 * step + 3)], 1, 1, 3) });
        IReadOnlyDictionary<string, OnnxTensor> whole = Run(model, all);
        Assert.Equal(whole["stateN"].Values<float>().ToArray(), stream.GetState("state")!.Values<float>().ToArray());
        stream.Reset();
        Assert.Null(stream.GetState("state"));
        Assert.Throws<ArgumentException>(() => model.Stream([("x", "nothing")]));
        Assert.Throws<ArgumentException>(() => model.Stream([("state", "stateN"), ("x", "stateN")]));
    }

    [Fact]
    public void AFrameTakesNoNewMemory()
    {
        OnnxModel model = OnnxModel.Load(new MemoryStream(OnnxModelTests.Recurrent()));
        OnnxStreamingSession stream = model.Stream();
        OnnxTensor[] inputs = [OnnxTensor.Of(Frames(3), 3, 1, 3)];
        var outputs = new OnnxTensor?[1];
        for (int i = 0; i < 5; i++)
            stream.Run(inputs, outputs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            stream.Run(inputs, outputs);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void WhatIsKnownAtLoadingIsComputedThen()
    {
        var graph = new GraphWriter("g");
        string x = graph.Input("x", DataType.Float, [2]), rate = graph.Input("sr", DataType.Int64, []);
        GraphWriter then = graph.Body("then"), otherwise = graph.Body("else");
        then.Output(
            then.Node("Mul", [x, then.Node("Add", [then.Constant("a", [1f, 2f], 2), then.Constant("b", [1f], 1)])]), DataType.Float, null);
        otherwise.Output(otherwise.Node("Neg", [x]), DataType.Float, null);
        graph.Node("If", [graph.Node("Equal", [rate, graph.Constant("wide", [16000L], true)])], ["y"], ("then_branch", then.Graph),
            ("else_branch", otherwise.Graph));
        graph.Output("y", DataType.Float, null);
        byte[] bytes = graph.ToModel(17).ToByteArray();
        OnnxModel free = OnnxModel.Load(new MemoryStream(bytes));
        Assert.Equal([-3f, -5f], free.Run(new Dictionary<string, OnnxTensor>
        {
            ["x"] = OnnxTensor.Of([3f, 5f], 2),
            ["sr"] = OnnxTensor.Of(8000L)
        })["y"].Values<float>().ToArray());
        OnnxModel known = OnnxModel.Load(new MemoryStream(bytes),
            new OnnxModelOptions { FixedInputs = new Dictionary<string, OnnxTensor> { ["sr"] = OnnxTensor.Of(16000L) } });
        Assert.Equal(["x"], known.Inputs.Select(input => input.Name));
        Assert.Equal(1, known.NodesOfARun);
        Assert.Equal(
            [6f, 15f], known.Run(new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of([3f, 5f], 2) })["y"].Values<float>().ToArray());
        Assert.Throws<UnrollException>(() => OnnxModel.Load(new MemoryStream(bytes),
            new OnnxModelOptions { FixedInputs = new Dictionary<string, OnnxTensor> { ["rate"] = OnnxTensor.Of(16000L) } }));
    }

    [Fact]
    public void WhatIsWrittenInPlaceIsSeenByNobodyElse()
    {
        var graph = new GraphWriter("g");
        string x = graph.Input("x", DataType.Float, [4]), other = graph.Node("Relu", [x]);
        string shown = graph.Node("Reshape", [other, graph.Constant("shape", [2L, 2])]), rows = graph.Node("Unsqueeze", [
            graph.Constant("row", [1L]), graph.Constant("axis", [1L])]);
        graph.Output(graph.Node("ScatterND", [shown, rows, graph.Constant("new", [8f, 9f], 1, 2)]), DataType.Float, null);
        graph.Output(other, DataType.Float, null);
        OnnxModel model = OnnxModel.Load(new MemoryStream(graph.ToModel(17).ToByteArray()));
        float[][] outputs = [.. model.Run(new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of([1f, 2, 3, 4], 4) })
            .Values.Select(value => value.Values<float>().ToArray())];
        Assert.Equal([1f, 2, 8, 9], outputs[0]);
        Assert.Equal([1f, 2, 3, 4], outputs[1]);
    }

    /// <summary>What a node keeps from one run to the next must fit the extents of the next.</summary>
    [Theory]
    [InlineData("ScatterND")]
    [InlineData("Resize")]
    [InlineData("Einsum")]
    [InlineData("MatMul")]
    [InlineData("AveragePool")]
    public void ARunOfOtherExtentsIsThatOfAGraphThatIsNew(string operation)
    {
        var graph = new GraphWriter("g");
        string x = graph.Input("x", DataType.Float, operation == "AveragePool" ? [1L, 1L, "n", "m"] : ["n", "m"]);
        string at = graph.Node("Reshape", [graph.Constant("at", [0L, 1, 2, 0, 1, 2]), graph.Constant("pairs", [3L, 2])]);
        graph.Output(operation switch
        {
            "ScatterND" => graph.Node("ScatterND", [x, at, graph.Constant("new", [8f, 9f, 7f], 3)]),
            "Resize" => graph.Node("Resize", [x, "", graph.Constant("scales", [1.5f, 2f], 2)], ("mode", "linear")),
            "Einsum" => graph.Node("Einsum", [x, x], ("equation", "ij,kj->ik")),
            "MatMul" => graph.Node("MatMul", [x, graph.Node("Transpose", [x])]),
            _ => graph.Node("AveragePool", [x], ("kernel_shape", new long[] { 2, 3 }), ("pads", new long[] { 1, 1, 0, 1 })),
        }, DataType.Float, null);
        byte[] bytes = graph.ToModel(17).ToByteArray();
        OnnxModel again = OnnxModel.Load(new MemoryStream(bytes));
        foreach ((int n, int m) in new[] { (3, 4), (5, 3), (3, 6), (4, 4), (3, 4) })
        {
            var inputs = new Dictionary<string, OnnxTensor>
            {
                ["x"] = OnnxTensor.Of(
                    [.. Enumerable.Range(0, n * m).Select(i => (float)i)], operation == "AveragePool" ? [1, 1, n, m] : [n, m]),
            };
            OnnxTensor expected = OnnxModel.Load(new MemoryStream(bytes)).Run(inputs).Values.Single();
            OnnxTensor actual = again.Run(inputs).Values.Single();
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.Equal(expected.Values<float>().ToArray(), actual.Values<float>().ToArray());
        }
    }

    /// <summary>What is asked for stays as it was, and what is done to it, or to what was given, is not done to the stream.</summary>
    [Fact]
    public void AStateThatIsAskedForOrGivenIsACopy()
    {
        OnnxStreamingSession stream = OnnxModel.Load(new MemoryStream(OnnxModelTests.Recurrent())).Stream(), other =
            OnnxModel.Load(new MemoryStream(OnnxModelTests.Recurrent())).Stream();
        Step(stream);
        Step(other);
        OnnxTensor asked = stream.GetState("state")!;
        float[] then = asked.Values<float>().ToArray();
        Step(stream);
        Step(stream);
        Assert.Equal(then, asked.Values<float>().ToArray());
        stream.SetState("state", asked);
        asked.Values<float>().Clear();
        stream.GetState("state")!.Values<float>().Clear();
        Assert.Equal(then, stream.GetState("state")!.Values<float>().ToArray());
        Step(stream);
        Step(other);
        Assert.Equal(other.GetState("state")!.Values<float>().ToArray(), stream.GetState("state")!.Values<float>().ToArray());

        static void Step(OnnxStreamingSession stream) =>
            stream.Run(new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of(Frames(1), 1, 1, 3) });
    }

    private static float[] Frames(int steps) => [.. Enumerable.Range(0, 3 * steps).Select(i => MathF.Cos(i))];

    private static float[] Result(OnnxModel model, int steps) =>
        Run(model, Frames(steps)).First(pair => pair.Key != "stateN").Value.Values<float>().ToArray();

    private static IReadOnlyDictionary<string, OnnxTensor> Run(OnnxModel model, float[] frames) =>
        model.Run(new Dictionary<string, OnnxTensor>
        {
            ["x"] = OnnxTensor.Of(frames, frames.Length / 3, 1, 3),
            ["state"] = OnnxTensor.Of(new float[4], 1, 1, 4),
        });
}
