using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Writing;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>
/// Models in the ONNX format (github.com/onnx/onnx), for programs of any language. <see cref="Save(Model, string, OnnxOptions?)"/> writes
/// any model; <see cref="Load(string, OnnxLoadOptions?)"/> makes a model that can be trained of a graph, and of one that was written here
/// the same model, to the bit. Graphs that have no form as a model are run as they are by <c>OnnxModel</c>.
/// </summary>
/// <example>
/// <code>
/// Onnx.Save(model, "prices.onnx");
/// Model same = Onnx.Load("prices.onnx");
/// </code>
/// </example>
public static partial class Onnx
{
    /// <summary>
    /// Writes a model, whole or not at all. Inputs and outputs have the names of the model's and are [batch, ...] of its shapes, where
    /// batch is free, and the steps of sequences (<c>time</c>) where no layer needs just so many. Inputs that only embeddings read are
    /// 64-bit whole numbers, all others 32-bit floating point. The graph computes what <see cref="Model.PredictEach(float[][])"/> does.
    /// </summary>
    /// <param name="model">A model that is built.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="options">How to write it.</param>
    /// <exception cref="UnsupportedModelException">
    /// It has a layer, cell or activation of your own for which <see cref="OnnxKinds"/> has nothing.
    /// </exception>
    /// <exception cref="UnrollException">The file cannot be written, or a model that is to be streamed does not go
    /// step by step.</exception>
    public static void Save(Model model, string path, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.Write(path, ToProto(model, options).ToByteArray());
    }

    /// <summary>Writes the bytes of such a file to a stream, which stays open.</summary>
    /// <inheritdoc cref="Save(Model, string, OnnxOptions?)"/>
    /// <param name="model">A model that is built.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How to write it.</param>
    public static void Save(Model model, Stream stream, OnnxOptions? options = null)
    {
        FileBytes.Write(stream, ToProto(model, options).ToByteArray());
    }

    private static ModelProto ToProto(Model model, OnnxOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        var writer = new ModelWriter(model, options ?? new OnnxOptions());
        ModelProto proto = writer.Write("The model");
        GraphDescription.Add(proto, model, writer.Weights.Places);
        return proto;
    }
}
