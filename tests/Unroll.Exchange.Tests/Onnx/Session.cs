using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>A model in ONNX Runtime: the reference that others made.</summary>
internal sealed class Session : IDisposable
{
    private readonly InferenceSession _session;

    public Session(byte[] model)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        _session = new InferenceSession(model, options);
    }

    public static Session Of(Model model, OnnxOptions? options = null) => new(Bytes(model, options));

    public static byte[] Bytes(Model model, OnnxOptions? options = null)
    {
        using var stream = new MemoryStream();
        Onnx.Save(model, stream, options);
        return stream.ToArray();
    }

    public IReadOnlyList<string> Inputs => [.. _session.InputMetadata.Keys];

    public IReadOnlyList<string> Outputs => [.. _session.OutputMetadata.Keys];

    /// <summary>The extents of an input: numbers, and words for what is free.</summary>
    public string ShapeOf(string input)
    {
        NodeMetadata about = _session.InputMetadata[input];
        return string.Join(',', about.Dimensions.Zip(about.SymbolicDimensions, (extent, word) => extent < 0 ? word : $"{extent}"));
    }

    /// <summary>All outputs for inputs of these extents, whose numbers are tokens where the graph wants whole ones.</summary>
    public float[][] Run(params IReadOnlyList<(float[] Values, int[] Shape)> inputs)
    {
        NamedOnnxValue[] values = [.. inputs.Zip(_session.InputMetadata, (input, about) => about.Value.ElementDataType == TensorElementType.Int64
            ? NamedOnnxValue.CreateFromTensor(about.Key, new DenseTensor<long>(input.Values.Select(value => (long)value).ToArray(), input.Shape))
            : NamedOnnxValue.CreateFromTensor(about.Key, new DenseTensor<float>(input.Values, input.Shape)))];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run(values);
        return [.. results.Select(result => result.AsTensor<float>().ToArray())];
    }

    public void Dispose() => _session.Dispose();
}
