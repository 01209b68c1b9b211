using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>A model in ONNX Runtime: the reference that others made.</summary>
internal sealed class Session : IDisposable
{
    private readonly InferenceSession _session;

    public Session(byte[] model) => _session = Open(model);

    public static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        return new InferenceSession(model, options);
    }

    /// <summary>Compares the runner with ONNX Runtime: outputs have the same extents, and their numbers are as far apart as
    /// allowed.</summary>
    /// <param name="model">A graph.</param>
    /// <param name="inputs">Its inputs by name.</param>
    /// <param name="allowed">How far a number may be from the one that is right.</param>
    public static void Agree(byte[] model, Dictionary<string, (float[] Values, int[] Shape)> inputs, Func<float, double> allowed)
    {
        using InferenceSession session = Open(model);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> expected = session.Run(
            [.. inputs.Select(
                input => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(input.Value.Values, input.Value.Shape)))]);
        IReadOnlyDictionary<string, OnnxTensor> actual = OnnxModel.Load(new MemoryStream(model))
            .Run(inputs.ToDictionary(input => input.Key, input => OnnxTensor.Of(input.Value.Values, input.Value.Shape)));
        foreach (DisposableNamedOnnxValue output in expected)
        {
            OnnxTensor ours = actual[output.Name];
            if (output.ElementType == TensorElementType.Int64)
            {
                Assert.Equal(output.AsTensor<long>().ToArray(), ours.Values<long>().ToArray());
                continue;
            }

            Assert.Equal(output.AsTensor<float>().Dimensions.ToArray(), ours.Shape);
            float[] right = output.AsTensor<float>().ToArray();
            ReadOnlySpan<float> left = ours.Values<float>();
            for (int i = 0; i < right.Length; i++)
                Assert.True(Math.Abs(left[i] - right[i]) <= allowed(right[i]), $"{output.Name}[{i}]: {left[i]} instead of {right[i]}");
        }
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
        NamedOnnxValue[] values = [.. inputs
            .Zip(_session.InputMetadata, (input, about) => about.Value.ElementDataType == TensorElementType.Int64
            ? NamedOnnxValue.CreateFromTensor(about.Key,
                new DenseTensor<long>(input.Values.Select(value => (long)value).ToArray(), input.Shape))
            : NamedOnnxValue.CreateFromTensor(about.Key, new DenseTensor<float>(input.Values, input.Shape)))];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run(values);
        return [.. results.Select(result => result.AsTensor<float>().ToArray())];
    }

    public void Dispose() => _session.Dispose();
}
