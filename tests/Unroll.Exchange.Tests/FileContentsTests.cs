using System.Runtime.CompilerServices;
using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>What is counted and listed of a file.</summary>
public class FileContentsTests
{
    private static string PathOf(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Files", name);

    private static TensorProto Tensor(string name, int type, params long[] extents)
    {
        var tensor = new TensorProto { Name = name, DataType = type };
        tensor.Dims.AddRange(extents);
        return tensor;
    }

    [Fact]
    public void WeightsInsideOfNodesAreCountedAndWholeNumbersAreNot()
    {
        var inner = new GraphProto { Name = "inner" };
        inner.Initializer.Add(Tensor("deep", 1, 7, 11));
        var body = new GraphProto { Name = "body" };
        body.Initializer.Add(Tensor("weights", 1, 3, 5));
        body.Initializer.Add(Tensor("indices", 7, 13));
        body.Node.Add(new NodeProto
        {
            OpType = "If",
            Attribute = { new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = inner } }
        });
        var graph = new GraphProto { Name = "graph" };
        graph.Initializer.Add(Tensor("outside", 11, 2));
        graph.Node.Add(new NodeProto
        {
            OpType = "Loop",
            Attribute = { new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body } }
        });
        var proto = new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } };
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            File.WriteAllBytes(path, proto.ToByteArray());
            FileContents contents = ExchangeFormats.Inspect(path);
            Assert.Equal(2 + 15 + 77, contents.Parameters);
            Assert.Equal(["outside", "weights", "indices", "deep"], contents.Tensors.Select(tensor => tensor.Name));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ACheckpointShowsItsWeightsAndWhereTheyAre()
    {
        FileContents contents = ExchangeFormats.Inspect(PathOf("checkpoint2.pt"));
        TensorFile all = Torch.Read(PathOf("checkpoint2.pt")), model = Torch.Read(PathOf("checkpoint2.pt"), "model");
        int moments = all.Tensors.Count(tensor => tensor.Name.StartsWith("optimizer.", StringComparison.Ordinal));
        Assert.Equal("model", contents.Subtree);
        Assert.Equal(model.Tensors.Select(tensor => $"model.{tensor.Name}"),
            contents.Tensors.Take(model.Tensors.Count).Select(tensor => tensor.Name));
        Assert.Equal(all.Tensors.Count - moments, contents.Tensors.Count);
        Assert.True(moments > 0);
        Assert.StartsWith($"optimizer: {moments} tensor", contents.Notes[0], StringComparison.Ordinal);
    }

    /// <summary>Names that begin with "model." are no dictionary of that name.</summary>
    [Fact]
    public void NamesWithPointsAreNoSubtree()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".pt");
        try
        {
            Torch.Write(path, new TensorFile([NamedTensor.Of("model.0.weight", [1, 2], [1f, 2])]));
            Assert.Equal("", ExchangeFormats.Inspect(path).Subtree);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AValueOfAGraphIsShownInWords()
    {
        Assert.Equal("input_2 float32 [1, 1, 257]", new OnnxValue("input_2", TensorType.Float32, [1, 1, 257], null).ToString());
        Assert.Equal("x int64 [batch, 4]", new OnnxValue("x", TensorType.Int64, [-1, 4], ["batch", null]).ToString());
    }
}
