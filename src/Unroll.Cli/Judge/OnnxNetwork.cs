using Unroll.Exchange;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>An ONNX graph that has no form as layers, as a network that reads windows.</summary>
internal static class OnnxNetwork
{
    /// <param name="path">The file.</param>
    /// <param name="window">T where the graph leaves it open; null: such a graph is refused.</param>
    /// <param name="options">What the file does not say.</param>
    /// <exception cref="UnrollException">The graph has other inputs and outputs than a window and what comes of it.</exception>
    public static PretrainedForecaster Load(string path, int? window, PretrainedOptions options)
    {
        OnnxModel graph = OnnxModel.Load(path);
        if (graph.Inputs.Count != 1 || graph.Outputs.Count != 1)
            throw new UnrollException($"{path} has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs; what is judged has "
                + "one of each.");
        OnnxValue input = graph.Inputs[0];
        if (input.Type != TensorType.Float32 || input.Shape is not { Count: 2 or 3 } extents)
            throw new UnrollException($"{path} reads {input.Name}, which is no window of 32-bit numbers, [batch, T, F].");
        int steps = extents[1] > 0 ? extents[1] : window
            ?? throw new UnrollException($"{path} leaves open how many rows a window has. Say how many it was trained on.")
            { Subject = "window" };
        int features = extents.Count == 2 ? 1 : extents[2] > 0 ? extents[2] : Math.Max(1, options.Columns.Count);
        int[] inner = extents.Count == 2 ? [steps] : [steps, features];
        int size = steps * features, most = extents[0] > 0 ? extents[0] : int.MaxValue;
        if (most is > 1 and < int.MaxValue)
            throw new UnrollException($"{path} reads {most} windows at a time; what is judged reads one or any number.");
        OnnxTensor first = Run(new float[size], 1);
        int[] output = first.Shape.Count > 1 ? [.. first.Shape.Skip(1)] : [1];
        return new PretrainedForecaster(new Shape(inner), new Shape(output), Predict, options);

        OnnxTensor Run(float[] windows, int count)
        {
            var outputs = new OnnxTensor?[1];
            graph.Run([OnnxTensor.Of(windows, [count, .. inner])], outputs);
            return outputs[0]!;
        }

        void Predict(ReadOnlySpan<float> windows, Span<float> outputs)
        {
            int count = windows.Length / size, each = outputs.Length / count, together = Math.Min(most, count);
            for (int from = 0; from < count; from += together)
            {
                int rows = Math.Min(together, count - from);
                ReadOnlySpan<float> made = Run(windows.Slice(from * size, rows * size).ToArray(), rows).Values<float>();
                if (made.Length != rows * each)
                    throw new UnrollException($"{options.Name} gives {made.Length} numbers for {rows} windows, but {each} for one.");
                made.CopyTo(outputs[(from * each)..]);
            }
        }
    }
}
