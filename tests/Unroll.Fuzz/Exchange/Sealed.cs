using Google.Protobuf;
using Unroll.Exchange;
using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Fuzz;

/// <summary>Edited files whose check sum fits again, as one who means harm writes them: what is behind it is read.</summary>
internal static class Sealed
{
    private const string Sum = CarriedText.Prefix + "sha256";

    /// <summary>An ONNX file; as it is where it is none.</summary>
    public static byte[] Onnx(byte[] file)
    {
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException)
        {
            return file;
        }

        string[] names = ["unroll.header", "unroll.version", "unroll.weights", "unroll.graph"];
        Dictionary<string, string> texts = proto.MetadataProps.Where(text => names.Contains(text.Key)).DistinctBy(text => text.Key)
            .ToDictionary(text => text.Key, text => text.Value);
        foreach (StringStringEntryProto sum in proto.MetadataProps.Where(text => text.Key == Sum))
            sum.Value = CarriedText.SumOf(texts);
        return proto.ToByteArray();
    }

    public static TensorFile Tensors(TensorFile file)
    {
        Dictionary<string, string> texts = file.Metadata.Where(text => text.Key != Sum).ToDictionary();
        return new TensorFile(file.Tensors, new Dictionary<string, string>(texts)
        {
            [Sum] = CarriedText.SumOf(texts.Where(text => text.Key.StartsWith(CarriedText.Prefix, StringComparison.Ordinal))),
        });
    }
}
