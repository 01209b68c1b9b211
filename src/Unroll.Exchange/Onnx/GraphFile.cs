using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.OnnxFormat;

/// <summary>The bytes of an ONNX file as its messages.</summary>
internal static class GraphFile
{
    /// <exception cref="UnrollException">They are none, or have no graph.</exception>
    public static ModelProto Read(FileBytes file)
    {
        try
        {
            ModelProto proto = ModelProto.Parser.ParseFrom(file.Bytes);
            return proto.Graph is not null ? proto
                : throw new UnrollException($"{file.Name} is no ONNX file: it has no graph. Give the .onnx file of a model.");
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw FileBytes.Damaged(file.Name, "it is no ONNX file, or not a whole one", failure);
        }
    }
}
