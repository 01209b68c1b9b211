using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Reading;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange;

/// <content>Reading.</content>
public static partial class Onnx
{
    /// <summary>
    /// Reads a graph as a model that can be trained. Of a file that <see cref="Save(Model, string, OnnxOptions?)"/> wrote it is the same
    /// model with the same bits, as long as no program has changed the graph. A graph of others becomes layers: LSTM, GRU and RNN with what
    /// exporters put around them, dense layers, convolutions, poolings, normalisations, activations, embeddings, sums,
    /// products and joined features.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the graph leaves open.</param>
    /// <exception cref="UnsupportedModelException">
    /// The graph has nodes for which there is no layer; the message names them. <c>OnnxModel</c> runs such graphs.
    /// </exception>
    /// <exception cref="UnrollException">The file is missing, is no ONNX file, or is damaged.</exception>
    public static Model Load(string path, OnnxLoadOptions? options = null) => ToModel(FileBytes.Of(path), options);

    /// <summary>Reads a stream to its end, which stays open.</summary>
    /// <inheritdoc cref="Load(string, OnnxLoadOptions?)"/>
    /// <param name="stream">The bytes of an ONNX file.</param>
    /// <param name="options">What the graph leaves open.</param>
    public static Model Load(Stream stream, OnnxLoadOptions? options = null) => ToModel(FileBytes.Of(stream), options);

    private static Model ToModel(FileBytes file, OnnxLoadOptions? options)
    {
        ModelProto proto = GraphFile.Read(file);
        options ??= new OnnxLoadOptions();
        return GraphDescription.Read(proto, file.Name, options.Notes) ?? Lifter.ToModel(proto, file.Name, file.Bytes.Length, options);
    }
}
