using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange;

/// <content>Reading.</content>
public static partial class Onnx
{
    /// <summary>
    /// Reads a graph as a model that can be trained. Of a file that <see cref="Save(Model, string, OnnxOptions?)"/> wrote it is the same
    /// model with the same bits. A graph of others becomes layers: LSTM, GRU and RNN with what exporters put around them, dense layers,
    /// convolutions, poolings, normalisations, activations, embeddings, sums, products and joined features.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the graph leaves open.</param>
    /// <exception cref="UnsupportedModelException">
    /// The graph has nodes for which there is no layer; the message names them. <c>OnnxModel</c> runs such graphs.
    /// </exception>
    /// <exception cref="UnrollException">The file is missing, is no ONNX file, or is damaged.</exception>
    public static Model Load(string path, OnnxLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ToModel(Parse(Unroll.Formats.ModelFile.ReadAll(path), path), path, options);
    }

    /// <summary>Reads a stream to its end, which stays open.</summary>
    /// <inheritdoc cref="Load(string, OnnxLoadOptions?)"/>
    /// <param name="stream">The bytes of an ONNX file.</param>
    /// <param name="options">What the graph leaves open.</param>
    public static Model Load(Stream stream, OnnxLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return ToModel(Parse(bytes.ToArray(), "The stream"), "The stream", options);
    }

    internal static ModelProto Parse(byte[] bytes, string subject)
    {
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new UnrollException($"{subject} is no ONNX file, or is damaged: {failure.Message.TrimEnd('.')}.", failure);
        }

        return proto.Graph is null ? throw new UnrollException($"{subject} is no ONNX file: it has no graph.") : proto;
    }

    private static Model ToModel(ModelProto proto, string subject, OnnxLoadOptions? options) =>
        GraphDescription.Read(proto, subject) ?? Lifter.ToModel(proto, subject, options ?? new OnnxLoadOptions());
}
