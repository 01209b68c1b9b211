using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>Graphs as if others had written them, and which of ours have a form that others write too.</summary>
internal static class ForeignForms
{
    /// <summary>Without what tells that Unroll wrote it.</summary>
    public static Model Lift(byte[] bytes)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(bytes);
        proto.MetadataProps.Clear();
        proto.ProducerName = "another";

        // Others leave out what no node can tell: our steps are as many as the model was built with.
        using var stream = new MemoryStream(proto.ToByteArray());
        return Onnx.Load(stream, new OnnxLoadOptions { Steps = Steps });
    }

    /// <summary>Steps of the model that is lifted, for graphs that leave them open.</summary>
    [ThreadStatic]
    public static int? Steps;

    public static bool Has(Model model)
    {
        Steps = model.Inputs.Select(node => node.Shape[0]).Distinct().ToArray() is [var steps] ? steps : null;
        return Steps is not null && model.Network.Built.Masks == 0 && model.Layers.SelectMany(LayerTableTests.Within).All(Has)
            && model.Graph.Uses.All(use => use.Owner == use && Has(use));
    }

    private static bool Has(Layer layer) => layer switch
    {
        AttentionLayer or MultiHeadAttention or UpSampling1D or UpSampling2D or RepeatVector or Rescaling => false,
        TimeDistributed { Inner: not (Dense or LayerNorm or RmsNorm or Dropout) } => false,
        Bidirectional { Inner: StackedRecurrent } or Bidirectional { MergeMode: not MergeMode.Concat } => false,
        Bidirectional { Inner: Recurrent { GoBackwards: true } } => false,
        Recurrent { Stateful: true } => false,
        Recurrent recurrent => NativeRecurrent.Knows(recurrent),
        Softmax or Activate or Dense => true,
        _ => true,
    };

    /// <summary>Initial states of two directions are one tensor in ONNX, which is no value of ours.</summary>
    private static bool Has(LayerUse use) => use.Layer switch
    {
        Bidirectional => use.Inputs.Length == 1,
        StackedRecurrent => use.Inputs.Length == 1,
        BatchNorm => use.Inputs[0].Shape.Rank <= 3,
        _ => true,
    };
}
