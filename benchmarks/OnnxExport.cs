namespace Unroll.Benchmarks;

/// <summary>
/// An Unroll model of one recurrent layer and Dense(1) as an ONNX model: the operator of the same name over [T, B, F], its last state,
/// Gemm. ONNX keeps matrices transposed, and an LSTM's gates in the order i o f c (here i f c o); a GRU's are z r h in both.
/// </summary>
internal static class OnnxExport
{
    public const string Input = "x", Output = "y";

    public static byte[] Export(Model model, Stack stack)
    {
        string part = KerasWeights.RecurrentParts(model)[0], head = model.Parameters[^1].Name.Split('/')[0];
        (string kind, int[] gates) = stack.Cell switch
        {
            CellKind.Lstm => ("LSTM", (int[])[0, 3, 1, 2]),
            CellKind.Gru => ("GRU", [0, 1, 2]),
            _ => ("RNN", [0]),
        };
        bool gru = stack.Cell == CellKind.Gru;
        int units = stack.Units, width = gates.Length * units, steps = model.InputShape.Steps, features = model.InputShape.Features;
        float[] bias = model.GetWeights($"{part}/bias");
        float[] recurrentBias = gru ? KerasWeights.Transposed(bias[width..], units, gates) : new float[width];
        var graph = new OnnxGraph();
        graph.AddInput(Input, steps, "batch", features);
        graph.AddOutput(Output, "batch", 1);
        graph.AddTensor("W", KerasWeights.Transposed(model.GetWeights($"{part}/kernel"), units, gates), 1, width, features);
        graph.AddTensor("R", KerasWeights.Transposed(model.GetWeights($"{part}/recurrent_kernel"), units, gates), 1, width, units);
        graph.AddTensor("B", [.. KerasWeights.Transposed(bias[..width], units, gates), .. recurrentBias], 1, 2 * width);
        graph.AddTensor("head", model.GetWeights($"{head}/kernel"), units, 1);
        graph.AddTensor("head_bias", model.GetWeights($"{head}/bias"), 1);
        graph.AddIndex("direction", 0);
        (string, long) hidden = ("hidden_size", units);
        graph.AddNode(kind, [Input, "W", "R", "B"], ["", "states"], gru ? [hidden, ("linear_before_reset", 1)] : [hidden]);
        graph.AddNode("Squeeze", ["states", "direction"], ["state"]);
        graph.AddNode("Gemm", ["state", "head", "head_bias"], [Output]);
        return graph.ToModel();
    }
}
